"""The mechanism of a validator with an escrow of one note: where the note is, what carries it, what stops it.

Path of a note: hand -> acceptor.path -> acceptor.escrow -> acceptor.path (past escrow) -> box, or back to acceptor.mouth
and from there by the passenger to hand. Where it lies survives a power cut. Half of `Speeds.note_in_ms` brings a note to
escrow, half from there to the box. What a host may order, which states it hears of and when, is each family's own: it
fills in the abstract methods and says where each motion ends.

Fault switches that this mechanism knows by name: jam_in_path_next, reject_next, reject_all, unknown_type_next,
return_not_taken, box_full, box_removed. Each family lists those it has in its own words (reliability notes 5).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum, unique

from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator.kinds import Kind, row_of


def nothing(now_ms: int) -> None:
    """What happens when nothing is under way."""


@unique
class Verdict(Enum):
    """What the head makes of a note."""

    GOOD = "of the table and wanted"
    STUCK = "it does not come past the head"
    BAD = "does not look like a genuine note"
    UNKNOWN = "genuine, and not in the table"
    UNWANTED = "in the table, and not enabled"


@unique
class Caught(Enum):
    """Where a note was when the power went."""

    NOWHERE = "the path is free"
    ACCEPTOR = "at the mouth, before escrow or in it"
    STACKER = "past escrow"


class Mechanism(ABC):
    """A family's body is made of it. `kinds` is the firmware's table; its row number is what a note is called.

    `state` is the family's own word for what the mechanism does. `stacked_counter`, 0..65535, counts the notes that ever fell
    into the box; it survives a power cut, and not every family tells it.
    """

    state: Enum

    def __init__(
        self, matter: Matter, speeds: Speeds, kinds: Sequence[Kind | None], owner: HasFaults, stacked_counter: int = 0
    ) -> None:
        self.matter, self.speeds = matter, speeds
        self.kinds = kinds
        self._owner = owner
        self.mouth, self.path = matter.place("acceptor.mouth"), matter.place("acceptor.path")
        self.escrow, self.box = matter.place("acceptor.escrow"), matter.place("box")
        self.jam = matter.place("acceptor.jam")
        self.hand = matter.place("hand")
        self._due: int | None = None
        self._then: Callable[[int], None] = nothing
        self._wait_until: int | None = None
        # what survives a power cut
        self.stacked_counter = stacked_counter
        self.box_present = True
        self._past_escrow = False  # the note in the path is on its way to the box

    # -- what a family fills in

    @abstractmethod
    def wake(self) -> None:
        """Power has gone or come: volatile state is forgotten."""

    @abstractmethod
    def insert(self, note: Note, now_ms: int) -> str | None:
        """The passenger pushes a note of his hand in. None when it is drawn in, else why it stays in the hand."""

    @abstractmethod
    def open(self) -> bool:
        """A note pushed in now would be drawn in."""

    def moving(self) -> bool:
        """Matter is under way."""
        return self._due is not None

    @abstractmethod
    def _look_around(self, now_ms: int) -> None:
        """Sensors that matter in every state: the box, its level, the motor."""

    @abstractmethod
    def _waited_out(self, now_ms: int) -> None:
        """A note has lain in escrow for as long as it may."""

    @abstractmethod
    def _mouth_cleared(self, now_ms: int) -> None:
        """The passenger has had his hand at the mouth."""

    # -- hands

    def take_returned(self, now_ms: int) -> list[Note]:
        """The passenger takes what sticks out of the slot; answers the notes taken, maybe none."""
        if "return_not_taken" in self._owner.faults:
            return []
        notes = self.mouth.notes()
        for note in notes:
            self.matter.move(note, self.hand.name)
        self._mouth_cleared(now_ms)
        return notes

    def remove_box(self, now_ms: int) -> None:
        self.box_present = False
        self.advance(now_ms)

    def refit_box(self, now_ms: int) -> None:
        self.box_present = True
        self.advance(now_ms)

    def clear_jam(self, to: str) -> list[Note]:
        """A technician pulls the jammed note out; what the unit needs to go on after that is its family's rule."""
        notes = self.jam.notes()
        for note in notes:
            self.matter.move(note, to)
        return notes

    # -- time

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        self._look_around(now_ms)
        while self._due is not None and self._due <= now_ms:
            due, then = self._due, self._then
            self._stop()
            then(due)
            self._look_around(now_ms)
        if self._wait_until is not None and self._wait_until <= now_ms:
            self._waited_out(now_ms)
            return self.advance(now_ms)
        return min((due for due in (self._due, self._wait_until) if due is not None), default=None)

    def _start(self, nominal_ms: float, then: Callable[[int], None], now_ms: int) -> None:
        self._due, self._then = now_ms + self.speeds.motion_ms(nominal_ms), then

    def _stop(self) -> None:
        self._due, self._then = None, nothing

    # -- the note in the path

    def caught(self) -> Caught:
        """Where power finds the note when it comes back."""
        if self.path.notes() and self._past_escrow:
            return Caught.STACKER
        return Caught.ACCEPTOR if self.path.notes() or self.escrow.notes() or self.mouth.notes() else Caught.NOWHERE

    def _half_way(self, then: Callable[[int], None], now_ms: int) -> None:
        """From the mouth to escrow, from there to the box or back: each takes half the time of a note."""
        self._start(self.speeds.note_in_ms / 2, then, now_ms)

    def _judge(self, note: Note, wanted: Callable[[int], bool]) -> tuple[Verdict, int]:
        """What the head makes of the note, and its row of the table (0 where it has none). `wanted(row)`: enabled now."""
        kind = row_of(note, self.kinds)
        if self._plays("jam_in_path_next"):
            return Verdict.STUCK, 0
        if self._plays("reject_next") or "reject_all" in self._owner.faults or not note.genuine:
            return Verdict.BAD, 0
        if kind is None:
            return Verdict.UNKNOWN, 0
        return (Verdict.GOOD if wanted(kind) else Verdict.UNWANTED), kind

    def _draw_in(self, note: Note) -> None:
        self.matter.move(note, self.path.name)

    def _lay_in_escrow(self) -> None:
        self.matter.move_all(self.path.name, self.escrow.name)

    def _leave_escrow(self, for_box: bool) -> None:
        """The note goes on into the path, and from now on a power cut finds it there."""
        self.matter.move_all(self.escrow.name, self.path.name)
        if for_box:
            self._past_escrow = True

    def _drop(self, note: Note) -> None:
        """Into the box. Raises OverflowError when it is full; ask `_box_full` first."""
        self.matter.move(note, self.box.name)
        self.stacked_counter = self.stacked_counter + 1 & 0xFFFF

    def _stick(self, note: Note) -> None:
        self._past_escrow = False
        self.matter.move(note, self.jam.name)

    def _put_out(self) -> None:
        """What is in the path, and in escrow, sticks out of the mouth."""
        self.matter.move_all(self.path.name, self.mouth.name)
        self.matter.move_all(self.escrow.name, self.mouth.name)

    # -- the box, and the switches

    def _box_there(self) -> bool:
        return self.box_present and "box_removed" not in self._owner.faults

    def _box_full(self) -> bool:
        full = self.box.capacity is not None and len(self.box) >= self.box.capacity
        return full or "box_full" in self._owner.faults

    def _plays(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self._owner.faults:
            return False
        self._owner.faults.discard(name)
        return True
