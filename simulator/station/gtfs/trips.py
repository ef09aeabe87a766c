"""Trips with their routes, and the extra runs of frequencies.txt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.station.gtfs.cells import seconds_of, shortened, whole_of
from simulator.station.gtfs.days import Calendar
from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.table import Tables

MOST_HEADWAY_S = 86_400
MOST_RUNS = 100_000
RAIL = frozenset(["2", *(str(kind) for kind in range(100, 118))])


@dataclass(frozen=True, slots=True)
class Route:
    """A row of routes.txt; `rail` says whether it is run by trains of several coaches."""

    id: str
    agency: str
    short: str
    long: str
    rail: bool


@dataclass(frozen=True, slots=True)
class TripRow:
    """A row of trips.txt; `names` are what its number may be made of, best first."""

    id: str
    route: Route
    service: str
    short: str

    @property
    def names(self) -> tuple[str, ...]:
        long = self.route.long if any(char.isdigit() for char in self.route.long) else ""
        return (self.short, self.route.short, long, self.id)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row of frequencies.txt: departures of the first stop in seconds, `every_s` apart, `end_s` not included."""

    start_s: int
    end_s: int
    every_s: int
    exact: bool


def read_routes(tables: Tables, findings: Findings) -> tuple[dict[str, Route], set[str]]:
    """Routes by id, and the ids of broken ones."""
    routes: dict[str, Route] = {}
    broken: set[str] = set()
    optional = ("agency_id", "route_short_name", "route_long_name")
    for line, cells in tables.rows("routes.txt", ("route_id", "route_type"), optional):
        route, kind, agency, short, long = (cell.strip() for cell in cells)
        try:
            if not route:
                raise ValueError("no route_id")
            if route in routes:
                findings.bad("routes.txt", line, f"route {shortened(route)} stands twice")
                continue
            whole_of(kind, 9_999)
            if not (short or long):
                raise ValueError("neither route_short_name nor route_long_name")
        except ValueError as error:
            findings.bad("routes.txt", line, str(error))
            broken.add(route)
            continue
        routes[route] = Route(route, agency, short, long, kind in RAIL)
    return routes, broken


def read_trips(
    tables: Tables, findings: Findings, routes: Mapping[str, Route], broken_routes: set[str], calendar: Calendar
) -> tuple[dict[str, TripRow], set[str]]:
    """Trips by id, and the ids of those that are broken or hang on what is."""
    trips: dict[str, TripRow] = {}
    broken: set[str] = set()
    for line, cells in tables.rows("trips.txt", ("trip_id", "route_id", "service_id"), ("trip_short_name",)):
        trip, route, service, short = (cell.strip() for cell in cells)
        why = ""
        if not trip or trip in trips:
            findings.bad("trips.txt", line, f"trip {shortened(trip)} stands twice" if trip else "no trip_id")
            continue
        if route in broken_routes or service in calendar.broken:
            findings.hanging["trips"] += 1
            broken.add(trip)
            continue
        if route not in routes:
            why = f"no route {shortened(route)}"
        elif service not in calendar.days:
            why = f"no service {shortened(service)}"
        if why:
            findings.bad("trips.txt", line, why)
            broken.add(trip)
        else:
            trips[trip] = TripRow(trip, routes[route], service, short)
    return trips, broken


def read_repeats(
    tables: Tables, findings: Findings, trips: dict[str, TripRow], broken_trips: set[str]
) -> dict[str, list[Repeat]]:
    """What frequencies.txt says of each trip: then the times of stop_times.txt only tell how long it takes.

    A trip all of whose rows here are broken is taken out of `trips`: nobody knows when it runs.
    """
    repeats: dict[str, list[Repeat]] = {}
    spoiled: set[str] = set()
    runs = 0
    columns = ("trip_id", "start_time", "end_time", "headway_secs")
    for line, (trip, start, end, headway, exact) in tables.rows("frequencies.txt", columns, ("exact_times",)):
        trip = trip.strip()
        if trip in broken_trips:
            findings.hanging["frequencies"] += 1
            continue
        try:
            if trip not in trips:
                raise ValueError(f"no trip {shortened(trip)}")
            repeat = _repeat(start, end, headway, exact.strip())
            if any(repeat.start_s < one.end_s and one.start_s < repeat.end_s for one in repeats.get(trip, ())):
                raise ValueError("overlaps another time of this trip")
        except ValueError as error:
            findings.bad("frequencies.txt", line, str(error))
            spoiled.add(trip)
            continue
        runs += len(range(repeat.start_s, repeat.end_s, repeat.every_s))
        if runs > MOST_RUNS:
            raise FeedError(f"frequencies.txt:{line}: more than {MOST_RUNS:,} runs")
        repeats.setdefault(trip, []).append(repeat)
    for trip in spoiled & trips.keys() - repeats.keys():
        findings.hanging["trips"] += 1
        broken_trips.add(trip)
        del trips[trip]
    return repeats


def _repeat(start: str, end: str, headway: str, exact: str) -> Repeat:
    start_s, end_s = seconds_of(start), seconds_of(end)
    if start_s is None or end_s is None or start_s >= end_s:
        raise ValueError("start_time is not before end_time")
    every_s = whole_of(headway, MOST_HEADWAY_S)
    if every_s == 0:
        raise ValueError("headway_secs is 0")
    if exact not in ("", "0", "1"):
        raise ValueError(f"exact_times {shortened(exact)} is neither 0 nor 1")
    return Repeat(start_s, end_s, every_s, exact == "1")
