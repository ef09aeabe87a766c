"""The sale window and the weeks around it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError
from kiosk.journey.calendar import SaleWindow, months, parse_day, station_day
from kiosk.journey.holidays import Holiday, Holidays, holidays

WINDOW = SaleWindow(date(2025, 11, 21), 15)


def test_fifteen_days_end_on_the_fifth_of_december() -> None:
    assert WINDOW.last == date(2025, 12, 5)
    assert WINDOW.on_sale_from(date(2025, 12, 6)) == date(2025, 11, 22)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2025, 11, 20), "past"), (date(2025, 11, 21), "today"), (date(2025, 11, 22), "chosen"),
        (date(2025, 11, 23), "open"), (date(2025, 12, 5), "last"), (date(2025, 12, 6), "later"),
    ],
)  # fmt: skip
def test_every_day_says_what_it_is(day: date, state: str) -> None:
    assert WINDOW.state(day, date(2025, 11, 22)) == state


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_the_grid_shows_each_day_of_the_window_once_monday_first(today: date, days: int) -> None:
    window = SaleWindow(today, days)
    grids = months(window)
    shown = [day for grid in grids for week in grid.weeks for day in week if day is not None]
    assert len(shown) == len(set(shown))
    assert {today + timedelta(days=at) for at in range(days)} <= set(shown)
    assert sum(len(grid.weeks) for grid in grids) >= 5
    for grid in grids:
        assert grid.weeks
        for week in grid.weeks:
            assert len(week) == 7
            assert all(day is None or day.weekday() == at for at, day in enumerate(week))
    assert min(shown) >= today - timedelta(days=6)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60), st.integers(0, 400))
def test_a_later_day_is_on_sale_from_its_on_sale_day(today: date, days: int, ahead: int) -> None:
    window, day = SaleWindow(today, days), today + timedelta(days=ahead)
    begins = window.on_sale_from(day)
    assert SaleWindow(begins, days).open(day)
    assert not SaleWindow(begins - timedelta(days=1), days).open(day)


def test_the_day_rolls_at_station_midnight() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    midnight = 1_795_190_400_000 + 0  # 2026-11-21 00:00 in Shanghai
    assert station_day(midnight, zone) == date(2026, 11, 21)
    assert station_day(midnight - 1, zone) == date(2026, 11, 20)


@given(st.text(max_size=12))
def test_only_dates_are_days(text: str) -> None:
    day = parse_day(text)
    assert day is None or day.isoformat() == text


def test_holidays_fixed_and_moving_are_known() -> None:
    assert holidays().on(date(2031, 10, 1)) == Holiday("国庆节", "Nat'l Day")
    assert holidays().on(date(2027, 2, 6)) == Holiday("春节", "Lunar NY")
    assert holidays().on(date(2026, 11, 22)) is None


def test_holidays_of_no_calendar_are_refused_and_no_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text('every_year: {"02-30": {name: a, english: b}}', "utf-8")
    with pytest.raises(ConfigError, match="02-30"):
        holidays(path)
    assert holidays(tmp_path / "none.yaml") == Holidays()
