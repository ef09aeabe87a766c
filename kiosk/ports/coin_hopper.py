"""A device that pays coins of one value. They fall into the open tray at once: nothing is presented, nothing can be pulled back.

An order is recorded with the device's `counters` before it is given; after a restart they are handed back to `settle`, and only the
driver knows how to read them. A hopper is emptied by paying until it is short for the reason `empty`, each order with a record
of its own. Reasons: empty, jam, exit (a coin stands in it), stopped, power, no answer, other. After `miscounted` (first word, as
of a note dispenser) more may have gone than was asked: `most` says it where the device counted it, else only a count does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class CoinsPaid(Fact):
    """All asked coins fell."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "coins"
    order: int
    hopper: int
    coins: int


@dataclass(frozen=True, slots=True)
class CoinsShort(Fact):
    """Fewer than asked, and exactly known how many: `coins` fell, 0 or more."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "coins_short"
    order: int
    hopper: int
    coins: int
    reason: str


@dataclass(frozen=True, slots=True)
class CoinsUncertain(Fact):
    """It cannot be said how many fell: at least `coins`, at most `most`. Its book value is open until it is counted."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "coins_unknown"
    order: int
    hopper: int
    coins: int
    most: int
    reason: str


@dataclass(frozen=True, slots=True)
class CoinsRefused(Fact):
    """Nothing fell, for certain, and nothing of the order is still to come."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "coins_refused"
    order: int
    hopper: int
    reason: str


@dataclass(frozen=True, slots=True)
class HopperLevel(Fact):
    """What its level sensors say, told when it changes: low, middle, high, unknown (none is fitted)."""

    kind: ClassVar[str] = "hopper.level"
    hopper: int
    level: str


@dataclass(frozen=True, slots=True)
class HopperPast(Fact):
    """What the hopper says of itself at a start, before `DeviceReady`: its counters, as `settle` will compare them."""

    kind: ClassVar[str] = "hopper.past"
    hopper: int
    counters: tuple[tuple[str, int], ...]


class CoinHopper(Protocol):
    number: int
    value_fen: int  # of each coin, from config: the device does not know it
    max_coins: int  # in one order

    @property
    def counters(self) -> Mapping[str, int]:
        """As last read, for the record of an intent; an order is refused when they are no longer true. Empty: never read."""
        ...

    def pay(self, order: int, coins: int) -> None:
        """1..`max_coins` coins. Outcome: exactly one of the `pay!` facts. Never given again when it may have been taken."""
        ...

    def settle(self, order: int, coins: int, before: Mapping[str, int]) -> None:
        """What became of an order of an earlier start, with the counters of its record. Moves nothing; waits for one that is still
        under way. Outcome: exactly one of the `pay!` facts."""
        ...

    def stop(self) -> None:
        """End the order under way; a coin may still fall. The order's own outcome says what did."""
        ...

    def restart(self) -> None:
        """A technician has mended it: what it has latched is cleared, when nothing is under way."""
        ...

    def recall(self) -> None:
        """Report `HopperPast` with what is known now."""
        ...
