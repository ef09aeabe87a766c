"""Why a place is not offered, with the rule. Source: seat inventory, sections 1 to 4."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.station.seats.quotas import Seller
from simulator.station.seats.stock import Stock


@dataclass(frozen=True, slots=True)
class Why:
    """`rule`: offered, not_best, taken, two_records, distance, no_such_place, cancelled, or a term of the place's quota (use,
    window, station, limit, min_to, withdrawn). `segments`: where it is taken. `instead`: a place that goes first."""

    rule: str
    segments: tuple[int, ...] = ()
    instead: int = -1


def why_not(stock: Stock, place: int, a: int, b: int, seller: Seller) -> Why:
    """What keeps `place` from being the one that the next passenger from stop `a` to stop `b` gets."""
    if not 0 <= place < stock.size:
        return Why("no_such_place")
    bit = 1 << place
    if not stock.offered & bit:
        return Why("distance")
    taken = tuple(segment for segment in range(a, b) if stock.closed_everywhere(segment) & bit)
    if taken:
        return Why("taken", taken)
    home = next((pool for pool in stock.pools if not any(row & bit for row in pool.rows[a:b])), None)
    if home is None:
        return Why("two_records")
    if rule := home.terms.refusal(seller, a, b):
        return Why(rule)
    best = stock.choose(a, b, 1, "none", seller)
    assert best is not None  # this very place is free
    return Why("offered") if best == [place] else Why("not_best", instead=best[0])
