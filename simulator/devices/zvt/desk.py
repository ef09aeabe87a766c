"""What a terminal asks of its bank, in plain values: whoever makes a terminal gives it one (`simulator.acquirer.terminal_desk`)."""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple, Protocol

GOOD, NEVER_BOOKED = "00", "25"


class Key(NamedTuple):
    """What terminal and bank call a booking by."""

    terminal: str
    batch: int
    trace: int


@unique
class Kind(Enum):
    PURCHASE = "PURCHASE"
    REFUND = "REFUND"


class Desk(Protocol):
    """Idempotent by key. Answers are two characters, `GOOD` is done; with a second one the approval code."""

    def booked_fen(self, terminal: str) -> int: ...

    def purchase(
        self, name: tuple[str, int, int], pan: str, pin: str, amount_fen: int, yymm: str
    ) -> tuple[str, str]: ...

    def refund(self, name: tuple[str, int, int], pan: str, amount_fen: int) -> tuple[str, str]: ...

    def reverse(self, name: tuple[str, int, int], amount_fen: int, kind: str) -> str: ...

    def give_back(self, name: tuple[str, int, int], part_name: tuple[str, int, int], part_fen: int) -> str: ...

    def settle(self, terminal: str, batch: int) -> int: ...
