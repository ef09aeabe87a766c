"""What the statuses of an EBDS unit are called at the port. Source: ebds sheet, sections 6 and 11 (traps 4, 5)."""

from __future__ import annotations

from kiosk.faults import FaultCode
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused
from simulator.devices.ebds.codes import Health, More, Motion, Status
from simulator.fronts.port.ebds.told import Told

STOPS = (
    FaultCode.NOTE_JAM,
    FaultCode.BOX_FULL,
    FaultCode.BOX_OUT,
    FaultCode.CHEATED,
    FaultCode.DEVICE_FAILURE,
    FaultCode.PROTOCOL,
)


def stops_in(told: Told) -> set[FaultCode]:
    """Faults that this status says by itself. Cheated with stacked is a box nearly full, to one source."""
    signs = {
        FaultCode.NOTE_JAM: told.condition & Status.JAMMED,
        FaultCode.BOX_FULL: told.condition & Status.FULL,
        FaultCode.BOX_OUT: not told.condition & Status.CASSETTE,
        FaultCode.CHEATED: told.condition & Status.CHEATED and not told.motion & Motion.STACKED,
        FaultCode.DEVICE_FAILURE: told.health & Health.FAILURE or told.more & More.STALLED,
    }
    return {fault for fault, up in signs.items() if up}


def small_news(told: Told, before: Told | None) -> NoteMoving | NoteRefused | None:
    """What a new status tells of a note that did not get as far as escrow."""
    motion, condition = (before.motion, before.condition) if before is not None else (0, 0)
    if told.condition & Status.REJECTED:
        return NoteRefused("other", told.raw)
    if told.condition & Status.PAUSED and not condition & Status.PAUSED:
        return NoteRefused("double", told.raw)
    return NoteMoving() if told.motion & Motion.ACCEPTING and not motion & Motion.ACCEPTING else None
