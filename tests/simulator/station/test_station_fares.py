"""The ordinary tariff against worked examples and published prices; EMU fares against the table. Fares and rules, 1 to 3."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from simulator.station.fares import OrdinaryTariff, fare_distance_km, half_yuan_fen, ordinary_fare, weighted_km_percent
from simulator.station.network import NETWORK_DIR
from tests.simulator.station.helpers import TODAY, world

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "cn-fares-2016" / "published_fares_by_distance_band.csv"
LEVELS = {"fast": "fast", "express": "express", "ordinary": "local"}
COLUMNS = {
    "hard_seat": ("hard_seat", ""),
    "hard_sleeper_upper": ("hard_berth", "upper"),
    "soft_sleeper_upper": ("soft_berth", "upper"),
}


@cache
def tariff() -> OrdinaryTariff:
    raw = yaml.safe_load((NETWORK_DIR / "fares.yaml").read_text(encoding="utf-8"))
    return OrdinaryTariff.model_validate(raw["ordinary"])


def full_fen(km: int, seat_class: str, level: str = "", kind: str = "fast", sold_on: date = TODAY) -> int:
    return ordinary_fare(tariff(), tariff().kinds[kind], km, seat_class, level, sold_on).total()


def test_the_worked_example_part_by_part() -> None:
    fare = ordinary_fare(tariff(), tariff().kinds["fast"], 1_225, "hard_seat", "", TODAY)
    assert (fare.seat, fare.express, fare.aircon, fare.fund, fare.waiting) == (9_300, 3_600, 2_300, 100, 100)
    assert fare.insurance_off == 150
    assert fare.total() == 15_250
    assert full_fen(1_225, "hard_seat", sold_on=date(2012, 12, 31)) == 15_400


@pytest.mark.parametrize(
    ("km", "hard_seat", "hard_upper", "soft_upper"),
    [
        (1_463, 17_750, 30_450, 47_650),
        (1_225, 15_250, 26_150, 40_950),
        (281, 4_350, 8_950, 13_550),
        (145, 2_350, 6_950, 10_450),
    ],
)
def test_the_anchors(km: int, hard_seat: int, hard_upper: int, soft_upper: int) -> None:
    assert full_fen(km, "hard_seat") == hard_seat
    assert full_fen(km, "hard_berth", "upper") == hard_upper
    assert full_fen(km, "soft_berth", "upper") == soft_upper


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published fares of 2016 are not beside this clone")
def test_every_published_fare_of_2016() -> None:
    checked = 0
    for row in csv.DictReader(PUBLISHED.open(encoding="utf-8")):
        kind = LEVELS[row["train_level"]] + ("" if row["air_conditioning"] == "new-aircon" else "_plain")
        km = (int(row["km_from"]) + int(row["km_to"])) // 2
        for column, (seat_class, level) in COLUMNS.items():
            if row[column]:
                assert full_fen(km, seat_class, level, kind, date(2016, 10, 1)) == float(row[column]) * 100, (
                    row,
                    column,
                )
                checked += 1
    assert checked > 300


@pytest.mark.parametrize(
    ("km", "middle"),
    [(1, 5), (181, 185), (190, 185), (200, 195), (201, 210), (261, 270), (401, 415), (780, 760), (1_250, 1_225),
     (1_601, 1_630), (2_305, 2_305), (2_901, 2_940), (3_790, 3_745), (4_601, 4_650)],
)  # fmt: skip
def test_the_middle_of_the_mileage_section(km: int, middle: int) -> None:
    assert fare_distance_km(km, tariff().sections) == middle


def test_the_taper_begins_at_201_km_and_changes_at_2500() -> None:
    taper = tariff().taper_percent
    assert weighted_km_percent(200, taper) == 200 * 100
    assert weighted_km_percent(201, taper) == 200 * 100 + 90
    assert weighted_km_percent(1_225, taper) == 102_750
    assert weighted_km_percent(2_501, taper) - weighted_km_percent(2_500, taper) == 50


def test_half_yuan_rounding_at_its_edges() -> None:
    assert [half_yuan_fen(fen * 100) for fen in (24, 25, 74, 75, 41_475)] == [0, 50, 50, 100, 41_500]


@pytest.mark.parametrize(
    ("train", "ends", "seat_class", "level", "expected"),
    [
        ("G1", ("VNP", "AOH"), "second", "", (55_300, 27_650, 41_500, 27_650)),
        ("G1", ("VNP", "AOH"), "first", "", (93_300, 46_650, 93_300, 46_650)),
        ("G1", ("VNP", "NKH"), "second", "", (44_350, 22_200, 33_250, 22_200)),
        ("C2001", ("VNP", "TJP"), "second", "", (5_450, 2_750, 4_100, 2_750)),
        ("G71", ("BXP", "SJP"), "second", "", (12_850, 6_450, 9_650, 6_450)),
        ("Z1", ("BXP", "WCN"), "hard_seat", "", (15_250, 7_650, 7_650, 7_650)),
        ("Z1", ("BXP", "WCN"), "hard_berth", "upper", (26_150, 18_550, 18_550, 13_100)),
        ("K7705", ("BXP", "BDP"), "hard_seat", "", (2_350, 1_200, 1_200, 1_200)),
    ],
)
def test_what_adult_child_student_and_soldier_pay(
    train: str, ends: tuple[str, str], seat_class: str, level: str, expected: tuple[int, ...]
) -> None:
    trip = world().timetable.trip(train, *ends)
    assert trip is not None
    paid = [
        world().prices.price_fen(trip, seat_class, level, passenger, TODAY)
        for passenger in ("adult", "child", "student", "soldier")
    ]
    assert tuple(paid) == expected


def test_a_child_pays_the_berth_in_full() -> None:
    trip = world().timetable.trip("D901", "BXP", "IOQ")
    assert trip is not None
    adult, child = (world().prices.price_fen(trip, "emu_berth", "lower", who, TODAY) for who in ("adult", "child"))
    seat = world().prices.price_fen(trip, "second", "", "adult", TODAY)
    assert adult - child == seat // 2 // 50 * 50
