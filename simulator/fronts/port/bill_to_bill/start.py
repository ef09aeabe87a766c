"""From the first status to a disabled unit whose cassettes are known. Nothing here moves a note but RESET, which gives back.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. POWER RECOVERY comes before anything is enabled.
"""

from __future__ import annotations

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.numbers import DISPENSED, TYPE_SET, UNLOADED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import BILL_TABLE, ENABLE, IDENTIFICATION, RESET
from simulator.fronts.port.bill_to_bill.line import (
    GET_OPTIONS,
    RECOVERY,
    SET_OPTIONS,
    SET_TYPE,
    Script,
    ask,
    look,
    send,
)
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.unit import Unit
from simulator.fronts.port.bill_to_bill.words import stopped

MOVING = frozenset({
    State.STACKING, State.RETURNING, codes.BUSY, State.INITIALIZE, State.DISPENSING, State.UNLOADING, State.SETTING_TYPE,
})  # fmt: skip
NEWS = frozenset({codes.STACKED, codes.RETURNED, codes.CHEATED, DISPENSED, UNLOADED, TYPE_SET})
MAY_BE_DISABLED = frozenset({State.IDLING, State.ACCEPTING, State.REJECTING})
BETWEEN_RESETS = 10
LOOKS_FOR_A_TYPE = 300
HOST_TIMEOUT_1_S, TIMERS = 0x04, 0x0F


def start_up(unit: Unit, first: bytes, past: Past, until_ms: int | None = None) -> Script[bool]:
    """False: it is not known what answers. `until_ms`: somebody waits for what it says of a bundle; then it is given up."""
    past.see(first)
    if not (yield from _to_rest(unit, first, past, until_ms)):
        return False
    answer = yield from ask_recovery(unit)
    if answer is not None:
        past.recovered(answer)
    for code in (IDENTIFICATION, BILL_TABLE):
        if (yield from ask(code, lambda: True)) is None:
            return False
    return (yield from set_up(unit, change_types=past.mouth == "empty"))


def ask_recovery(unit: Unit) -> Script[bytes | None]:
    """The answer is heard out: what it named of packing and unloading is told no more."""
    body = unit.body
    for _ in range(3):
        answer = yield from ask(RECOVERY, lambda: body.recovery.answer(body.left_in_dispenser()))
        if answer is None:
            return None
        if len(answer) == 1 and answer != b"\0":
            continue  # 3C without a word says nothing
        if "lost_ack" not in unit.twin.faults:
            body.recovery.acknowledged()
        return answer
    return None


def set_up(unit: Unit, *, change_types: bool) -> Script[bool]:
    """Options, cassettes and contents of a disabled unit."""
    yield from choose_retract(unit, unit.usual_retract)
    if not (yield from unit.read()):
        return False
    if change_types and (yield from _set_types(unit)):
        yield from unit.read()
    return True


def choose_retract(unit: Unit, retract: int) -> Script[None]:
    """Host time-out 1 s and that retract time (9.2)."""
    body = unit.body
    options = yield from ask(GET_OPTIONS, lambda: body.options)
    if options is None:
        unit.retract = None
        return
    wanted = bytes([options[0] & ~TIMERS & 0xFF | HOST_TIMEOUT_1_S | retract]) + options[1:]
    if wanted != options:
        yield from send(SET_OPTIONS, lambda: body.set_options(wanted))
    unit.retract = retract


def _set_types(unit: Unit) -> Script[bool]:
    """Only empty cassettes: a loaded one would be emptied into the drop cassette (9.2)."""
    changed = False
    for number, cassette in list((unit.cassettes or {}).items()):
        kind = unit.wanted_kind(number)
        if kind is None or cassette.notes or (yield from unit.read_contents(number)) != ():
            continue
        yield from _set_type(unit, number, kind)
        changed = True
    return changed


def _set_type(unit: Unit, number: int, kind: int) -> Script[None]:
    yield from send(SET_TYPE, lambda: unit.body.set_type(number, kind, unit.now_ms))
    for _ in range(LOOKS_FOR_A_TYPE):
        status = yield from look()
        if status is not None and (status[0] in (TYPE_SET, State.DISABLED) or stopped(status)):
            break
    yield from _to_rest(unit, bytes([TYPE_SET, 0, 0]), Past(), None)


def _to_rest(unit: Unit, first: bytes, past: Past, until_ms: int | None) -> Script[bool]:
    """Until DISABLED: what moves is waited for, what stopped waits for people, the rest is disabled or reset."""
    status, since_reset = first, BETWEEN_RESETS
    while status[0] != State.DISABLED:
        if until_ms is not None and (stopped(status) or unit.now_ms >= until_ms):
            return False
        if status[0] in MAY_BE_DISABLED:
            yield from send(ENABLE, lambda: unit.body.enable(0, 0))
        elif not (status[0] in MOVING or status[0] in NEWS or stopped(status)) and since_reset >= BETWEEN_RESETS:
            yield from send(RESET, lambda: unit.body.reset(unit.now_ms))
            since_reset = 0
        heard = yield from look()
        if heard is not None:
            status = heard
            past.see(status)
            since_reset += 1
    return True
