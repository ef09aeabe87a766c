"""A change of the service as a person reads it: with the names of stations and classes, and what may be chosen in a draft."""

from __future__ import annotations

from typing import Any

from simulator.station.console.sight import place_of
from simulator.station.core import Station
from simulator.station.locks import parse_date
from simulator.station.machines.policy_calls import number_of
from simulator.station.runs import RunClass
from simulator.station.service.changes import told
from simulator.station.service.touched import touched
from simulator.station.timetable import station_date


def one_change(station: Station, number: str, now_ms: int) -> dict[str, Any]:
    """As the office's own call tells it. Refuses 404 no_such_change."""
    change = station.changes.get(number_of(number))
    seen = touched(change, station.sales, station.world, now_ms)
    for name in ("sales", "orders", "room"):
        seen[name] = [_named(station, row) for row in seen[name]]
    return {
        "change": {**told(change), "class": _class(station, change.seat_class), "end": place_of(station, change.last)},
        "touched": seen,
    }


def runs_of(station: Station, number: str, day: str, now_ms: int) -> dict[str, Any]:
    """What may be said of a train on a day in a draft: its stops on the way, its classes, and the coaches of each as they are now;
    none for a train that is not there. Refuses 400 for a day that is none."""
    today = station_date(now_ms)
    run_date = parse_date(day) if day else today
    trains = station.world.timetable.by_number.get(number.strip().upper(), [])
    found = next((one for one in trains if one.days is None or run_date in one.days), None)
    if found is None:
        return {"today": today.isoformat(), "ends": [], "stops": [], "classes": []}
    runs = station.sales.runs
    coaches = {
        code: dict.fromkeys(
            place.coach for place in runs.of(RunClass(found.key, run_date.isoformat(), code)).layout.places
        )
        for code in found.layouts
    }
    classes = [
        {"class": code, "name": _class(station, code), "coaches": list(names)} for code, names in coaches.items()
    ]
    ends = [place_of(station, found.stops[at].station) for at in (0, -1)]
    stops = [[stop.station, *place_of(station, stop.station)] for stop in found.stops[1:-1]]
    return {"today": today.isoformat(), "ends": ends, "stops": stops, "classes": classes}


def _named(station: Station, row: dict[str, Any]) -> dict[str, Any]:
    ends: dict[str, Any] = {name: place_of(station, row[name]) for name in ("from", "to") if name in row}
    return {**row, **ends, "class": _class(station, row["class"])}


def _class(station: Station, code: str) -> list[str]:
    found = station.world.network.classes.get(code)
    return [found.name, found.english] if found else [code, code]
