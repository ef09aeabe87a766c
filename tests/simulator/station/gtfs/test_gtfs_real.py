"""Two feeds as they were published, when they lie beside the clone (or where TVM_TEST_DATA says)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from simulator.station.gtfs.feed import Feed, load_feed
from simulator.station.gtfs.findings import FeedError
from tests.simulator.station.gtfs.feeds import CALTRAIN, DB, TODAY, code_of

needs_db = pytest.mark.skipif(not DB.exists(), reason="the German feed of 2019 is not beside this clone")
needs_caltrain = pytest.mark.skipif(not CALTRAIN.exists(), reason="the Caltrain feed of 2016 is not beside this clone")


@cache
def german() -> Feed:
    return load_feed(DB, TODAY, date(2019, 3, 15), skip_broken=True)


@cache
def caltrain() -> Feed:
    return load_feed(CALTRAIN, TODAY, date(2016, 4, 12))


@needs_db
def test_the_german_feed_has_three_rows_that_go_back_in_time() -> None:
    with pytest.raises(FeedError, match="refused, 3 broken rows") as refused:
        load_feed(DB, TODAY, date(2019, 3, 15))
    for line in (41_660, 41_729, 59_659):  # Brest, in another time zone
        assert f"stop_times.txt:{line}: arrives before the stop before it" in str(refused.value)


@needs_db
def test_the_german_feed_is_sold() -> None:
    feed = german()
    world = feed.world
    assert (len(world.network.stations), len(world.timetable.trains)) == (664, 6_063)
    assert feed.home.name == "Hannover Hbf"
    assert not [line for line in feed.told if "fonts" in line]
    rides = world.timetable.trips(code_of(feed, "Berlin Hbf (tief)"), code_of(feed, "München Hbf"), TODAY)
    assert len(rides) >= 10
    assert all(world.prices.terms(ride).estimated for ride in rides)
    assert {ride.train.number[:3] for ride in rides} == {"ICE"}
    assert all(450 <= ride.km <= 900 for ride in rides)
    prices = [world.prices.price_fen(ride, "second", "", "adult", TODAY) for ride in rides]
    assert all(13_000 <= fen <= 28_000 for fen in prices)


@needs_db
def test_the_german_feed_goes_by_its_dates() -> None:
    feed = german()
    running = {
        offset: sum(
            TODAY + timedelta(days=offset) in (train.days or ()) for train in feed.world.timetable.trains.values()
        )
        for offset in (-93, 0, 7)
    }
    assert (feed.as_of + timedelta(days=-93)).isoformat() == "2018-12-12"
    assert (running[-93], running[0]) == (840, 766)
    assert running[7] > 700


@needs_caltrain
def test_caltrain_is_shown_in_dollars() -> None:
    feed = caltrain()
    world = feed.world
    assert (len(world.network.stations), len(world.timetable.trains)) == (31, 218)
    assert sum(TODAY in (train.days or ()) for train in world.timetable.trains.values()) == 92
    ends = code_of(feed, "San Francisco Caltrain"), code_of(feed, "San Jose Diridon Caltrain")
    rides = world.timetable.trips(*ends, TODAY)
    assert len(rides) >= 40
    assert {world.prices.terms(ride).fare for ride in rides} == {"USD 9.75"}


@needs_caltrain
def test_caltrain_runs_otherwise_on_a_saturday_and_on_a_holiday() -> None:
    trains = caltrain().world.timetable.trains.values()
    counts = {
        caltrain().as_of + timedelta(days=offset): sum(
            TODAY + timedelta(days=offset) in (train.days or ()) for train in trains
        )
        for offset in range(-10, 60)
    }
    assert counts[date(2016, 4, 16)] < counts[date(2016, 4, 12)]
    assert counts[date(2016, 5, 30)] == counts[date(2016, 5, 29)]  # Memorial Day, as a Sunday
    assert counts[date(2016, 5, 23)] == counts[date(2016, 4, 12)]
