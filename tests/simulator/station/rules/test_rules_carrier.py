"""Carrier's fault, a lower class, a broken line."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from simulator.station.rules import carrier
from simulator.station.rules.book import the_rules
from simulator.station.rules.rows import LostPart

BOOK = the_rules()
DAY = date(2010, 1, 1)


def test_a_journey_that_stops_midway_gives_back_what_was_not_ridden() -> None:
    assert carrier.stopped_midway(BOOK, 10_000, 3_000, 300, DAY).refund_fen == 7_000
    assert carrier.stopped_midway(BOOK, 10_000, 300, 20, DAY).refund_fen == 9_700
    assert carrier.stopped_midway(BOOK, 10_000, 300, 19, DAY).refund_fen == 10_000
    assert carrier.stopped_midway(BOOK, 10_000, 5_000, 399, DAY, min_km=400).refund_fen == 10_000


def test_at_the_destination_the_unused_part_counts_at_least_the_minimum() -> None:
    assert carrier.at_destination(BOOK, 3_000, 300, DAY).refund_fen == 3_000
    short = carrier.at_destination(BOOK, 100, 15, DAY, min_fare_fen=300)
    assert (short.refund_fen, short.counted_km) == (300, 20)
    assert carrier.at_destination(BOOK, 300, 15, DAY).refund_fen == 400  # 15 km stretched to 20
    assert carrier.at_destination(BOOK, 300, 15, DAY, min_fare_fen=900, paid_fen=500).refund_fen == 500


def test_a_lower_class_gives_back_the_difference() -> None:
    assert carrier.class_difference(BOOK, 47_650, 30_450, DAY, 500, 400).refund_fen == 17_200
    assert carrier.class_difference(BOOK, 30_000, 20_000, DAY, 200, 400, 15_000).refund_fen == 15_000
    assert carrier.class_difference(BOOK, 20_000, 30_000, DAY).refund_fen == 0


def test_a_broken_line_gives_back_only_what_was_not_used() -> None:
    parts: dict[LostPart, int] = {
        "penalty_surcharge": 1_000, "used_to_destination": 2_000, "left_during_detour": 3_000, "unused": 4_000,
    }  # fmt: skip
    assert carrier.interrupted_refund(BOOK, parts, DAY).refund_fen == 4_000
    assert [carrier.part_refundable(BOOK, part, DAY)[0] for part in parts] == [False, False, False, True]


@given(paid=st.integers(0, 100_000), ridden=st.integers(0, 200_000), km=st.integers(0, 3_000))
def test_nobody_gets_back_more_than_was_paid(paid: int, ridden: int, km: int) -> None:
    assert 0 <= carrier.stopped_midway(BOOK, paid, ridden, km, DAY).refund_fen <= paid
    assert 0 <= carrier.at_destination(BOOK, ridden, km, DAY, paid_fen=paid).refund_fen <= paid
