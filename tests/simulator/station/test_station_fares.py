"""What a place costs at the station: adults and concessions on real rides, EMU fares against the table. Fares and rules, 1 to 3.

The tariff itself is tested in `tariff/`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from simulator.station.network import NETWORK_DIR, NetworkError
from simulator.station.prices import load_prices
from simulator.station.tariff.book import read_tariff
from simulator.station.timetable import Trip
from tests.simulator.station.helpers import TODAY, world
from tests.simulator.station.tariff.rides import copy_of_tariff


@pytest.mark.parametrize(
    ("train", "ends", "seat_class", "level", "expected"),
    [
        ("G1", ("VNP", "AOH"), "second", "", (55_300, 27_650, 41_500, 27_650)),
        ("G1", ("VNP", "AOH"), "first", "", (88_500, 44_250, 88_500, 44_250)),  # 1.6 of second since 2020-12-23
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


def test_the_rules_of_the_day_of_sale_count() -> None:
    trip = world().timetable.trip("Z1", "BXP", "WCN")
    assert trip is not None
    days = (date(2012, 12, 31), date(2013, 1, 1))
    assert [world().prices.price_fen(trip, "hard_seat", "", "adult", day) for day in days] == [15_400, 15_250]


@pytest.mark.parametrize(
    ("departs", "sold_on", "expected"),
    [
        (6 * 60, TODAY, (49_800, 79_700)),
        (8 * 60, TODAY, (55_300, 88_500)),
        (9 * 60, TODAY, (59_800, 95_700)),
        (9 * 60, date(2020, 12, 22), (55_300, 93_300)),
    ],
)
def test_emu_fares_float_with_the_departure_from_the_day_the_tariff_says(
    departs: int, sold_on: date, expected: tuple[int, int]
) -> None:
    """The same train at another hour, and sold the day before the fares began to float."""
    old = world().timetable.trains["G1"]
    first = replace(old.stops[0], depart_min=departs)
    trip = Trip(replace(old, stops=(first, *old.stops[1:]), key=f"G1 at {departs}"), 0, 3)
    assert tuple(world().prices.price_fen(trip, each, "", "adult", sold_on) for each in ("second", "first")) == expected


def test_a_train_under_a_tariff_that_is_not_there_or_knows_no_such_class_refuses_the_start() -> None:
    prices, train = load_prices(NETWORK_DIR), world().timetable.trains["D901"]
    with pytest.raises(
        NetworkError, match=r"train D901: no tariff d_sleep: no EMU profile 'd_sleep'; did you mean d_sleeper"
    ):
        prices.check(replace(train, fare="d_sleep"))
    with pytest.raises(NetworkError, match="train D901: tariff c_tianjin has no price for emu_berth_lower"):
        prices.check(replace(train, fare="c_tianjin"))


def test_somebody_without_a_concession_pays_in_full() -> None:
    trip = world().timetable.trip("Z1", "BXP", "WCN")
    assert trip is not None
    paid = world().prices.quote(trip, "hard_seat", "", ("adult", "pensioner", "child"), TODAY)
    assert paid == {"adult": 15_250, "pensioner": 15_250, "child": 7_650}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("base_micro: 58_610", "base_rate: 58_610", "base_rate: unknown key"),
        ("id: taper-1\n    valid_from: null\n    valid_to: null", "id: taper-1\n    valid_from: null\n    valid_to: 2030-12-31",
         "ordinary: taper: nothing holds on 9999-12-31"),
    ],
)  # fmt: skip
def test_a_tariff_that_cannot_be_used_refuses_the_start(old: str, new: str, told: str, tmp_path: Path) -> None:
    folder = copy_of_tariff(tmp_path, ordinary=(old, new))
    with pytest.raises(NetworkError, match=told):
        load_prices(NETWORK_DIR, lambda: read_tariff(folder))
