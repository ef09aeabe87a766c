"""The network data as it is committed: whole, plausible, and useful from Beijing West."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from shutil import copytree

import pytest

from simulator.station.network import NETWORK_DIR, NetworkError, plain_pinyin
from simulator.station.timetable import Train, Trip
from simulator.station.world import World
from tests.simulator.station.helpers import NOON, TODAY, world

TRAINS = list(world().timetable.trains.values())


def test_there_are_enough_stations_and_trains_of_every_kind() -> None:
    assert len(world().network.stations) >= 60
    assert len(TRAINS) >= 15
    assert {train.kind for train in TRAINS} >= {"G", "D", "C", "Z", "T", "K"}


@pytest.mark.parametrize("train", TRAINS, ids=lambda train: train.number)
def test_times_and_distances_rise_and_every_place_has_a_price(train: Train) -> None:
    minutes = [minute for stop in train.stops for minute in (stop.arrive_min, stop.depart_min) if minute is not None]
    assert all(earlier <= later for earlier, later in pairwise(minutes))
    assert all(earlier.km < later.km for earlier, later in pairwise(train.stops))
    for a, b in combinations(range(len(train.stops)), 2):
        for seat_class, layout in train.layouts.items():
            for level in layout.levels or ("",):
                fares = {
                    kind.code: world().prices.price_fen(Trip(train, a, b), seat_class, level, kind.code, TODAY)
                    for kind in world().network.passengers
                }
                assert all(fen > 0 and fen % 50 == 0 for fen in fares.values()), (train.number, a, b, fares)
                assert fares["adult"] == max(fares.values())


@pytest.mark.parametrize("train", TRAINS, ids=lambda train: train.number)
def test_a_speed_is_one_a_train_can_run(train: Train) -> None:
    fastest = {"G": 350, "C": 350, "D": 250}.get(train.kind, 160)
    for one, other in pairwise(train.stops):
        assert one.depart_min is not None
        assert other.arrive_min is not None
        assert 20 <= (other.km - one.km) / ((other.arrive_min - one.depart_min) / 60) <= fastest, (one, other)


def test_k598_calls_at_beijing_west_on_its_second_day() -> None:
    """TVM-003."""
    train = world().timetable.trains["K598"]
    index, stop = next((i, stop) for i, stop in enumerate(train.stops) if stop.station == "BXP")
    assert (len(train.stops), index) == (35, 8)
    assert stop.depart_min == 24 * 60 + 5 * 60 + 14


def test_at_any_time_of_the_day_a_train_leaves_the_home_station_soon() -> None:
    departures = sorted(
        stop.depart_min % 1_440
        for train in TRAINS
        for stop in train.stops[:-1]
        if stop.station == "BXP" and stop.depart_min is not None
    )
    waking = [minute for minute in departures if minute >= 6 * 60]
    assert waking[-1] >= 23 * 60 + 30
    assert max(later - earlier for earlier, later in pairwise([6 * 60, *waking])) <= 75


GREAT_PLACES = "石家庄 郑州 武昌 武汉 长沙 广州 广州南 西安 西安北 太原 保定 邯郸 成都 重庆北 兰州 呼和浩特"


@pytest.mark.parametrize("name", GREAT_PLACES.split())
def test_the_great_places_are_reached_from_the_home_station(name: str) -> None:
    telecode = next(code for code, station in world().network.stations.items() if station.name == name)
    assert world().timetable.trips("BXP", telecode)


def test_pinyin_is_typed_without_tones() -> None:
    """TVM-004."""
    luohe = world().network.stations["LON"]
    assert (luohe.name, luohe.pinyin, luohe.initials, luohe.pinyin_toned) == ("漯河", "luohe", "lh", "luò hé")
    assert plain_pinyin("lǚ shùn") == "lvshun"
    for station in world().network.stations.values():
        assert station.pinyin.isascii()
        assert len(station.initials) == len(station.name)
        assert all("\u4e00" <= letter <= "\u9fff" for letter in station.name + station.city + station.province)


def test_telecodes_and_names_occur_once_and_hot_ones_exist() -> None:
    stations = world().network.stations.values()
    assert len({station.name for station in stations}) == len(stations)
    assert len(world().network.hot) >= 8
    assert "BXP" not in world().network.hot


def test_a_short_trip_is_cheap_and_has_half_yuan_prices() -> None:
    trip = world().timetable.trip("K7705", "BXP", "BDP")
    assert trip is not None
    assert world().prices.price_fen(trip, "hard_seat", "", "adult", TODAY) == 2_350
    shorter = world().timetable.trip("K7705", "BXP", "ZXP")
    assert shorter is not None
    assert world().prices.price_fen(shorter, "hard_seat", "", "child", TODAY) % 100 == 50


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("sale.yaml", "max_tickets", "max_tikets", r"sale\.yaml: max_tikets: unknown key; did you mean max_tickets\?"),
        ("sale.yaml", "sale_days", "max_tickets", r"sale\.yaml:\d+: max_tickets: stands twice"),
        ("coaches.yaml", "class: ", "clas: ", r"coaches\.yaml: makeups\..*: clas: unknown key; did you mean class\?"),
        ("stations.yaml", "luò hé,", "luò,", "LON"),
        ("trains.yaml", "fare: d250", "fare: d999", "d999"),
        ("trains.yaml", '[BTC, null, "17:28"]', '[BTC, null, "27:28"]', "trains.yaml"),
        ("coaches.yaml", "seats: 118", "bays: 118", "coach"),
        (
            "fares.yaml",
            "fast: {supplement: fast,",
            "fast: {supplement: fastest,",
            r"fares\.yaml: kinds\.fast\.supplement",
        ),
        ("trains.yaml", "fare: fast", "fare: d250", "tariff d250 has no price for hard_seat"),
    ],
)
def test_a_defect_in_the_data_is_named_and_refuses_the_start(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    copytree(NETWORK_DIR, tmp_path / "network")
    path = tmp_path / "network" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(NetworkError, match=said):
        World.load(tmp_path / "network")


def test_a_date_belongs_to_the_boarding_station() -> None:
    trip = world().timetable.trip("K598", "BXP", "WCN")
    assert trip is not None
    assert trip.run_date(date(2026, 11, 22)) == date(2026, 11, 21)
    assert trip.depart_ms(TODAY) == NOON - (12 * 60 - (5 * 60 + 14)) * 60_000
    assert trip.arrive_ms(TODAY) - trip.depart_ms(TODAY) == (16 * 60 + 16) * 60_000
