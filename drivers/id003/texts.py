"""What the states, reasons and failures of an ID003 unit mean in the words of the ports. Source: id003 sheet, section 6."""

from __future__ import annotations

from drivers.id003.codec import STATES, State, Status
from kiosk.faults import FaultCode
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused

_STOPS = {
    State.BOX_FULL: FaultCode.BOX_FULL,
    State.BOX_OUT: FaultCode.BOX_OUT,
    State.JAMMED: FaultCode.NOTE_JAM,
    State.BOX_JAMMED: FaultCode.BOX_JAM,
    State.CHEATED: FaultCode.CHEATED,
    State.FAILURE: FaultCode.DEVICE_FAILURE,
    State.COMMUNICATION_ERROR: FaultCode.PROTOCOL,
    State.INVALID_COMMAND: FaultCode.PROTOCOL,
}
STATE_FAULTS = tuple(dict.fromkeys(_STOPS.values()))
BOX_NOT_READY = 0xAB

_REASONS = {
    0x71: "folded",  # insertion: askew
    0x72: "unreadable",
    0x73: "double",  # something was left in the head
    0x74: "unreadable",
    0x75: "other",
    0x76: "unreadable",
    0x77: "unreadable",
    0x78: "unreadable",
    0x79: "inhibited",
    0x7A: "other",
    0x7B: "other",
    0x7C: "double",  # something was left in the transport or stacker
    0x7D: "folded",  # length
    0x7E: "unreadable",
    0x98: "double",  # multi-feed
}


def fault_of(status: Status) -> FaultCode | None:
    """The fault that is up while a status lasts; PROTOCOL for a status that the sheet does not know."""
    if status.code == State.FAILURE and status.detail == BOX_NOT_READY:
        return FaultCode.BOX_OUT
    return _STOPS.get(State(status.code)) if status.code in STATES else FaultCode.PROTOCOL


def small_news(status: Status) -> NoteMoving | NoteRefused | None:
    """What a new status tells of a note that did not get as far as escrow. Moves no money."""
    if status.code == State.ACCEPTING:
        return NoteMoving()
    if status.code == State.REJECTING:
        return NoteRefused(_REASONS.get(status.detail, "other"), status.raw)
    return NoteRefused("double", status.raw) if status.code == State.PAUSE else None
