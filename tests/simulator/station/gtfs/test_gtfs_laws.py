"""A feed that is written out and read back sells the same rides, in whatever order and form its rows stand."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.station.gtfs.feed import load_feed
from simulator.station.gtfs.findings import FeedError
from simulator.station.gtfs.numbers import Named, numbers_of
from simulator.station.timetable import DAY_MINUTES
from tests.simulator.station.gtfs.feeds import DAY, TODAY, as_folder, more

LOOKED_AT = 5
NAMES = st.text(st.sampled_from('ABÄß ,"é中'), min_size=1, max_size=6).filter(lambda name: name == name.strip() != "")


@dataclass(frozen=True)
class Ride:
    """A trip as it was meant: its calls in minutes after midnight, and the days of DAY and after on which it begins."""

    calls: tuple[tuple[int, int], ...]
    minutes: tuple[tuple[int, int], ...]
    days: frozenset[int]


@st.composite
def timetables(draw: st.DrawFn) -> tuple[list[str], list[Ride]]:
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    rides = []
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.lists(st.sampled_from(range(len(names))), min_size=2, max_size=len(names), unique=True))
        steps = draw(st.lists(st.integers(0, 300), min_size=2 * len(path), max_size=2 * len(path)))
        start, minutes = draw(st.integers(0, 1_600)), []
        for at in range(len(path)):
            arrive = start + sum(steps[: 2 * at + 1])
            minutes.append((arrive, arrive + steps[2 * at + 1]))
        days = draw(st.frozensets(st.integers(-2, LOOKED_AT), min_size=1))
        rides.append(Ride(tuple((stop, at) for at, stop in enumerate(path)), tuple(minutes), days))
    days = frozenset({0})
    rides.append(Ride(((0, 0), (1, 1)), ((0, 0), (9, 9)), days))  # so that DAY has service
    return names, rides


def table(head: str, rows: Sequence[tuple[object, ...]], dice: Random) -> str:
    """CSV with its columns and its rows in any order."""
    columns = head.split(",")
    order = dice.sample(range(len(columns)), len(columns))
    out = io.StringIO()
    writer = csv.writer(out, quoting=dice.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
    writer.writerow([columns[at] for at in order])
    writer.writerows([[row[at] for at in order] for row in dice.sample(rows, len(rows))])
    return out.getvalue()


def clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}:00"


def written(names: list[str], rides: list[Ride], dice: Random) -> dict[str, str]:
    stops = [(f"s{at}", name, 40 + at, -3.5, f"s{at}-extra") for at, name in enumerate(names)]
    calls = [
        (f"t{number}", f"s{stop}", 10 * at + dice.randrange(10), clock(arrive), clock(depart))
        for number, ride in enumerate(rides)
        for (stop, at), (arrive, depart) in zip(ride.calls, ride.minutes, strict=True)
    ]
    dates = [
        (f"d{number}", f"{DAY + timedelta(days=day):%Y%m%d}", 1)
        for number, ride in enumerate(rides)
        for day in ride.days
    ]
    trips = [("r", f"d{number}", f"t{number}", "7") for number in range(len(rides))]
    return {
        "stops.txt": table("stop_id,stop_name,stop_lat,stop_lon,stop_desc", stops, dice),
        "routes.txt": table("route_id,route_short_name,route_type", [("r", "S 1", 2)], dice),
        "trips.txt": table("route_id,service_id,trip_id,trip_short_name", trips, dice),
        "stop_times.txt": table("trip_id,stop_id,stop_sequence,arrival_time,departure_time", calls, dice),
        "calendar_dates.txt": table("service_id,date,exception_type", dates, dice),
    }


def meant(names: list[str], rides: list[Ride], day: int) -> Counter[tuple[str, str, int, int]]:
    """(from, to, departure, minutes under way) of every ride that leaves on that day."""
    found: Counter[tuple[str, str, int, int]] = Counter()
    for ride in rides:
        for one, other in combinations(range(len(ride.calls)), 2):
            depart, arrive = ride.minutes[one][1], ride.minutes[other][0]
            if day - depart // DAY_MINUTES in ride.days:
                ends = names[ride.calls[one][0]], names[ride.calls[other][0]]
                found[(*ends, depart % DAY_MINUTES, arrive - depart)] += 1
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(timetables(), st.randoms(use_true_random=False))
def test_a_feed_written_out_and_read_back_sells_the_same_rides(
    made: tuple[list[str], list[Ride]], dice: Random
) -> None:
    names, rides = made
    with tempfile.TemporaryDirectory() as folder:
        feed = load_feed(as_folder(Path(folder), written(names, rides, dice)), TODAY, DAY)
    stations = feed.world.network.stations.values()
    for day in range(LOOKED_AT):
        sold: Counter[tuple[str, str, int, int]] = Counter()
        for one in stations:
            for other in stations:
                if one is other:
                    continue
                trips = feed.world.timetable.trips(one.telecode, other.telecode, TODAY + timedelta(days=day))
                assert len({trip.train.number for trip in trips}) == len(trips)
                for trip in trips:
                    minutes = trip.arrive_min - trip.depart_min
                    sold[one.name, other.name, trip.depart_min % DAY_MINUTES, minutes] += 1
        assert sold == meant(names, rides, day)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(["stops", "routes", "trips", "stop_times", "calendar"]),
    st.text(st.sampled_from('0129az,":-\n\r\x00é '), max_size=60),
)
def test_no_row_whatsoever_does_more_than_be_refused(name: str, row: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = as_folder(Path(folder), more(name, row))
        with contextlib.suppress(FeedError):
            feed = load_feed(path, TODAY, DAY, skip_broken=True)
            assert feed.world.timetable.by_number["ICE7"]
            assert not set(feed.world.network.stations) - {"AAA", "AAB", "AAC"}


LEAVES = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), min_size=1)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 255), LEAVES), max_size=30))
def test_runs_that_meet_never_share_a_number(made: list[tuple[int, int, dict[str, int]]]) -> None:
    runs = [
        Named(str(at), "S1", begins, mask, frozenset(leaves.values()), partial(dict, leaves))
        for at, (begins, mask, leaves) in enumerate(made)
    ]
    numbers = numbers_of(runs)
    assert numbers.keys() == {run.key for run in runs}
    for one, other in combinations(runs, 2):
        if numbers[one.key] == numbers[other.key]:
            assert not one.mask & other.mask
            for station in one.leaves().keys() & other.leaves().keys():
                assert not one.mask << one.leaves()[station] & other.mask << other.leaves()[station]
