"""Money, times, dates and durations as text (ui-guide section 11).

Written out for the two languages of the machine: Babel's data of them hold 5 MB for nineteen names. A test compares every day
with Babel.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.errors import ConfigError
from kiosk.screen.texts import Both

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@lru_cache(maxsize=4096)
def amount(fen: int) -> str:
    """`¥1,106.00`: everywhere money is owed, paid or given back."""
    return f"{_yuan(fen)}.{abs(fen) % 100:02d}"


@lru_cache(maxsize=4096)
def price(fen: int) -> str:
    """`¥553`, `¥156.5`, `¥1,748`: in lists."""
    if fen % 100 == 0:
        return _yuan(fen)
    return f"{_yuan(fen)}.{abs(fen) % 100 // 10}" if fen % 10 == 0 else amount(fen)


def _yuan(fen: int) -> str:
    """Sign and whole yuan."""
    return f"{'−' * (fen < 0)}¥{abs(fen) // 100:,}"


def duration(minutes: int) -> Both:
    """`4时29分`, `4 h 29 min`; `45分` below an hour."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return Both(f"{rest}分", f"{rest} min")
    return Both(f"{hours}时{rest:02d}分", f"{hours} h {rest:02d} min")


@lru_cache(maxsize=256)
def day(when: date) -> Both:
    """`11月22日 周六`, `Sat 22 Nov`."""
    name, both = when.weekday(), month_day(when)
    return Both(f"{both.zh} 周{WEEKDAYS_ZH[name]}", f"{WEEKDAYS[name]} {both.en}")


@lru_cache(maxsize=256)
def month_day(when: date) -> Both:
    """`11月22日`, `22 Nov`."""
    return Both(f"{when.month}月{when.day}日", f"{when.day} {MONTHS[when.month - 1][:3]}")


@lru_cache(maxsize=256)
def short_day(when: date) -> Both:
    """`11/22`, `22 Nov`: in calendar cells."""
    return Both(f"{when.month}/{when.day}", month_day(when).en)


def month(year: int, number: int) -> Both:
    """`2025年11月`, `November 2025`."""
    return Both(f"{year}年{number}月", f"{MONTHS[number - 1]} {year}")


def weekday(index: int) -> Both:
    """Monday is 0: `一`, `Mon`."""
    return Both(WEEKDAYS_ZH[index], WEEKDAYS[index])


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
