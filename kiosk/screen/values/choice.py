"""Screens that choose the train, the places and agree: trains, seat, review."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import Deadline, InfoCard, Journey, Key, Notice, Screen, Words, value


@value
class SeatChip:
    """`level`: ok, few, none."""

    words: Words
    price: str
    left: Words
    level: str


@value
class TrainCard:
    """`family`: G, D, other (colour of the pill). `state`: open, sold_out, departed, closed, cancelled (it does not run),
    query_only (shown, never sold here: `price` is then in its own currency, `USD 7.75`)."""

    key: Key
    number: str
    family: str
    depart: str
    arrive: str
    day_offset: Words
    origin: Words
    destination: Words
    duration: Words
    badge: Words
    price: str
    price_note: Words
    state: str
    state_words: Words
    seats: tuple[SeatChip, ...]


@value
class Trains(Screen):
    """`state`: loading, list, none, offline."""

    kind: ClassVar[str] = "trains"
    origin: Words
    destination: Words
    date: Key
    filters: tuple[Key, ...]
    state: str
    message: Words
    cards: tuple[TrainCard, ...]  # at most 5 (4 with large text)
    page: Words


@value
class ClassCell:
    key: Key
    price: str
    left: Words
    level: str


@value
class PassengerRow:
    """One passenger type with a quantity stepper."""

    icon: str
    words: Words
    rule: Words
    price: str
    count: int
    minus: Key
    plus: Key


@value
class SeatLetter:
    """`state`: chosen, free, aisle, window (the last two are words, not seats)."""

    letter: str
    state: str
    words: Words = Words()


@value
class Seat(Screen):
    kind: ClassVar[str] = "seat"
    journey: Journey
    class_title: Words
    classes: tuple[ClassCell, ...]
    passengers_title: Words
    limit: Words
    passengers: tuple[PassengerRow, ...]
    wish_title: Words
    wish_note: Words
    wishes: tuple[Key, ...]
    sum_words: Words
    sum_note: Words
    total_label: Words
    total: str


@value
class ReviewRow:
    icon: str
    words: Words
    place: str
    position: Words
    price: str
    fare: Words


@value
class Review(Screen):
    kind: ClassVar[str] = "review"
    title: Words
    journey: Journey
    lock_words: Words
    lock: Deadline
    coach: Words
    row: tuple[SeatLetter, ...]
    rows: tuple[ReviewRow, ...]
    total_label: Words
    total: str
    refund_title: Words
    refunds: tuple[InfoCard, ...]
    consent: Words
    changed: Notice | None = None  # price changed: old and new
