"""Tickets that come back, for a refund or in exchange: which they are, and what the rules must know of them.

Only a ticket that the machine reported as delivered can come back: of any other nobody is known to hold it. Source: fares and
rules, sections 4 and 5; station-api sheet, refunds and exchanges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from simulator.station.dated import Step as Reason
from simulator.station.rules.refunds import Ticket
from simulator.station.runs import Runs
from simulator.station.sales import Sale, Sales
from simulator.station.tariff.money import part_fen
from simulator.station.timetable import DAY_MINUTES, Timetable, Trip, station_date
from simulator.station.wire import Refused, bad_request
from simulator.station.world import World


def tickets_of(numbers: Sequence[str], sales: Sales) -> tuple[Sale, list[int]]:
    """The sale and the places of these tickets. Refuses: no_such_ticket, refunded, exchanged; 400 for tickets of several sales."""
    found = [sales.delivered.get(number) for number in numbers]
    if None in found or not found:
        missing = [number for number, ticket in zip(numbers, found, strict=True) if ticket is None]
        raise Refused(404, "no_such_ticket", f"nobody was handed a ticket {', '.join(missing)}")
    tickets = [ticket for ticket in found if ticket is not None]
    if len({key for key, _ in tickets}) > 1 or len(set(tickets)) < len(tickets):
        raise bad_request("tickets: each once, all of one sale")
    sale, places = sales.get(tickets[0][0]), [place for _, place in tickets]
    refuse_returned(sale, places)
    return sale, places


def refuse_returned(sale: Sale, places: Iterable[int]) -> None:
    """Once only: refuses `refunded` and `exchanged` with the places of which it is true."""
    for what, gone in (("refunded", sale.refunded), ("exchanged", sale.exchanged)):
        if again := sorted(gone.intersection(places)):
            raise Refused(409, what, f"{what} already", places=again)


def trip_of(sale: Sale, timetable: Timetable) -> tuple[Trip, date]:
    """The ride that was sold, and the day on which it leaves the boarding station."""
    assert sale.run is not None
    trip = Trip(timetable.trains[sale.run.train], sale.a, sale.b)
    return trip, date.fromisoformat(sale.run.run_date) + timedelta(days=trip.depart_min // DAY_MINUTES)


def ticket_of(sale: Sale, place: int, world: World, runs: Runs, at_ms: int) -> Ticket:
    """A ticket as the rules see it at a moment. A machine hands out paper, so it was taken as paper when it was sold."""
    assert sale.run is not None
    network, (trip, travel_date) = world.network, trip_of(sale, world.timetable)
    called_off, last = runs.is_cancelled(sale.run, sale.b), runs.last_stop.get((sale.run.train, sale.run.run_date), 0)
    ends = (trip.train.stops[trip.a].station, trip.train.stops[trip.b].station)
    return Ticket(
        fare_fen=sale.offered[place]["price_fen"],
        departs_ms=trip.depart_ms(travel_date),
        bought_ms=sale.sold_ms,
        cities=tuple(network.stations[code].city for code in ends if code in network.stations),
        paper_ms=sale.sold_ms,
        moved_with_ms=sale.exchange["moved_with_ms"] if sale.exchange else None,
        cash=sale.cash,
        cancelled=called_off,
        called_off=called_off,
        ridden=ridden_to(last, sale, place, world, runs, at_ms) if called_off else (0, 0),
    )


def ridden_to(stop: int, sale: Sale, place: int, world: World, runs: Runs, at_ms: int) -> tuple[int, int]:
    """Fare in fen and km from where the ticket boards to a stop at which its train ends; 0 and 0 when it boards no earlier, or has
    not left yet at `at_ms`: nobody rode it then. Without a fare nobody rode for anything."""
    trip, travel_date = trip_of(sale, world.timetable)
    if stop <= sale.a or at_ms < trip.depart_ms(travel_date):
        return 0, 0
    assert sale.run is not None
    part, sold_on = Trip(trip.train, sale.a, stop), station_date(sale.held_ms)
    if world.prices.terms(part).query_only:
        return 0, part.km
    passenger, layout = str(sale.offered[place]["passenger"]), runs.of(sale.run).layout
    level = "" if sale.standing else layout.places[sale.places[place]].level
    fare_fen = world.prices.price_fen(part, sale.run.seat_class, level, passenger, sold_on)
    if sale.standing and (rule := world.prices.standing(sale.run.seat_class, sold_on)) is not None:
        fare_fen = part_fen(fare_fen, rule.percent_of_seat[sale.run.seat_class])
    return fare_fen, part.km


def told(trace: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons as they stand in an answer: rule, version, did, text in two languages, amount_fen (null: it moves no money)."""
    return [asdict(reason) for reason in trace]
