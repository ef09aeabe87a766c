"""Places of one class on one train: numbers, positions, and the bit masks that choose among them.

A place is a bit: place 0 is the lowest bit of every mask. Places of a coach stand together, row by row; berths of a coach stand
level by level, so that neighbours are always neighbouring bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from simulator.station.network import NetworkError, Row, SeatClass

LEVEL_LETTER = {"lower": "L", "middle": "M", "upper": "U"}
LEVEL_POSITION = {"lower": "lower", "middle": "middle_berth", "upper": "upper"}
# The last digit of a hard seat number tells where it is in its row of three and two.
NUMBERED_WINDOW, NUMBERED_MIDDLE = "0459", "16"


class CoachRow(Row):
    """A coach, or a part of one: rows of letters, numbered seats, or berth bays."""

    coach: Annotated[int, Field(ge=1, le=99)]
    seat_class: Annotated[str, Field(alias="class")]
    rows: Annotated[int, Field(ge=1, le=99)] = 0
    letters: Annotated[str, Field(pattern=r"^[A-F]+$")] = ""
    first_row: Annotated[int, Field(ge=1, le=99)] = 1
    seats: Annotated[int, Field(ge=1, le=999)] = 0
    bays: Annotated[int, Field(ge=1, le=99)] = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One seat or berth. `row` and `group` name what it shares with its neighbours; `level` is empty for seats."""

    coach: str
    name: str
    position: str
    level: str
    row: str
    group: str


@dataclass(frozen=True)
class Layout:
    """All places of one class in one make-up. Masks have bit p set for place p."""

    places: tuple[Place, ...]
    levels: tuple[str, ...]

    @cached_property
    def full(self) -> int:
        return (1 << len(self.places)) - 1

    @cached_property
    def coaches(self) -> tuple[int, ...]:
        """One mask per coach, in order."""
        names = dict.fromkeys(place.coach for place in self.places)
        return tuple(self._mask(place.coach == name for place in self.places) for name in names)

    @cached_property
    def by_level(self) -> tuple[int, ...]:
        """One mask per berth level in order of preference; seats are one level."""
        return tuple(self._mask(place.level == level for place in self.places) for level in self.levels) or (self.full,)

    @cached_property
    def by_position(self) -> Mapping[str, int]:
        positions = {place.position for place in self.places}
        return {name: self._mask(place.position == name for place in self.places) for name in positions}

    @cached_property
    def same_row_next(self) -> int:
        """Bit p: places p and p+1 sit in one row."""
        return self._pairs([place.row for place in self.places])

    @cached_property
    def same_group_next(self) -> int:
        """Bit p: places p and p+1 are in one coach (and on one level)."""
        return self._pairs([place.group for place in self.places])

    def of_coaches(self, coaches: Iterable[str]) -> int:
        """Mask of the places in these coaches."""
        names = frozenset(coaches)
        return self._mask(place.coach in names for place in self.places)

    def with_coach(self, like: str, coach: str) -> Layout:
        """Another layout, with one coach more behind all others: the places of coach `like` under another number."""
        added = (
            replace(
                place,
                coach=coach,
                row=coach + place.row.removeprefix(like),
                group=coach + place.group.removeprefix(like),
            )
            for place in self.places
            if place.coach == like
        )
        return Layout((*self.places, *added), self.levels)

    def _pairs(self, names: list[str]) -> int:
        return self._mask(one == other for one, other in pairwise(names))

    @staticmethod
    def _mask(bits: Iterable[bool]) -> int:
        return sum(1 << index for index, bit in enumerate(bits) if bit)


def layouts_of(rows: list[CoachRow], classes: Mapping[str, SeatClass], makeup: str) -> dict[str, Layout]:
    """The layout of each class of a make-up, in the order of `classes`. Raises NetworkError."""
    places: dict[str, list[Place]] = {}
    for row in rows:
        if row.seat_class not in classes:
            raise NetworkError(f"coaches: make-up {makeup}: no class {row.seat_class}")
        fits = {"rows": row.rows and row.letters, "numbered": row.seats, "berths": row.bays}
        if not fits[classes[row.seat_class].layout]:
            raise NetworkError(f"coaches: make-up {makeup}: coach {row.coach} does not fit class {row.seat_class}")
        places.setdefault(row.seat_class, []).extend(_places(row, classes[row.seat_class]))
    layouts = {code: Layout(tuple(places[code]), tuple(classes[code].levels)) for code in classes if code in places}
    for code, layout in layouts.items():
        if len({(place.coach, place.name) for place in layout.places}) != len(layout.places):
            raise NetworkError(f"coaches: make-up {makeup}: class {code} has a place twice")
    return layouts


def _places(row: CoachRow, seat_class: SeatClass) -> list[Place]:
    coach = f"{row.coach:02d}"
    if seat_class.layout == "rows":
        numbers = range(row.first_row, row.first_row + row.rows)
        return [
            Place(coach, f"{number:02d}{letter}", _side(letter, row.letters), "", f"{coach}/{number}", coach)
            for number in numbers
            for letter in row.letters
        ]
    if seat_class.layout == "numbered":
        return [_numbered(coach, number) for number in range(1, row.seats + 1)]
    return [_berth(coach, bay, level) for level in seat_class.levels for bay in range(1, row.bays + 1)]


def _berth(coach: str, bay: int, level: str) -> Place:
    """Two numbers face each other in one compartment: 1 and 2, 3 and 4."""
    compartment = f"{coach}{level}{(bay + 1) // 2}"
    return Place(coach, f"{bay:02d}{LEVEL_LETTER[level]}", LEVEL_POSITION[level], level, compartment, coach + level)


def _side(letter: str, letters: str) -> str:
    """Window at both ends; aisle beside the gangway, which lies between C and D (or between C and F of a wide class)."""
    if letter in (letters[0], letters[-1]):
        return "window"
    return "aisle" if letter in "CD" else "middle"


def _numbered(coach: str, number: int) -> Place:
    digit = str(number)[-1]
    position = "window" if digit in NUMBERED_WINDOW else "middle" if digit in NUMBERED_MIDDLE else "aisle"
    return Place(coach, f"{number:03d}", position, "", f"{coach}/{number // 5}", coach)
