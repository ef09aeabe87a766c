"""Faults of the dispenser at port level: what its sensors show comes and goes, what an order left behind stays.

Source: lcdm sheet, sections 5.1 (DISP, STAT, TYPE) and 5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.lcdm import Lcdm4000
from simulator.devices.lcdm.codes import Error
from simulator.fronts.port.paid import Done, emptied, judged, left_behind
from simulator.fronts.port.raised import Faults

SENSORS_AND_MOTORS = (0x20, 0x21, 0x22, 0x23)


class Health:
    """`cassettes`: those that ought to be there."""

    def __init__(self, name: str, report: Report, cassettes: Iterable[int]) -> None:
        self.whole = Faults(name, report)
        self._cassettes = {cassette: Faults(name, report) for cassette in cassettes}
        self._left: set[FaultCode] = set()

    def look(self, twin: Lcdm4000) -> None:
        """What a STATUS would say now. A part that was out has been in a person's hands, and the path with it."""
        body = twin.body
        for cassette, faults in self._cassettes.items():
            present = body.fitted[cassette - 1]
            if not present and FaultCode.CASSETTE_OUT not in faults:
                faults.clear(FaultCode.CASSETTE_EMPTY)
                self._left.clear()
            faults.set(FaultCode.CASSETTE_OUT, not present, f"cassette {cassette}")
            faults.set(FaultCode.CASSETTE_LOW, present and body.near_end(cassette - 1), f"cassette {cassette}")
        tray_out, error = not body.tray_there(), int(body.trouble())
        if tray_out and FaultCode.REJECT_OUT not in self.whole:
            self._left.clear()
        self.whole.set(FaultCode.REJECT_OUT, tray_out)
        self._set(FaultCode.DISPENSER_JAM, bool(body.sensor_bits() & 0x0F), f"{error:02X}")
        self._set(FaultCode.DEVICE_FAILURE, error in SENSORS_AND_MOTORS, f"{error:02X}")
        self._set(FaultCode.WRONG_NOTES, False, "")

    def _set(self, code: FaultCode, seen: bool, detail: str) -> None:
        self.whole.set(code, seen or code in self._left, detail)

    def ended(self, asked: Mapping[int, int], done: Done) -> None:
        fault = left_behind(done.error)
        if fault:
            self._left.add(fault)
            self.whole.set(fault, True, f"{done.error:02X}")
        elif done.error == Error.GOOD and judged(asked, done).ending == "full":
            self.looked_after()
        for cassette, exits, rejects in done.rows:
            if cassette in self._cassettes and (exits or rejects):
                self._cassettes[cassette].clear(FaultCode.CASSETTE_EMPTY)
        empty = emptied(asked, done) if done.error == Error.PICK_UP else None
        if empty in self._cassettes:
            self._cassettes[empty].set(FaultCode.CASSETTE_EMPTY, True, f"cassette {empty}")

    def looked_after(self) -> None:
        for code in list(self._left):
            self.whole.clear(code)
        self._left.clear()
