"""Stations of a feed: joined, named, found, and where the machine stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.station.gtfs import names
from simulator.station.gtfs.findings import FeedError
from simulator.station.gtfs.names import number_of, plain, read_charset, typed_words
from tests.simulator.station.gtfs.feeds import SMALL, code_of, read, with_tables

HEAD = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"


def test_platforms_are_joined_with_their_station(tmp_path: Path) -> None:
    stops = (
        HEAD + "a,Alpha Nord,50.0,8.0,0,A\nS,Beta,50.5,8,1,\nA,Alpha,50,8,1,\nb,Beta gl 1,50.5,8,,S\nc,Gamma,51,8,,\n"
    )
    stations = read(tmp_path, with_tables(stops=stops + "e,Door,50,8,2,A\n")).world.network.stations
    assert sorted(one.name for one in stations.values()) == ["Alpha", "Beta", "Gamma"]
    assert sorted(stations) == ["AAA", "AAB", "AAC"]


def test_two_platforms_of_one_station_in_a_row_are_one_call(tmp_path: Path) -> None:
    stops = HEAD + "a,x,50.0,8.0,0,A\nb,y,50.0,8.0,0,A\nA,Alpha,50,8,1,\nc,Gamma,51,8,,\n"
    (train,) = read(tmp_path, with_tables(stops=stops)).world.timetable.trains.values()
    assert [stop.depart_min for stop in train.stops] == [8 * 60 + 32, None]


def test_stops_of_one_name_side_by_side_are_one_station_and_far_ones_are_told_apart(tmp_path: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\na,Main St,50,8\nb,Main St,50.001,8\nc,Main St,51,8\n"
    rows = SMALL["stop_times.txt"] + "t2,08:00:00,08:00:00,b,1\nt2,09:00:00,09:00:00,c,2\n"
    trips = SMALL["trips.txt"] + "r,daily,t2\n"
    stations = read(tmp_path, with_tables(stops=stops, stop_times=rows, trips=trips)).world.network.stations
    assert sorted(one.name for one in stations.values()) == ["Main St (a)", "Main St (c)"]


def test_a_station_without_pinyin_is_found_by_its_plain_letters(tmp_path: Path) -> None:
    stops = SMALL["stops.txt"].replace("Alpha", "Köln Hbf").replace("Beta", "22nd St").replace("Gamma", "L'Åre-sur-Mer")
    feed = read(tmp_path, with_tables(stops=stops))
    found = {one.name: (one.pinyin, one.initials, one.english) for one in feed.world.network.stations.values()}
    assert found == {
        "Köln Hbf": ("kolnhbf", "kh", "Köln Hbf"),
        "22nd St": ("st", "s", "22nd St"),
        "L'Åre-sur-Mer": ("laresurmer", "lsm", "L'Åre-sur-Mer"),
    }


def test_chinese_names_keep_telecode_and_pinyin_of_our_table_or_take_them_from_its_characters(tmp_path: Path) -> None:
    stops = SMALL["stops.txt"].replace("Alpha", "北京西").replace("Beta", "北京昌").replace("Gamma", "罗湖")
    words = "table_name,field_name,language,translation,record_id\nstops,stop_name,en,Lo Wu,c\n"
    stations = read(tmp_path, with_tables(stops=stops, translations=words)).world.network.stations
    assert (stations["BXP"].pinyin, stations["BXP"].english) == ("beijingxi", "Beijing West")
    made = {one.name: (one.pinyin, one.initials, one.english) for one in stations.values()}
    assert made["北京昌"] == ("beijingchang", "bjc", "Beijingchang")
    assert made["罗湖"] == ("lowu", "lw", "Lo Wu")


def test_a_name_outside_the_fonts_is_told_and_shown_without(tmp_path: Path) -> None:
    charset = read_charset()
    assert charset is not None
    assert not {"Ẁ", "Ж", "鱲"} & charset
    stops = SMALL["stops.txt"].replace("Alpha", "Ẁest").replace("Beta", "Жы").replace("Gamma", "鱲角")
    words = "trans_id,lang,translation\n鱲角,en,Lap Kok\n"
    feed = read(tmp_path, with_tables(stops=stops, translations=words))
    assert sorted(one.name for one in feed.world.network.stations.values()) == ["B", "Lap Kok", "West"]
    (told,) = [line for line in feed.told if "fonts" in line]
    assert told.startswith("3 names have characters that the screen's fonts lack")
    assert "Ẁest (Ẁ)" in told
    assert "鱲角 (鱲)" in told


def test_without_the_list_of_letters_names_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.station.gtfs.feed.read_charset", lambda: None)
    feed = read(tmp_path, with_tables(stops=SMALL["stops.txt"].replace("Alpha", "Ẁest")))
    assert "Ẁest" in {one.name for one in feed.world.network.stations.values()}
    assert read_charset(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("", "Gamma"),  # most trains leave there
        ("b", "Beta"),
        ("Beta", "Beta"),
        ("bet", "Beta"),
        ("AAC", "Gamma"),
    ],
)
def test_the_machine_stands_where_it_is_told_or_where_most_trains_leave(tmp_path: Path, wanted: str, name: str) -> None:
    rows = SMALL["stop_times.txt"] + "t2,10:00:00,10:00:00,c,1\nt2,11:00:00,11:00:00,b,2\nt3,10:30:00,10:30:00,c,1\n"
    rows += "t3,11:30:00,11:30:00,a,2\n"
    trips = SMALL["trips.txt"] + "r,daily,t2\nr,daily,t3\n"
    feed = read(tmp_path, with_tables(stop_times=rows, trips=trips), home=wanted)
    assert feed.home.name == name
    reached = {"Beta": {"Gamma"}, "Gamma": {"Alpha", "Beta"}}[name]  # without a change
    assert {feed.world.network.stations[code].name for code in feed.world.network.hot} == reached


def test_a_home_that_is_no_station_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no station of the feed is Bata; did you mean beta"):
        read(tmp_path, SMALL, home="Bata")
    with pytest.raises(FeedError, match="no train calls at d"):
        read(tmp_path, SMALL, home="d")


def test_a_station_where_no_train_calls_is_not_on_offer(tmp_path: Path) -> None:
    feed = read(tmp_path, SMALL)
    assert "Delta" not in {one.name for one in feed.world.network.stations.values()}
    assert code_of(feed, "Alpha") == "AAA"


def test_more_stations_than_codes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "CODES", 2)
    with pytest.raises(FeedError, match="3 stations"):
        read(tmp_path, SMALL)


def test_plain_letters() -> None:
    assert plain("Łódź Straße Ærø") == "Lodz Strasse Aero"
    assert typed_words("12 13") == []
    assert number_of(["", " ", "Ligne é 12"]) == "LIGNEE12"
    assert number_of(["浦东"]) == "T"
    assert number_of(["a" * 30]) == "A" * 10
