"""Questions about places that change nothing: why one is not offered, and how well those of a run are used.

Source: seat inventory, sections 1 to 4 (the rules of a place) and 7 (vacancy, reuse, redundancy).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from simulator.station.locks import parse_date, trip_on_sale
from simulator.station.models import WhyBody
from simulator.station.network import SaleRules
from simulator.station.runs import RunClass, Runs
from simulator.station.seats.metrics import metrics
from simulator.station.seats.orders import Ask
from simulator.station.standing import use_of
from simulator.station.timetable import Timetable, Train
from simulator.station.wire import Answer, Refused, bad_request

DIGITS = 6


def why(body: WhyBody, runs: Runs, timetable: Timetable, rules: SaleRules, seller: str, now_ms: int) -> Answer:
    """The rule that keeps a place from being the one the next passenger gets; `offered` when none does.

    Refuses: no_such_train, sale_closed.
    """
    trip, travel_date = trip_on_sale(body, timetable, rules, now_ms)
    if body.seat_class not in trip.train.layouts:
        raise bad_request(f"train {body.train} has no class {body.seat_class}")
    run = RunClass(trip.train.key, trip.run_date(travel_date).isoformat(), body.seat_class)
    layout = runs.of(run).layout
    found = (
        index for index, place in enumerate(layout.places) if (place.coach, place.name) == (body.coach, body.place)
    )
    reason = runs.why(Ask(run.stock, trip.a, trip.b, seller=seller), next(found, -1), now_ms)
    stops = trip.train.stops
    told: dict[str, Any] = {"rule": reason.rule}
    if reason.segments:
        told["between"] = [[stops[segment].station, stops[segment + 1].station] for segment in reason.segments]
    if reason.instead >= 0:
        told["instead"] = {"coach": layout.places[reason.instead].coach, "place": layout.places[reason.instead].name}
    return Answer(told)


def use(number: str, date_text: str | None, runs: Runs, timetable: Timetable) -> Answer:
    """What is held or sold of each class of a run at this moment, as shares of 1. Refuses: no_such_train."""
    if date_text is None:
        raise bad_request("date: missing")
    day = parse_date(date_text)
    train = timetable.train_on(number, day, day)
    if train is None:
        raise Refused(404, "no_such_train", f"no train {number} on {date_text}")
    classes = [_use(train, day, seat_class, runs) for seat_class in train.layouts]
    return Answer({"number": train.number, "date": day.isoformat(), "classes": classes})


def _use(train: Train, day: date, seat_class: str, runs: Runs) -> dict[str, Any]:
    stock = runs.of(RunClass(train.key, day.isoformat(), seat_class))
    now = metrics(stock)
    return {
        "class": seat_class,
        "places": stock.size,
        "tickets": stock.tickets,
        "free": [stock.left(segment, segment + 1) for segment in range(stock.segments)],
        "vacancy": round(now.vacancy, DIGITS),
        "reuse": None if now.reuse is None else round(now.reuse, DIGITS),
        "redundancy_physical": round(now.redundancy_physical, DIGITS),
        "redundancy_combined": round(now.redundancy_combined, DIGITS),
        "poor": now.poor,
        "quotas": [
            {
                "use": pool.terms.use.value,
                "sold_at": sorted(pool.terms.windows),
                "free": [(~row & stock.layout.full).bit_count() for row in pool.rows[: stock.segments]],
            }
            for pool in stock.pools[: stock.shared]
        ],
        "standing": use_of(stock.standing, stock.layout),
    }
