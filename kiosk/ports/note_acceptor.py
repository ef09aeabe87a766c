"""A device that takes notes: what it may report and what it can be told.

Orders return nothing; outcomes are facts. A note has a number that the driver gives, unique over the machine's life
(the driver is constructed with the first one), so that a repeated event is recognised. Values are fen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    """Credited: it lies in the box (decision 1)."""

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "stacked"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteDeposited(Fact):
    """In the bulk escrow: paid in, and still the passenger's, who gets this very note back on a cancel (decision 1)."""

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "deposited"
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NoteRecycled(Fact):
    """Credited: it lies in the recycling cassette of its value, from which change is paid (decision 9)."""

    kind: ClassVar[str] = "stack!"
    result: ClassVar[str] = "recycled"
    note: int
    value_fen: int
    cassette: int


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
    """`notes` of the deposit lie in the box now, for certain. Fewer than asked: the others are still in the bulk escrow."""

    kind: ClassVar[str] = "keep!"
    result: ClassVar[str] = "kept"
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DepositKeepUncertain(Fact):
    """`notes` lie in the bulk escrow, in the box or on the way between: all inside, none in reach of a hand."""

    kind: ClassVar[str] = "keep!"
    result: ClassVar[str] = "unknown"
    notes: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DepositPresented(Fact):
    """`notes`, the bundle asked for, stick out of the mouth: the passenger can take them."""

    kind: ClassVar[str] = "return_all!"
    result: ClassVar[str] = "presented"
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DepositNotMoved(Fact):
    """The bundle asked for is still in the bulk escrow, for certain: the device said no before it started."""

    kind: ClassVar[str] = "return_all!"
    result: ClassVar[str] = "refused"
    notes: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DepositReturnUncertain(Fact):
    """Nobody can say how many of `notes` the passenger has; the others are inside."""

    kind: ClassVar[str] = "return_all!"
    result: ClassVar[str] = "unknown"
    notes: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DepositTaken(Fact):
    """The bundle at the mouth was taken.

    `notes` empty, here and in what else may become of a bundle that lay there: it came out in an earlier life of the driver,
    which does not know their numbers; all of the deposit that was out.
    """

    kind: ClassVar[str] = "taken!"
    result: ClassVar[str] = "deposit"
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DepositPulledBack(Fact):
    """The bundle was not taken in the device's own time: it lies in the box (ccnet sheet, 9.2 options and 9.3, FAILURE CA)."""

    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "deposit"
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DepositRetractUncertain(Fact):
    """What was left of the bundle at the mouth was pulled back into the box; how much of it somebody had taken before, while the
    power was away, nobody can say."""

    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "deposit_unknown"
    notes: tuple[int, ...]
    reason: str


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


@dataclass(frozen=True, slots=True)
class DepositPast(Fact):
    """What a bulk escrow says of the time before this start; reported before `AcceptorPast` by devices that have one.

    `contents`: values in the bulk escrow in the order in which they went in, if `contents_known`. `cut`: what the power
    failure broke off (none, packing, returning, keeping, unknown); `moved`: values that were moved by it, for certain.
    `packed`: (value, place) of notes that came to rest after it: place 0 the box, -1 the bulk escrow, else a cassette.
    `mouth`: empty, notes, unknown, box (what was left of the bundle there was pulled back into the box).
    """

    kind: ClassVar[str] = "deposit.past"
    contents: tuple[int, ...]
    contents_known: bool
    cut: str
    moved: tuple[int, ...]
    packed: tuple[tuple[int, int], ...]
    mouth: str


class NoteAcceptor(Protocol):
    """Traits are constant once `DeviceReady` was reported; the money policy follows from them, never from a model's name."""

    same_note_return: bool  # can give back the very notes after several were put in
    hold_ms: int  # how long a note may stay in escrow, renewals included; 0 = no limit
    can_identify_box: bool

    @property
    def escrow_depth(self) -> int:
        """Notes it can hold before they are ours: 1, or the size of a bulk escrow."""
        ...

    @property
    def bundle_notes(self) -> int:
        """Notes of a deposit that it gives back at once; 0 without a bulk escrow."""
        ...

    @property
    def deposit_fen(self) -> Collection[int]:
        """Face values that go into the bulk escrow, by the deposit policy and what is fitted now; the others become ours
        when they are stacked. Empty without a bulk escrow, and before `DeviceReady`."""
        ...

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
        """Outcome: NoteOurs, NoteDeposited, NoteRecycled, NoteJammed, NoteReturned (it went back instead) or NoteUncertain.
        Never repeated by the driver.

        Before it moves, a unit with cassettes looks once more whether the note still goes where `deposit_fen` says. When the
        cassette was taken out since, it says so by its fault first, and the note goes back: NoteReturned."""
        ...

    def give_back(self, note: int) -> None:
        """Outcome: NoteReturned, NoteOurs (too late) or NoteReturnUncertain."""
        ...

    def keep(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: all that lies in it falls into the box; `notes` are the deposit, as they went in. When other
        notes lie there too, nothing is moved. Outcome: DepositKept or DepositKeepUncertain."""
        ...

    def return_all(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: give back `notes`, the last ones that went in, at most `bundle_notes`. Outcome: DepositNotMoved,
        DepositReturnUncertain, or DepositPresented and then DepositTaken or DepositPulledBack (or either's uncertain)."""
        ...

    def recall(self) -> None:
        """Report `AcceptorPast`, and `DepositPast` before it, again with what is known now."""
        ...
