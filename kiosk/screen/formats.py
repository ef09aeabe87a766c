"""Money, times, dates and durations as text. Babel is used here only (ui-guide section 11)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from babel.numbers import parse_pattern

from kiosk.errors import ConfigError
from kiosk.screen.texts import Both

_FULL = parse_pattern("¥#,##0.00;−¥#,##0.00")
_WHOLE = parse_pattern("¥#,##0;−¥#,##0")
_TENTH = parse_pattern("¥#,##0.0;−¥#,##0.0")


@lru_cache(maxsize=4096)
def amount(fen: int) -> str:
    """`¥1,106.00`: everywhere money is owed, paid or given back."""
    return str(_FULL.apply(Decimal(fen) / 100, "en"))


@lru_cache(maxsize=4096)
def price(fen: int) -> str:
    """`¥553`, `¥156.5`, `¥1,748`: in lists."""
    pattern = _WHOLE if fen % 100 == 0 else _TENTH if fen % 10 == 0 else _FULL
    return str(pattern.apply(Decimal(fen) / 100, "en"))


def duration(minutes: int) -> Both:
    """`4时29分`, `4 h 29 min`; `45分` below an hour."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return Both(f"{rest}分", f"{rest} min")
    return Both(f"{hours}时{rest:02d}分", f"{hours} h {rest:02d} min")


@lru_cache(maxsize=256)
def day(when: date) -> Both:
    """`11月22日 周六`, `Sat 22 Nov`."""
    return Both(format_date(when, "M月d日 EEE", locale="zh_CN"), format_date(when, "EEE d MMM", locale="en"))


@lru_cache(maxsize=256)
def month_day(when: date) -> Both:
    """`11月22日`, `22 Nov`."""
    return Both(format_date(when, "M月d日", locale="zh_CN"), format_date(when, "d MMM", locale="en"))


@lru_cache(maxsize=256)
def short_day(when: date) -> Both:
    """`11/22`, `22 Nov`: in calendar cells."""
    return Both(f"{when.month}/{when.day}", format_date(when, "d MMM", locale="en"))


@lru_cache(maxsize=256)
def month(year: int, number: int) -> Both:
    """`2025年11月`, `November 2025`."""
    first = date(year, number, 1)
    return Both(format_date(first, "y年M月", locale="zh_CN"), format_date(first, "MMMM y", locale="en"))


@lru_cache(maxsize=256)
def weekday(index: int) -> Both:
    """Monday is 0: `一`, `Mon`."""
    monday = date(2024, 1, 1 + index)
    return Both(format_date(monday, "EEEEE", locale="zh_CN"), format_date(monday, "EEE", locale="en"))


def long_date(when: date) -> str:
    """`2025年11月22日`, as tickets have it."""
    return f"{when.year}年{when.month:02d}月{when.day:02d}日"


def code(text: str) -> str:
    """A claim code in groups of four: `6F4K 92QD`."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


class Clock:
    """Station time out of wall milliseconds. `zone`: IANA name. Raises ConfigError for an unknown one."""

    def __init__(self, zone: str) -> None:
        try:
            self.zone = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigError(f"timezone: {zone!r} is not known") from error
        self._minute = lru_cache(maxsize=64)(self._of_minute)

    def at(self, wall_ms: int) -> datetime:
        return datetime.fromtimestamp(wall_ms / 1000, self.zone)

    def _of_minute(self, minute: int) -> tuple[str, date]:
        """A station's clock differs from UTC by whole minutes, so nothing changes within one."""
        at = self.at(minute * 60_000)
        return f"{at:%H:%M}", at.date()

    def time(self, wall_ms: int) -> str:
        """`14:36`."""
        return self._minute(wall_ms // 60_000)[0]

    def date(self, wall_ms: int) -> date:
        return self._minute(wall_ms // 60_000)[1]

    def stamp(self, wall_ms: int) -> str:
        """`2025-11-21 14:36`, on slips."""
        return f"{self.at(wall_ms):%Y-%m-%d %H:%M}"
