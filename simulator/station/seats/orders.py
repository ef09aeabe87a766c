"""What is asked of the engine, what it answers, and what it remembers of an order. Source: seat inventory, section 3."""

from __future__ import annotations

import re
from copy import copy
from enum import StrEnum, unique
from typing import NamedTuple

from simulator.station.seats.stock import Cut

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}")
"""Orders, commands, stocks and sellers: nothing that a journal line would have to escape."""
WISHES = ("none", "together", "window", "aisle")
STANDING = "standing"
"""A wish of its own: the right to ride without a place; the places of the answer are coaches."""
MOST_PLACES = 50


@unique
class State(StrEnum):
    NONE = "none"
    HELD = "held"
    SOLD = "sold"
    EXPIRED = "expired"
    RELEASED = "released"
    REFUNDED = "refunded"


class Ask(NamedTuple):
    """`wanted` places (1 to 50) of a stock from stop `a` to stop `b`; `seller` by its name in the engine."""

    stock: str
    a: int
    b: int
    wanted: int = 1
    wish: str = "none"
    seller: str = "any"


class Answer(NamedTuple):
    """`result`: held, sold, renewed, released, refunded, or refused with a `reason`. `left`: places that are left, when too few."""

    result: str
    places: tuple[int, ...] = ()
    expires_ms: int = 0
    reason: str = ""
    left: int = 0


REFUSED = "refused"
SOLD, RELEASED, REFUNDED = Answer("sold"), Answer("released"), Answer("refunded")


def refused(reason: str, left: int = 0) -> Answer:
    return Answer(REFUSED, (), 0, reason, left)


class Order:
    """`cuts` is None where the stock needs none; `refunded`: indexes of places. `replaces`: the order, and which of its places,
    that come back when this one is sold."""

    __slots__ = ("answers", "ask", "cuts", "expires_ms", "limit_ms", "places", "refunded", "replaces", "state")

    def __init__(self) -> None:
        self.state = State.NONE
        self.ask: Ask | None = None
        self.places: tuple[int, ...] = ()
        self.cuts: list[Cut] | None = None
        self.expires_ms = self.limit_ms = 0
        self.refunded: frozenset[int] | None = None
        self.replaces: tuple[str, tuple[int, ...]] | None = None
        self.answers: list[tuple[str, object, Answer]] = []

    def copy(self) -> Order:
        """An order of its own; what it holds is replaced and never changed, but for the answers."""
        other = copy(self)
        other.answers = list(self.answers)
        return other
