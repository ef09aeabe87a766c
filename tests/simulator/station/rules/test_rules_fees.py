"""Refund fees: every border of section 4, and laws that hold for all of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.rules.book import the_rules
from simulator.station.rules.fees import difference_fee, refund_fee
from simulator.station.rules.moments import DAY_MS, HOUR_MS

BOOK = the_rules()
R1, R2, R3, R4, R5 = (date(2010, 1, 1), date(2013, 3, 1), date(2013, 9, 1), date(2016, 1, 1), date(2024, 1, 15))
FARES = st.integers(0, 500_000)
TIMES = st.integers(0, 40 * DAY_MS)
DAYS = st.sampled_from([R1, R2, R3, R4, R5])


def fee(fare_fen: int, before_ms: int, day: date, **moved: int | bool) -> int:
    return refund_fee(BOOK, fare_fen, before_ms, day, **moved).fee_fen  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "before_ms", "percent"),
    [
        (R1, 0, 20), (R1, 60 * DAY_MS, 20),
        (date(2011, 5, 31), HOUR_MS, 20), (date(2011, 6, 1), HOUR_MS, 5),
        (R2, 0, 5), (date(2013, 8, 31), HOUR_MS, 5), (R3, HOUR_MS, 20),
        (R3, 48 * HOUR_MS, 5), (R3, 48 * HOUR_MS - 1, 10), (R3, 24 * HOUR_MS, 10), (R3, 24 * HOUR_MS - 1, 20),
        (R3, 40 * DAY_MS, 5),
        (R4, 15 * DAY_MS, 5), (R4, 15 * DAY_MS + 1, 0), (R4, 48 * HOUR_MS, 5), (R4, 0, 20),
        (R5, 8 * DAY_MS, 0), (R5, 8 * DAY_MS - 1, 5), (R5, 48 * HOUR_MS - 1, 10), (R5, 24 * HOUR_MS - 1, 20),
    ],
)  # fmt: skip
def test_borders_of_the_tiers(day: date, before_ms: int, percent: int) -> None:
    assert refund_fee(BOOK, 100_000, before_ms, day).percent == percent


@pytest.mark.parametrize(
    ("fare_fen", "fee_fen"),
    [
        (1_120, 200),
        (1_125, 250),
        (1_370, 250),
        (1_375, 300),
        (1_200, 250),
        (3_700, 750),
        (15_250, 3_050),
        (65_300, 13_050),
    ],
)
def test_half_yuan_steps_are_below_a_quarter_down_and_from_three_quarters_up(fare_fen: int, fee_fen: int) -> None:
    assert fee(fare_fen, HOUR_MS, R5) == fee_fen


def test_the_old_rules_round_to_the_yuan_half_up() -> None:
    assert [fee(fare, HOUR_MS, R1) for fare in (65_300, 250, 240, 1_250)] == [13_100, 100, 0, 300]
    assert [fee(fare, HOUR_MS, R2) for fare in (65_300, 5_000, 1_000)] == [3_300, 300, 200]


def test_the_minimum_is_due_only_with_a_fee_and_never_more_than_the_fare() -> None:
    assert fee(450, HOUR_MS, R5) == 200
    assert fee(450, 9 * DAY_MS, R5) == 0
    assert fee(150, HOUR_MS, R5) == 150


def test_a_ticket_moved_into_the_free_time_costs_five_percent() -> None:
    assert fee(10_000, 9 * DAY_MS, R5, moved_with_ms=8 * DAY_MS - 1) == 500
    assert fee(10_000, 9 * DAY_MS, R5, moved_with_ms=8 * DAY_MS) == 0
    assert fee(10_000, 16 * DAY_MS, R4, moved_with_ms=15 * DAY_MS) == 500
    assert fee(10_000, 16 * DAY_MS, R4, moved_with_ms=15 * DAY_MS + 1) == 0
    assert fee(10_000, HOUR_MS, R5, moved_with_ms=HOUR_MS) == 2_000


def test_a_rebooked_ticket_in_the_spring_season_costs_twenty_percent_always() -> None:
    assert fee(10_000, 30 * DAY_MS, R5, moved_with_ms=30 * DAY_MS, into_spring=True) == 2_000
    assert fee(10_000, 30 * DAY_MS, R5, into_spring=True) == 0  # not rebooked


def test_what_a_cheaper_train_leaves_over_has_its_own_fee() -> None:
    assert difference_fee(BOOK, 10_000, 48 * HOUR_MS, R5).fee_fen == 500
    assert difference_fee(BOOK, 10_000, -1, R5).fee_fen == 2_000
    assert difference_fee(BOOK, 10_000, 8 * DAY_MS, R5).fee_fen == 0


def test_the_trace_names_the_rule_its_version_and_both_languages() -> None:
    step = refund_fee(BOOK, 65_300, HOUR_MS, R5).trace[0]
    assert (step.rule, step.version, step.amount_fen) == ("R5", 1, 13_050)
    assert "20 % of 653 = 130.5" in step.did
    assert "8天" in step.text.zh
    assert "8 days" in step.text.en


def test_a_fee_after_departure_or_of_a_negative_fare_is_the_callers_mistake() -> None:
    for fare_fen, before_ms in ((-1, 0), (100, -1)):
        with pytest.raises(ValueError, match="no fee"):
            refund_fee(BOOK, fare_fen, before_ms, R5)


@given(fare_fen=FARES, before_ms=TIMES, day=DAYS)
def test_a_fee_is_never_more_than_the_fare_and_comes_in_steps(fare_fen: int, before_ms: int, day: date) -> None:
    due = fee(fare_fen, before_ms, day)
    assert 0 <= due <= fare_fen
    assert due % (100 if day in (R1, R2) else 50) == 0 or due == fare_fen


@given(fare_fen=FARES, times=st.tuples(TIMES, TIMES), day=DAYS)
def test_coming_earlier_never_costs_more(fare_fen: int, times: tuple[int, int], day: date) -> None:
    assert fee(fare_fen, max(times), day) <= fee(fare_fen, min(times), day)


@given(fares=st.tuples(FARES, FARES), before_ms=TIMES, day=DAYS)
def test_a_dearer_ticket_never_costs_less_to_give_back(fares: tuple[int, int], before_ms: int, day: date) -> None:
    assert fee(min(fares), before_ms, day) <= fee(max(fares), before_ms, day)


@given(fare_fen=FARES, before_ms=TIMES, day=DAYS)
def test_the_trace_adds_up_to_the_fee(fare_fen: int, before_ms: int, day: date) -> None:
    found = refund_fee(BOOK, fare_fen, before_ms, day)
    assert sum(step.amount_fen or 0 for step in found.trace) == found.fee_fen
