"""Money, dates, times and durations as text."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigError
from kiosk.screen import formats
from kiosk.screen.texts import Both


@pytest.mark.parametrize(
    ("fen", "full", "listed"),
    [
        (110_600, "¥1,106.00", "¥1,106"), (15_650, "¥156.50", "¥156.5"), (55_300, "¥553.00", "¥553"), (0, "¥0.00", "¥0"),
        (5, "¥0.05", "¥0.05"), (-50, "−¥0.50", "−¥0.5"), (123_456_789, "¥1,234,567.89", "¥1,234,567.89"),
    ],
)  # fmt: skip
def test_money(fen: int, full: str, listed: str) -> None:
    assert (formats.amount(fen), formats.price(fen)) == (full, listed)


@given(st.integers(0, 10**10))
def test_money_can_be_read_back(fen: int) -> None:
    for text in (formats.amount(fen), formats.price(fen)):
        yuan, _, rest = text.removeprefix("¥").replace(",", "").partition(".")
        assert int(yuan) * 100 + int(rest.ljust(2, "0") or 0) == fen


def test_dates_and_times() -> None:
    saturday = date(2025, 11, 22)
    assert formats.day(saturday) == Both("11月22日 周六", "Sat 22 Nov")
    assert formats.short_day(saturday) == Both("11/22", "22 Nov")
    assert formats.month(2025, 12) == Both("2025年12月", "December 2025")
    assert [formats.weekday(at).zh for at in range(7)] == list("一二三四五六日")
    assert [formats.weekday(at).en for at in (0, 6)] == ["Mon", "Sun"]
    assert formats.long_date(date(2026, 1, 5)) == "2026年01月05日"


def test_every_day_of_two_years_is_called_as_babel_calls_it() -> None:
    for passed in range(731):
        when = date(2027, 1, 1) + timedelta(passed)
        for said, zh, en in (
            (formats.day(when), "M月d日 EEE", "EEE d MMM"),
            (formats.month_day(when), "M月d日", "d MMM"),
            (formats.month(when.year, when.month), "y年M月", "MMMM y"),
            (formats.weekday(when.weekday()), "EEEEE", "EEE"),
        ):
            assert said == Both(format_date(when, zh, locale="zh_CN"), format_date(when, en, locale="en"))
        assert formats.short_day(when).en == formats.month_day(when).en


@given(st.integers(-(10**9), 10**9))
def test_money_is_grouped_as_babel_groups_it(fen: int) -> None:
    pattern = parse_pattern("¥#,##0.00;−¥#,##0.00")
    assert formats.amount(fen) == pattern.apply(Decimal(fen) / 100, "en")


def test_durations() -> None:
    assert formats.duration(269) == Both("4时29分", "4 h 29 min")
    assert formats.duration(725) == Both("12时05分", "12 h 05 min")
    assert formats.duration(45) == Both("45分", "45 min")


def test_a_clock_shows_station_time_whatever_the_zone_of_the_machine() -> None:
    noon_utc = 1_763_726_400_000  # 2025-11-21 12:00 UTC
    assert formats.Clock("Asia/Shanghai").stamp(noon_utc) == "2025-11-21 20:00"
    assert formats.Clock("Asia/Urumqi").time(noon_utc) == "18:00"
    assert formats.Clock("Asia/Shanghai").date(noon_utc + 4 * 3_600_000) == date(2025, 11, 22)


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd"])
def test_an_unknown_zone_is_a_config_error(zone: str) -> None:
    with pytest.raises(ConfigError, match="timezone"):
        formats.Clock(zone)


def test_codes_come_in_groups_of_four() -> None:
    assert formats.code("6F4K92QD") == "6F4K 92QD"
    assert formats.code("") == ""
