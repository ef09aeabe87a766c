"""What states, failures and reasons of the unit are called at its two ports. Source: ccnet sheet, sections 6 and 9.3."""

from __future__ import annotations

from collections.abc import Collection

from kiosk.faults import FaultCode
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.numbers import RETRACTED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_words import STOPS, raw
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.raised import Faults

JAMS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE})
STOPPED = JAMS | {State.BOX_FULL, State.BOX_OUT, State.FAILURE}
REASONS = {
    **dict.fromkeys((0x60, 0x6C), "folded"),
    **dict.fromkeys((0x61, 0x63, 0x65, 0x66, 0x67, 0x69, 0x6D), "unreadable"),
    **dict.fromkeys((0x64, 0x6A), "other"),
    0x62: "double",
    codes.REJECT_INHIBITED: "inhibited",
}
ALSO_DISPENSER = {
    FaultCode.LINK_LOST: FaultCode.LINK_LOST,
    FaultCode.NO_ANSWER: FaultCode.NO_ANSWER,
    FaultCode.WRONG_DEVICE: FaultCode.WRONG_DEVICE,
    FaultCode.DEVICE_FAILURE: FaultCode.DEVICE_FAILURE,
    FaultCode.NOTE_JAM: FaultCode.DISPENSER_JAM,
    FaultCode.BOX_JAM: FaultCode.DISPENSER_JAM,
    FaultCode.BOX_FULL: FaultCode.REJECT_FULL,
    FaultCode.BOX_OUT: FaultCode.REJECT_OUT,
}
"""Faults of the unit that stop the paying half too, and what it calls them."""


def pulled_back(status: bytes) -> bool:
    """It stands still after a bundle was not taken: no defect (section 12, trap 7)."""
    return status[0] == State.FAILURE and status[1] == RETRACTED


def stopped(status: bytes) -> bool:
    """Only people can help."""
    return status[0] in STOPPED and not pulled_back(status)


def within_reach(status: bytes) -> bool:
    return status[0] == State.DISPENSING and status[1] == 1


def small_news(status: bytes) -> Fact | None:
    """Of a note that did not get as far as escrow."""
    if status[0] == State.ACCEPTING:
        return NoteMoving()
    if status[0] == State.REJECTING:
        return NoteRefused(REASONS.get(status[1], "other"), raw(status))
    return NoteRefused("double", raw(status)) if status[0] == State.PAUSE else None


class UnitFaults:
    """The faults of one unit under the names of its two ports, each said once for each."""

    def __init__(self, acceptor: str, dispenser: str, report: Report, cassettes: Collection[int]) -> None:
        self._acceptor, self._dispenser = Faults(acceptor, report), Faults(dispenser, report)
        self._out = {number: Faults(dispenser, report) for number in cassettes}

    def __contains__(self, code: FaultCode) -> bool:
        return code in self._acceptor

    def set(self, code: FaultCode, up: bool, detail: str = "") -> None:
        self._acceptor.set(code, up, detail)
        also = ALSO_DISPENSER.get(code)
        if also is not None:
            still = any(ALSO_DISPENSER.get(other) is also for other in self._acceptor.up)
            self._dispenser.set(also, up or still, detail)

    def clear(self, *faults: FaultCode) -> None:
        for code in faults:
            if code in self._acceptor or ALSO_DISPENSER.get(code) in self._dispenser.up:
                self.set(code, False)

    def status(self, status: bytes, *, keep_failure: bool) -> None:
        """What this status stands for is up, what others stand for has passed."""
        if status[0] in (codes.BUSY, State.PAUSE):
            return
        fault = None if pulled_back(status) else STOPS.get(status[0])
        for stop in STOPS.values():
            if stop is not fault and not (keep_failure and stop is FaultCode.DEVICE_FAILURE):
                self.clear(stop)
        if fault is not None:
            self.set(fault, True, raw(status))

    def wrong_notes(self, up: bool, detail: str = "") -> None:
        """A cassette does not hold what it should after a bundle: to be counted before it pays again."""
        self._dispenser.set(FaultCode.WRONG_NOTES, up, detail)

    def fitting(self, known: Known) -> None:
        """Cassettes that are not as config says."""
        fitted = known.fitted or {}
        wrong = [f"cassette {number} type {fitted[number].kind}" for number in known.misfits()]
        if known.escrow and not known.has_escrow and not wrong:
            wrong.append(f"cassette {known.escrow} out")
        self.set(FaultCode.NOTE_TABLE, bool(wrong) or not known.table, ", ".join(wrong))
        for number, faults in self._out.items():
            faults.set(FaultCode.CASSETTE_OUT, number not in fitted, f"cassette {number}")
