"""Policies against the best that a choice of places can do: numbers given when all have asked. Source: seat inventory, section 8.

Late numbering takes a passenger whenever the load of the trip allows it; a policy must have one place that is free all the way.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.bench.bench import Dice
from simulator.bench.figures import Figure, measured
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.policies import POLICIES, Policy
from simulator.station.seats.stock import Stock

PLACES, STOPS = 400, 25
DEMANDS = (0.8, 1.0, 1.3, 2.0)
"""Seat-segments that are asked for, to those there are."""
SETS = 12
"""Of requests for each shape and demand; one set may lie half a percent from the next."""
HUBS = {0: 6, 8: 6, 16: 6, 24: 6}
"""The second shape: these stops are asked for six times as often as others; the first one knows no difference."""
SHAPES: dict[str, Sequence[int]] = {
    "uniform": [1] * STOPS,
    "hubs": [HUBS.get(stop, 1) for stop in range(STOPS)],
}

Trip = tuple[int, int]


def behind_late_numbering(dice: Dice, sets: int = SETS) -> Figure:
    """Percent of the bound that exact gap does not sell, for each shape over all demands; the note has the other policies, and how
    far exact gap was behind at the worst demand."""
    behind: dict[str, list[float]] = {name: [] for name in ("exact_gap", "best_fit", "first_fit")}
    worst = 0.0
    for weights in SHAPES.values():
        sold: dict[str, list[int]] = {name: [] for name in ("bound", *behind)}
        for demand in DEMANDS:
            asked = [trips_of(dice, weights, demand) for _ in range(sets)]
            sold["bound"].append(sum(map(late_numbering, asked)))
            for name in behind:
                sold[name].append(sum(sold_by(POLICIES[name], trips) for trips in asked))
            worst = max(worst, _percent(sold["exact_gap"][-1], sold["bound"][-1]))
        for name, lost in behind.items():
            lost.append(_percent(sum(sold[name]), sum(sold["bound"])))
    told = (f"{name} " + " and ".join(f"{each:.2f}" for each in lost) for name, lost in behind.items())
    note = f"{' and '.join(SHAPES)} shape, %: {', '.join(told)}; exact_gap at the worst of {len(DEMANDS)} demands {worst:.2f}"
    return measured("seat_policy", behind["exact_gap"], note)


def _percent(sold: int, bound: int) -> float:
    return 100 - 100 * sold / bound


def trips_of(dice: Dice, weights: Sequence[int], demand: float) -> list[Trip]:
    """Trips in the order in which they are asked for."""
    trips, left = list[Trip](), demand * PLACES * (STOPS - 1)
    while left > 0:
        a, b = sorted(dice.choices(range(STOPS), weights, k=2))
        if a < b:
            trips.append((a, b))
            left -= b - a
    return trips


def late_numbering(trips: Sequence[Trip]) -> int:
    """Seat-segments sold when only the load counts."""
    loads, sold = [0] * (STOPS - 1), 0
    for a, b in trips:
        if max(loads[a:b]) < PLACES:
            sold += b - a
            for segment in range(a, b):
                loads[segment] += 1
    return sold


def sold_by(policy: Policy, trips: Sequence[Trip]) -> int:
    """Seat-segments sold when each passenger gets a place at once."""
    stock, sold = Stock(plain_layout(PLACES), STOPS - 1, policy=policy), 0
    for a, b in trips:
        chosen = stock.choose(a, b, 1)
        if chosen is not None:
            stock.take(chosen, a, b)
            sold += b - a
    return sold
