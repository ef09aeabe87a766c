"""Faults of the one unit under the names of its two ports: said once for each, by what the port cannot do then.

Source: ccnet sheet, sections 6 and 9.3. The codes behind FAILURE are not public (section 14): the raw byte is the detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drivers.ccnet.b2b.codec import Sign
from drivers.ccnet.b2b.start_up import is_retracted
from drivers.ccnet.b2b.unit import Unit
from drivers.ccnet.codec import State, Status
from drivers.ccnet.texts import FAULTS, STATE_FAULTS
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

ALSO_DISPENSER: Mapping[FaultCode, FaultCode] = {
    **{code: code for code in (FaultCode.LINK_LOST, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)},
    FaultCode.DEVICE_FAILURE: FaultCode.DEVICE_FAILURE,
    FaultCode.NOTE_JAM: FaultCode.DISPENSER_JAM,
    FaultCode.BOX_JAM: FaultCode.DISPENSER_JAM,
    FaultCode.BOX_FULL: FaultCode.REJECT_FULL,
    FaultCode.BOX_OUT: FaultCode.REJECT_OUT,
}
"""What the dispenser half calls a fault of the unit: it stands still as well. Other faults are the acceptor's alone."""
SOURCES = {
    mirrored: tuple(code for code, other in ALSO_DISPENSER.items() if other is mirrored)
    for mirrored in ALSO_DISPENSER.values()
}


class Troubles:
    """`cassettes`: the recycling cassettes of config."""

    def __init__(self, acceptor: str, dispenser: str, report: Report, cassettes: Iterable[int]) -> None:
        self._acceptor = Raised(acceptor, report)
        self._dispenser = Raised(dispenser, report)
        self._out = {cassette: Raised(dispenser, report) for cassette in cassettes}

    def set(self, code: FaultCode, up: bool, detail: str = "") -> None:
        self._acceptor.set(code, up, detail)
        mirrored = ALSO_DISPENSER.get(code)
        if mirrored:
            again = up or any(other in self._acceptor for other in SOURCES[mirrored])
            self._dispenser.set(mirrored, again, detail)

    def clear(self, *codes: FaultCode) -> None:
        for code in codes:
            self.set(code, False)

    def __contains__(self, code: FaultCode) -> bool:
        return code in self._acceptor

    def status(self, status: Status, *, keep: Iterable[FaultCode] = ()) -> None:
        """The fault a status stands for is up, those of other statuses have passed. `keep`: not to be cleared by it."""
        if status.code in (State.BUSY, State.PAUSE):
            return
        known = status.code in set(Sign) or is_retracted(status)
        fault = None if known else FAULTS.get(status.code, FaultCode.PROTOCOL)
        for code in STATE_FAULTS:
            if code is not fault and code not in keep:
                self.set(code, False)
        if fault:
            self.set(fault, True, status.raw)

    def wrong_notes(self, up: bool, detail: str = "") -> None:
        """A cassette does not hold what it should after a bundle: it is counted before it pays again."""
        self._dispenser.set(FaultCode.WRONG_NOTES, up, detail)

    def fitting(self, unit: Unit) -> None:
        """Cassettes that are not what config says: the acceptor does not work with a wrong one, the payer without one.

        A probe has no configuration that they could differ from.
        """
        told = unit.fitting.configure
        wrong = [detail for _, detail in unit.misfits()] if told else []
        if told and unit.fitting.escrow and not unit.has_escrow and not wrong:
            wrong.append(f"cassette {unit.fitting.escrow} out")
        self.set(FaultCode.NOTE_TABLE, bool(wrong) or not unit.money, ", ".join(wrong))
        for number, raised in self._out.items():
            cassette = unit.cassettes.get(number)
            out = cassette is None or not cassette.present
            raised.set(FaultCode.CASSETTE_OUT, out, f"cassette {number}")

    def lines(self) -> list[str]:
        parts = (self._acceptor, self._dispenser, *self._out.values())
        return [line for part in parts for line in part.lines()]
