"""Who may sell what, and what a sale leaves. Seat inventory, sections 1 and 2; rows INV-14, RULE-Q7."""

from __future__ import annotations

import pytest

from simulator.station.seats.plain import plain_layout
from simulator.station.seats.quotas import ORDINARY, Quota, Reuse, Seller, Terms, Use
from simulator.station.seats.stock import Stock, StockError
from simulator.station.seats.why import Why, why_not

OWN_STATION = Terms(Use.PUBLIC, stations=frozenset({1}), limit=4, min_to=3)
GROUPS = Seller(frozenset({Use.GROUP, Use.SHARED}))


def stock_with(terms: Terms, a: int = 0, b: int = 5) -> Stock:
    """Two places of six segments; place 0 is the quota's on [a, b)."""
    return Stock(plain_layout(2), 6, [Quota(terms, 0b01, a, b)])


def free(stock: Stock, a: int, b: int, seller: Seller = ORDINARY) -> list[int]:
    mask = stock.free(a, b, seller)
    return [place for place in range(stock.size) if mask >> place & 1]


@pytest.mark.parametrize(
    ("terms", "trip", "rule"),
    [
        (Terms(Use.STAFF), (0, 3), "use"),
        (Terms(Use.PUBLIC, windows=frozenset({"hall 2"})), (0, 3), "window"),
        (Terms(Use.PUBLIC, stations=frozenset({1})), (0, 3), "station"),
        (Terms(Use.PUBLIC, limit=2), (0, 3), "limit"),
        (Terms(Use.PUBLIC, min_to=4), (0, 3), "min_to"),
        (Terms(Use.WITHDRAWN), (0, 3), "withdrawn"),
        (Terms(Use.PUBLIC), (0, 3), "offered"),
        (Terms(Use.PUBLIC), (4, 6), "two_records"),
    ],
)
def test_the_rule_that_keeps_a_place_back_is_named(terms: Terms, trip: tuple[int, int], rule: str) -> None:
    stock = stock_with(terms)
    assert why_not(stock, 0, *trip, ORDINARY).rule == rule
    assert free(stock, *trip) == ([0, 1] if rule == "offered" else [1])


def test_a_place_may_be_free_and_not_the_best() -> None:
    stock = Stock(plain_layout(3), 6, offered=0b011)
    stock.take([0], 2, 4)
    assert why_not(stock, 1, 4, 6, ORDINARY) == Why("not_best", instead=0)
    assert why_not(stock, 0, 3, 6, ORDINARY) == Why("taken", (3,))
    assert why_not(stock, 2, 0, 6, ORDINARY) == Why("distance")
    assert why_not(stock, 3, 0, 6, ORDINARY) == Why("no_such_place")


def test_a_quota_is_sold_before_what_everybody_may_sell_and_only_by_its_own() -> None:
    stock = stock_with(Terms(Use.GROUP))
    assert stock.choose(0, 3, 1, seller=GROUPS) == [0]
    assert stock.choose(0, 3, 2, seller=GROUPS) == [0, 1]
    assert stock.choose(0, 3, 2) is None
    assert stock.left(0, 3, GROUPS) == 2
    assert stock.left(0, 3) == 1


def test_full_reuse_shares_both_rests() -> None:
    stock = stock_with(Terms(Use.PUBLIC, reuse=Reuse.FULL), 0, 6)
    stock.take([0], 2, 3)
    assert [free(stock, a, a + 1)[0] for a in range(6)] == [0, 0, 1, 0, 0, 0]
    stock.take([0], 3, 4)
    assert free(stock, 4, 6) == [0, 1]


def test_reuse_once_sells_what_lies_beyond_and_leaves_nothing_of_it() -> None:
    stock = stock_with(Terms(Use.PUBLIC, reuse=Reuse.ONCE), 0, 6)
    stock.take([0], 1, 2)
    assert [0 in free(stock, a, a + 1) for a in range(6)] == [False, False, True, True, True, True]
    stock.take([0], 2, 3)
    assert [0 in free(stock, a, a + 1) for a in range(6)] == [False] * 6


def test_no_reuse_withdraws_the_rests() -> None:
    stock = stock_with(Terms(Use.PUBLIC, reuse=Reuse.NONE), 0, 6)
    (cut,) = stock.take([0], 1, 2)
    assert not any(0 in free(stock, a, a + 1) for a in range(6))
    assert why_not(stock, 0, 3, 4, ORDINARY).rule == "withdrawn"
    assert stock.taken() == [0, 1, 0, 0, 0, 0]
    stock.give_back(cut)
    assert free(stock, 0, 6) == [0, 1]


def test_a_record_comes_back_whole_when_its_rests_are_unsold() -> None:
    stock = stock_with(OWN_STATION, 1, 4)
    before = [list(pool.rows) for pool in stock.pools]
    (cut,) = stock.take([0], 1, 3)
    assert free(stock, 3, 4) == [0, 1]  # its rest is shared
    stock.give_back(cut)
    assert [pool.rows for pool in stock.pools] == before


def test_a_record_whose_rest_was_sold_comes_back_shared() -> None:
    stock = stock_with(OWN_STATION, 1, 4)
    (cut,) = stock.take([0], 1, 3)
    (rest,) = stock.take([0], 3, 4)
    stock.give_back(cut)
    assert free(stock, 1, 2) == [0, 1]  # one station further would have been too near
    stock.give_back(rest)
    assert free(stock, 0, 6) == [0, 1]
    assert stock.taken() == [0] * 6


def test_what_a_shared_quota_leaves_is_everybodys() -> None:
    """Its own nearest station would keep the piece before it from ever being sold."""
    stock = stock_with(Terms(Use.SHARED, min_to=5), 0, 6)
    stock.take([0], 3, 6)
    assert free(stock, 0, 3) == [0, 1]


def test_all_places_of_an_order_or_none() -> None:
    stock = stock_with(OWN_STATION, 1, 4)
    stock.take([1], 2, 3)
    before = [list(pool.rows) for pool in stock.pools]
    with pytest.raises(StockError, match="place 1 is not free"):
        stock.take([0, 1], 1, 3)
    assert [pool.rows for pool in stock.pools] == before
    assert stock.tickets == 1


@pytest.mark.parametrize(("place", "a", "b"), [(2, 0, 1), (-1, 0, 1), (0, 0, 7), (0, -1, 1), (0, 2, 2)])
def test_what_is_not_there_cannot_be_taken(place: int, a: int, b: int) -> None:
    with pytest.raises(StockError, match="not free"):
        Stock(plain_layout(2), 6).take([place], a, b)


def test_nothing_is_given_back_twice() -> None:
    stock = stock_with(OWN_STATION, 1, 4)
    (cut,) = stock.take([0], 1, 3)
    stock.give_back(cut)
    with pytest.raises(StockError, match="given back twice"):
        stock.give_back(cut)


@pytest.mark.parametrize("quotas", [[(0b100, 0, 5)], [(0b1, 0, 7)], [(0b1, 0, 3), (0b11, 2, 4)]])
def test_quotas_that_overlap_or_lie_outside_are_refused(quotas: list[tuple[int, int, int]]) -> None:
    with pytest.raises(StockError, match="quota"):
        Stock(plain_layout(2), 6, [Quota(Terms(Use.GROUP), *each) for each in quotas])
