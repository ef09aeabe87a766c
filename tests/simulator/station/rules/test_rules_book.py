"""The rule files: what is refused, with which words; dated tables; the calendar."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from config import ConfigError
from simulator.station.dated import Dated, NoRule, Table, Text
from simulator.station.rules.book import RULES_DIR, load_rules, the_rules
from simulator.station.rules.moments import parse_day, parse_moment

TEXT = Text("中", "en")


def entry(name: str, first: date | None, last: date | None) -> Dated:
    return Dated(id=name, valid_from=first, valid_to=last, source="sheet", text=TEXT)


def test_a_table_answers_on_the_first_and_on_the_last_day() -> None:
    table = Table("t", [entry("b", date(2013, 9, 1), None), entry("a", None, date(2013, 8, 31))])
    assert [table.at(day).id for day in (date.min, date(2013, 8, 31), date(2013, 9, 1), date.max)] == [
        "a",
        "a",
        "b",
        "b",
    ]
    assert table.named("b").version == 1
    with pytest.raises(NoRule, match="no c; there are a, b"):
        table.named("c")


def test_outside_its_span_a_table_says_what_it_has() -> None:
    table = Table("t", [entry("a", date(2010, 1, 1), date(2010, 12, 31))])
    for day in (date(2009, 12, 31), date(2011, 1, 1)):
        with pytest.raises(NoRule, match="known from 2010-01-01 to 2010-12-31"):
            table.at(day)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (entry("b", date(2013, 8, 31), None), "a and b overlap"),
        (entry("b", date(2013, 9, 2), None), "no entry from 2013-09-01 to 2013-09-01"),
        (entry("a", date(2013, 9, 1), None), "an id stands twice"),
        (entry("b", None, None), "overlap"),
    ],
)
def test_a_table_has_one_entry_a_day(second: Dated, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Table("t", [entry("a", None, date(2013, 8, 31)), second])


def test_a_table_without_entries_and_a_period_that_ends_before_it_begins_are_refused() -> None:
    with pytest.raises(ConfigError, match="no entry"):
        Table("t", [])
    with pytest.raises(ValueError, match="after"):
        entry("a", date(2011, 1, 1), date(2010, 1, 1))


def test_every_rule_has_a_source_and_both_languages() -> None:
    for day in (date(2010, 1, 1), date(2020, 2, 6), date(2024, 1, 15)):
        for _, rule in the_rules().in_force(day):
            assert rule.source
            assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.text.zh)
            assert rule.text.en.isascii()


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("refunds.yaml", "rounding: whole_yuan", "rounding: quarter_yuan", r"refunds.yaml:\d+: fees\[0\].rounding"),
        ("refunds.yaml", "{hours: 48, percent: 5}", "{hours: 12, percent: 5}", "tiers go from the longest time"),
        ("refunds.yaml", "{hours: 48, percent: 5}", "{hours: 48, percent: 15}", "must not be cheaper"),
        ("refunds.yaml", "{hours: 48, percent: 5}", "{hours: 48, percents: 5}", "did you mean percent"),
        ("refunds.yaml", "valid_to: 2013-08-31", "valid_to: 2013-08-30", "no entry from 2013-08-31"),
        ("refunds.yaml", "percent: 20}]", "percent: 120}]", "not within 0..100"),
        ("overrides.yaml", '"2020-01-27T24:00"', '"2020-01-27T25:00"', "no such time of day"),
        ("overrides.yaml", "priority: 40", "priority: 30", "stands twice"),
        ("overrides.yaml", '    late_paper_until: "2020-02-05T24:00"\n', "", "go together"),
        ("rebooking.yaml", "valid_from: 2024-01-15", "valid_from: 2024-01-14", "overlap"),
        ("validity.yaml", "first_days: 2", "first_days: two", "whole number expected"),
        ("tickets.yaml", "    suburban_to_km: 100\n", "", "suburban_to_km: is missing"),
        ("calendar.yaml", "2009-01-11", "2008-03-02", "do not overlap"),
        ("concessions.yaml", "{zh: ", "{zx: ", "unknown key"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, file: str, old: str, new: str, why: str) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES_DIR, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        load_rules(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"refunds\.yaml"):
        load_rules(tmp_path)


def test_the_spring_season_has_forty_days_and_unknown_years_are_said() -> None:
    book = the_rules()
    assert all((one.last - one.first).days == 39 for one in book.spring_periods)
    assert [book.in_spring_festival(date(2024, *day)) for day in ((1, 25), (1, 26), (3, 5), (3, 6))] == [
        False, True, True, False,
    ]  # fmt: skip
    with pytest.raises(NoRule, match="1990"):
        book.in_spring_festival(date(1990, 2, 1))


def test_24_hours_is_the_end_of_its_day() -> None:
    assert parse_moment("2020-03-31T24:00") + 1 == parse_moment("2020-04-01T00:00")
    assert parse_moment("2020-03-31 23:59:59.999") == parse_moment("2020-03-31T24:00")
    assert parse_day("2020-03-31T24:00") == date(2020, 3, 31)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2020-02-30", "2020-01-01T24:01", "2020-01-01T12:60", "2020-1-1", "２０２０-01-01"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|day|month|time"):
        parse_moment(text)
