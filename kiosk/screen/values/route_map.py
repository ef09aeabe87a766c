"""The route map: stretches, names and plates in steps from the upper left plate, and the card of what was tapped."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import Key, Screen, Words, value


@value
class MapStretch:
    """A straight piece of a line. `ends`: x and y of both ends in steps from the upper left plate; `lane`: -1, 0 or 1 where
    lines lie beside each other. `tone` is the colour of the line, by name."""

    tone: str
    ends: tuple[float, ...]
    lane: int = 0


@value
class MapName:
    """What a line is called, written on it; `x`, `y` are its middle in steps."""

    words: Words
    tone: str
    x: float
    y: float


@value
class MapPlate:
    """A station on its line; `x`, `y` are its middle in steps. `state`: open, here, chosen."""

    key: Key
    x: float
    y: float
    state: str
    note: Words = Words()


@value
class MapFact:
    icon: str
    words: Words


@value
class MapCell:
    """A line or a station of one, in the list. `tag` is the number of the line, `tone` its colour."""

    key: Key
    tag: str
    tone: str
    note: Words = Words()


@value
class MapCard:
    """The selected station. `state`: loading, list, none, offline; `message` instead of facts while there are none."""

    words: Words
    price: str
    price_note: Words
    state: str
    facts: tuple[MapFact, ...] = ()
    message: Words = Words()


@value
class RouteMap(Screen):
    """`mode`: map, lines (all of them) or calls (the stations of one line); `cells` fill the last two, a page at a time."""

    kind: ClassVar[str] = "search.map"
    title: Words
    mode: str
    areas: tuple[Key, ...]
    columns: int
    rows: int
    stretches: tuple[MapStretch, ...]
    names: tuple[MapName, ...]
    plates: tuple[MapPlate, ...]
    pan: tuple[Key, ...]  # left, right, up, down; in a list: up, down
    zoom: tuple[Key, ...]  # out, in
    other: Key  # from the map to the list and back
    cells: tuple[MapCell, ...]
    card: MapCard | None
    hint: Words
