"""Which days are on sale, and the weeks a calendar shows. Pure; days are `datetime.date` of station time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LEAST_WEEKS = 5
"""Weeks shown at least, so that days not yet on sale can be seen with their on-sale day."""


def station_day(wall_ms: int, zone: ZoneInfo) -> date:
    """The day at the station: lists and calendar roll at its midnight (decision 28)."""
    return datetime.fromtimestamp(wall_ms / 1000, zone).date()


def parse_day(text: str) -> date | None:
    """`YYYY-MM-DD`, or None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class SaleWindow:
    """`days` days are on sale, `today` included: 15 days from 21 November end on 5 December."""

    today: date
    days: int

    @property
    def last(self) -> date:
        return self.today + timedelta(days=self.days - 1)

    def open(self, day: date) -> bool:
        return self.today <= day <= self.last

    def on_sale_from(self, day: date) -> date:
        """When a later day will be sold."""
        return day - timedelta(days=self.days - 1)

    def state(self, day: date, chosen: date | None) -> str:
        """past, chosen, today, last, open or later."""
        if day < self.today:
            return "past"
        if day > self.last:
            return "later"
        if day == chosen:
            return "chosen"
        if day == self.today:
            return "today"
        return "last" if day == self.last else "open"


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """Weeks of one month, Monday first; None where the day belongs to another month."""

    year: int
    month: int
    weeks: tuple[tuple[date | None, ...], ...]


def months(window: SaleWindow) -> tuple[MonthGrid, ...]:
    """From this week on, one grid per month, until the window is covered and at least five weeks are shown."""
    monday = window.today - timedelta(days=window.today.weekday())
    grids: list[MonthGrid] = []
    year, month, shown = monday.year, monday.month, 0
    if (window.today.year, window.today.month) != (year, month):  # the week began in the month before
        year, month = window.today.year, window.today.month
    while True:
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        start = max(first - timedelta(days=first.weekday()), monday)
        weeks: list[tuple[date | None, ...]] = []
        while start < following and not (shown >= LEAST_WEEKS and start > window.last):
            week = tuple(start + timedelta(days=offset) for offset in range(7))
            weeks.append(tuple(day if (day.year, day.month) == (year, month) else None for day in week))
            shown += 1
            start += timedelta(days=7)
        if weeks:
            grids.append(MonthGrid(year, month, tuple(weeks)))
        if not weeks or (shown >= LEAST_WEEKS and following > window.last):
            return tuple(grids)
        year, month = following.year, following.month
