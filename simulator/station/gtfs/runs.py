"""Trains out of trips: minutes, km, days, coaches and a number; and the way each goes, for its price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import median

from simulator.station.gtfs.calls import MOST_CALLS, Call, Distances, fill_in, in_order
from simulator.station.gtfs.days import Calendar
from simulator.station.gtfs.fares import Way
from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.names import number_of
from simulator.station.gtfs.numbers import Named, numbers_of
from simulator.station.gtfs.trips import Repeat, TripRow
from simulator.station.layout import Layout
from simulator.station.network import Station
from simulator.station.timetable import DAY_MINUTES, Days, Stop, Train

UNITS = (("miles", 0.60, 1.609344), ("km", 0.99, 1.0), ("", 1.9, 0.0), ("metres", 990.0, 0.001), ("", 1_900.0, 0.0),
         ("feet", 3_200.0, 0.0003048), ("", 6_300.0, 0.0))  # fmt: skip
"""Name, units of shape_dist_traveled per km as the crow flies from which on it is meant (rails are up to 1.9 times as long),
km of one. The column's unit is each feed's own."""
LOOKED_AT = 500
DAY_S = DAY_MINUTES * 60


@dataclass(frozen=True, slots=True)
class Run:
    """A trip as it runs once a day: `shift_s` moves the times of its calls, `vague` means nobody publishes its minutes."""

    key: str
    trip: TripRow
    calls: Sequence[Call]
    shift_s: int = 0
    vague: bool = False


def make_runs(
    trips: Mapping[str, TripRow],
    calls: Mapping[str, list[Call]],
    repeats: Mapping[str, Sequence[Repeat]],
    distances: Distances,
    findings: Findings,
) -> list[Run]:
    """A run per trip, or per departure of frequencies.txt. Trips with fewer than two calls are left out and counted."""
    runs: list[Run] = []
    lonely = count = 0
    for trip in trips.values():
        kept = in_order(calls[trip.id], findings)
        if len(kept) < 2:
            lonely += 1
            continue
        fill_in(kept, distances)
        before = len(runs)
        runs += _runs_of(trip, kept, repeats.get(trip.id, ()))
        count += len(kept) * (len(runs) - before)
        if count > MOST_CALLS:
            raise FeedError(f"more than {MOST_CALLS:,} calls with those of frequencies.txt: take a smaller feed")
    if lonely and findings.by_file:
        findings.hanging["trips"] += lonely
    elif lonely:
        findings.told.append(f"{lonely:,} trips call at fewer than two stations: not sold")
    return runs


def _runs_of(trip: TripRow, calls: Sequence[Call], repeats: Sequence[Repeat]) -> Iterator[Run]:
    if not repeats:
        yield Run(trip.id, trip, calls)
    begins_s = calls[0].depart_s or 0
    for repeat in repeats:
        for start_s in range(repeat.start_s, repeat.end_s, repeat.every_s):
            yield Run(f"{trip.id}@{start_s}", trip, calls, start_s - begins_s, not repeat.exact)


def unit_km(runs: Sequence[Run], distances: Distances) -> tuple[str, float]:
    """Name and km of the unit of shape_dist_traveled, found by comparing it with the great circle; km 0 when it is none we know."""
    ratios = []
    for run in runs[:: max(1, len(runs) // LOOKED_AT)]:
        length, other = run.calls[-1].length, run.calls[0].length
        crow = sum(distances.between(one.site, two.site) for one, two in pairwise(run.calls))
        if length is not None and other is not None and length > other and crow >= 1:
            ratios.append((length - other) / crow)
    if not ratios:
        return "", 0.0
    middle = median(ratios)
    fits = [(name, km) for name, least, km in UNITS if middle >= least]
    return fits[-1] if fits else ("", 0.0)


def make_trains(
    runs: Sequence[Run],
    calendar: Calendar,
    shift_days: int,
    stations: Mapping[str, Station],
    zone_of: Mapping[str, str] | None,
    layouts: Callable[[bool], Mapping[str, Layout]],
    fare: str,
    distances: Distances,
) -> tuple[list[Train], dict[str, Way]]:
    """Trains whose days are moved by `shift_days`, and the way of each by its key; `zone_of` None: no price asks for zones."""
    codes = {site: station.telecode for site, station in stations.items()}
    _, unit = unit_km(runs, distances)
    numbers = numbers_of(_named(run, calendar) for run in runs)
    lengths: dict[str, tuple[list[int], bool]] = {}
    trains: list[Train] = []
    ways: dict[str, Way] = {}
    for run in runs:
        if run.trip.id not in lengths:
            lengths[run.trip.id] = _km(run.calls, unit, distances)
        km, estimated = lengths[run.trip.id]
        stops = _stops(run, codes, km)
        days = Days(calendar.first + shift_days, calendar.days[run.trip.service])
        rail = run.trip.route.rail
        trains.append(Train(numbers[run.key], "other", "", "", fare, stops, layouts(rail), days, run.key))
        zones = () if zone_of is None else tuple([zone_of[call.stop_id] for call in run.calls])
        ways[run.key] = Way(run.trip.route, zones, estimated)
    return trains, ways


def _named(run: Run, calendar: Calendar) -> Named:
    begins_s = (run.calls[0].depart_s or 0) + run.shift_s
    ends_s = (run.calls[-1].arrive_s or 0) + run.shift_s
    later = {0}
    if ends_s >= DAY_S:
        later = set(_leaves(run).values())
    mask = calendar.days[run.trip.service]
    return Named(run.key, number_of(run.trip.names), begins_s, mask, frozenset(later), partial(_leaves, run))


def _leaves(run: Run) -> dict[str, int]:
    """Station -> days after the begin of the run on which it is left."""
    return {call.site.id: ((call.depart_s or 0) + run.shift_s) // DAY_S for call in run.calls[:-1]}


def _km(calls: Sequence[Call], unit: float, distances: Distances) -> tuple[list[int], bool]:
    """Whole km from the first call to each, and whether they are those of the great circle."""
    lengths = [call.length for call in calls]
    if unit and all(length is not None for length in lengths) and lengths[-1] != lengths[0]:
        return [round(((length or 0.0) - (lengths[0] or 0.0)) * unit) for length in lengths], False
    return [round(km) for km in distances.along(calls)], True


def _stops(run: Run, codes: Mapping[str, str], km: Sequence[int]) -> tuple[Stop, ...]:
    """Whole minutes, rounded down: nobody misses a train that leaves seconds later. All times are filled in."""
    last, shift_s, vague = len(run.calls) - 1, run.shift_s, run.vague
    return tuple(
        [
            Stop(
                codes[call.site.id],
                ((call.arrive_s or 0) + shift_s) // 60 if index else None,
                ((call.depart_s or 0) + shift_s) // 60 if index < last else None,
                km[index],
                call.board,
                call.alight,
                call.filled or vague,
            )
            for index, call in enumerate(run.calls)
        ]
    )
