"""Where and when each trip calls: stop_times.txt, with missing times filled in by distance, or evenly where there is none.

Seconds count from the midnight of the service day and go beyond 24:00.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from simulator.station.gtfs.cells import length_of, seconds_of, shortened, whole_of
from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.stops import Site, Stops
from simulator.station.gtfs.table import Tables

FILE = "stop_times.txt"
COLUMNS = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
MORE = ("pickup_type", "drop_off_type", "shape_dist_traveled")
MOST_CALLS = 2_000_000
MOST_CALLS_OF_TRIP = 1_000
MOST_SEQUENCE = 10**9
NONE_HERE = "1"


@dataclass(slots=True)
class Call:
    """One row: `arrive_s` and `depart_s` are None until they are filled in, and `filled` then."""

    line: int
    sequence: int
    stop_id: str
    site: Site
    arrive_s: int | None
    depart_s: int | None
    board: bool
    alight: bool
    length: float | None
    filled: bool = False


class Distances:
    """Great-circle km between stations, each pair computed once."""

    def __init__(self) -> None:
        self._km: dict[tuple[str, str], float] = {}

    def between(self, one: Site, other: Site) -> float:
        pair = (one.id, other.id)
        if pair not in self._km:
            self._km[pair] = one.km_to(other)
        return self._km[pair]

    def along(self, calls: Sequence[Call]) -> list[float]:
        """Km from the first call to each, from station to station."""
        total, found = 0.0, [0.0]
        for one, other in pairwise(calls):
            total += self.between(one.site, other.site)
            found.append(total)
        return found


def read_calls(
    tables: Tables, findings: Findings, stops: Stops, trips: Collection[str], broken_trips: Collection[str]
) -> dict[str, list[Call]]:
    """The calls of each trip as they stand in the table; rows of a trip whose own row is broken hang on it."""
    calls: dict[str, list[Call]] = {trip: [] for trip in trips}
    site_of, bad = stops.site_of, findings.bad
    count = 0
    for line, (trip, stop, sequence, arrive, depart, pick, drop, length) in tables.rows(FILE, COLUMNS, MORE):
        own = calls.get(trip)
        if own is None and (own := calls.get(trip.strip())) is None:
            if trip.strip() in broken_trips:
                findings.hanging["stop times"] += 1
            else:
                bad(FILE, line, f"no trip {shortened(trip)}")
            continue
        site = site_of.get(stop)
        if site is None and (site := site_of.get(stop.strip())) is None:
            if stop.strip() in stops.broken:
                findings.hanging["stop times"] += 1
            else:
                bad(FILE, line, f"no stop {shortened(stop)}")
            continue
        try:
            arrive_s, depart_s = seconds_of(arrive), seconds_of(depart)
            if arrive_s is None:
                arrive_s = depart_s
            elif depart_s is None:
                depart_s = arrive_s
            elif depart_s < arrive_s:
                raise ValueError("departs before it arrives")
            call = Call(
                line,
                whole_of(sequence, MOST_SEQUENCE),
                stop.strip(),
                site,
                arrive_s,
                depart_s,
                pick != NONE_HERE,
                drop != NONE_HERE,
                length_of(length) if length else None,
            )
        except ValueError as error:
            bad(FILE, line, str(error))
            continue
        own.append(call)
        count += 1
        if count > MOST_CALLS:
            raise FeedError(f"{FILE}:{line}: more than {MOST_CALLS:,} stop times: take a smaller feed")
    return calls


def in_order(calls: list[Call], findings: Findings) -> list[Call]:
    """The calls by stop_sequence without the rows that cannot be meant: a number twice, times or distances that fall,
    ends without a time. A station that follows itself is one call. None at all of a trip that calls without end."""
    if len(calls) > MOST_CALLS_OF_TRIP:
        findings.bad(FILE, calls[MOST_CALLS_OF_TRIP].line, f"more than {MOST_CALLS_OF_TRIP:,} calls of one trip")
        return []
    if any(one.sequence >= other.sequence for one, other in pairwise(calls)):
        calls = sorted(calls, key=lambda call: call.sequence)
    kept: list[Call] = []
    clock, length = 0, 0.0
    for call in calls:
        if kept and kept[-1].sequence == call.sequence:
            findings.bad(FILE, call.line, f"stop_sequence {call.sequence} stands twice")
        elif call.arrive_s is None and not kept:
            findings.bad(FILE, call.line, "the first stop of a trip has no time")
        elif call.arrive_s is not None and call.arrive_s < clock:
            findings.bad(FILE, call.line, "arrives before the stop before it")
        elif call.length is not None and call.length < length:
            findings.bad(FILE, call.line, "shape_dist_traveled falls")
        else:
            kept.append(call)
            clock = clock if call.depart_s is None else call.depart_s
            length = length if call.length is None else call.length
    while kept and kept[-1].arrive_s is None:
        findings.bad(FILE, kept.pop().line, "the last stop of a trip has no time")
    return _once_each(kept)


def _once_each(calls: list[Call]) -> list[Call]:
    """Two platforms of one station in a row are one call with a longer stay."""
    if not any(one.site.id == other.site.id for one, other in pairwise(calls)):
        return calls
    joined: list[Call] = []
    for call in calls:
        if joined and joined[-1].site.id == call.site.id:
            last = joined[-1]
            last.depart_s = call.depart_s if call.depart_s is not None else last.depart_s
            last.board, last.alight = last.board or call.board, last.alight or call.alight
        else:
            joined.append(call)
    return joined


def fill_in(calls: Sequence[Call], distances: Distances) -> None:
    """Times that the table leaves open, between the two nearest that it tells; the ends are told."""
    told = [index for index, call in enumerate(calls) if call.arrive_s is not None]
    if len(told) == len(calls):
        return
    along = distances.along(calls)
    if all(call.length is not None for call in calls):
        along = [call.length or 0.0 for call in calls]
    for before, after in pairwise(told):
        start, end = calls[before].depart_s, calls[after].arrive_s
        assert start is not None  # both are told
        assert end is not None
        reach = along[after] - along[before]
        for index in range(before + 1, after):
            share = (along[index] - along[before]) / reach if reach else (index - before) / (after - before)
            call = calls[index]
            call.arrive_s = call.depart_s = start + round((end - start) * share)
            call.filled = True
