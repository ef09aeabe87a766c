"""The part of the journey that finds a station on the route map: move, zoom, list a line, select, go."""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.asks import Ask, Now
from kiosk.journey.routemap import Level, RouteMap, inside, route_map
from kiosk.journey.search import StationIndex
from kiosk.journey.state import JourneySettings, JourneyState

PANS = {"left": (-2, 0), "right": (2, 0), "up": (0, -4), "down": (0, 4)}
"""How far a key moves the window, in steps of the map: about half of what it shows."""
LISTED_CELLS = 12
ALL_LINES = "*"


def stations_on(chart: RouteMap, index: StationIndex | None) -> frozenset[str]:
    """Stations of the map that the network knows."""
    return frozenset(code for code in chart.near.stations if index is not None and code in index)


def has_map(chart: RouteMap, index: StationIndex | None) -> bool:
    """Whether there is anything to show: another station than the one where the machine stands."""
    return len(stations_on(chart, index)) > 1


def has_station(level: Level, at: tuple[int, int], known: frozenset[str]) -> bool:
    """Whether a window shows a station of the network."""
    return any(inside(place, at) for code, place in level.stations.items() if code in known)


def moved(state: JourneyState, chart: RouteMap, index: StationIndex | None, way: str) -> tuple[int, int]:
    """Where a pan key takes the window: on until a station is in it; where it is when there is none that way."""
    level, (dx, dy), known = chart.level(state.zoom), PANS[way], stations_on(chart, index)
    at = state.at
    while (on := level.held((at[0] + dx, at[1] + dy), known)) != at:
        at = on
        if has_station(level, at, known):
            return at
    return state.at


def corners(chart: RouteMap, known: frozenset[str], zoom: str) -> list[tuple[str, tuple[int, int]]]:
    """(English name, corner) of the parts of the map a key leads to; none for one without a station of the network."""
    level, found = chart.level(zoom), []
    for region in chart.areas:
        corner = level.held(region.far if zoom == "far" else region.near, known)
        if has_station(level, corner, known):
            found.append((region.english, corner))
    return found


def other_start(chart: RouteMap, index: StationIndex | None, origin: str, destination: str) -> str:
    """Another station of the same city that lies on a line with the destination; empty when there is none or no need."""
    here = index.get(origin) if index else None
    if index is None or here is None or chart.share_a_line(origin, destination):
        return ""
    for code in sorted(stations_on(chart, index)):
        station = index.get(code)
        same = station is not None and station.city == here.city
        if same and code not in (origin, destination) and chart.share_a_line(code, destination):
            return code
    return ""


class Roaming:
    """Mixed into `Journey`: uses its state and index."""

    settings: JourneySettings
    state: JourneyState
    index: StationIndex | None

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    def _today(self, now: Now) -> str:
        raise AttributeError("given by Journey")

    def _ask(self, now: Now) -> Ask:
        raise AttributeError("given by Journey")

    def _stale(self, now: Now) -> bool:
        raise AttributeError("given by Journey")

    def _show_trains(self, _: str, now: Now) -> list[Ask]:
        raise AttributeError("given by Journey")

    def _centre(self, code: str) -> None:
        level = route_map().level(self.state.zoom)
        self.state = replace(self.state, at=level.around(code, stations_on(route_map(), self.index)))

    def _open_map(self, _: str, now: Now) -> list[Ask]:
        """Around this station, nothing selected."""
        if not has_map(route_map(), self.index):
            return []
        self._go("search.map")
        self.state = replace(
            self.state, zoom="near", listed="", plate="", train="", destination="", offers=(), listing="idle",
            waiting=False, available=False, date=self.state.date or self._today(now), picker_page=0,
        )  # fmt: skip
        self._centre(self.state.origin)
        return []

    def _pan(self, way: str, now: Now) -> list[Ask]:
        if way in PANS:
            self.state = replace(self.state, at=moved(self.state, route_map(), self.index, way))
        return []

    def _zoom(self, way: str, now: Now) -> list[Ask]:
        """In or out around the selected station, or around this one."""
        zoom = "near" if way == "in" else "far"
        if zoom != self.state.zoom:
            self.state = replace(self.state, zoom=zoom)
            far = route_map().far.stations
            wanted = [code for code in (self.state.plate, self.state.origin) if zoom == "near" or code in far]
            self._centre(next((code for code in wanted if code), ""))
        return []

    def _area(self, name: str, now: Now) -> list[Ask]:
        """To a part of the map."""
        known = stations_on(route_map(), self.index)
        corner = dict(corners(route_map(), known, self.state.zoom)).get(name)
        if corner is not None:
            self.state = replace(self.state, at=corner)
        return []

    def _list(self, _: str, now: Now) -> list[Ask]:
        """From the map to the list of lines, from a line to all of them, from all to the map."""
        following = {"": ALL_LINES, ALL_LINES: ""}.get(self.state.listed, ALL_LINES)
        self.state = replace(self.state, listed=following, picker_page=0)
        return []

    def _line(self, name: str, now: Now) -> list[Ask]:
        if name in route_map().lines:
            self.state = replace(self.state, listed=name, picker_page=0)
        return []

    def _select(self, code: str, now: Now) -> list[Ask]:
        """A plate: what it costs from here is asked like the train list."""
        state = self.state
        if code not in stations_on(route_map(), self.index) or code == state.origin:
            return []
        if code == state.plate and state.listing in ("loading", "list"):
            return []
        self.state = replace(
            state, plate=code, destination=code, offers=(), listing="loading", notice="", kind="", departs="",
            sort="depart", page=0, chosen="",
        )  # fmt: skip
        return [self._ask(now)]

    def _depart_from(self, code: str, now: Now) -> list[Ask]:
        """The same destination from another station of this city, where the machine may sell that."""
        state = self.state
        if not state.plate or not self.settings.other_origins:
            return []
        if code != other_start(route_map(), self.index, state.origin, state.plate):
            return []
        plate, self.state = state.plate, replace(state, origin=code, plate="")
        return self._select(plate, now)

    def _go_there(self, _: str, now: Now) -> list[Ask]:
        """The selected station is the destination; its trains are at hand when they were just asked for."""
        state = self.state
        if not state.plate:
            return []
        if state.listing == "list" and state.offers and not self._stale(now):
            self._go("trains")
            return []
        return self._show_trains("", now)
