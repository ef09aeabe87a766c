"""Screens that ask where to and when: trip, station, train number, preset stations, date."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import Key, Notice, Priced, Screen, Words, value


@value
class Trip(Screen):
    """search.fromto: the three answers so far, each a key that changes it."""

    kind: ClassVar[str] = "search.fromto"
    title: Words
    origin: Key
    destination: Key
    swap: Key
    date: Key
    origin_label: Words
    destination_label: Words
    date_label: Words
    popular_title: Words
    popular: tuple[Priced, ...]


@value
class StationCell:
    key: Key
    tag: str  # initials, upper case
    note: Words = Words()
    note_level: str = "muted"  # muted, warn


@value
class StationPicker(Screen):
    kind: ClassVar[str] = "station"
    label: Words
    typed: str
    hint: Words
    cells: tuple[StationCell, ...]
    empty: Words
    tabs: tuple[Key, ...]
    letters: str  # letters that lead to a station; targets are "letter:X"
    clear: Key
    erase: Key
    previous: Key | None
    next: Key | None
    often_title: Words
    often: tuple[Key, ...]


@value
class TrainNumber(Screen):
    kind: ClassVar[str] = "search.train"
    label: Words
    typed: str
    hint: Words
    letters: tuple[Key, ...]  # what numbers begin with: G D C Z T K, or ICE IC EC; targets are "letter:ICE"
    digits: tuple[Key, ...]  # 1..9 0
    clear: Key
    erase: Key
    date: Key
    found: tuple[Key, ...]
    message: Notice | None
    found_title: Words = Words()
    empty: Words = Words()  # while nothing is typed


@value
class FixedCell:
    """A preset station: one tap is the choice. `state`: open, loading, none."""

    key: Key
    price: str
    leaves: Words
    train: str
    family: str
    state: str


@value
class FixedGrid(Screen):
    kind: ClassVar[str] = "search.fixed"
    origin: Words
    title: Words
    cells: tuple[FixedCell, ...]
    note: Words


@value
class Day:
    """`state`: past, today, open, chosen, last, later, blank (no day of this month). `mark`: the holiday it is."""

    key: Key
    number: str
    state: str
    mark: Words = Words()


@value
class Month:
    title: Words
    heads: tuple[Words, ...]  # seven, Monday first
    weeks: tuple[tuple[Day, ...], ...]


@value
class Calendar(Screen):
    kind: ClassVar[str] = "date"
    origin: Words
    destination: Words
    on_sale: Words
    title: Words
    quick: tuple[Key, ...]  # today, tomorrow, day after; icon is empty, why carries the date
    months: tuple[Month, ...]
    note: Words
    tip: Words
