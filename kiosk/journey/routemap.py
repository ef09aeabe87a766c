"""The route map: where lines and stations stand, read from `config/network/map.yaml`; what a window on it shows. Pure.

Places are in steps of the grid (one plate with its gap), x to the east, y to the south. Stations the network does not
know are left out by whoever draws; a machine without the file has no map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import config

COLUMNS, ROWS = 4, 7
"""What a window shows at once."""
FILE = Path(config.__file__).parent / "network" / "map.yaml"
Place = tuple[float, float]
Way = str | Place
"""A station by its telecode, or a bend."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` and names stand on the line; `tone` is a colour of the theme (`line_<tone>`)."""

    number: int
    name: str
    english: str
    tone: str


@dataclass(frozen=True, slots=True)
class Region:
    """A key that moves the map: the corner of the window it leads to, per level."""

    name: str
    english: str
    near: tuple[int, int]
    far: tuple[int, int]


class Stretch(NamedTuple):
    """A straight piece of a line, within a window. `lane`: lines that share a piece lie beside each other, -1 0 1."""

    line: str
    start: Place
    end: Place
    lane: int


@dataclass(frozen=True, slots=True)
class Level:
    """One zoom: stations, the ways of the lines, and where they are named."""

    stations: Mapping[str, Place] = field(default_factory=dict)
    paths: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)
    names: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line, path in self.paths.items():
            lost = [way for way in path if isinstance(way, str) and way not in self.stations]
            if lost:
                raise ValueError(f"paths.{line}: {lost[0]} has no place among stations")
        places = Counter(self.stations.values())
        if places and places.most_common(1)[0][1] > 1:
            raise ValueError(f"stations: two of them stand at {list(places.most_common(1)[0][0])}")

    def place(self, way: Way) -> Place:
        return self.stations[way] if isinstance(way, str) else way

    def calls(self, line: str) -> tuple[str, ...]:
        """The stations of a line in order."""
        return tuple(way for way in self.paths.get(line, ()) if isinstance(way, str))

    def stretches(self) -> Iterator[Stretch]:
        """All pieces, the whole map over."""
        users: dict[frozenset[Place], list[str]] = {}
        for line, path in self.paths.items():
            for one, other in pairwise(map(self.place, path)):
                users.setdefault(frozenset((one, other)), []).append(line)
        for ends, lines in users.items():
            start, end = sorted(ends)
            for at, line in enumerate(lines):
                yield Stretch(line, start, end, 2 * at - len(lines) + 1)

    def limits(self, known: Collection[str]) -> tuple[int, int, int, int]:
        """Least and greatest column and row in which a known station stands."""
        places = [place for code, place in self.stations.items() if code in known] or [(0.0, 0.0)]
        columns, rows = [int(x) for x, _ in places], [int(y) for _, y in places]
        return min(columns), max(columns), min(rows), max(rows)

    def held(self, at: tuple[int, int], known: Collection[str]) -> tuple[int, int]:
        """The corner of a window, moved so far that it shows as much of the map as it can."""
        left, right, top, bottom = self.limits(known)
        return max(left, min(at[0], right - COLUMNS + 1)), max(top, min(at[1], bottom - ROWS + 1))

    def around(self, code: str, known: Collection[str]) -> tuple[int, int]:
        """The corner of the window with a station in its middle; the first corner when it is not on the map."""
        x, y = self.stations.get(code, (0.0, 0.0))
        return self.held((int(x) - (COLUMNS - 1) // 2, int(y) - ROWS // 2), known)


@dataclass(frozen=True, slots=True)
class RouteMap:
    lines: Mapping[str, Line] = field(default_factory=dict)
    areas: tuple[Region, ...] = ()
    near: Level = field(default_factory=Level)
    far: Level = field(default_factory=Level)

    def __post_init__(self) -> None:
        for name, level in (("near", self.near), ("far", self.far)):
            unknown = [line for line in (*level.paths, *level.names) if line not in self.lines]
            if unknown:
                raise ValueError(f"{name}: {unknown[0]} is not among lines")

    def level(self, zoom: str) -> Level:
        return self.far if zoom == "far" else self.near

    def through(self, code: str) -> frozenset[str]:
        """The lines a station lies on."""
        return frozenset(line for line in self.near.paths if code in self.near.calls(line))

    def share_a_line(self, one: str, other: str) -> bool:
        return bool(self.through(one) & self.through(other))

    def change_at(self, origin: str, destination: str, known: Collection[str]) -> str:
        """Where one line to a station leaves a line from another: fewest stops in all; empty when no one change does."""
        ways: list[tuple[int, str]] = []
        for first in sorted(self.through(origin)):
            for second in sorted(self.through(destination)):
                here, there = self.near.calls(first), self.near.calls(second)
                ways += [
                    (
                        abs(here.index(code) - here.index(origin)) + abs(there.index(code) - there.index(destination)),
                        code,
                    )
                    for code in here
                    if code in there and code in known and code not in (origin, destination)
                ]
        return min(ways, default=(0, ""))[1]

    def lines_of(self, known: Collection[str]) -> tuple[str, ...]:
        """Lines with at least two stations of the network, by number."""
        some = [line for line in self.near.paths if sum(code in known for code in self.near.calls(line)) > 1]
        return tuple(sorted(some, key=lambda line: self.lines[line].number))


def clipped(
    start: Place, end: Place, left: float, top: float, right: float, bottom: float
) -> tuple[Place, Place] | None:
    """The part of a straight piece inside a rectangle (Liang and Barsky); None when there is none."""
    (x1, y1), (x2, y2) = start, end
    first, last = 0.0, 1.0
    for step, room in ((x1 - x2, x1 - left), (x2 - x1, right - x1), (y1 - y2, y1 - top), (y2 - y1, bottom - y1)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first >= last:
        return None
    return (
        (round(x1 + first * (x2 - x1), 3), round(y1 + first * (y2 - y1), 3)),
        (round(x1 + last * (x2 - x1), 3), round(y1 + last * (y2 - y1), 3)),
    )


def seen(level: Level, at: tuple[int, int]) -> list[Stretch]:
    """What a window shows of the lines; places count from its upper left plate."""
    x, y = at
    found = []
    for each in level.stretches():
        ends = clipped(each.start, each.end, x - 0.5, y - 0.5, x + COLUMNS - 0.5, y + ROWS - 0.5)
        if ends is not None:
            (x1, y1), (x2, y2) = ends
            found.append(Stretch(each.line, (x1 - x, y1 - y), (x2 - x, y2 - y), each.lane))
    return found


def inside(place: Place, at: tuple[int, int]) -> Place | None:
    """A place counted from the corner of a window, or None when it is not wholly in it."""
    x, y = place[0] - at[0], place[1] - at[1]
    return (x, y) if 0 <= x <= COLUMNS - 1 and 0 <= y <= ROWS - 1 else None


@lru_cache(maxsize=2)
def route_map(path: Path = FILE) -> RouteMap:
    """The map of this machine; empty without its file. Raises `config.ConfigError` for a file that cannot be used."""
    return config.load(path, RouteMap) if path.exists() else RouteMap()
