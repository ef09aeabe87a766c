"""A device that pays notes out of cassettes to a place where the passenger takes them, and can pull them back.

`counts` are tuples (cassette, presented, rejected), one per cassette that moved, in notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact

Counts = tuple[tuple[int, int, int], ...]
PATH_UNSURE = frozenset({"jam", "other"})
"""Reasons of a short payment after which the cassettes are counted before they pay again."""
NOT_THERE = frozenset({"empty", "cassette_out"})
"""Reasons why a cassette gave less than was asked of it: its notes are not there, whatever the books say."""

MISCOUNTED = "miscounted"
"""First word of the reason of `NotesUncertain` when the device itself says that another note may have gone than it counted."""


@dataclass(frozen=True, slots=True)
class NotesPresented(Fact):
    """All asked notes lie where the passenger can take them."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "presented"
    order: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class NotesShort(Fact):
    """Fewer than asked, and exactly known how many; those are presented. `reason`: empty, jam, rejects, cassette_out, other.

    After `jam` and `other` (motor, solenoid) a note may be left in the path: it is missing in its cassette, and in no count.
    """

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "short"
    order: int
    counts: Counts
    reason: str


@dataclass(frozen=True, slots=True)
class NotesUncertain(Fact):
    """It cannot be said what left the cassettes; `counts` is what is known for sure (may be empty). Locked until counted.

    The outlet stays shut: nothing of this order can be reached by the passenger.
    """

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "unknown"
    order: int
    counts: Counts
    reason: str


@dataclass(frozen=True, slots=True)
class NotesRefused(Fact):
    """Nothing moved, for certain (the device said no before it started). `reason` as in NotesShort."""

    kind: ClassVar[str] = "pay!"
    result: ClassVar[str] = "refused"
    order: int
    reason: str


@dataclass(frozen=True, slots=True)
class TrayReopened(Fact):
    """The outlet stands open again before notes that lay there when the power failed."""

    kind: ClassVar[str] = "reopen!"
    result: ClassVar[str] = "change"
    order: int


@dataclass(frozen=True, slots=True)
class TrayStayedShut(Fact):
    """The outlet was not opened again, or could not be: what lies there is out of reach. `reason`: shutter, no board, other."""

    kind: ClassVar[str] = "reopen!"
    result: ClassVar[str] = "change_shut"
    order: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeTaken(Fact):
    """The change outlet is empty again, taken by a hand while it was open."""

    kind: ClassVar[str] = "taken!"
    result: ClassVar[str] = "change"
    order: int


@dataclass(frozen=True, slots=True)
class ChangeRetracted(Fact):
    """What was not taken lies in the retract bin."""

    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "change"
    order: int


@dataclass(frozen=True, slots=True)
class ChangeRetractUncertain(Fact):
    """The outlet cannot be emptied or seen: taken partly, stuck, or the sensor does not answer."""

    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "change_unknown"
    order: int
    reason: str


@dataclass(frozen=True, slots=True)
class DispenserPast(Fact):
    """What the dispenser says of the time before this start (L and C of reliability notes 3, and its outlet's sensor).

    `last`: name of the last operation it remembers (pay, test, purge, none, unknown), with its `counts` and raw `error`.
    `outlet`: empty, notes, unknown.
    """

    kind: ClassVar[str] = "dispenser.past"
    last: str
    counts: Counts
    error: str
    outlet: str
    counters: tuple[tuple[str, int], ...]


class NoteDispenser(Protocol):
    max_notes: int  # notes in one order (one bundle)
    can_retract: bool

    @property
    def cassettes(self) -> Mapping[int, int]:
        """Cassette number -> face value in fen, from config."""
        ...

    @property
    def counters(self) -> Mapping[str, int]:
        """Life counters as last read, such as the transaction number; empty when the device has none."""
        ...

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        """Cassette number -> notes, at most `max_notes` in all. Outcome: one of the `pay!` facts. Never repeated by the driver."""
        ...

    def present_again(self, order: int) -> None:
        """Open the outlet before what lies there since an earlier start. Outcome: TrayReopened, later ChangeTaken when a hand
        took it; ChangeTaken (it was empty) or TrayStayedShut."""
        ...

    def retract(self, order: int) -> None:
        """Close the outlet and pull back what lies there. Outcome: ChangeRetracted, ChangeTaken (it was empty) or uncertain."""
        ...

    def test(self, cassette: int) -> None:
        """One note to the reject bin (service only). Outcome: NotesPresented with 0 presented, 1 rejected, order 0; or short."""
        ...

    def recall(self) -> None:
        """Report `DispenserPast` with what is known now."""
        ...
