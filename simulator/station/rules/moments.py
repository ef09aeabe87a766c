"""Moments of rule data and of cases: `2020-03-31T24:00` is the last millisecond of that day.

`2020-04-01T00:00` is the first of the next. So a deadline of 24:00 and a beginning at 00:00 never meet: what is done at
24:00 still belongs to the day that ends.
"""

from __future__ import annotations

import re
from datetime import date

from simulator.station.timetable import MINUTE_MS, wall_ms

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?(?:\+08:?00)?", re.ASCII
)


def parse_moment(text: str) -> int:
    """Wall milliseconds in station time of `YYYY-MM-DD[T ]HH:MM[:SS[.mmm]]`; a day alone is its 00:00. Raises ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no moment; it is written 2020-02-06T00:00, the end of a day 2020-02-05T24:00")
    day, hour, minute, second = date.fromisoformat(found[1]), *(int(found[at] or 0) for at in (2, 3, 4))
    thousandths = int((found[5] or "0").ljust(3, "0"))
    if hour == 24 and minute == second == thousandths == 0:
        return wall_ms(day, 24 * 60) - 1
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text!r}: no such time of day")
    return wall_ms(day, hour * 60 + minute) + second * 1_000 + thousandths


def parse_day(text: str) -> date:
    """The date of a moment, or a date alone. Raises ValueError."""
    parse_moment(text)
    return date.fromisoformat(text.strip()[:10])
