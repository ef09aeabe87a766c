"""What a status of an EBDS device means in the words of the ports. Source: ebds sheet, section 6 and 11 (traps 4, 5)."""

from __future__ import annotations

from drivers.ebds.codec import Ability, Condition, State, Status, Trouble
from kiosk.faults import FaultCode
from kiosk.ports.note_acceptor import NoteMoving, NoteRefused

STATE_FAULTS = (
    FaultCode.NOTE_JAM,
    FaultCode.BOX_FULL,
    FaultCode.BOX_OUT,
    FaultCode.CHEATED,
    FaultCode.DEVICE_FAILURE,
    FaultCode.PROTOCOL,
)


def faults_in(status: Status) -> set[FaultCode]:
    """Faults that this status says by itself. Cheated together with stacked is "box nearly full" to one source: no attempt."""
    condition, up = status.condition, set()
    if condition & Condition.JAMMED:
        up.add(FaultCode.NOTE_JAM)
    if condition & Condition.FULL:
        up.add(FaultCode.BOX_FULL)
    if not condition & Condition.CASSETTE:
        up.add(FaultCode.BOX_OUT)
    if condition & Condition.CHEATED and not status.state & State.STACKED:
        up.add(FaultCode.CHEATED)
    if status.trouble & Trouble.FAILURE or status.ability & (Ability.STALLED | Ability.DOWNLOAD):
        up.add(FaultCode.DEVICE_FAILURE)
    return up


def lasting_in(status: Status) -> bool:
    """Out of service by itself, when it stays so: no state at all, opened, calibrating. A single one of them is ordinary:
    a state between two others, or the word after a start that somebody opened it before (section 6)."""
    opened = status.trouble & Trouble.TRANSPORT_OPEN or status.condition & Condition.CALIBRATION
    return bool(opened) or silent(status)


def silent(status: Status) -> bool:
    """No state, and nothing that explains it."""
    why = Condition.JAMMED | Condition.FULL | Condition.CALIBRATION
    trouble = Trouble.POWER_UP | Trouble.FAILURE | Trouble.TRANSPORT_OPEN
    boxed = bool(status.condition & Condition.CASSETTE)
    return not status.state and boxed and not status.condition & why and not status.trouble & trouble


def stopped(status: Status) -> bool:
    """It stopped with whatever is inside, until somebody helps it."""
    return bool(
        status.condition & Condition.JAMMED or status.trouble & Trouble.FAILURE or status.ability & Ability.STALLED
    )


def small_news(status: Status, before: Status | None) -> NoteMoving | NoteRefused | None:
    """What a new status tells of a note that did not get as far as escrow. Moves no money. `before`: the last status."""
    old_state, old_condition = (before.state, before.condition) if before is not None else (0, 0)
    if status.condition & Condition.REJECTED:
        return NoteRefused("other", status.raw)  # the protocol has no reasons
    if status.condition & Condition.PAUSED and not old_condition & Condition.PAUSED:
        return NoteRefused("double", status.raw)
    if status.state & State.ACCEPTING and not old_state & State.ACCEPTING:
        return NoteMoving()
    return None
