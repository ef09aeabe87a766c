"""Bookings of people at the open cabinet: book values begin here (decision 17). Each names operator and, for money, the second.

They stand among the intents of the step whose fact is the operator's act (`op.act`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk.ports.fact import Fact
from kiosk.sale.intents import Intent


@dataclass(frozen=True, slots=True)
class OperatorLogin(Fact):
    kind: ClassVar[str] = "op.login"
    operator: str
    role: str


@dataclass(frozen=True, slots=True)
class OperatorDenied(Fact):
    """`number` of the operator who was meant; empty when it is nobody's: it may be a PIN in the wrong field."""

    kind: ClassVar[str] = "op.denied"
    number: str
    tries: int


@dataclass(frozen=True, slots=True)
class OperatorLogout(Fact):
    """`why`: key, timeout, closed."""

    kind: ClassVar[str] = "op.logout"
    operator: str
    why: str


@dataclass(frozen=True, slots=True)
class OperatorAct(Fact):
    """`act`: fill, empty, fill_coins, empty_coins, swap_box, load_roll, empty_bin, clear, close_up, test. `second` signs for
    money, else empty."""

    kind: ClassVar[str] = "op.act"
    operator: str
    second: str
    act: str
    place: str


@dataclass(frozen=True, slots=True)
class CassetteFill(Intent):
    """`before` as booked, `after` as counted by the operator: what lies in the cassette now."""

    kind: ClassVar[str] = "cassette.fill"
    cassette: int
    value_fen: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class HopperFill(Intent):
    """As `CassetteFill`, of coins."""

    kind: ClassVar[str] = "hopper.fill"
    hopper: int
    value_fen: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class BoxSwap(Intent):
    """`notes`: (face value, notes) booked in the box that left; `tag` of the new one."""

    kind: ClassVar[str] = "box.swap"
    notes: tuple[tuple[int, int], ...]
    counted: int
    tag: str


@dataclass(frozen=True, slots=True)
class RollLoad(Intent):
    kind: ClassVar[str] = "roll.load"
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class BinEmpty(Intent):
    """`place`: waste, ticket_retract, change_retract, reject. `booked` pieces, `counted` pieces."""

    kind: ClassVar[str] = "count"
    place: str
    booked: int
    counted: int
