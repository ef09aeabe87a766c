"""Broken rows: each is named by file and line and refuses the feed; left out on request, with what hangs on it and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.station.gtfs.feed import Feed, load_feed
from simulator.station.gtfs.findings import SHOWN, FeedError
from tests.simulator.station.gtfs.feeds import DAY, SMALL, TODAY, as_folder, more, read, times_of, with_tables

FREQUENCIES = "trip_id,start_time,end_time,headway_secs\n"
FARES = "fare_id,price,currency_type\n"
RULES = "fare_id,route_id\n"
DATES = "service_id,date,exception_type\n"
FULL = with_tables(
    more("trips", "r,daily,t2\n", more("stop_times", "t2,10:00:00,10:00:00,a,1\nt2,11:00:00,11:00:00,c,2\n")),
    frequencies=FREQUENCIES + "t2,10:00:00,10:30:00,1200\n",
    fare_attributes=FARES + "f,4,CNY\n",
    fare_rules=RULES + "f,\n",
    calendar_dates=DATES + "daily,20190305,2\n",
)
"""Two trips, of which the second runs at 10:00 and 10:20."""


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("stops", ",Nowhere,50,8", "no stop_id"),
        ("stops", "a,Again,50,8", "stop a stands twice"),
        ("stops", "z,,50,8", "no stop_name"),
        ("stops", "z,Zeta,,8", "no stop_lat and stop_lon"),
        ("stops", "z,Zeta,91,8", "91 is no coordinate within 90 degrees"),
        ("stops", "z,Zeta,nan,8", "nan is no coordinate within 90 degrees"),
        ("stops", "z,Zeta,north,8", "north is no coordinate"),
        ("stops", f"z,{'Z' * 101},50,8", "a name of 101 characters"),
        ("stops", "z,Zeta,50", "3 cells, the header has 4"),
        ("routes", "r,A,,ICE 9,2", "route r stands twice"),
        ("routes", "r9,A,,,2", "neither route_short_name nor route_long_name"),
        ("routes", "r9,A,S1,,train", "train is no whole number"),
        ("trips", "r,daily,t1", "trip t1 stands twice"),
        ("trips", "q,daily,t9", "no route q"),
        ("trips", "r,never,t9", "no service never"),
        ("trips", "r,daily,", "no trip_id"),
        ("stop_times", "t9,08:00:00,08:00:00,a,1", "no trip t9"),
        ("stop_times", "t1,12:00:00,12:00:00,z,9", "no stop z"),
        ("stop_times", "t1,12:00,12:00,d,9", "12:00 is no time H:MM:SS"),
        ("stop_times", "t1,12:60:00,12:60:00,d,9", "12:60:00 is no time H:MM:SS"),
        ("stop_times", "t1,999:00:00,999:00:00,d,9", "999:00:00 is no time H:MM:SS"),
        ("stop_times", "t1,12:00:00,11:00:00,d,9", "departs before it arrives"),
        ("stop_times", "t1,08:59:00,08:59:00,d,9", "arrives before the stop before it"),
        ("stop_times", "t1,,,d,9", "the last stop of a trip has no time"),
        ("stop_times", "t1,,,d,0", "the first stop of a trip has no time"),
        ("stop_times", "t1,12:00:00,12:00:00,d,3", "stop_sequence 3 stands twice"),
        ("stop_times", "t1,12:00:00,12:00:00,d,-1", "-1 is no whole number"),
        ("stop_times", "t1,12:00:00,12:00:00,d,", "nothing is no whole number"),
        ("calendar", "daily,1,1,1,1,1,1,1,20190301,20190331", "service daily stands twice"),
        ("calendar", "other,1,1,1,1,1,1,2,20190301,20190331", "'2' is neither 0 nor 1"),
        ("calendar", "other,1,1,1,1,1,1,1,20190301,20190231", "20190231: day is out of range"),
        ("calendar", "other,1,1,1,1,1,1,1,20190331,20190301", "ends before it begins"),
        ("calendar_dates", "daily,20190318,3", "exception_type '3' is neither 1 nor 2"),
        ("calendar_dates", "daily,2019-03-18,1", "2019-03-18 is no date YYYYMMDD"),
        ("frequencies", "t9,06:00:00,07:00:00,600", "no trip t9"),
        ("frequencies", "t2,06:00:00,06:00:00,600", "start_time is not before end_time"),
        ("frequencies", "t2,06:00:00,07:00:00,0", "headway_secs is 0"),
        ("frequencies", "t2,10:10:00,12:00:00,600", "overlaps another time of this trip"),
        ("fare_attributes", "g,free,CNY", "free is no price"),
        ("fare_attributes", "g,-1,CNY", "-1 is no price"),
        ("fare_attributes", "g,1,yuan", "YUAN is no currency code"),
        ("fare_attributes", "f,1,CNY", "fare f stands twice"),
        ("fare_rules", "g,", "no fare g"),
        ("fare_rules", "f,q", "no route q"),
    ],
)
def test_a_broken_row_is_named_and_refuses_the_feed_and_left_out_changes_nothing_else(
    tmp_path: Path, table: str, row: str, said: str
) -> None:
    tables = more(table, row + "\n", FULL)
    line = tables[f"{table}.txt"].count("\n")
    with pytest.raises(FeedError) as refused:
        read(tmp_path, tables)
    assert f"{table}.txt:{line}: {said}" in str(refused.value)
    assert f"1 broken row ({table}.txt 1)" in str(refused.value)
    assert "--skip-broken" in str(refused.value)
    feed = read(tmp_path, tables, skip_broken=True)
    assert sold(feed) == sold(read(tmp_path, FULL))
    assert feed.told[1] == f"left out: 1 broken row ({table}.txt 1)"
    assert feed.told[2].startswith(f"  {table}.txt:{line}: {said}")


def sold(feed: Feed) -> list[tuple[str, list[str]]]:
    return [(train.number, times_of(train)) for train in feed.world.timetable.trains.values()]


@pytest.mark.parametrize(
    ("table", "good", "broken", "hanging", "left"),
    [
        ("stops", "b,Beta,50.5,8.0", "b,Beta,50.5,East", "1 stop times", ["t1", "t2@36000", "t2@37200"]),
        ("routes", "r,A,,ICE 7,2", "r,A,,,2", "2 trips", None),
        ("trips", "r,daily,t2", "q,daily,t2", "1 frequencies, 2 stop times", ["t1"]),
        ("calendar", "20190331", "20190332", "2 trips", None),
        ("frequencies", "t2,10:00:00,10:30:00", "t2,10:00:00,10:30", "2 stop times, 1 trips", ["t1"]),
        ("stop_times", "t2,11:00:00,11:00:00,c,2", "t2,11:00:00,11:00:00,x,2", "1 trips", ["t1"]),
        ("fare_attributes", "f,4,CNY", "f,4,C", "1 fare rules", ["t1", "t2@36000", "t2@37200"]),
    ],
)
def test_what_hangs_on_a_broken_row_goes_with_it_and_is_counted(
    tmp_path: Path, table: str, good: str, broken: str, hanging: str, left: list[str] | None
) -> None:
    text = FULL[f"{table}.txt"]
    assert text.count(good) == 1
    tables = with_tables(FULL, **{table: text.replace(good, broken)})
    if left is None:
        with pytest.raises(FeedError, match=r"no service runs|no trip of the feed runs"):
            read(tmp_path, tables, skip_broken=True)
        return
    feed = read(tmp_path, tables, skip_broken=True)
    assert feed.told[1] == f"left out: 1 broken row ({table}.txt 1), and with them {hanging}"
    assert list(feed.world.timetable.trains) == left


def test_a_broken_rule_does_not_make_a_fare_hold_everywhere(tmp_path: Path) -> None:
    tables = with_tables(FULL, fare_rules=RULES + "f,q\n")
    feed = read(tmp_path, tables, skip_broken=True)
    trip = next(iter(feed.world.timetable.trips("AAA", "AAB")))
    assert feed.world.prices.terms(trip).estimated


def test_of_many_broken_rows_some_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    tables = more("trips", "".join(f"q,daily,x{number}\n" for number in range(1_500)))
    with pytest.raises(FeedError, match=r"1,500 broken rows \(trips.txt 1,500\)") as refused:
        read(tmp_path, tables)
    assert str(refused.value).count("no route q") == SHOWN
    assert "... and 1,480 more" in str(refused.value)


def test_lines_are_those_of_the_file_even_after_a_cell_of_several_lines(tmp_path: Path) -> None:
    stops = SMALL["stops.txt"].replace("stop_lon\n", "stop_lon,stop_desc\n").replace("8.0\n", '8.0,"two\nlines"\n')
    with pytest.raises(FeedError, match=r"stops.txt:10: 2 cells"):
        read(tmp_path, with_tables(stops=stops + "x,y\n"))


def test_text_that_is_not_utf8_is_a_broken_row_like_others(tmp_path: Path) -> None:
    folder = as_folder(tmp_path / "feed", SMALL)
    (folder / "stops.txt").write_bytes(SMALL["stops.txt"].encode() + "z,Z\xfcrich,50,8\n".encode("latin-1"))
    with pytest.raises(FeedError, match=r"stops.txt:6: not UTF-8"):
        load_feed(folder, TODAY, DAY)
    assert len(load_feed(folder, TODAY, DAY, skip_broken=True).world.timetable.trains) == 1


def test_a_quote_that_never_ends_is_named_where_it_begins(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"stops.txt:6: not CSV"):
        read(tmp_path, more("stops", 'z,"Zeta,50,8\n'))


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("stops", "", "stops.txt:1: no header"),
        ("stops", "stop_name\nx\n", "stops.txt:1: no column stop_id"),
        ("stop_times", "trip_id,trip_id\n", "stop_times.txt:1: a column stands twice"),
        ("stop_times", "trip_id,stop_id\n", "no column stop_sequence, arrival_time, departure_time"),
        ("stops", '"stop_id\n', "stops.txt:1: not CSV"),
    ],
)
def test_a_header_that_cannot_be_used_refuses_the_feed_whatever_is_skipped(
    tmp_path: Path, table: str, text: str, said: str
) -> None:
    with pytest.raises(FeedError, match=said):
        read(tmp_path, with_tables(**{table: text}), skip_broken=True)


def test_floods_of_calls_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.station.gtfs.calls.MOST_CALLS", 2)
    with pytest.raises(FeedError, match="more than 2 stop times"):
        read(tmp_path, SMALL)
    monkeypatch.undo()
    flood = FREQUENCIES + "t1,00:00:00,200:00:00,1\n"
    with pytest.raises(FeedError, match="more than 100,000 runs"):
        read(tmp_path, with_tables(frequencies=flood))


def test_a_trip_that_calls_without_end_is_one_broken_row_and_no_trip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.station.gtfs.calls.MOST_CALLS_OF_TRIP", 2)
    with pytest.raises(FeedError, match=r"stop_times.txt:4: more than 2 calls of one trip"):
        read(tmp_path, SMALL)
    feed = read(
        tmp_path,
        more("stop_times", "t2,10:00:00,10:00:00,a,1\nt2,11:00:00,11:00:00,c,2\n", more("trips", "r,daily,t2\n")),
        skip_broken=True,
    )
    assert list(feed.world.timetable.trains) == ["t2"]
    assert "and with them 1 trips" in feed.told[1]
