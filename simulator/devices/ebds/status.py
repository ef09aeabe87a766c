"""The six data bytes of every answer (ebds sheet, section 6), from what the mechanism does."""

from __future__ import annotations

from simulator.devices.ebds.body import Body
from simulator.devices.ebds.codes import DENOMINATION_SHIFT, DENOMINATIONS, Health, More, Motion, Status
from simulator.devices.ebds.state import QUIET, Event, State, Told

MOTIONS = {
    **dict.fromkeys((State.INITIALIZE, *QUIET), Motion.IDLING),
    **dict.fromkeys((State.ACCEPTING, State.REJECTING), Motion.ACCEPTING),
    **dict.fromkeys((State.ESCROW, State.PAUSE), Motion.ESCROWED),
    State.STACKING: Motion.STACKING,
    State.RETURNING: Motion.RETURNING,
    **dict.fromkeys((State.JAM_VALIDATOR, State.HOLDING, State.FAILURE), Motion(0)),
}
"""State -> data byte 0. A note that is put out unaccepted is still *accepting* until *rejected* is told."""
NAMED = frozenset({State.ESCROW, State.PAUSE, State.STACKING})
"""The denomination is shown while the note is there."""
EVENT_BITS = {Told.STACKED: Motion.STACKED, Told.RETURNED: Motion.RETURNED}


def data_of(
    body: Body, faults: set[str], event: Event | None, *, extended: bool, invalid: bool, more: More, about: bytes
) -> bytes:
    """`extended`: values are not shown as denominations. `about`: model and revision, two bytes."""
    return bytes(
        [
            motion(body, event),
            status(body, faults, event),
            health(body, faults, event, extended, invalid),
            more | (More.STALLED if body.stalled else 0),
            *about,
        ]
    )


def motion(body: Body, event: Event | None) -> int:
    """An event belongs to the moment at which the path was free again, though the next note may be in it already."""
    now = MOTIONS[body.state]
    if event is None or event.what is Told.CHEATED:
        return now
    return (Motion.IDLING if now else Motion(0)) | EVENT_BITS.get(event.what, Motion(0))


def status(body: Body, faults: set[str], event: Event | None) -> int:
    shown = Status(0)
    if event is not None and (event.cheated or event.what is Told.CHEATED):
        shown |= Status.CHEATED
    if event is not None and event.what is Told.REJECTED:
        shown |= Status.REJECTED
    if body.state is State.JAM_VALIDATOR and not body.stalled:
        shown |= Status.JAMMED
    if body.box_full:
        shown |= Status.FULL
    if body.box_there:
        shown |= Status.CASSETTE
    if body.state is State.PAUSE:
        shown |= Status.PAUSED
    if "calibrating" in faults:
        shown |= Status.CALIBRATION
    return shown


def health(body: Body, faults: set[str], event: Event | None, extended: bool, invalid: bool) -> int:
    shown = Health(0)
    if body.state is State.INITIALIZE:
        shown |= Health.POWER_UP
    if invalid:
        shown |= Health.INVALID
    if "stack_motor_failed" in faults:
        shown |= Health.FAILURE
    if "transport_open" in faults or body.opened:
        shown |= Health.TRANSPORT_OPEN
    return shown | (0 if extended else denomination(body, event) << DENOMINATION_SHIFT)


def denomination(body: Body, event: Event | None) -> int:
    """1 to 7, 0 when there is none to show or it is not known."""
    if event is not None and event.what is not Told.CHEATED:
        row = event.row if event.what is Told.STACKED else None
    else:
        row = body.row if body.state in NAMED else None
    return row + 1 if row is not None and row < DENOMINATIONS else 0
