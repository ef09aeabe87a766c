"""What the states and reasons of a CCNET unit mean in the words of the ports. Source: ccnet sheet, section 6."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.ccnet.codec import State, Status
from kiosk.faults import FaultCode
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused

_STOPS = {
    State.BOX_FULL: FaultCode.BOX_FULL,
    State.BOX_OUT: FaultCode.BOX_OUT,
    State.JAMMED: FaultCode.NOTE_JAM,
    State.BOX_JAMMED: FaultCode.BOX_JAM,
    State.CHEATED: FaultCode.CHEATED,
    State.COUNTERFEIT: FaultCode.CHEATED,
    State.FAILURE: FaultCode.DEVICE_FAILURE,
}
FAULTS: Mapping[int, FaultCode | None] = {int(state): _STOPS.get(state) for state in State}
"""The fault that is up while a state lasts; a state that is not in here is PROTOCOL."""
STATE_FAULTS = (*dict.fromkeys(_STOPS.values()), FaultCode.PROTOCOL)

_REASONS = {
    0x60: "folded",  # insertion: askew or folded
    0x61: "unreadable",
    0x62: "double",  # a bill was left in the head
    0x63: "unreadable",
    0x64: "other",
    0x65: "unreadable",
    0x66: "unreadable",
    0x67: "unreadable",
    0x68: "inhibited",
    0x69: "unreadable",
    0x6A: "other",
    0x6C: "folded",  # length
    0x6D: "unreadable",
    0x92: "unreadable",
    0x93: "unreadable",
    0x94: "unreadable",
    0x95: "unreadable",
}


def reject_reason(status: Status) -> str:
    """`reason` of NoteRefused for a REJECTING status; `other` for codes the sheet does not name, and for suspected bills."""
    return _REASONS.get(status.detail, "other") if status.code == State.REJECTING else "other"


def small_news(status: Status) -> NoteMoving | NoteRefused | None:
    """What a new status tells of a note that did not get as far as escrow. Moves no money."""
    if status.code == State.ACCEPTING:
        return NoteMoving()
    if status.code in (State.REJECTING, State.SUSPECTED):
        return NoteRefused(reject_reason(status), status.raw)
    return NoteRefused("double", status.raw) if status.code == State.PAUSE else None
