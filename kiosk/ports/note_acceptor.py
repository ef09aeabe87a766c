"""A device that takes notes: what it may report and what it can be told.

Orders return nothing; outcomes are facts. A note has a number that the driver gives, unique over the machine's life
(the driver is constructed with the first one), so that a repeated event is recognised. Values are fen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class NoteHeld(Fact):
    """In escrow: still the passenger's."""

    kind: ClassVar[str] = "note.seen"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteOurs(Fact):
    """Credited: it lies in the box, or was kept from the bulk escrow (decision 1)."""

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "stacked"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteJammed(Fact):
    """Stuck on its way into the box: not the passenger's any more, not countable either.

    Also for a note that was drawn in and stuck before it was recognised: no `note.seen` came before, and `value_fen` is
    the most it can be.
    """

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "jammed"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteUncertain(Fact):
    """A stack order got no usable answer: it may or may not be in the box."""

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "unknown"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteReturned(Fact):
    """Back with the passenger: told to, or by the device itself (escrow time-out, reset)."""

    kind: ClassVar[str] = "return!"
    result: ClassVar[str] = "returned"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteReturnUncertain(Fact):
    """A return order got no usable answer, or the note jammed on its way out.

    Also for a note that was drawn in when the device fell silent: as with `NoteJammed`, `value_fen` is then the most it can
    be.
    """

    kind: ClassVar[str] = "return!"
    result: ClassVar[str] = "unknown"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteRefused(Fact):
    """The device itself pushed something back before escrow. `reason`: unreadable, inhibited, double, folded, other."""

    kind: ClassVar[str] = "note.refused"
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NoteMoving(Fact):
    """Something entered the slot and is being read. For the screen and the report; moves no money."""

    kind: ClassVar[str] = "note.moving"


@dataclass(frozen=True, slots=True)
class DepositKept(Fact):
    """Bulk escrow: the whole deposit went to the box. `values_fen`: each note."""

    kind: ClassVar[str] = "keep!"
    result: ClassVar[str] = "done"
    values_fen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DepositReturned(Fact):
    """Bulk escrow: the whole deposit was given back and taken."""

    kind: ClassVar[str] = "return_all!"
    result: ClassVar[str] = "done"
    values_fen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AcceptorPast(Fact):
    """What the acceptor says of the time before this start (P and C of reliability notes 3).

    `position`: none, path, escrow, stacker, jam, unknown. `value_fen`: of that note, 0 when it cannot say.
    `credited`: True when the device itself reports the note of `stacker` as stacked after the start (CCNET 12 then 81).
    """

    kind: ClassVar[str] = "acceptor.past"
    position: str
    value_fen: int
    credited: bool
    counters: tuple[tuple[str, int], ...]


class NoteAcceptor(Protocol):
    """Traits are constant once `DeviceReady` was reported; the money policy follows from them, never from a model's name."""

    escrow_depth: int  # notes it can hold before they are ours: 1, or the size of a bulk escrow
    same_note_return: bool  # can give back the very notes after several were put in
    hold_ms: int  # how long a note may stay in escrow, renewals included; 0 = no limit
    can_identify_box: bool

    @property
    def values_fen(self) -> Collection[int]:
        """Face values it knows, from its own note table; empty before `DeviceReady`."""
        ...

    @property
    def counters(self) -> Mapping[str, int]:
        """Life counters as last read (`stacked`), for the record of an intent; empty when the device has none."""
        ...

    def accept_only(self, values_fen: Collection[int]) -> None:
        """Take these and no others; empty = disable. Idempotent."""
        ...

    def stack(self, note: int) -> None:
        """Outcome: NoteOurs, NoteJammed, NoteReturned (it went back instead) or NoteUncertain. Never repeated by the driver."""
        ...

    def give_back(self, note: int) -> None:
        """Outcome: NoteReturned, NoteOurs (too late) or NoteReturnUncertain."""
        ...

    def keep(self) -> None:
        """Bulk escrow only: the whole deposit becomes ours."""
        ...

    def return_all(self) -> None:
        """Bulk escrow only: the whole deposit goes back."""
        ...

    def recall(self) -> None:
        """Report `AcceptorPast` again with what is known now."""
        ...
