"""The rule files: what the loader refuses, with file and line or table and days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config import ConfigError
from simulator.station.dated import NoRule
from simulator.station.tariff.book import our_tariff, read_tariff
from tests.simulator.station.tariff.rides import copy_of_tariff


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("ordinary", "valid_from: 2013-01-01", "valid_from: 2012-12-31", "insurance-1 and insurance-2 overlap"),
        ("ordinary", "valid_from: 2013-01-01", "valid_from: 2013-01-03", "no entry from 2013-01-01 to 2013-01-02"),
        ("ordinary", "id: insurance-2", "id: insurance-1", "an id stands twice"),
        ("ordinary", "valid_to: 2012-12-31", "valid_to: soon", "ordinary.yaml:82: insurance.*date expected"),
        ("ordinary", "base_micro: 58_610", "base_rate: 58_610", "base_rate: unknown key; did you mean base_micro"),
        ("ordinary", "base_micro: 58_610", "base_micro: 0.05861", "a whole number expected"),
        ("ordinary", "base_micro: 58_610", "base_micro: -1", "is not within 0"),
        ("ordinary", "[1100, 50]", "[1100, 49]", "sections of 49 km do not fill the band from 1100 km on"),
        ("ordinary", "[200, 90]", "[600, 90]", "rows begin at 0 and rise"),
        ("ordinary", "[200, 90]", "[200, 110]", "a kilometre further out never costs more"),
        ("ordinary", "express: 100, berth: 400}", "express: 100}", "no minimum for berth"),
        ("ordinary", "      soft_berth_upper: 175\n", "", "no share for soft_berth_upper"),
        ("ordinary", 'en: "Booking fee of a berth, 10 yuan"', 'en: ""', "0 is not within 1"),
        ("ordinary", 'source: "fares and rules 1.2 (A)"', 'source: ""', "0 is not within 1"),
        ("lines", "through: true", "through: true\n      base_micro: 1", "a line priced through has a supplement"),
        ("lines", "express: 100, berth: 100}", "express: 100}", "no minimum for berth"),
        ("emu", "profile: g300", "profile: g301", "no profile g301"),
        ("emu", "ends: [VNP, NKH]", "ends: [AOH, VNP]", "stand twice"),
        ("emu", "ends: [VNP, NKH]", "ends: [VNP, Nanjing]", "7 is not within 3..3"),
        ("emu", "second_fen: 59_800", "second_fen: 60_000", "second class 60000 fen is not within 49800 to 59800"),
        ("emu", 'starts: "09:00"', 'starts: "06:00"', "slots from 00:00 and 06:00 overlap"),
        ("emu", 'before: "24:00"', 'before: "25:00"', "two times HH:MM"),
        ("emu", "rate_micro: {second: 460_000}", "rate_micro: {first: 460_000}", "no rate for second"),
        ("concessions", "emu: 75}", "emu: 175}", "175 is not within 0..100"),
        ("concessions", "booking: 100, fees: 50, emu: 50}", "fees: 50, emu: 50}", "booking: is missing"),
    ],
)
def test_a_wrong_rule_is_refused(file: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    folder = copy_of_tariff(tmp_path, **{file: (old, new)})
    with pytest.raises(ConfigError, match=told.replace("..", r"\.\.")):
        read_tariff(folder)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    folder = copy_of_tariff(tmp_path)
    (folder / "lines.yaml").unlink()
    with pytest.raises(ConfigError, match=r"lines\.yaml: cannot be read"):
        read_tariff(folder)


def test_a_day_before_every_rule_has_none(tmp_path: Path) -> None:
    folder = copy_of_tariff(
        tmp_path, ordinary=("id: taper-1\n    valid_from: null", "id: taper-1\n    valid_from: 1997-12-01")
    )
    with pytest.raises(NoRule, match="ordinary: taper: nothing holds on 1997-11-30; known from 1997-12-01 to now on"):
        read_tariff(folder).ordinary(date(1997, 11, 30))


def test_a_new_version_is_chosen_by_the_day_of_sale(tmp_path: Path) -> None:
    second = """
  - id: booking-2
    valid_from: 2030-01-01
    valid_to: null
    source: "a test"
    text: {zh: "订票费五元", en: "Booking fee 5 yuan"}
    fee_fen: 500
"""
    head = "id: booking-1\n    valid_from: null\n    valid_to: "
    folder = copy_of_tariff(tmp_path, ordinary=(head + "null", head + "2029-12-31"))
    file = folder / "ordinary.yaml"
    file.write_text(file.read_text(encoding="utf-8") + second, encoding="utf-8")
    tariff = read_tariff(folder)
    assert [tariff.ordinary(day).booking.fee_fen for day in (date(2029, 12, 31), date(2030, 1, 1))] == [1_000, 500]
    assert date(2030, 1, 1) in tariff.turning_days


def test_every_rule_of_ours_says_where_it_is_from() -> None:
    rules = our_tariff().ordinary(date(2016, 10, 1))
    entries = [getattr(rules, name) for name in type(rules).__dataclass_fields__]
    assert len(entries) == 10
    assert all(entry.source.startswith("fares and rules 1.") and entry.text.zh != entry.text.en for entry in entries)
