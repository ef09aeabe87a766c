"""EMU fares: published ones over time, floating ones by departure, defaults by distance, concessions."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.dated import NoRule
from simulator.station.tariff.book import our_tariff
from simulator.station.tariff.emu import EmuRide
from simulator.station.tariff.engine import price_of
from tests.simulator.station.tariff.rides import IN_2012, IN_2016

FLOATING = date(2020, 12, 23)
SHANGHAI, NANJING, TIANJIN = ("VNP", "AOH"), ("VNP", "NKH"), ("VNP", "TJP")


def fen(ride: EmuRide, on: date = IN_2016, passenger: str = "adult") -> int:
    return price_of(our_tariff(), ride, passenger, on).total_fen


def between(ends: tuple[str, str], seat_class: str = "second", departs: str = "") -> EmuRide:
    return EmuRide("g300", seat_class, ends=ends, departs=departs)


@pytest.mark.parametrize(
    ("ends", "seat_class", "in_2012", "in_2016"),
    [
        (SHANGHAI, "second", 55_500, 55_300), (SHANGHAI, "first", 93_500, 93_300), (NANJING, "second", 44_500, 44_350),
        (TIANJIN, "second", 5_500, 5_450),
    ],
)  # fmt: skip
def test_published_fares_lost_the_insurance_in_2013(
    ends: tuple[str, str], seat_class: str, in_2012: int, in_2016: int
) -> None:
    assert fen(between(ends, seat_class), date(2012, 12, 31)) == in_2012
    assert fen(between(ends, seat_class), date(2013, 1, 1)) == in_2016
    assert fen(between((ends[1], ends[0]), seat_class)) == in_2016


def test_beijing_shanghai_floats_from_2020_12_23_on() -> None:
    assert fen(between(SHANGHAI, departs="10:00"), date(2020, 12, 22)) == 55_300
    at = ("06:59", "07:00", "08:59", "09:00", "17:59", "18:00", "20:00", "23:59", "")
    assert [fen(between(SHANGHAI, departs=clock), FLOATING) for clock in at] == [
        49_800, 55_300, 55_300, 59_800, 59_800, 55_300, 49_800, 49_800, 55_300,
    ]  # fmt: skip


def test_other_classes_follow_second_class_within_their_bounds() -> None:
    assert [fen(between(SHANGHAI, name), FLOATING) for name in ("first", "top", "business")] == [
        88_500,
        99_550,
        193_550,
    ]
    assert [fen(between(SHANGHAI, "business", clock), FLOATING) for clock in ("06:00", "10:00")] == [174_800, 199_800]


def test_the_executed_fare_stays_between_the_news_figures() -> None:
    """498 is 10 % below 553, 598 is 8 % above."""
    rule = our_tariff().published("g300", SHANGHAI, FLOATING)
    assert rule is not None
    assert {round((slot.second_fen / 55_300 - 1) * 100) for slot in rule.slots} == {-10, 8}


def test_defaults_by_distance() -> None:
    assert fen(EmuRide("d250", "second", 100)) == 3_100  # 30.855
    assert fen(EmuRide("d250", "first", 100)) == 3_700  # 37.026
    assert fen(EmuRide("d250", "emu_berth_upper", 1_000)) == 59_250  # 592.416
    assert fen(EmuRide("g300", "second", 1_318)) == 55_400  # 230 + 207 + 117
    assert fen(EmuRide("g300", "first", 1_318)) == 88_650
    assert fen(EmuRide("g300", "second", 1)) == 50


def test_without_a_table_row_and_without_a_distance_there_is_no_fare() -> None:
    with pytest.raises(NoRule, match="not published there, and without a distance"):
        fen(between(("JGK", "NKH")))
    with pytest.raises(NoRule, match="no class 'hard_seat' on g300; known: second, first, top, business"):
        fen(EmuRide("g300", "hard_seat", 100))
    with pytest.raises(NoRule, match="no EMU profile 'g30'; did you mean g300"):
        fen(EmuRide("g30", "second", 100))
    with pytest.raises(ValueError, match="a distance or two stations"):
        EmuRide("g300", "second")
    assert fen(EmuRide("g300", "second", 406, ("JGK", "NKH"))) == 18_700


@pytest.mark.parametrize(
    ("passenger", "seat_class", "expected"),
    [("child", "second", 27_650), ("student", "second", 41_500), ("soldier", "second", 27_650), ("student", "first", 93_300),
     ("child", "first", 46_650)],
)  # fmt: skip
def test_concessions_on_the_executed_fare(passenger: str, seat_class: str, expected: int) -> None:
    assert fen(between(SHANGHAI, seat_class), IN_2016, passenger) == expected


def test_of_an_emu_berth_the_seat_alone_is_halved_for_a_child() -> None:
    berth, second = fen(EmuRide("d250", "emu_berth_upper", 1_000)), fen(EmuRide("d250", "second", 1_000))
    assert fen(EmuRide("d250", "emu_berth_upper", 1_000), IN_2016, "child") == berth - second // 2 // 50 * 50


@given(
    st.sampled_from(("d250", "g300")), st.sampled_from(("second", "first")), st.integers(1, 3_000), st.integers(1, 500),
    st.sampled_from(("adult", *our_tariff().passengers)), st.sampled_from((IN_2012, IN_2016)),
)  # fmt: skip
def test_defaults_grow_with_distance_and_the_steps_add_up(
    profile: str, seat_class: str, km: int, more_km: int, passenger: str, on: date
) -> None:
    near = price_of(our_tariff(), EmuRide(profile, seat_class, km), passenger, on)
    assert sum(step.amount_fen or 0 for step in near.steps) == near.total_fen >= 0
    assert near.total_fen <= fen(EmuRide(profile, seat_class, km), on)
    assert near.total_fen <= fen(EmuRide(profile, seat_class, km + more_km), on, passenger)
