"""Places that a trip gets: policies, groups, wishes, distance. Seat inventory, sections 4 and 8; rows INV-01 to INV-05, INV-18."""

from __future__ import annotations

import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.bench.parts.seats_policies import DEMANDS, SHAPES, late_numbering, sold_by, trips_of
from simulator.station.layout import Layout, Place
from simulator.station.seats.choosing import spaced
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.policies import POLICIES, Policy, best_fit, exact_gap, first_fit, worst_fit
from simulator.station.seats.stock import MOST_SEGMENTS, Stock, StockError

SEATS, SEGMENTS = 6, 7
EXAMPLE = [(4, 6), (2, 5), (1, 2), (0, 4), (5, 6)]

trips = st.tuples(st.integers(0, SEGMENTS - 1), st.integers(1, SEGMENTS)).filter(lambda trip: trip[0] < trip[1])


def sell(policy: Policy, requests: list[tuple[int, int]], seats: int, segments: int) -> list[int | None]:
    stock = Stock(plain_layout(seats), segments, policy=policy)
    placed: list[int | None] = []
    for a, b in requests:
        chosen = stock.choose(a, b, 1)
        stock.take(chosen or (), a, b)
        placed.append(chosen[0] if chosen else None)
    return placed


def test_the_example_where_first_fit_loses() -> None:
    assert sell(first_fit, EXAMPLE, 2, 6) == [0, 1, 0, None, 1]
    assert sell(exact_gap, EXAMPLE, 2, 6) == [0, 1, 1, 0, 1]


def gap(stock: Stock, place: int, a: int, b: int) -> int:
    """Free segments around the trip, counted one by one."""
    taken = stock.taken()
    left, right = a, b
    while left > 0 and not taken[left - 1] >> place & 1:
        left -= 1
    while right < stock.segments and not taken[right] >> place & 1:
        right += 1
    return right - left


@given(sold=st.lists(trips, max_size=25), trip=trips)
def test_each_policy_keeps_its_word(sold: list[tuple[int, int]], trip: tuple[int, int]) -> None:
    stock, (a, b) = Stock(plain_layout(SEATS), SEGMENTS, policy=worst_fit), trip
    for x, y in sold:
        stock.take(stock.choose(x, y, 1) or (), x, y)
    taken = stock.taken()
    free = [place for place in range(SEATS) if not any(row >> place & 1 for row in taken[a:b])]
    assert stock.left(a, b) == len(free)
    assert [place for place in range(SEATS) if stock.free(a, b) >> place & 1] == free
    gaps = {place: gap(stock, place, a, b) for place in free}

    def tight(place: int) -> int:
        return (a == 0 or taken[a - 1] >> place & 1) + (b == SEGMENTS or taken[b] >> place & 1)

    expected = {
        first_fit: min(free, default=None),
        best_fit: min(free, key=lambda place: (gaps[place], place), default=None),
        worst_fit: min(free, key=lambda place: (-gaps[place], place), default=None),
        exact_gap: min(free, key=lambda place: (-tight(place), place), default=None),
    }
    for policy, place in expected.items():
        stock.policy = policy
        assert stock.choose(a, b, 1) == (None if place is None else [place])


@given(requests=st.lists(trips, max_size=40))
def test_the_short_way_takes_what_the_long_way_chooses(requests: list[tuple[int, int]]) -> None:
    stock = Stock(plain_layout(SEATS), SEGMENTS)
    for a, b in requests:
        chosen = stock.choose(a, b, 1)
        assert [stock.take_one(a, b)] == (chosen or [-1])


def test_every_pair_of_stops_is_sold_without_a_ticket_for_each() -> None:
    """INV-01, INV-03: all 300 trips of a 25-stop run, from the bits alone."""
    stock = Stock(plain_layout(2), 24)
    stock.take([0], 3, 9)
    counts = {(a, b): stock.left(a, b) for b in range(1, 25) for a in range(b)}
    assert len(counts) == 300
    assert {trip for trip, count in counts.items() if count == 1} == {
        trip for trip in counts if trip[0] < 9 and trip[1] > 3
    }


def test_the_longest_run_and_no_longer() -> None:
    """INV-04: 64 stops."""
    stock = Stock(plain_layout(3), MOST_SEGMENTS)
    assert stock.take_one(0, 999) == 0
    assert (stock.left(0, 1), stock.left(998, 999)) == (2, 2)
    for segments in (0, 1_000):
        with pytest.raises(StockError, match="segments"):
            Stock(plain_layout(3), segments)


def test_a_hundred_trains_fit_into_fifty_megabytes() -> None:
    """INV-02: strings of one train, half sold, a hundred times."""
    stock = Stock(plain_layout(2_000), 24)
    for number in range(1_000):
        stock.take_one(number % 24, number % 24 + 1)
    rows = sum(sys.getsizeof(row) for pool in stock.pools for row in pool.rows)
    assert rows * 100 < 50e6
    assert rows < 8 * 2_000


def test_a_group_sits_together_as_long_as_it_can() -> None:
    stock = Stock(plain_layout(120), 4)
    assert stock.choose(0, 4, 3, "together") == [0, 1, 2]
    stock.take([0, 1, 3], 0, 4)
    assert stock.choose(0, 4, 2, "together") == [5, 6]
    assert stock.choose(0, 4, 7, "together") == [4, 5, 6, 7, 8, 9, 10]
    stock.take([place for place in range(120) if place % 2 and place > 3], 0, 2)
    assert stock.choose(0, 4, 3, "together") == [2, 4, 6]
    stock.take([place for place in range(2, 100) if place % 2 == 0 and place != 44], 0, 2)
    assert stock.choose(0, 4, 2, "together") == [100, 102]
    assert stock.choose(0, 4, 11, "together") == [44, *range(100, 120, 2)]


def test_a_wish_bends_the_choice_and_never_refuses_it() -> None:
    stock = Stock(plain_layout(5), 4)
    assert stock.choose(0, 2, 1, "aisle") == [2]
    assert stock.choose(0, 2, 2, "window") == [0, 4]
    assert stock.choose(0, 2, 3, "window") == [0, 1, 4]
    assert stock.choose(0, 2, 6, "window") is None


def test_lower_berths_go_first_whatever_the_policy_prefers() -> None:
    berths = tuple(
        Place("01", f"{bay:02d}{level[0]}", level, level, f"01{level}", f"01{level}")
        for level in ("lower", "upper")
        for bay in (1, 2)
    )
    stock = Stock(Layout(berths, ("lower", "upper")), 3)
    assert not stock.single
    stock.take([2], 0, 1)
    assert stock.choose(1, 3, 1) == [0]
    assert stock.choose(1, 3, 3) == [0, 1, 2]


def test_every_second_place_of_a_row_is_left_empty() -> None:
    layout = plain_layout(10)
    mask = spaced(layout)
    assert [place for place in range(10) if mask >> place & 1] == [0, 2, 4, 5, 7, 9]
    stock = Stock(layout, 2, offered=mask)
    assert stock.left(0, 2) == 6
    assert [stock.take_one(0, 2) for _ in range(7)] == [0, 2, 4, 5, 7, 9, -1]
    assert stock.choose(0, 2, 1) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_exact_gap_sells_nearly_what_any_choice_of_places_could(shape: str) -> None:
    """Section 8: within 0.3 % of numbers that are given when all have asked, over four demands; who chooses badly is far off."""
    dice = Random(2026)
    asked = [trips_of(dice, SHAPES[shape], demand) for demand in DEMANDS for _ in range(3)]
    bound = sum(map(late_numbering, asked))

    def lost(policy: Policy) -> float:
        return 100 - 100 * sum(sold_by(policy, trips) for trips in asked) / bound

    assert lost(exact_gap) <= 0.3
    assert lost(worst_fit) > 5


def test_a_policy_is_known_by_its_name() -> None:
    assert POLICIES["exact_gap"] is exact_gap
    assert POLICIES.keys() == {"exact_gap", "first_fit", "best_fit", "worst_fit"}
