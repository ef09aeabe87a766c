"""Who stands before the machine: what kind of passenger, what is wanted, and what is remembered of the visit so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from types import MappingProxyType
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
    SLOW = "reads every screen from its first letter to its last"
    FOREIGNER = "reads English only"
    EVERYTHING = "presses each key once before going on"
    GROUP = "buys four tickets of several types"
    FEED = "goes on feeding notes while cancelling"
    RETURN = "walks away with money inside and comes back after the time-out"
    PHONE = "pays with a phone"
    PHONE_LATE = "pays with a phone, the first code too late"
    PHONE_TWICE = "pays the same code twice"
    PHONE_FORGOTTEN = "chooses to pay with a phone, has none, and pays cash"
    CARD = "pays with a bank card"
    CARD_WRONG_PIN = "mistypes the PIN of a bank card once"
    CARD_REFUSED = "has a bank card that is refused, and pays cash"
    CARD_FORGOTTEN = "leaves the bank card in the slot"
    CARD_CANCEL = "cancels at the keypad, and pays cash"
    PICKUP = "holds the paper of an order to the window"
    PICKUP_CARD = "lays an identity card on the reader to fetch an order"
    PICKUP_TYPED = "types the code of an order"
    PICKUP_AGAIN = "comes with a paper whose tickets were fetched already"


PHONE_KINDS: Mapping[Kind, str] = MappingProxyType(
    {Kind.PHONE: "now", Kind.PHONE_LATE: "late", Kind.PHONE_TWICE: "twice", Kind.PHONE_FORGOTTEN: "never"}
)
"""Who comes besides where phones pay -> the manner of the phone."""
CARD_KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.CARD: "", Kind.CARD_WRONG_PIN: "wrong_pin", Kind.CARD_REFUSED: "refused",
        Kind.CARD_FORGOTTEN: "absent", Kind.CARD_CANCEL: "cancel_pin",
    }
)  # fmt: skip
"""Who comes besides where bank cards pay -> the manner of the card's owner."""
PICKUP_KINDS: Mapping[Kind, str] = MappingProxyType(
    {Kind.PICKUP: "paper", Kind.PICKUP_CARD: "card", Kind.PICKUP_TYPED: "typed", Kind.PICKUP_AGAIN: "again"}
)
"""Who comes besides where orders are handed out -> how the order is proved."""
RECEIPT_KINDS = (Kind.EVERYTHING,)
"""Who asks for a receipt. None of `USUAL`: their days are known by their journals."""
CASH_KINDS = tuple(kind for kind in Kind if kind not in {**PHONE_KINDS, **CARD_KINDS, **PICKUP_KINDS})
USUAL = (Kind.EXACT, Kind.LARGE, Kind.CANCEL, Kind.WALK_AWAY, Kind.LANGUAGE, Kind.FORGET_CHANGE)
"""Who comes to the machines of a campaign: its days are known by their numbers, so this does not grow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a passenger is up to. `budget_fen`: the most an order may cost. `leave_at`: kind of the screen WALK_AWAY leaves
    at. `notes_before`: notes that WALK_AWAY, CANCEL, FEED and RETURN insert first. `switch_at`: kinds of screens to change
    the language on."""

    kind: Kind
    tickets: int = 1
    budget_fen: int = 100_000
    leave_at: str = "pay.cash"
    notes_before: int = 1
    switch_at: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()
    """Keys of a station, a train and a class, for somebody who came for just these; empty for everybody else."""
    pays: str = "cash"
    """cash; code, card: by phone or card where the machine takes that; pickup: came for tickets that were bought elsewhere."""
    phone: str = "now"
    """How the phone pays: now, late, twice or never."""
    card: str = "good"
    """Which card of the lab's wallet is paid with where `pays` is card."""
    manner: str = ""
    """How somebody with a card behaves: wrong_pin (once), wrong_pins, cancel_pin (on the pad), left (in the slot before the PIN),
    forgotten (gone after paying), absent (stays, but never takes the card back), pulled (out again while it goes in), refused (has
    none but one that the bank refuses); empty: as the screen asks. How somebody proves an order: paper, card, typed, again (a
    paper that was used already)."""
    code: str = ""
    """What stands on the paper of an order, for somebody who types it."""
    receipt: str = ""
    """Kind of the screen on which somebody asks for a receipt: printing, or take; empty: wants none."""
    patient_looks: int = 0
    """So often somebody looks whether a machine that stopped goes on, before leaving it."""


SWITCH_AT = ("home", "station", "trains", "seat", "review", "pay.cash")
PATIENT = 20
GROUP_OF, GROUP_FEN = 4, 200_000
LEAVE_AT = ("seat", "review", "pay.cash", "pay.cash")


def make_plan(kind: Kind, dice: Dice) -> Plan:
    """A plan of that kind; the same dice make the same plan."""
    switches = SWITCH_AT if kind is Kind.LANGUAGE else ()
    plan = Plan(
        kind,
        tickets=1 + dice.randrange(3),
        budget_fen=(400 + 100 * dice.randrange(7)) * 100,
        leave_at=LEAVE_AT[dice.randrange(len(LEAVE_AT))],
        notes_before=1 + dice.randrange(2),
        switch_at=tuple(at for at in switches if dice.random() < 0.6) or switches[-1:],
    )
    if kind in PHONE_KINDS:
        return replace(plan, pays="code", phone=PHONE_KINDS[kind])
    if kind in CARD_KINDS:
        return replace(plan, pays="card", manner=CARD_KINDS[kind])
    if kind in PICKUP_KINDS:
        return replace(plan, pays="pickup", manner=PICKUP_KINDS[kind])
    plan = replace(plan, receipt="printing" if kind in RECEIPT_KINDS else "")
    return replace(plan, tickets=GROUP_OF, budget_fen=GROUP_FEN) if kind is Kind.GROUP else plan


def kinds_that_come(phones: bool, cards: bool, pickups: bool = False) -> list[Kind]:
    """Everybody who comes to a machine where phones or bank cards pay, too, or orders are handed out; those come first."""
    besides = (PICKUP_KINDS if pickups else (), CARD_KINDS if cards else (), PHONE_KINDS if phones else ())
    return [*(kind for kinds in besides for kind in kinds), *CASH_KINDS]


def make_plans(count: int, dice: Dice, phones: bool = False, cards: bool = False, pickups: bool = False) -> list[Plan]:
    """`count` plans of patient people; every kind comes up in turn, beginning with those that buy. `phones`, `cards`: some come to
    pay with one, the first right away; `pickups`: some come for an order."""
    kinds = kinds_that_come(phones, cards, pickups)
    return [replace(make_plan(kinds[at % len(kinds)], dice), patient_looks=PATIENT) for at in range(count)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see: the screen, and which openings hold something."""

    screen: Screen
    mouth: bool = False
    tickets: bool = False
    change: bool = False
    slip: bool = False
    card: bool = False
    coins: bool = False


@dataclass(slots=True)
class Memory:
    """What a passenger remembers. `pushed`: the last note inserted is not seen as counted yet, `counted_before`: the sum shown
    before it. `refused_fen`: values that came back. `pages`, `searches`: how long trains were looked for. `cash_up_to_fen`: what
    the machine says it takes in cash, None before it has said so. `read`: kinds of screens that were acted on; `pressed`: kind of
    screen and target of each touch; `looks`: how often nothing was done but looking, at a screen
    of kind `looked_at`, since the last deed or the last other screen; `scanned`: codes that a phone was held to; `held`: how often
    something was held to the machine; `carded`: what was done with the card and on the PIN pad."""

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
    read: set[str] = field(default_factory=set)
    pressed: set[tuple[str, str]] = field(default_factory=set)
    looks: int = 0
    looked_at: str = ""
    scanned: set[tuple[str, ...]] = field(default_factory=set)
    held: int = 0
    carded: list[str] = field(default_factory=list)
