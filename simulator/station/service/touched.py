"""Whom a change of the service touches, as things stand: sales, orders not collected, who is buying just now, and the money.

Nothing is changed by asking. Of a cancelled run everybody who has a place is touched, of a turned one who wants to go beyond;
coaches more touch nobody, so what is told of them is the room before and after. Source: requirement AND-10.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.station.orders import Order
from simulator.station.returns import ridden_to
from simulator.station.rules.carrier import stopped_midway
from simulator.station.runs import RunClass, Runs
from simulator.station.sales import Sale, Sales
from simulator.station.service.changes import Change
from simulator.station.timetable import Timetable, station_date
from simulator.station.world import World

MOST_TOLD = 200
"""So many of each list are told one by one; sums are of all."""


def touched(change: Change, sales: Sales, world: World, now_ms: int) -> dict[str, Any]:
    """`left_off`: how many are in the sums and not in the lists. Amounts in fen, without a fee, as they would come back."""
    timetable = world.timetable
    sold = [
        (sale, places, _due_fen(change, sale, places, sales, world, now_ms))
        for sale, places in _sold(change, sales, timetable)
    ]
    waiting = list(_waiting(change, sales, timetable))
    buying = list(held_on(change, sales, timetable))
    lists = (sold, waiting, buying)
    return {
        "sales": [_of_sale(sale, places, fen, timetable) for sale, places, fen in sold[:MOST_TOLD]],
        "orders": [_of_order(order, places, timetable) for order, places in waiting[:MOST_TOLD]],
        "buying": [_of_buyer(sale) for sale in buying[:MOST_TOLD]],
        "left_off": sum(max(0, len(each) - MOST_TOLD) for each in lists),
        "tickets": sum(len(places) for _, places, _ in sold),
        "tickets_fen": sum(fen for _, _, fen in sold),
        "ordered": sum(len(places) for _, places in waiting),
        "ordered_fen": sum(_ordered_fen(order, places) for order, places in waiting),
        "machines": sorted({sale.key.split(".")[0] for sale in buying}),
        "room": _room(change, sales.runs, timetable),
    }


def held_on(change: Change, sales: Sales, timetable: Timetable) -> Iterator[Sale]:
    """Sales that hold places of the run and are not paid; an order that is being picked up among them."""
    for name in (*_names(change, sales.runs, timetable), *sales.orders.holds):
        sale = sales.by_key.get(name)
        if sale is not None and sale.state == "held" and _beyond(change, sale.run, sale.b):
            yield sale


def _due_fen(change: Change, sale: Sale, places: list[int], sales: Sales, world: World, now_ms: int) -> int:
    """What comes back for these places without a fee, if they came now; what was rounded off when they were paid stays off."""
    back, day = 0, station_date(now_ms)
    for place in places:
        ridden = ridden_to(change.stop, sale, place, world, sales.runs, now_ms)
        back += stopped_midway(world.rules, int(sale.offered[place]["price_fen"]), *ridden, day).refund_fen
    return max(0, back - sale.slack_fen)


def _sold(change: Change, sales: Sales, timetable: Timetable) -> Iterator[tuple[Sale, list[int]]]:
    """Sales that were paid, with the places of which somebody has a ticket or is about to get one."""
    for name in _names(change, sales.runs, timetable):
        sale = sales.by_key.get(name)
        if sale is None or sale.state not in ("confirmed", "printed") or not _beyond(change, sale.run, sale.b):
            continue
        out = sale.not_voidable() if sale.printed_digest else range(len(sale.places))
        places = sorted(set(out) - sale.voided - sale.refunded - sale.exchanged)
        if places:
            yield sale, places


def _waiting(change: Change, sales: Sales, timetable: Timetable) -> Iterator[tuple[Order, list[int]]]:
    """Orders with the places that are not collected."""
    for name in _names(change, sales.runs, timetable):
        order = sales.orders.by_number.get(name)
        if order is None or not _beyond(change, order.run, order.b):
            continue
        places = [index for index, place in enumerate(order.places) if place.state in ("open", "held")]
        if places:
            yield order, places


def _names(change: Change, runs: Runs, timetable: Timetable) -> Iterator[str]:
    """Every sale and order that ever held a place of the run, each once."""
    train = timetable.trains.get(change.train)
    seen: dict[str, None] = {}
    for seat_class in train.layouts if train is not None else ():
        stock = runs.stocks.get(RunClass(change.train, change.run_date, seat_class).stock)
        seen |= dict.fromkeys(stock.orders if stock is not None else ())
    yield from seen


def _beyond(change: Change, run: RunClass | None, b: int) -> bool:
    """Whether a trip to stop `b` of a run is one that the change takes away."""
    if run is None or change.kind == "places":
        return False
    return (run.train, run.run_date) == (change.train, change.run_date) and b > change.stop


def _ordered_fen(order: Order, places: list[int]) -> int:
    return sum(int(order.places[index].told["price_fen"]) for index in places)


def _trip(run: RunClass, a: int, b: int, timetable: Timetable) -> dict[str, Any]:
    stops = timetable.trains[run.train].stops
    return {"class": run.seat_class, "from": stops[a].station, "to": stops[b].station}


def _of_sale(sale: Sale, places: list[int], fen: int, timetable: Timetable) -> dict[str, Any]:
    assert sale.run is not None
    trip = _trip(sale.run, sale.a, sale.b, timetable)
    return {"key": sale.key, "state": sale.state, **trip, "tickets": len(places), "fen": fen}


def _of_order(order: Order, places: list[int], timetable: Timetable) -> dict[str, Any]:
    trip = _trip(order.run, order.a, order.b, timetable)
    return {"order": order.number, **trip, "tickets": len(places), "fen": _ordered_fen(order, places)}


def _of_buyer(sale: Sale) -> dict[str, Any]:
    return {"key": sale.key, "machine": sale.key.split(".")[0], "tickets": len(sale.places), "fen": sale.total_fen}


def _room(change: Change, runs: Runs, timetable: Timetable) -> list[dict[str, Any]]:
    """By class of the run: its places, and how many come with the change (0 once it holds)."""
    train = timetable.trains.get(change.train)
    rows = []
    for seat_class in train.layouts if train is not None else ():
        if change.seat_class not in ("", seat_class):
            continue
        stock = runs.of(RunClass(change.train, change.run_date, seat_class))
        each = stock.layout.of_coaches([change.like]).bit_count() if change.like else 0
        more = 0 if change.released_by else each * change.count
        rows.append({"class": seat_class, "places": stock.offered.bit_count(), "more": more})
    return rows
