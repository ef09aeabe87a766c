"""People's hands at the cabinet: notes in, things out. What they hold is the passenger's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Openings:
    """Which openings hold something that can be taken."""

    mouth: bool = False
    tickets: bool = False
    change: bool = False
    slip: bool = False
    card: bool = False
    coins: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What came out of an opening: values of notes and coins in fen, tickets and slips counted."""

    notes_fen: tuple[int, ...] = ()
    tickets: int = 0
    slips: int = 0
    coins_fen: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.notes_fen or self.tickets or self.slips or self.coins_fen)


class Busy(Exception):
    """A device moves: nobody reaches into it now."""


class Hands(Protocol):
    """Raises OSError when the cabinet does not answer; then nothing is known to have moved."""

    def look(self) -> Openings: ...

    def insert(self, value_fen: int) -> bool:
        """False: the slot is shut, the note is still in the hand."""
        ...

    def take(self, outlet: str) -> Taken:
        """`outlet`: mouth, tickets, change, slip, coins."""
        ...
