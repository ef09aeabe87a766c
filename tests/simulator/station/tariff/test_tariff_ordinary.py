"""Ordinary fares: worked examples and anchors of the sheet, minimum distances, small fees, lines of their own, concessions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.dated import NoRule
from simulator.station.tariff.book import our_tariff
from simulator.station.tariff.data import Conditioning, Supplement
from simulator.station.tariff.distance import fare_km, section_km, weighted_percent_km
from simulator.station.tariff.engine import price_of
from simulator.station.tariff.money import part_fen, rounded_up, yuan
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide, rate_micro
from tests.simulator.station.tariff.rides import IN_2012, IN_2016, fen, price, ride

CLASSES = sorted(our_tariff().ordinary(IN_2016).rates.classes)
SUPPLEMENTS: tuple[Supplement, ...] = ("none", "express", "fast")
AIRCON: tuple[Conditioning, ...] = ("none", "old", "new")
PASSENGERS = ("adult", *our_tariff().passengers)

rides = st.builds(
    ride, st.integers(1, 5_000), st.sampled_from(CLASSES), st.sampled_from(SUPPLEMENTS), st.sampled_from(AIRCON)
)
days = st.sampled_from((IN_2012, IN_2016))


def test_the_worked_example_step_by_step() -> None:
    steps = price(ride(1_225)).steps
    assert [(step.rule, step.amount_fen) for step in steps if step.amount_fen] == [
        ("rates-1", 6_200), ("aircon-1", 3_100),
        ("rates-1", 1_200), ("aircon-1", 600), ("supplements-1", 1_800),
        ("rates-1", 1_500), ("aircon-1", 800),
        ("ticket-fund-1", 100), ("waiting-room-1", 100), ("insurance-2", -150),
    ]  # fmt: skip
    assert "1225 km weigh 1027.5 km" in [step.did for step in steps]
    assert any("= 60.2218, with insurance 1.3, rounded 62" in step.did for step in steps)
    assert all(step.text.zh and step.text.en for step in steps)


def test_the_insurance_comes_off_from_2013_on() -> None:
    assert fen(ride(1_225), on=date(2012, 12, 31)) == 15_400
    assert fen(ride(1_225), on=date(2013, 1, 1)) == 15_250


@pytest.mark.parametrize(
    ("km", "hard_seat", "hard_upper", "soft_upper"),
    [(1_463, 17_750, 30_450, 47_650), (1_225, 15_250, 26_150, 40_950), (281, 4_350, 8_950, 13_550), (145, 2_350, 6_950, 10_450)],
)  # fmt: skip
def test_the_anchors(km: int, hard_seat: int, hard_upper: int, soft_upper: int) -> None:
    assert fen(ride(km)) == hard_seat
    assert fen(ride(km, "hard_berth_upper")) == hard_upper
    assert fen(ride(km, "soft_berth_upper")) == soft_upper


@pytest.mark.parametrize(
    ("km", "first", "last", "middle"),
    [(1, 1, 10, 5), (190, 181, 190, 185), (200, 191, 200, 195), (201, 201, 220, 210), (700, 671, 700, 685),
     (701, 701, 740, 720), (1_250, 1_201, 1_250, 1_225), (2_305, 2_271, 2_340, 2_305), (3_790, 3_701, 3_790, 3_745),
     (4_600, 4_511, 4_600, 4_555), (4_601, 4_601, 4_700, 4_650), (9_000, 8_901, 9_000, 8_950)],
)  # fmt: skip
def test_mileage_sections_at_their_edges(km: int, first: int, last: int, middle: int) -> None:
    rows = our_tariff().ordinary(IN_2016).sections.rows
    assert section_km(km, rows) == (first, last)
    assert fare_km(km, rows) == middle


@pytest.mark.parametrize(
    ("km", "base"), [(200, "11.722"), (500, "27.5467"), (1_000, "50.9907"), (1_500, "71.5042"), (2_500, "106.6702")]
)
def test_the_cumulated_base_fare_of_each_band(km: int, base: str) -> None:
    weighted = weighted_percent_km(km, our_tariff().ordinary(IN_2016).taper.rows)
    assert yuan(Fraction(weighted * 58_610, 1_000_000)) == base


def test_rates_are_rounded_to_five_decimals_first() -> None:
    shares = our_tariff().ordinary(IN_2016).rates.share_percent
    rates = {name: rate_micro(58_610, share) for name, share in shares.items()}
    assert rates == {
        "hard_seat": 58_610, "soft_seat": 117_220, "express": 11_720, "aircon": 14_650,
        "hard_berth_upper": 64_470, "hard_berth_middle": 70_330, "hard_berth_lower": 76_190,
        "soft_berth_upper": 102_570, "soft_berth_lower": 114_290,
        "deluxe_berth_upper": 123_080, "deluxe_berth_lower": 134_800,
        "compartment_berth_upper": 91_430, "compartment_berth_lower": 99_050,
    }  # fmt: skip


def test_minimum_distances_are_compared_with_the_fare_distance() -> None:
    assert [step.did for step in price(ride(5, "hard_berth_upper")).steps if step.rule == "minimum-1"] == [
        "seat: 5 km counted as 20 km", "express: 5 km counted as 100 km",
        "aircon: 5 km counted as 20 km", "berth: 5 km counted as 400 km",
    ]  # fmt: skip
    told = price(ride(401, "hard_berth_upper")).steps
    assert not [step for step in told if step.rule == "minimum-1"]
    assert "401 km lie in 401-430, counted as 415 km" in told[0].did


def test_the_waiting_room_is_for_hard_class_beyond_200_km() -> None:
    def waits(km: int, seat_class: str) -> bool:
        return any(step.rule == "waiting-room-1" for step in price(ride(km, seat_class)).steps)

    assert [waits(km, "hard_seat") for km in (200, 201)] == [False, True]
    assert not waits(900, "soft_berth_lower")
    assert waits(900, "hard_berth_lower")


def test_the_ticket_fund_goes_by_the_seat_component() -> None:
    def fund(km: int, seat_class: str) -> list[int | None]:
        return [step.amount_fen for step in price(ride(km, seat_class)).steps if step.rule == "ticket-fund-1"]

    assert fund(45, "hard_seat") == [50]
    assert fund(45, "soft_berth_upper") == [100]  # its soft seat alone costs more than 5 yuan


def test_old_air_conditioning_has_a_ticket_and_no_uplift() -> None:
    """1,225 km: 62 + 2 x 12 + 15 + 1 + 1 - 1.5."""
    assert fen(ride(1_225, aircon="old")) == 10_150
    assert fen(ride(1_225, aircon="none")) == 8_650


def test_dearer_berths_cost_more() -> None:
    hard = [fen(ride(1_225, f"hard_berth_{level}")) for level in ("upper", "middle", "lower")]
    assert hard == sorted(hard)
    assert (
        fen(ride(1_225, "deluxe_berth_lower"))
        > fen(ride(1_225, "deluxe_berth_upper"))
        > fen(ride(1_225, "soft_berth_lower"))
    )
    assert fen(ride(1_225, "compartment_berth_upper")) > hard[-1]


def test_a_line_priced_through_adds_its_supplement_only() -> None:
    through = OrdinaryRide((FareSection(500), FareSection(1_142, "qinghai_tibet")), "fast", "new", "soft_berth_lower")
    plain = ride(1_642, "soft_berth_lower")
    assert fen(through) - fen(plain) == 10_300 + 18_300  # 1,142 km x 0.09 and x 0.16
    hard = OrdinaryRide((FareSection(1_142, "qinghai_tibet"),), "fast", "new", "hard_seat")
    assert fen(hard) == fen(ride(1_142))


def test_a_line_with_its_own_rate_is_computed_apart() -> None:
    """100 km at 0.10: seat 10 with insurance 0.2, no uplift; its air-conditioning 2.5, which is 3."""
    alone = OrdinaryRide((FareSection(100, "dazhou_chengdu"),), "none", "new", "hard_seat")
    assert fen(alone) == 1_000 + 300 + 100 - 50
    national = [
        step.amount_fen or 0 for step in price(ride(300)).steps if step.rule in ("rates-1", "aircon-1", "supplements-1")
    ]
    both = OrdinaryRide((FareSection(300), FareSection(100, "dazhou_chengdu")), "fast", "new", "hard_seat")
    own = 1_000 + 2 * 200 + 300
    assert fen(both) == sum(national) + own + 100 + 100 - 100


def test_a_line_may_multiply_the_national_fare() -> None:
    """100 km: seat 5.861 + 0.2 = 6 three times, a berth of 400 km 24 one and a half times."""
    trip = OrdinaryRide((FareSection(100, "pinghu_shenzhen"),), "none", "none", "hard_berth_upper")
    assert fen(trip) == 3 * 600 + 2_400 * 3 // 2 + 100 + 1_000 - 50


@pytest.mark.parametrize(
    ("passenger", "seat_class", "expected"),
    [
        ("child", "hard_seat", 7_650),
        ("student", "hard_seat", 7_650),
        ("soldier", "hard_seat", 7_650),
        ("child", "hard_berth_upper", 18_550),
        ("student", "hard_berth_upper", 18_550),
        ("soldier", "hard_berth_upper", 13_100),
        ("student", "soft_berth_upper", 40_950),  # not granted there
        ("free_child_in_berth", "hard_berth_upper", 9_900 + 1_000 + 1_150),
    ],
)
def test_what_a_concession_leaves_of_1225_km(passenger: str, seat_class: str, expected: int) -> None:
    assert fen(ride(1_225, seat_class), passenger) == expected


def test_half_fares_keep_half_a_yuan_of_the_fees() -> None:
    did = {step.did: step.amount_fen for step in price(ride(1_225), "child").steps if step.rule == "child-fare-1"}
    assert did["fund 1 at 50 %: 0.5"] == -50
    assert did["waiting 1 at 50 %: 0.5"] == -50
    assert did["insurance taken off 1.5 at 50 %: 0.5"] == 100


@given(rides, st.sampled_from(PASSENGERS), days)
def test_the_steps_add_up_to_the_price(wanted: OrdinaryRide, passenger: str, on: date) -> None:
    told = price(wanted, passenger, on)
    assert sum(step.amount_fen or 0 for step in told.steps) == told.total_fen
    assert told.total_fen % 50 == 0
    assert told.total_fen > 0 or passenger == "free_child_in_berth"  # without a berth it pays nothing
    assert told.total_fen >= 0


@given(rides, st.sampled_from(PASSENGERS), days)
def test_a_concession_never_costs_more(wanted: OrdinaryRide, passenger: str, on: date) -> None:
    assert fen(wanted, passenger, on) <= fen(wanted, on=on)


@given(rides, st.integers(1, 4_000), st.sampled_from(PASSENGERS), days)
def test_farther_is_never_cheaper(wanted: OrdinaryRide, more_km: int, passenger: str, on: date) -> None:
    further = ride(wanted.km + more_km, wanted.seat_class, wanted.supplement, wanted.aircon)
    assert fen(further, passenger, on) >= fen(wanted, passenger, on)


def test_what_the_tariff_does_not_know_is_named() -> None:
    with pytest.raises(NoRule, match="no class 'first' on ordinary trains; known: hard_seat"):
        fen(ride(100, "first"))
    with pytest.raises(NoRule, match="no passenger 'childs'; did you mean child"):
        fen(ride(100), "childs")
    with pytest.raises(NoRule, match="no line 'qinghai-tibet'; did you mean qinghai_tibet"):
        price_of(
            our_tariff(),
            OrdinaryRide((FareSection(9, "qinghai-tibet"),), "none", "none", "hard_seat"),
            "adult",
            IN_2016,
        )
    with pytest.raises(ValueError, match="0 km: a fare section has 1 to 20000 km"):
        ride(0)
    with pytest.raises(ValueError, match="at least one fare section"):
        OrdinaryRide((), "none", "none", "hard_seat")


def test_rounding_at_its_edges() -> None:
    assert [part_fen(fen, 50) for fen in (49, 50, 149, 150)] == [0, 50, 50, 100]
    assert [rounded_up(Fraction(fen), 50) for fen in (0, 1, 50, 51)] == [0, 50, 50, 100]
    assert [yuan(fen) for fen in (0, 50, -150, 15_250, 100_000)] == ["0", "0.5", "-1.5", "152.5", "1000"]
