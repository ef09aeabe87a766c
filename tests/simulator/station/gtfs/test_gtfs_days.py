"""Calendars: which trains run on the day that is sold, and on those after it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from simulator.station.gtfs.feed import load_feed
from simulator.station.gtfs.findings import FeedError
from tests.simulator.station.gtfs.feeds import DAY, SMALL, TODAY, as_folder, code_of, only_train, read, with_tables

WEEKDAYS = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
DATES = "service_id,date,exception_type\n"


def runs(folder: Path, **tables: str | None) -> list[date]:
    """The days of the feed, as the feed counts them, on which its one train runs."""
    feed = read(folder, with_tables(**tables))
    days = only_train(feed).days
    assert days is not None
    shift = feed.today - feed.as_of
    near = [feed.today + timedelta(days=offset) for offset in range(-40, 400)]
    return [day - shift for day in near if day in days]


def test_weekdays_within_both_ends(tmp_path: Path) -> None:
    found = runs(tmp_path, calendar=WEEKDAYS + "daily,1,0,0,0,0,0,1,20190317,20190325\n")
    assert found == [date(2019, 3, 17), DAY, date(2019, 3, 24), date(2019, 3, 25)]


def test_exceptions_add_and_remove(tmp_path: Path) -> None:
    found = runs(
        tmp_path,
        calendar=WEEKDAYS + "daily,1,1,0,0,0,0,0,20190318,20190325\n",
        calendar_dates=DATES + "daily,20190319,2\ndaily,20190323,1\n",
    )
    assert found == [DAY, date(2019, 3, 23), date(2019, 3, 25)]


def test_dates_alone_are_a_calendar(tmp_path: Path) -> None:
    assert runs(tmp_path, calendar=None, calendar_dates=DATES + "daily,20190318,1\ndaily,20190401,1\n") == [
        DAY,
        date(2019, 4, 1),
    ]


def test_feed_info_cuts_the_validity(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_start_date,feed_end_date\nX,20190317,20190319\n"
    assert runs(tmp_path, feed_info=info) == [date(2019, 3, 17), DAY, date(2019, 3, 19)]


def test_a_calendar_to_the_end_of_time_costs_nothing(tmp_path: Path) -> None:
    feed = read(tmp_path, with_tables(calendar=WEEKDAYS + "daily,1,1,1,1,1,1,1,00010101,99991231\n"))
    days = only_train(feed).days
    assert days is not None
    assert days.mask.bit_length() < 4_000
    assert TODAY in days


def test_the_day_asked_for_is_sold_as_today_and_the_window_ends_with_the_feed(tmp_path: Path) -> None:
    feed = read(tmp_path, SMALL, as_of=date(2019, 3, 27))
    assert (feed.as_of, feed.today) == (date(2019, 3, 27), TODAY)
    assert feed.world.network.rules.sale_days == 5
    ends = (code_of(feed, "Alpha"), code_of(feed, "Gamma"))
    offered = [bool(feed.world.timetable.trips(*ends, TODAY + timedelta(days=days))) for days in range(7)]
    assert offered == [True] * 5 + [False] * 2


def test_a_day_without_service_is_refused_and_names_its_neighbours(tmp_path: Path) -> None:
    tables = with_tables(calendar=WEEKDAYS + "daily,1,0,0,0,1,0,0,20190301,20190331\n")
    with pytest.raises(FeedError, match=r"no train runs on 2019-03-20 \(Wednesday\).*2019-03-18 .*2019-03-22"):
        read(tmp_path, tables, as_of=date(2019, 3, 20))
    with pytest.raises(FeedError, match="no service near 2030-01-01: the feed is valid 2019-03-01 to 2019-03-31"):
        read(tmp_path, tables, as_of=date(2030, 1, 1))


def test_without_a_day_the_nearest_of_the_same_weekday_with_a_full_window_is_sold(tmp_path: Path) -> None:
    feed = load_feed(as_folder(tmp_path / "feed", SMALL), TODAY)
    assert feed.as_of == date(2019, 3, 16)
    assert feed.as_of.weekday() == TODAY.weekday()
    assert load_feed(as_folder(tmp_path / "feed", SMALL), date(2019, 3, 5)).as_of == date(2019, 3, 5)


def test_a_feed_that_never_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no service runs on any day"):
        read(tmp_path, with_tables(calendar=None, calendar_dates=DATES + "daily,20190318,2\n"))
