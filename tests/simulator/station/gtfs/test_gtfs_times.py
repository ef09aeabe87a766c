"""Times and distances of trains: beyond midnight, filled in, repeated; km as told or as the crow flies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulator.station.gtfs.feed import Feed
from simulator.station.timetable import Trip
from tests.simulator.station.gtfs.feeds import SMALL, TODAY, code_of, only_train, read, times_of, with_tables

HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence"


def ride(feed: Feed, origin: str, destination: str) -> Trip:
    (trip,) = feed.world.timetable.trips(code_of(feed, origin), code_of(feed, destination))
    return trip


def test_a_plain_trip(tmp_path: Path) -> None:
    train = only_train(read(tmp_path, SMALL))
    assert (train.number, train.kind, train.key) == ("ICE7", "other", "t1")
    assert times_of(train) == ["08:00", "08:30-08:32", "09:00"]
    assert [stop.km for stop in train.stops] == [0, 56, 111]
    assert not any(stop.estimated for stop in train.stops)


def test_times_beyond_midnight_belong_to_the_day_of_the_first_departure(tmp_path: Path) -> None:
    rows = "t1,23:50:00,23:50:00,a,1\nt1,24:20:30,24:25:00,b,2\nt1,26:00:00,26:00:00,c,3\n"
    feed = read(tmp_path, with_tables(stop_times=f"{HEAD}\n{rows}"))
    late = ride(feed, "Beta", "Gamma")
    assert (late.depart_min, late.arrive_min) == (24 * 60 + 25, 26 * 60)
    assert late.run_date(TODAY) == TODAY - timedelta(days=1)
    assert late.runs_on(TODAY)
    assert late.arrive_ms(TODAY) - late.depart_ms(TODAY) == 95 * 60_000


def test_a_missing_time_lies_at_its_share_of_the_way_and_is_marked(tmp_path: Path) -> None:
    rows = "t1,08:00:00,08:00:00,a,1\nt1,,,b,2\nt1,,,c,3\nt1,10:00:00,10:00:00,d,4\n"
    train = only_train(read(tmp_path, with_tables(stop_times=f"{HEAD}\n{rows}")))
    assert times_of(train) == ["08:00", "08:30-08:30", "09:00-09:00", "10:00"]  # a quarter and half of two degrees
    assert [stop.estimated for stop in train.stops] == [False, True, True, False]


def test_a_missing_time_goes_by_the_distances_of_the_feed(tmp_path: Path) -> None:
    rows = "t1,08:00:00,08:00:00,a,1,0\nt1,,,b,2,90\nt1,09:00:00,09:00:00,c,3,120\n"
    train = only_train(read(tmp_path, with_tables(stop_times=f"{HEAD},shape_dist_traveled\n{rows}")))
    assert times_of(train) == ["08:00", "08:45-08:45", "09:00"]


def test_without_any_distance_missing_times_are_spread_evenly(tmp_path: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\na,A,50,8\nb,B,50,8\nc,C,50,8\nd,D,50,8\n"
    rows = "t1,08:00:00,08:00:00,a,1\nt1,,,b,2\nt1,,,c,3\nt1,09:00:00,09:00:00,d,4\n"
    train = only_train(read(tmp_path, with_tables(stops=stops, stop_times=f"{HEAD}\n{rows}")))
    assert times_of(train) == ["08:00", "08:20-08:20", "08:40-08:40", "09:00"]


def test_one_of_two_times_stands_for_both_and_rows_come_in_any_order(tmp_path: Path) -> None:
    rows = "t1,9:00:00,,c,30\nt1,,08:00:00,a,4\nt1, 8:30:00,,b,11\n"
    train = only_train(read(tmp_path, with_tables(stop_times=f"{HEAD}\n{rows}")))
    assert times_of(train) == ["08:00", "08:30-08:30", "09:00"]
    assert not any(stop.estimated for stop in train.stops)


@pytest.mark.parametrize(
    ("lengths", "km"),
    [
        ((5, 75, 145), [0, 70, 140]),  # km
        ((0, 70_000, 140_000), [0, 70, 140]),  # metres
        ((0, 43.5, 87), [0, 70, 140]),  # miles
        ((0, 229_659, 459_318), [0, 70, 140]),  # feet
        ((0, 1, 2), [0, 56, 111]),  # stops counted, or whatever: the great circle it is
    ],
)
def test_the_unit_of_distances_is_found_by_comparing_them(
    tmp_path: Path, lengths: tuple[float, ...], km: list[int]
) -> None:
    rows = "".join(
        f"t1,0{8 + at}:00:00,0{8 + at}:00:00,{'abc'[at]},{at},{length}\n" for at, length in enumerate(lengths)
    )
    feed = read(tmp_path, with_tables(stop_times=f"{HEAD},shape_dist_traveled\n{rows}"))
    assert [stop.km for stop in only_train(feed).stops] == km
    assert feed.world.prices.terms(ride(feed, "Alpha", "Gamma")).estimated == (km[1] == 56)


def test_frequencies_repeat_a_trip_and_only_exact_ones_are_promised(tmp_path: Path) -> None:
    table = "trip_id,start_time,end_time,headway_secs,exact_times\nt1,06:00:00,07:00:00,1800,1\nt1,23:30:00,24:30:00,1800,0\n"
    feed = read(tmp_path, with_tables(frequencies=table))
    trains = list(feed.world.timetable.trains.values())
    assert [times_of(train)[0] for train in trains] == ["06:00", "06:30", "23:30", "00:00"]
    assert [times_of(train)[2] for train in trains] == ["07:00", "07:30", "00:30", "01:00"]
    assert [train.stops[0].estimated for train in trains] == [False, False, True, True]
    assert len({train.number for train in trains}) == 4
    midnight = trains[3]
    assert midnight.stops[0].depart_min == 1_440


def test_nobody_boards_or_alights_where_the_feed_says_so(tmp_path: Path) -> None:
    rows = "t1,08:00:00,08:00:00,a,1,0,1\nt1,08:30:00,08:30:00,b,2,1,0\nt1,09:00:00,09:00:00,c,3,1,0\n"
    feed = read(tmp_path, with_tables(stop_times=f"{HEAD},pickup_type,drop_off_type\n{rows}"))
    names = ("Alpha", "Beta", "Gamma")
    pairs = {
        (one, other)
        for one in names
        for other in names
        if feed.world.timetable.trips(code_of(feed, one), code_of(feed, other))
    }
    assert pairs == {("Alpha", "Beta"), ("Alpha", "Gamma")}


def test_a_train_that_comes_back_is_boarded_where_the_ride_is_shortest(tmp_path: Path) -> None:
    rows = "".join(f"t1,{8 + at}:00:00,{8 + at}:00:00,{stop},{at}\n" for at, stop in enumerate("abac"))
    feed = read(tmp_path, with_tables(stop_times=f"{HEAD}\n{rows}"))
    assert (ride(feed, "Alpha", "Beta").a, ride(feed, "Alpha", "Beta").b) == (0, 1)
    assert (ride(feed, "Beta", "Alpha").a, ride(feed, "Beta", "Alpha").b) == (1, 2)
    assert (ride(feed, "Alpha", "Gamma").a, ride(feed, "Alpha", "Gamma").b) == (2, 3)


def test_trips_of_one_name_share_a_number_unless_they_meet(tmp_path: Path) -> None:
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,0,0,20190301,20190331\nend,0,0,0,0,0,1,1,20190301,20190331\n"
    )
    trips = "route_id,service_id,trip_id\nr,daily,t1\nr,end,t2\nr,daily,t3\n"
    rows = "".join(f"t{n},{7 + n}:00:00,{7 + n}:00:00,a,1\nt{n},{8 + n}:00:00,{8 + n}:00:00,b,2\n" for n in (1, 2, 3))
    feed = read(tmp_path, with_tables(calendar=calendar, trips=trips, stop_times=f"{HEAD}\n{rows}"))
    numbers = {train.key: train.number for train in feed.world.timetable.trains.values()}
    assert numbers == {"t1": "ICE7", "t2": "ICE7", "t3": "ICE7-2"}
    ends = (code_of(feed, "Alpha"), code_of(feed, "Beta"))
    for offset in range(10):
        day = TODAY + timedelta(days=offset)
        offered = feed.world.timetable.trips(*ends, day)
        assert len({trip.train.number for trip in offered}) == len(offered) == (2 if (offset % 7) < 5 else 1)
        assert all(feed.world.timetable.trip(trip.train.number, *ends, day) is trip for trip in offered)
