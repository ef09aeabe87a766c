"""From the first status to a disabled unit whose cassettes are known. Nothing here moves a note but RESET, which gives back.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. POWER RECOVERY comes before anything is enabled.
"""

from __future__ import annotations

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.numbers import DISPENSED, TYPE_SET, UNLOADED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import BILL_TABLE, ENABLE, IDENTIFICATION, RESET
from simulator.fronts.port.bill_to_bill.before import Before
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.bill_to_bill.line import (
    CONTENTS,
    GET_OPTIONS,
    RECOVERY,
    SET_OPTIONS,
    SET_TYPE,
    Course,
)
from simulator.fronts.port.bill_to_bill.words import stopped

MOVING = frozenset({
    State.STACKING, State.RETURNING, codes.BUSY, State.INITIALIZE, State.DISPENSING, State.UNLOADING, State.SETTING_TYPE,
})  # fmt: skip
NEWS = frozenset({codes.STACKED, codes.RETURNED, codes.CHEATED, DISPENSED, UNLOADED, TYPE_SET})
MAY_BE_DISABLED = frozenset({State.IDLING, State.ACCEPTING, State.REJECTING})
BETWEEN_RESETS = 10
LOOKS_FOR_A_TYPE = 300
HOST_TIMEOUT_1_S, TIMERS = 0x04, 0x0F


def wake_up(known: Known, first: bytes, before: Before, until_ms: int | None = None) -> Course[bool]:
    """`first` was seen. False: it is not known what answers. `until_ms`: somebody waits for its word on a bundle, no longer.

    POWER RECOVERY is the last question: what it names is told with all that is known, before the unit may forget it.
    """
    if not (yield from _to_rest(known, first, before, until_ms)):
        return False
    if not (known.line.ask(IDENTIFICATION) and known.line.ask(BILL_TABLE) and _know(known)):
        return False
    _recover(known, before)
    if before.cut in ("none", "unknown") and before.mouth == "empty":  # else that is told first
        yield from _set_types(known)
    return True


def set_up(known: Known) -> Course[bool]:
    """Options, cassettes and contents of a disabled unit; empty cassettes get their types."""
    if not _know(known):
        return False
    yield from _set_types(known)
    return True


def _know(known: Known) -> bool:
    choose_retract(known, known.usual_retract)
    if not known.look():
        return False
    known.look_inside()
    return True


def choose_retract(known: Known, retract: int) -> None:
    """Host time-out 1 s and that retract time (9.2)."""
    body, known.retract = known.body, None
    if not known.line.ask(GET_OPTIONS):
        return
    wanted = bytes([body.options[0] & ~TIMERS & 0xFF | HOST_TIMEOUT_1_S | retract]) + body.options[1:]
    if wanted != body.options:
        known.line.order(SET_OPTIONS, lambda: body.set_options(wanted))
    known.retract = retract


def _recover(known: Known, before: Before) -> None:
    """What the unit remembers of motions without power; what it named of packing and unloading it forgets when that was heard."""
    recovery = known.body.recovery
    if known.line.ask(RECOVERY):
        cut = recovery.cut if recovery.cut is not None and recovery.cut.open else None
        before.recovered(tuple(recovery.packed), cut, known.body.left_in_dispenser())
        known.line.hear(recovery.acknowledged)


def _set_types(known: Known) -> Course[None]:
    """Only empty cassettes: a loaded one would be emptied into the drop cassette (9.2)."""
    changed = False
    for number in known.untyped():
        kind = known.wanted_kind(number)
        if kind is not None and known.line.ask(CONTENTS):
            yield from _set_type(known, number, kind)
            changed = True
    if changed and known.look():
        known.look_inside()


def _set_type(known: Known, number: int, kind: int) -> Course[None]:
    known.line.order(SET_TYPE, lambda: known.body.set_type(number, kind, known.line.now_ms))
    for _ in range(LOOKS_FOR_A_TYPE):
        status = yield
        if status is not None and (status[0] in (TYPE_SET, State.DISABLED) or stopped(status)):
            break
    yield from _to_rest(known, bytes([TYPE_SET, 0, 0]), Before(), None)


def _to_rest(known: Known, first: bytes, before: Before, until_ms: int | None) -> Course[bool]:
    """Until DISABLED: what moves is waited for, what stopped waits for people, the rest is disabled or reset."""
    line, body, status, since_reset = known.line, known.body, first, BETWEEN_RESETS
    while status[0] != State.DISABLED:
        if until_ms is not None and (stopped(status) or line.now_ms >= until_ms):
            return False
        if status[0] in MAY_BE_DISABLED:
            line.order(ENABLE, lambda: body.enable(0, 0))
        elif not (status[0] in MOVING | NEWS or stopped(status)) and since_reset >= BETWEEN_RESETS:
            line.order(RESET, lambda: body.reset(line.now_ms))
            since_reset = 0
        heard = yield
        if heard is not None:
            status = heard
            before.see(status)
            since_reset += 1
    return True
