"""From the first status of a Bill-to-Bill unit to a disabled one whose cassettes are known, and what it said of the past.

Source: ccnet sheet, sections 9.2, 9.3, 10 and 12. May always be started again: nothing here moves a note, except that a
RESET gives back what lies at the slot. POWER RECOVERY is asked before anything is enabled: ENABLE would lose its credits. It is
the last question, when all is known that its words are told with: our ACK to them is what makes the unit forget, and waits
until they are on the disk only if they are told in the same breath.
"""

from __future__ import annotations

from collections import Counter

from drivers.ccnet.b2b.codec import (
    AT_THE_MOUTH,
    RETRACTED,
    Cut,
    Retract,
    Sign,
    options_data,
    parse_cassettes,
)
from drivers.ccnet.b2b.requests import (
    CASSETTES,
    DISABLE,
    GET_OPTIONS,
    Script,
    ask,
    next_status,
    read_contents,
    read_recovery,
    set_options,
    set_type,
)
from drivers.ccnet.b2b.unit import Past, Unit
from drivers.ccnet.codec import State, Status, parse_bill_table, parse_identity
from drivers.ccnet.line import BILL_TABLE, IDENTIFICATION, RESET
from drivers.ccnet.start_up import POSITIONS, POWER_UPS, STOPPED

MOVING = (
    State.STACKING,
    State.RETURNING,
    State.BUSY,
    State.INITIALIZE,
    Sign.DISPENSING,
    Sign.UNLOADING,
    Sign.SETTING_TYPE,
)
NEWS = (State.STACKED, State.RETURNED, State.CHEATED, Sign.DISPENSED, Sign.UNLOADED, Sign.TYPE_SET)
POLLS_BETWEEN_RESETS = 10
POLLS_OF_A_TYPE = 300


def is_retracted(status: Status) -> bool:
    """The unit stands still because it pulled a bundle back: no defect (section 12, trap 7)."""
    return status.code == State.FAILURE and status.detail == RETRACTED


def is_stopped(status: Status) -> bool:
    """Only people can help."""
    return status.code in STOPPED and not is_retracted(status)


def at_the_mouth(status: Status) -> bool:
    return status.code == Sign.DISPENSING and status.detail == AT_THE_MOUTH


def see(past: Past, status: Status) -> None:
    """A status of the start-up, the first one included."""
    code = status.code
    if code in POWER_UPS:
        past.power_cut = True
    if code in POSITIONS and past.position == "none" and not is_retracted(status):
        past.position = POSITIONS[State(code)]
    if code == State.STACKED:
        word = (status.detail, status.more[1] if len(status.more) > 1 else 0)
        past.position, past.bill_type = "stacker", status.detail
        if word not in past.packed:
            past.packed.append(word)
    elif code in (State.ESCROW, State.RETURNED):
        past.bill_type = status.detail if not past.packed else past.bill_type
        past.returned = past.returned or code == State.RETURNED
    elif code == Sign.UNLOADED:
        past.unloaded = status.detail
    elif code == Sign.DISPENSING:
        past.mouth = "notes"
    elif code == Sign.DISPENSED:
        past.mouth, past.ending = "empty", "taken"
    elif is_retracted(status):
        past.mouth, past.ending = "empty", "retracted"
    elif code in (State.JAMMED, State.BOX_JAMMED, State.FAILURE):
        past.position = "jam" if code != State.FAILURE else "unknown"
        past.mouth = "unknown" if past.mouth == "notes" or code == State.FAILURE else past.mouth


def start_up(unit: Unit, first: Status, past: Past, until_ms: int | None = None) -> Script[bool]:
    """True: the unit is disabled and known. False: it cannot be identified as one.

    `until_ms`: somebody waits for it to say what became of a bundle: give up then, or when only people can help.
    """
    see(past, first)
    if not (yield from _to_rest(unit, first, past, until_ms)) or not (yield from _identify(unit)):
        return False
    if not (yield from _know(unit)):
        return False
    past.recovery = yield from read_recovery(type_first=unit.fitting.type_first)
    if past.recovery and past.recovery.cut is Cut.PACKING:
        past.position = "stacker"
        told = list(past.packed)  # an 81 that was acknowledged a moment ago may be named once more
        past.packed = [*told, *(Counter(past.recovery.moved) - Counter(told)).elements()]
    elif past.recovery and past.recovery.cut in (Cut.DISPENSING, Cut.UNLOADING) and past.position == "stacker":
        past.position = "none"  # what lay there was on its way out
    if past.recovery and past.recovery.cut is Cut.DISPENSING:
        past.mouth = "notes"
    nothing_cut = past.recovery is None or past.recovery.cut is Cut.NOTHING
    if nothing_cut and past.mouth == "empty":  # else that is told first, and types are given afterwards
        yield from _give_types(unit)
    return True


def set_up(unit: Unit) -> Script[bool]:
    """Options, cassettes and contents of a disabled unit that holds no bundle; empty cassettes get their types."""
    known = yield from _know(unit)
    if known:
        yield from _give_types(unit)
    return known


def _know(unit: Unit) -> Script[bool]:
    if unit.fitting.configure:
        yield from choose_retract(unit, unit.fitting.retract)
    return (yield from read_cassettes(unit))


def _give_types(unit: Unit) -> Script[None]:
    if unit.fitting.configure and (yield from _set_types(unit)):
        yield from read_cassettes(unit)


def choose_retract(unit: Unit, retract: Retract) -> Script[None]:
    """Host time-out and retract time; sent only when the unit has others."""
    options = yield from ask(GET_OPTIONS)
    if options is None or len(options) != 4:
        unit.retract = None
        return
    data = options_data(options, retract)
    if data != options:
        yield set_options(data)
    unit.retract = retract


def read_cassettes(unit: Unit) -> Script[bool]:
    """Counts of all cassettes, and the notes in the escrow. False when the unit does not say."""
    payload = yield from ask(CASSETTES)
    cassettes = parse_cassettes(payload) if payload is not None else None
    if cassettes is None:
        return False
    unit.cassettes = dict(cassettes)
    fitting = unit.fitting
    unit.contents = (yield from read_contents(fitting.escrow, top_first=fitting.top_first)) if unit.has_escrow else None
    return True


def _set_types(unit: Unit) -> Script[bool]:
    """Give an empty cassette its type; a loaded one would be emptied into the drop cassette (9.2), so it is left alone."""
    changed = False
    for number in list(unit.untyped()):
        wanted = unit.wanted_type(number)
        if wanted is None or (yield from read_contents(number, top_first=True)) != ():
            continue
        yield set_type(number, wanted)
        changed = True
        for _ in range(POLLS_OF_A_TYPE):
            status = yield from next_status()
            if (status and status.code in (Sign.TYPE_SET, State.DISABLED)) or (status and is_stopped(status)):
                break
        yield from _to_rest(unit, Status(Sign.TYPE_SET), Past(), None)
    return changed


def _to_rest(unit: Unit, first: Status, past: Past, until_ms: int | None) -> Script[bool]:
    """Until DISABLED. What moves is waited for, what stopped waits for people, everything else is disabled or reset."""
    status, since_reset = first, POLLS_BETWEEN_RESETS
    while status.code != State.DISABLED:
        if until_ms is not None and (is_stopped(status) or unit.now_ms >= until_ms):
            return False
        if status.code in (State.IDLING, State.ACCEPTING, State.REJECTING):
            yield DISABLE
        elif status.code not in (*MOVING, *NEWS) and not is_stopped(status) and since_reset >= POLLS_BETWEEN_RESETS:
            yield RESET
            since_reset = 0
        heard = yield from next_status()
        if heard:
            status = heard
            see(past, status)
            since_reset += 1
    return True


def _identify(unit: Unit) -> Script[bool]:
    identity = parse_identity((yield from ask(IDENTIFICATION)) or b"")
    table = parse_bill_table((yield from ask(BILL_TABLE)) or b"")
    if identity is None or table is None:
        return False
    unit.identity, unit.table = identity, table
    return True
