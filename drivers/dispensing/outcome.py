"""What an order asks of a dispenser and what became of it, in words that fit every family."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, unique


@unique
class Move(IntEnum):
    """What an order does. The values are the LCDM-4000's own commands, the one family that remembers them."""

    PURGE = 0x51
    DISPENSE = 0x52
    TEST = 0x53


@unique
class Ending(Enum):
    FULL = "all asked notes came out"
    SHORT = "fewer came out, and it is known how many"
    REFUSED = "nothing moved, for certain"
    UNKNOWN = "it cannot be said what came out"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`counts`: (cassette, exits, rejects) of every cassette that was asked or moved. `reason`: as in NotesShort."""

    ending: Ending
    reason: str
    counts: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What one cassette did: notes that left the machine, notes in the reject tray; `present` False: cassette missing."""

    cassette: int
    exits: int
    rejects: int
    present: bool = field(default=True, compare=False)  # now, not then


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of an order as a device tells it. `code`: the move or the command; `error`: the family's own, 0 = good."""

    code: int
    error: int
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """What the device remembers: its last operation and, when its firmware counts, a transaction number.

    `known` False: it could not be asked, so nothing can be compared with it.
    """

    last: Result | None = None
    serial: int | None = None
    known: bool = False
