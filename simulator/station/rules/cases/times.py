"""How cases tell when something happens: so long before or after departure, or at a moment with the departure beside it."""

from __future__ import annotations

from simulator.station.rules.cases.ask import Ask
from simulator.station.timetable import wall_ms

UNIT = r"(hours?|days?|minutes?|mins?|h)"
BEFORE = (
    rf"(refund(ed)?_|request(ed)?_|now_)?{UNIT}(_(before|to|until|left|ahead|remaining))?(_(the_|old_)?departure|_(the_)?refund)?"
    rf"|(time_)?before(_departure)?(_{UNIT})?|time_left"
)
AFTER = rf"{UNIT}_(after|since|past)(_departure)?|(time_)?after(_departure)?(_{UNIT})?"
DEPARTURE = r"(old_|original_|train_|printed_)?(departs?|departure)(_at|_time|_date)?|(travel|ticket|old|train)_date"
DONE_AT = (
    r"(refund(ed)?|return(ed)?|request(ed)?|transaction|rebook(ed|ing)?|changed?)(_(at|time|on|date|when))?|at|now|when"
)


def left_ms(ask: Ask) -> int | None:
    """Time left to departure, negative after it; None when the case does not say."""
    before = ask.span_ms(BEFORE)
    if before is not None:
        return before
    after = ask.span_ms(AFTER)
    if after is not None:
        return -after
    departs_ms, at_ms = ask.moment(DEPARTURE), None
    if departs_ms is not None:
        at_ms = ask.moment(DONE_AT)
    return None if departs_ms is None or at_ms is None else departs_ms - at_ms


def noon_ms(ask: Ask) -> int:
    """A moment of the case's day, for what does not depend on the clock."""
    return wall_ms(ask.day, 12 * 60)


def begins_ms(ask: Ask) -> int:
    """00:00 of the case's day."""
    return wall_ms(ask.day, 0)
