"""A GTFS feed as the world of a station: read, judged, moved so that the day asked for is sold as if it were today.

A feed with broken rows is refused as a whole, or read without exactly those rows and what hangs on them: never half.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from simulator.station.gtfs.calls import Distances, read_calls
from simulator.station.gtfs.coaches import TARIFF, default_layouts
from simulator.station.gtfs.days import Calendar, read_calendar
from simulator.station.gtfs.fares import FareTables, FeedPrices, read_fares
from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.names import read_charset, read_words, stations_of
from simulator.station.gtfs.runs import Run, make_runs, make_trains
from simulator.station.gtfs.source import digest_of_feed, read_feed
from simulator.station.gtfs.stops import Site, Stops, read_stops
from simulator.station.gtfs.table import Tables
from simulator.station.gtfs.trips import read_repeats, read_routes, read_trips
from simulator.station.layout import Layout
from simulator.station.network import NETWORK_DIR, Network, Station, load_network
from simulator.station.prices import load_prices
from simulator.station.timetable import Timetable
from simulator.station.world import World

HOT = 12
ADULT = "adult"


@dataclass(frozen=True)
class Feed:
    """What was read. `as_of` is the feed's day that is sold as `today`; `home` the station machines stand at when nobody says
    where; `told` are sentences for whoever starts the station; `digest` names the very tables."""

    world: World
    as_of: date
    today: date
    home: Station
    digest: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """The judged tables."""

    stops: Stops
    runs: Sequence[Run]
    fares: FareTables
    calendar: Calendar
    distances: Distances


def load_feed(
    path: Path,
    today: date,
    as_of: date | None = None,
    skip_broken: bool = False,
    home: str = "",
    network_dir: Path = NETWORK_DIR,
) -> Feed:
    """Read the feed at `path`, a zip archive or a folder. `home`: id, name or telecode of a station, empty for the busiest.

    Without `as_of`: today, or, when the feed has no service then, its nearest such day of the same weekday.
    Raises FeedError for a feed that cannot be used, NetworkError for our own data.
    """
    collecting = gc.isenabled()
    gc.disable()  # half a million objects that all stay: looking through them again and again is a third of the time
    try:
        return _load(path, today, as_of, skip_broken, home, network_dir)
    finally:
        if collecting:
            gc.enable()


def _load(path: Path, today: date, as_of: date | None, skip_broken: bool, home: str, network_dir: Path) -> Feed:
    raw = read_feed(path)
    findings = Findings()
    read = _read(Tables(raw, findings), findings, as_of, today)
    _judge(path, findings, skip_broken)
    own = load_network(network_dir)
    day = _day(read, as_of, today, own.rules.sale_days)
    words = read_words(Tables(raw, Findings()))
    busy = _departures(read, day)
    used = {call.site.id: call.site for run in read.runs for call in run.calls}
    known = {one.name: one for one in own.stations.values()}
    stations = stations_of(list(used.values()), words, known, findings, read_charset())
    at_home = _home(home, stations, used, read.stops, busy)
    network = _network(own, stations, busy, at_home, read, day)
    world = _world(network, network_dir, read, stations, today - day)
    told = (_summary(path, world, day, today, at_home, read.calendar), *findings.told)
    return Feed(world, day, today, at_home, digest_of_feed(raw), told)


def _read(tables: Tables, findings: Findings, as_of: date | None, today: date) -> _Read:
    calendar = read_calendar(tables, findings, None if as_of is None else as_of.toordinal(), today.toordinal())
    stops = read_stops(tables, findings)
    routes, broken_routes = read_routes(tables, findings)
    trips, broken_trips = read_trips(tables, findings, routes, broken_routes, calendar)
    repeats = read_repeats(tables, findings, trips, broken_trips)
    calls = read_calls(tables, findings, stops, trips, broken_trips)
    fares = read_fares(tables, findings, routes, broken_routes)
    distances = Distances()
    return _Read(stops, make_runs(trips, calls, repeats, distances, findings), fares, calendar, distances)


def _judge(path: Path, findings: Findings, skip_broken: bool) -> None:
    if not findings.by_file:
        return
    if not skip_broken:
        what = "\n  ".join(findings.lines())
        raise FeedError(
            f"{path}: refused, {findings.counts()}:\n  {what}\n--skip-broken sells the feed without exactly these rows"
        )
    findings.told += [f"left out: {findings.counts()}", *(f"  {line}" for line in findings.lines())]


def _day(read: _Read, as_of: date | None, today: date, sale_days: int) -> date:
    """The feed's day that is sold; chosen by us, one with `sale_days` before the end. Raises FeedError when nothing runs then."""
    calendar = read.calendar
    all_days = 0
    for service in {run.trip.service for run in read.runs}:
        all_days |= calendar.days[service]
    days = [calendar.first + at for at in range(all_days.bit_length()) if all_days >> at & 1]
    if not days:
        raise FeedError("no trip of the feed runs on any day")
    if as_of is not None:
        if as_of.toordinal() not in set(days):
            raise FeedError(_no_service(as_of, days))
        return as_of
    if today.toordinal() in set(days):
        return today
    alike = [day for day in days if (day - today.toordinal()) % 7 == 0] or days
    alike = [day for day in alike if day + sale_days <= days[-1] + 1] or alike
    return date.fromordinal(min(alike, key=lambda day: abs(day - today.toordinal())))


def _no_service(as_of: date, days: Sequence[int]) -> str:
    day = as_of.toordinal()
    before = [date.fromordinal(one) for one in days if one < day][-1:]
    after = [date.fromordinal(one) for one in days if one > day][:1]
    near = " and ".join(f"{one} ({one:%A})" for one in before + after)
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    return f"no train runs on {as_of} ({as_of:%A}); the nearest days with service are {near}; the feed has {first} to {last}"


def _departures(read: _Read, day: date) -> Counter[str]:
    """How often a day's trains leave each station, by its id."""
    running = read.calendar.running(day.toordinal())
    return Counter(
        call.site.id for run in read.runs if run.trip.service in running for call in run.calls[:-1] if call.board
    )


def _reached(read: _Read, day: date, home: str) -> set[str]:
    """Where a day's trains go from `home` without a change."""
    running = read.calendar.running(day.toordinal())
    reached: set[str] = set()
    for run in read.runs:
        if run.trip.service not in running:
            continue
        at = next((at for at, call in enumerate(run.calls) if call.site.id == home and call.board), len(run.calls))
        reached |= {call.site.id for call in run.calls[at + 1 :] if call.alight}
    return reached - {home}


def _home(
    wanted: str, stations: Mapping[str, Station], used: Mapping[str, Site], stops: Stops, busy: Counter[str]
) -> Station:
    if not wanted:
        return stations[min(busy, key=lambda site: (-busy[site], site))]
    if wanted in stations or wanted in stops.site_of:
        site = wanted if wanted in stations else stops.site_of[wanted].id
        if site in stations:
            return stations[site]
        raise FeedError(f"no train calls at {wanted}")
    told = wanted.casefold()
    names = {
        site: {used[site].name.casefold(), one.name.casefold(), one.english.casefold()}
        for site, one in stations.items()
    }
    found = [site for site, some in names.items() if told in some] or [
        site for site, one in stations.items() if one.telecode == wanted
    ]
    found = found or [site for site, some in names.items() if any(name.startswith(told) for name in some)]
    if not found:
        near = get_close_matches(told, [name for some in names.values() for name in some], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise FeedError(f"no station of the feed is {wanted}{hint}")
    return stations[min(found, key=lambda site: (-busy[site], site))]


def _network(
    own: Network, stations: Mapping[str, Station], busy: Counter[str], home: Station, read: _Read, day: date
) -> Network:
    last = date.fromordinal(read.calendar.ends)
    reached = _reached(read, day, next(site for site, one in stations.items() if one is home))
    hot = [stations[site].telecode for site in sorted(reached, key=lambda site: (-busy[site], site))][:HOT]
    sale_days = max(1, min(own.rules.sale_days, (last - day).days + 1))
    kinds = own.passengers
    if read.fares.fares:  # its fares know no reduced ones
        kinds = tuple(kind for kind in kinds if kind.code == ADULT)
    return replace(
        own,
        stations={one.telecode: one for one in sorted(stations.values(), key=lambda one: one.telecode)},
        hot=tuple(hot),
        passengers=kinds,
        rules=own.rules.model_copy(update={"sale_days": sale_days}),
    )


def _world(
    network: Network, network_dir: Path, read: _Read, stations: Mapping[str, Station], shift: timedelta
) -> World:
    @cache
    def layouts(rail: bool) -> Mapping[str, Layout]:
        return default_layouts(network.classes, rail, one_class=bool(read.fares.fares))

    zones = read.stops.zone_of if read.fares.fares else None
    trains, ways = make_trains(read.runs, read.calendar, shift.days, stations, zones, layouts, TARIFF, read.distances)
    return World(network, Timetable(trains), FeedPrices(read.fares, ways, load_prices(network_dir)))


def _summary(path: Path, world: World, day: date, today: date, home: Station, calendar: Calendar) -> str:
    first, last = date.fromordinal(calendar.begins), date.fromordinal(calendar.ends)
    trains = world.timetable.trains.values()
    running = sum(train.days is not None and today in train.days for train in trains)
    return (
        f"{path.name}: {len(world.network.stations):,} stations, {len(trains):,} trains, {running:,} of them on {day} "
        f"({day:%A}), which is sold as {today}; valid {first} to {last}; home {home.english} ({home.telecode})"
    )
