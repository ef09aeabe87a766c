"""Standing tickets and metrics. Seat inventory, sections 6 and 7; rows CAP-01 to CAP-09, INV-19 to INV-22."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.seats.metrics import metrics
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.quotas import Quota, Reuse, Terms, Use
from simulator.station.seats.standing import Standing, coach_capacity, train_capacity
from simulator.station.seats.stock import Stock

SEGMENTS = 5
trips = st.tuples(st.integers(0, SEGMENTS - 1), st.integers(1, SEGMENTS)).filter(lambda trip: trip[0] < trip[1])


def test_capacity_of_coach_and_train() -> None:
    """CAP-03, CAP-04."""
    assert coach_capacity(24) == 184
    assert train_capacity(10, 24, 6, 66) == 2236


@given(asked=st.lists(st.tuples(trips, st.integers(1, 3)), max_size=60))
def test_no_segment_and_no_coach_is_ever_too_full(asked: list[tuple[tuple[int, int], int]]) -> None:
    """CAP-01, CAP-07: and what is refused would not have fitted."""
    standing = Standing((4, 4, 4), (10, 8, 12, 12, 9))
    for (a, b), wanted in asked:
        coaches, left = standing.choose(a, b, wanted), standing.left(a, b)
        assert (coaches is None) == (left < wanted)
        if coaches is not None:
            assert standing.fits(coaches, a, b)
            standing.add(coaches, a, b)
            assert standing.left(a, b) <= left - wanted
    assert all(load <= room for load, room in zip(standing.on_board(), standing.per_segment, strict=True))
    assert all(max(loads) <= 4 for loads in standing.loads)


def test_coaches_fill_evenly() -> None:
    """CAP-06: one packed and the next half empty does not happen."""
    standing = Standing((50,) * 7, (300,) * SEGMENTS)
    for number in range(100):
        standing.add(standing.choose(number % 2, 3 + number % 3, 1) or (), number % 2, 3 + number % 3)
        peaks = [max(loads) for loads in standing.loads]
        assert max(peaks) - min(peaks) <= 1


def test_a_full_coach_takes_nobody_however_empty_it_is_for_its_size() -> None:
    standing = Standing((1, 3), (9,) * SEGMENTS)
    assert standing.choose(0, 5, 4) == [0, 1, 1, 1]
    assert standing.choose(0, 5, 5) is None


def test_who_gets_off_makes_room() -> None:
    standing = Standing((1,), (1,) * SEGMENTS)
    standing.add([0], 0, 2)
    assert [standing.left(a, a + 1) for a in range(SEGMENTS)] == [0, 0, 1, 1, 1]
    assert standing.choose(1, 3, 1) is None
    assert not standing.fits([0], 1, 3)
    standing.add([0], 0, 2, -1)
    assert standing.choose(1, 3, 1) == [0]
    assert standing.tickets == 0


def test_metrics_follow_every_sale() -> None:
    """INV-19, INV-20."""
    stock = Stock(plain_layout(2), 5)
    assert metrics(stock).reuse is None
    stock.take_one(0, 2)
    stock.take_one(2, 4)
    told = metrics(stock)
    assert told.vacancy == pytest.approx(0.6)
    assert told.reuse == 1.0
    assert (told.redundancy_physical, told.redundancy_combined) == (0.5, 0.5)
    stock.give_back_one(0, 0, 2)
    assert metrics(stock).vacancy == pytest.approx(0.8)
    assert metrics(stock).reuse == 0


def test_half_empty_and_nothing_sold_twice_is_poor() -> None:
    """INV-21: the two disjoint trips on two places."""
    stock = Stock(plain_layout(2), 5)
    stock.take([0], 0, 2)
    assert metrics(stock).poor
    stock.take([0], 2, 4)
    assert not metrics(stock).poor


def test_what_is_withdrawn_is_vacant_not_sold() -> None:
    stock = Stock(plain_layout(2), 4, [Quota(Terms(Use.PUBLIC, reuse=Reuse.NONE), 0b11, 0, 4)])
    stock.take([0], 1, 2)
    assert metrics(stock).vacancy == pytest.approx(7 / 8)
