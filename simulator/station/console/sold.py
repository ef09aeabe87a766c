"""Sales one by one, and the places of a train run by segment. Reading only; amounts in fen, times in wall ms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from simulator.station.console.course import moment
from simulator.station.console.sight import newest, place_of
from simulator.station.core import Station
from simulator.station.locks import parse_date
from simulator.station.machines.days import sold_fen
from simulator.station.machines.returned import returns
from simulator.station.runs import RunClass
from simulator.station.sales import Sale
from simulator.station.seats.metrics import metrics
from simulator.station.seats.orders import Ask
from simulator.station.standing import use_of
from simulator.station.timetable import Train, station_date
from simulator.station.wire import Refused, bad_request

MOST_SALES, MOST_TRAINS, MOST_MOMENTS = 60, 60, 400
TRIP = re.compile(r"([0-9]{1,5})-([0-9]{1,3})-([0-9]{1,3})")
Lines = Callable[[str, str, int, int], Sequence[str]]
"""Machine, epoch, first and last seq: the lines as they were sent."""


def sales(station: Station) -> list[dict[str, Any]]:
    """The newest sales, the newest first."""
    found = []
    for sale in newest(station):
        found.append(_short(station, sale))
        if len(found) == MOST_SALES:
            break
    return found


def one_sale(station: Station, lines: Lines, key: str) -> dict[str, Any]:
    """A sale as the station has it, how it ended at the machine, and what the machine's records tell of it. Refuses 404."""
    sale = station.sales.by_key.get(key)
    if sale is None or sale.run is None:
        raise Refused(404, "no_such_sale", key)
    machine, epoch = key.split(".")[:2]  # a part of a sale has a fourth word
    told = station.machines.told.get((machine, epoch))
    ended = next((each for each in reversed(told.ended) if each.key == key), None) if told else None
    first, last = told.lines_of(key) if told else (0, 0)
    kept = lines(machine, epoch, first, min(last, first + MOST_MOMENTS)) if first else []
    places = [
        {name: place.get(name) for name in ("coach", "place", "price_fen", "passenger")}
        | {name: place["index"] in getattr(sale, name) for name in ("voided", "refunded", "exchanged")}
        for place in sale.offered
    ]
    return {
        **_short(station, sale),
        "places": places,
        "numbers": sale.numbers,
        "printed": sale.printed,
        "ended": asdict(ended) if ended else None,
        "returns": [asdict(one) for one in returns(station.sales) if one.sale == key],
        "replaces": sale.replaces[0] if sale.replaces else "",
        "moments": [moment(seq, line) for seq, line in enumerate(kept, first)],
    }


def _short(station: Station, sale: Sale) -> dict[str, Any]:
    assert sale.run is not None
    train = station.world.timetable.trains.get(sale.run.train)
    stops = [place_of(station, train.stops[index].station) for index in (sale.a, sale.b)] if train else [["?"] * 2] * 2
    return {
        "key": sale.key,
        "machine": sale.key.split(".")[0],
        "state": sale.state,
        "at_ms": sale.held_ms,
        "train": train.number if train else sale.run.train,
        "run_date": sale.run.run_date,
        "class": _class(station, sale.run.seat_class),
        "from": stops[0],
        "to": stops[1],
        "tickets": len(sale.places) - len(sale.voided),
        "back": len(sale.refunded | sale.exchanged),
        "sold_fen": sold_fen(sale),
        "paid": sale.paid,
        "order": sale.order,
    }


def _class(station: Station, code: str) -> list[str]:
    found = station.world.network.classes.get(code)
    return [found.name, found.english] if found else [code, code]


# -- places


def trains(station: Station, text: str, now_ms: int) -> dict[str, Any]:
    """Trains whose number begins with `text`, and the first day that can be looked at."""
    found = []
    for key, train in station.world.timetable.trains.items():
        if train.number.startswith(text.upper()):
            classes = [[code, *_class(station, code)] for code in train.layouts]
            ends = [place_of(station, train.stops[index].station) for index in (0, -1)]
            found.append({"key": key, "number": train.number, "from": ends[0], "to": ends[1], "classes": classes})
        if len(found) == MOST_TRAINS:
            break
    return {"today": station_date(now_ms).isoformat(), "trains": found}


def seats(station: Station, key: str, day: str, seat_class: str) -> dict[str, Any]:
    """Every place of a class of a run: one letter for each segment, f free, h held, s sold; and how well they are used.
    Refuses 400, and 404 no_such_train."""
    train, run = _run(station, key, day, seat_class)
    stock = station.sales.runs.of(run)
    layout = stock.layout
    taken, held = stock.taken(), _held(station, run, train)
    places = [
        {
            "coach": place.coach,
            "name": place.name,
            "is": "".join(
                "f" if not row >> index & 1 else "h" if holds >> index & 1 else "s"
                for row, holds in zip(taken, held, strict=True)
            ),
        }
        for index, place in enumerate(layout.places)
    ]
    stops = [place_of(station, stop.station) for stop in train.stops]
    now = metrics(stock)
    used = {"metrics": {**asdict(now), "poor": now.poor}, "tickets": stock.tickets}
    return {"stops": stops, "places": places, **used, "standing": use_of(stock.standing, layout)}


def why(station: Station, now_ms: int, key: str, day: str, seat_class: str, trip: str) -> dict[str, Any]:
    """The rule that keeps a place from being the next one that a machine at the boarding stop sells. `trip` is `place-from-to`,
    counted from 0; `between`: from where to where it is taken. Refuses 400, and 404 no_such_train."""
    train, run = _run(station, key, day, seat_class)
    asked = TRIP.fullmatch(trip)
    index, a, b = (int(part) for part in asked.groups()) if asked else (0, 0, 0)
    if not a < b <= train.segments:
        raise bad_request(f"trip: {trip!r} is no place-from-to of this train")
    runs = station.sales.runs
    layout = runs.of(run).layout
    reason = runs.why(Ask(run.stock, a, b, seller=runs.seller_at(train.stops[a].station)), index, now_ms)
    ends = [one for one in reason.segments if one - 1 not in reason.segments]
    beyond = [one + 1 for one in reason.segments if one + 1 not in reason.segments]
    between = [[place_of(station, train.stops[at].station) for at in both] for both in zip(ends, beyond, strict=True)]
    instead = layout.places[reason.instead] if reason.instead >= 0 else None
    return {
        "rule": reason.rule,
        "between": between,
        "instead": None if instead is None else {"coach": instead.coach, "name": instead.name},
    }


def _run(station: Station, key: str, day: str, seat_class: str) -> tuple[Train, RunClass]:
    train = station.world.timetable.trains.get(key)
    if train is None or seat_class not in train.layouts:
        raise Refused(404, "no_such_train", f"{key} {seat_class}")
    run_day = parse_date(day)
    if train.days is not None and run_day not in train.days:
        raise Refused(404, "no_such_train", f"{key} does not run on {day}")
    return train, RunClass(key, run_day.isoformat(), seat_class)


def _held(station: Station, run: RunClass, train: Train) -> list[int]:
    """Per segment the places that are held and not sold yet."""
    held = [0] * train.segments
    for sale in station.sales.by_key.values():
        if sale.state == "held" and sale.run == run and not sale.order and not sale.standing:
            mask = sum(1 << place for place in sale.places)
            for segment in range(sale.a, sale.b):
                held[segment] |= mask
    return held
