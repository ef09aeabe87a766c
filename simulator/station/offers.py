"""Answers that change nothing: trains on offer between two stations, and the stops of one train. Source: station-api sheet."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from simulator.station.locks import in_sale_window, parse_date
from simulator.station.models import AvailabilityBody
from simulator.station.prices import Prices, Terms
from simulator.station.runs import AsOpened, RunClass, Runs
from simulator.station.standing import standing_room, told
from simulator.station.timetable import DAY_MINUTES, Timetable, Trip, clock_text, station_date
from simulator.station.wire import Answer, Refused, bad_request
from simulator.station.world import World

ESTIMATED_TIMES = ("时刻估算", "Time estimated")


def availability(body: AvailabilityBody, world: World, runs: Runs, seller: str, now_ms: int) -> Answer:
    """Direct trains by departure; none outside the days of sale. A train that closed is listed, not sold."""
    network = world.network
    for code in (body.origin, body.destination):
        if code not in network.stations:
            raise bad_request(f"no station {code}")
    if body.origin == body.destination:
        raise bad_request("origin and destination are the same")
    travel_date = parse_date(body.date)
    on_sale = in_sale_window(travel_date, network.rules, now_ms)
    trips = world.timetable.trips(body.origin, body.destination, travel_date) if on_sale else []
    sold_on = station_date(now_ms)
    offers = [
        _offer(trip, travel_date, world, runs, seller, sold_on)
        for trip in trips
        if body.train in (None, trip.train.number)
    ]
    return Answer({"at_ms": now_ms, "trains": offers})


def _offer(trip: Trip, travel_date: date, world: World, runs: Runs, seller: str, sold_on: date) -> dict[str, Any]:
    of_trip, network, prices = _runs(trip, travel_date), world.network, world.prices
    if runs.last_stop and any(runs.is_cancelled(run, trip.b) for run in of_trip):
        return {**_ride(trip, travel_date, 0), "cancelled": True, "closes_ms": 0, "classes": []}

    def make() -> AsOpened:
        terms = prices.terms(trip)
        ride = _ride(trip, travel_date, network.rules.sale_closes_before_ms)
        if terms.query_only:
            return AsOpened({**ride, **_marks(trip, terms)}, closes_ms=0, classes=[])
        kinds = tuple(kind.code for kind in network.passengers)
        return AsOpened(
            {**ride, **_marks(trip, terms)} if terms.estimated or trip.estimated else ride,
            classes=[_class_offer(trip, run, kinds, prices, runs, seller, sold_on) for run in of_trip],
        )

    return runs.as_opened((trip, travel_date, sold_on, seller), of_trip, make)


@lru_cache(4_096)
def _runs(trip: Trip, travel_date: date) -> list[RunClass]:
    run_date = trip.run_date(travel_date).isoformat()
    return [RunClass(trip.train.key, run_date, code) for code in trip.train.layouts]


def ride_of(trip: Trip, travel_date: date) -> dict[str, Any]:
    """The trip as every offer tells it, without its last moment of sale."""
    return {name: value for name, value in _ride(trip, travel_date, 0).items() if name != "closes_ms"}


@lru_cache(4_096)
def _ride(trip: Trip, travel_date: date, closes_before_ms: int) -> dict[str, Any]:
    """What no sale changes of an offer."""
    train, depart_ms = trip.train, trip.depart_ms(travel_date)
    return {
        "train": train.number,
        "kind": train.kind,
        "date": travel_date.isoformat(),
        "origin": train.stops[trip.a].station,
        "destination": train.stops[trip.b].station,
        "depart_ms": depart_ms,
        "arrive_ms": trip.arrive_ms(travel_date),
        "depart": clock_text(trip.depart_min),
        "arrive": clock_text(trip.arrive_min),
        "day_offset": trip.arrive_min // DAY_MINUTES - trip.depart_min // DAY_MINUTES,
        "minutes": trip.arrive_min - trip.depart_min,
        "km": trip.km,
        "badge": train.badge,
        "badge_english": train.badge_english,
        "closes_ms": depart_ms - closes_before_ms,
    }


def _marks(trip: Trip, terms: Terms) -> dict[str, Any]:
    """What is not as published, or cannot be bought here; nothing at all for most trains."""
    what = ["price"] * terms.estimated + ["times"] * trip.estimated
    marks: dict[str, Any] = {"estimated": what} if what else {}
    if terms.query_only:
        marks["query_only"] = terms.query_only
    if terms.fare:
        marks["fare"] = terms.fare
    badges = [terms.badge] * any(terms.badge) + [ESTIMATED_TIMES] * trip.estimated
    if badges:
        marks["badge"] = "，".join(badge for badge, _ in badges)
        marks["badge_english"] = ", ".join(english for _, english in badges)
    return marks


def _class_offer(
    trip: Trip,
    run: RunClass,
    kinds: tuple[str, ...],
    prices: Prices,
    runs: Runs,
    seller: str,
    sold_on: date,
) -> dict[str, Any]:
    """Berths are quoted at the level that would be given first. Standing tickets are told of where the seats are gone."""
    stock = runs.of(run)
    layout, free = stock.layout, stock.free(trip.a, trip.b, runs.sellers[seller])
    level = ""
    if layout.levels:
        levels = zip(layout.levels, layout.by_level, strict=True)
        level = next((name for name, mask in levels if free & mask), layout.levels[0])
    quoted = prices.quote(trip, run.seat_class, level, kinds, sold_on)
    offer = {"class": run.seat_class, "price_fen": quoted["adult"], "left": free.bit_count(), "prices": quoted}
    if not free and (room := standing_room(trip, run, prices, runs, seller, sold_on)) and room.left:
        offer["standing"] = told(room, trip, layout, run, kinds, prices, sold_on)
    return offer


def stops_of(timetable: Timetable, number: str, date_text: str | None, today: date) -> Answer:
    """The calls of one train on a date, without a date of the next run. `estimated` calls have times that nobody published."""
    train = timetable.train_on(number, None if date_text is None else parse_date(date_text), today)
    if train is None:
        raise Refused(404, "no_such_train", f"no train {number}" + (f" on {date_text}" if date_text else ""))
    stops = [
        {
            "station": stop.station,
            "arrive": None if stop.arrive_min is None else clock_text(stop.arrive_min),
            "depart": None if stop.depart_min is None else clock_text(stop.depart_min),
            "day": (stop.arrive_min if stop.arrive_min is not None else stop.depart_min or 0) // DAY_MINUTES,
            "km": stop.km,
            **({"estimated": True} if stop.estimated else {}),
        }
        for stop in train.stops
    ]
    return Answer({"number": train.number, "kind": train.kind, "stops": stops})
