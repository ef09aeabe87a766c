"""The map of the network: what its file must be, what a window shows, and how a passenger moves on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError
from kiosk.journey.asks import AskTrains
from kiosk.journey.flow import Journey
from kiosk.journey.roam import has_station, moved, other_start
from kiosk.journey.routemap import COLUMNS, FILE, ROWS, Level, RouteMap, clipped, inside, route_map
from kiosk.journey.search import StationIndex
from kiosk.journey.state import JourneySettings, JourneyState
from kiosk.ports.station import NetworkKnown, StationLost, TrainsListed
from tests.kiosk.screen.world import OFFERS, WALL_MS, journey, now, to
from tests.kiosk.ui.samples_journey import network

STATIONS = FILE.with_name("stations.yaml")
CODES = frozenset(yaml.safe_load(STATIONS.read_text("utf-8"))["stations"])
INDEX = StationIndex(network())
PLACE = st.tuples(st.floats(-20, 20), st.floats(-20, 20))


@pytest.mark.parametrize("zoom", ["near", "far"])
def test_every_place_of_the_map_is_a_station_of_the_network(zoom: str) -> None:
    assert set(route_map().level(zoom).stations) <= CODES


def test_every_station_of_the_network_is_on_the_map_and_on_a_line() -> None:
    level = route_map().near
    assert set(level.stations) == CODES
    assert {code for line in level.paths for code in level.calls(line)} == CODES


@pytest.mark.parametrize("zoom", ["near", "far"])
def test_each_line_is_named_on_itself_and_clear_of_plates(zoom: str) -> None:
    level = route_map().level(zoom)
    for line, places in level.names.items():
        for x, y in places:
            mine = [piece for piece in level.stretches() if piece.line == line]
            assert min(_distance((x, y), piece.start, piece.end) for piece in mine) < 0.15, (line, x, y)
            near = [code for code, (a, b) in level.stations.items() if abs(a - x) < 0.9 and abs(b - y) < 0.48]
            assert near == [], (line, x, y)


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    share = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
    return float(((x - x1 - share * (x2 - x1)) ** 2 + (y - y1 - share * (y2 - y1)) ** 2) ** 0.5)


@given(start=PLACE, end=PLACE)
def test_what_is_clipped_lies_inside(start: tuple[float, float], end: tuple[float, float]) -> None:
    found = clipped(start, end, -0.5, -0.5, COLUMNS - 0.5, ROWS - 0.5)
    for x, y in found or ():
        assert -0.51 <= x <= COLUMNS - 0.49
        assert -0.51 <= y <= ROWS - 0.49


@given(at=st.tuples(st.integers(-30, 60), st.integers(-30, 60)))
def test_a_window_never_leaves_the_map(at: tuple[int, int]) -> None:
    level = route_map().near
    corner = level.held(at, CODES)
    left, right, top, bottom = level.limits(CODES)
    assert level.held(corner, CODES) == corner
    assert left <= corner[0] <= right - COLUMNS + 1
    assert top <= corner[1] <= bottom - ROWS + 1


def test_lines_that_share_a_piece_lie_beside_each_other() -> None:
    lanes = {
        piece.line: piece.lane
        for piece in route_map().near.stretches()
        if {piece.start, piece.end} == {route_map().near.place("GYW"), route_map().near.place("MYW")}
    }
    assert sorted(lanes.values()) == [-1, 1]
    assert set(lanes) == {"xicheng_hs", "baocheng"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("near: {stations: {BXP: [0, 0]}, paths: {a: [BXP, SJP]}}", "SJP has no place"),
        ("near: {stations: {BXP: [0, 0], SJP: [0, 0]}}", "two of them stand at"),
        ("near: {stations: {BXP: [0, 0]}, paths: {a: [BXP]}}", "a is not among lines"),
        ("near: {stations: {BXP: [0]}}", "2 entries expected"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=why):
        route_map(path)


def test_no_file_is_no_map(tmp_path: Path) -> None:
    assert route_map(tmp_path / "none.yaml") == RouteMap()
    assert Level().limits(()) == (0, 0, 0, 0)


# -- moving about


def on_map() -> Journey:
    made = journey()
    made.touch("route_map", now())
    assert made.state.step == "search.map"
    return made


def test_the_map_opens_around_this_station() -> None:
    made = on_map()
    assert inside(route_map().near.stations["BXP"], made.state.at) is not None


def test_panning_stops_at_the_edge_and_comes_back() -> None:
    made = on_map()
    corners = []
    for _ in range(12):
        made.touch("pan:down", now())
        corners.append(made.state.at)
    assert corners[-1] == corners[-2]
    for _ in range(12):
        made.touch("pan:up", now())
    assert made.state.at[1] <= corners[0][1]
    before = made.state
    made.touch("pan:sideways", now())
    assert made.state == before


@given(
    ways=st.lists(st.sampled_from(["left", "right", "up", "down"]), max_size=30), zoom=st.sampled_from(["in", "out"])
)
def test_wherever_one_pans_there_is_a_station(ways: list[str], zoom: str) -> None:
    state = replace(JourneyState(), zoom="near" if zoom == "in" else "far")
    level = route_map().level(state.zoom)
    state = replace(state, at=level.around("BXP", CODES))
    for way in ways:
        state = replace(state, at=moved(state, route_map(), INDEX, way))
        assert has_station(level, state.at, CODES)


def test_zooming_keeps_the_selected_station_in_sight() -> None:
    made = on_map()
    made.touch("plate:WHN", now())
    made.touch("zoom:out", now())
    assert made.state.zoom == "far"
    assert inside(route_map().far.stations["WHN"], made.state.at) is not None
    made.touch("zoom:in", now())
    assert inside(route_map().near.stations["WHN"], made.state.at) is not None


def test_a_plate_asks_for_its_trains_and_its_key_shows_them_without_another_question() -> None:
    made = on_map()
    [ask] = made.touch("plate:WHN", now())
    assert ask == AskTrains(made.state.request, "BXP", "WHN", "2026-11-21")
    assert made.touch("plate:WHN", now()) == []  # it is being asked for
    made.hear(TrainsListed(made.state.request, WALL_MS, OFFERS), now())
    assert made.touch("go", now()) == []
    assert (made.state.step, made.state.destination, made.state.offers) == ("trains", "WHN", OFFERS)
    made.touch("back", now())
    assert (made.state.step, made.state.plate) == ("search.map", "WHN")


def test_an_old_answer_is_asked_again_on_the_way_to_the_trains() -> None:
    made = on_map()
    made.touch("plate:WHN", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, OFFERS), now())
    [ask] = made.touch("go", now(70_000))
    assert isinstance(ask, AskTrains)
    assert made.state.listing == "loading"


def test_the_answer_for_another_plate_is_dropped() -> None:
    made = on_map()
    made.touch("plate:WHN", now())
    late = made.state.request
    made.touch("plate:SJP", now())
    made.hear(TrainsListed(late, WALL_MS, to("WHN")), now())
    assert (made.state.plate, made.state.listing) == ("SJP", "loading")


def test_a_station_that_does_not_answer_is_said_and_may_be_tapped_again() -> None:
    made = on_map()
    made.touch("plate:WHN", now())
    made.hear(StationLost("timeout"), now())
    assert made.state.listing == "offline"
    assert len(made.touch("plate:WHN", now())) == 1
    assert made.state.listing == "loading"


@pytest.mark.parametrize(
    "target", ["plate:BXP", "plate:XXX", "plate:KMM", "area:nowhere", "line:none", "zoom:in", "go"]
)
def test_what_leads_nowhere_changes_nothing(target: str) -> None:
    made = on_map()
    before = made.state
    assert made.touch(target, now()) == []
    assert made.state == before


def test_from_the_list_of_lines_to_a_station() -> None:
    made = on_map()
    made.touch("listed", now())
    made.touch("line:jingguang_hs", now())
    assert made.state.listed == "jingguang_hs"
    made.touch("listed", now())
    assert made.state.listed == "*"
    made.touch("listed", now())
    assert made.state.listed == ""


def test_a_day_without_trains_leads_to_the_calendar_and_on_to_the_list() -> None:
    made = on_map()
    made.touch("plate:WHN", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, ()), now())
    made.touch("date", now())
    [ask] = made.touch("day:2026-11-23", now())
    assert isinstance(ask, AskTrains)
    assert (ask.destination, ask.date, made.state.step) == ("WHN", "2026-11-23", "trains")


def test_another_station_of_the_city_is_where_a_journey_may_begin() -> None:
    assert other_start(route_map(), INDEX, "BXP", "AOH") == "VNP"
    assert other_start(route_map(), INDEX, "BXP", "WHN") == ""  # they share a line
    made = Journey(JourneySettings("BXP"))
    made.hear(NetworkKnown(network()), now())
    made.touch("start", now())
    made.touch("route_map", now())
    made.touch("plate:AOH", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, ()), now())
    assert made.touch("from:SJP", now()) == []
    [ask] = made.touch("from:VNP", now())
    assert isinstance(ask, AskTrains)
    assert (ask.origin, ask.destination) == ("VNP", "AOH")
    fixed = replace(made.settings, other_origins=False)
    made.settings = fixed
    assert made.touch("from:BXP", now()) == []


@pytest.mark.parametrize(
    ("origin", "destination", "change"),
    [("TNV", "IZQ", True), ("ZAF", "SJP", True), ("TYV", "IOQ", True), ("BXP", "AOH", False), ("NNZ", "AOH", False)],
)
def test_one_change_is_found_where_lines_meet(origin: str, destination: str, change: bool) -> None:
    found = route_map().change_at(origin, destination, CODES)
    lines = route_map().through
    assert bool(found) == change
    assert not found or (lines(found) & lines(origin) and lines(found) & lines(destination))
    assert route_map().change_at(origin, destination, frozenset()) == ""
