"""What the statuses, reasons and failures of an ID-003 unit are called at the port. Source: id003 sheet, section 6."""

from __future__ import annotations

from kiosk.faults import FaultCode
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused
from simulator.devices.id003 import codes
from simulator.devices.id003.codes import FAILURES, REASONS, State
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.id003.start import detail
from simulator.fronts.port.raised import Faults

STOPS: dict[int, FaultCode] = {
    State.BOX_FULL: FaultCode.BOX_FULL,
    State.BOX_OUT: FaultCode.BOX_OUT,
    State.JAM_ACCEPTOR: FaultCode.NOTE_JAM,
    State.JAM_STACKER: FaultCode.BOX_JAM,
    State.CHEATED: FaultCode.CHEATED,
    State.FAILURE: FaultCode.DEVICE_FAILURE,
    codes.COMMUNICATION_ERROR: FaultCode.PROTOCOL,
}
"""The fault that is up while a status lasts."""

WHY = {
    "folded": ("insertion", "length"),
    "unreadable": ("magnetic", "compensation", "undecided", "photo_pattern", "photo_level", "colour"),
    "double": ("left_in_head", "left_in_transport", "multi_feed"),
}
NAMES = {code: name for name, code in REASONS.items()}


def stop_of(status: bytes) -> FaultCode | None:
    if status[0] == State.FAILURE and detail(status) == FAILURES["box_not_ready"]:
        return FaultCode.BOX_OUT
    return STOPS.get(status[0])


def show_stops(faults: Faults, status: bytes, *, keep_failure: bool) -> None:
    """Raises what this status says and clears what it does not; a pause clears nothing. `keep_failure`: that one stays up."""
    fault = stop_of(status)
    for stop in STOPS.values() if faults.up and status[0] != State.PAUSE else ():
        if stop is not fault and not (keep_failure and stop is FaultCode.DEVICE_FAILURE):
            faults.set(stop, False)
    if fault is not None:
        faults.set(fault, True, raw(status))


def small_news(status: bytes) -> NoteMoving | NoteRefused | None:
    """What a new status tells of a note that did not get as far as escrow."""
    if status[0] == State.ACCEPTING:
        return NoteMoving()
    if status[0] == State.REJECTING:
        return NoteRefused(_why(detail(status)), raw(status))
    return NoteRefused("double", raw(status)) if status[0] == State.PAUSE else None


def _why(reason: int) -> str:
    if reason == codes.INHIBITED:
        return "inhibited"
    return next((why for why, names in WHY.items() if NAMES.get(reason) in names), "other")
