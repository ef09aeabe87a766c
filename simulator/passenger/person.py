"""Who stands before the machine: what kind of passenger, what is wanted, and what is remembered of the visit so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique
from typing import Protocol

from kiosk.screen.values import Screen


class Dice(Protocol):
    """The part of `random.Random` that a passenger needs; whoever makes passengers owns the seed."""

    def random(self) -> float: ...

    def randrange(self, stop: int, /) -> int: ...


@unique
class Kind(Enum):
    """How a passenger behaves."""

    EXACT = "pays the exact amount"
    LARGE = "pays with the largest notes and takes change"
    CANCEL = "cancels with money inside"
    WALK_AWAY = "walks away in the middle"
    LANGUAGE = "switches the language on the way"
    FORGET_CHANGE = "takes the tickets and forgets the change"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a passenger is up to. `budget_fen`: the most an order may cost. `leave_at`: kind of the screen WALK_AWAY leaves
    at. `notes_before`: notes WALK_AWAY and CANCEL insert first. `switch_at`: kinds of screens to change language on."""

    kind: Kind
    tickets: int = 1
    budget_fen: int = 100_000
    leave_at: str = "pay.cash"
    notes_before: int = 1
    switch_at: tuple[str, ...] = ()


SWITCH_AT = ("home", "station", "trains", "seat", "review", "pay.cash")
LEAVE_AT = ("seat", "review", "pay.cash", "pay.cash")


def make_plan(kind: Kind, dice: Dice) -> Plan:
    """A plan of that kind; the same dice make the same plan."""
    switches = SWITCH_AT if kind is Kind.LANGUAGE else ()
    return Plan(
        kind,
        tickets=1 + dice.randrange(3),
        budget_fen=(400 + 100 * dice.randrange(7)) * 100,
        leave_at=LEAVE_AT[dice.randrange(len(LEAVE_AT))],
        notes_before=1 + dice.randrange(2),
        switch_at=tuple(at for at in switches if dice.random() < 0.6) or switches[-1:],
    )


def make_plans(count: int, dice: Dice) -> list[Plan]:
    """`count` plans; every kind comes up in turn, beginning with those that buy."""
    kinds = list(Kind)
    return [make_plan(kinds[at % len(kinds)], dice) for at in range(count)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see: the screen, and which openings hold something."""

    screen: Screen
    mouth: bool = False
    tickets: bool = False
    change: bool = False
    slip: bool = False


@dataclass(slots=True)
class Memory:
    """What a passenger remembers. `pushed`: the last note inserted is not seen as counted yet, `counted_before`: the sum shown
    before it. `refused_fen`: values that came back. `pages`, `searches`: how long trains were looked for. `cash_up_to_fen`: what
    the machine says it takes in cash, None before it has said so."""

    switched: set[str] = field(default_factory=set)
    inserted_fen: list[int] = field(default_factory=list)
    pushed: bool = False
    counted_before: str = ""
    refused_fen: set[int] = field(default_factory=set)
    pages: int = 0
    searches: int = 0
    cash_up_to_fen: int | None = None
    in_sale: bool = False
    cancelled: bool = False
    tickets_seen: bool = False
    claim_codes: list[str] = field(default_factory=list)
