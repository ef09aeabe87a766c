"""The book of an acceptor's note in escrow: numbers, orders, and one outcome per note, whatever the protocol.

Source: the port; reliability notes 3 (rows 1 to 3). Who reads the device's words says here what they mean for the note.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, unique
from typing import Generic, TypeVar

from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)

OUTCOME_MS = 30_000  # an order to its outcome
STUBBORN_MS = 1_500  # still in escrow so long after an order: it was not heard
RETURNS = 3
GONE_FOR_SURE = 2  # statuses in a row that do not know a note: a single one may be the late copy of an older one


@unique
class Order(Enum):
    NONE = "not decided"
    STACK = "stack"
    RETURN = "return"


@dataclass(slots=True)
class Note:
    """`number` 0: no money, it only has to go back, and nobody is told what becomes of it."""

    number: int
    value_fen: int
    channel: int  # as the device names its kind
    seen_ms: int
    sign_ms: int  # the last word of the device about it
    order: Order = Order.NONE
    sent_ms: int | None = None
    in_escrow: bool = True
    returning: bool = False
    may_be_stacked: bool = False
    returns: int = 0  # how often it was told to give it back


N = TypeVar("N", bound=Note)


class Ledger(Generic[N]):
    """Numbers begin at `first_note` and are never used twice. `kind` of note: with what a protocol has to remember of it."""

    def __init__(self, report: Report, first_note: int, kind: type[N]) -> None:
        self._report = report
        self._first = self._next = first_note
        self._kind = kind
        self._settled: deque[int] = deque(maxlen=8)
        self.most_fen = 0  # the largest note that the device knows
        self.past_value_fen: int | None = None  # of a note that an earlier life left in it and that was given back
        self.given_up: N | None = None  # told as unknown or stuck, and nothing was drawn in since: it may still fall
        self.drawn_in = False  # something is in the path that has not reached escrow
        self.note: N | None = None

    # -- orders of the port

    def order(self, number: int, order: Order) -> None:
        """STACK or RETURN for that note. What was settled meanwhile has been told; what is unknown gets an outcome too."""
        note = self.note
        if note and note.number == number:
            if note.sent_ms is None:
                note.order = order
        elif number in self._settled:
            return
        elif order is Order.STACK:
            self._report(NoteUncertain(number, 0))
        elif number < self._first and self.past_value_fen is not None:
            self._report(NoteReturned(number, self.past_value_fen))
        else:
            self._report(NoteReturnUncertain(number, 0))

    def ordered(self, order: Order, now_ms: int) -> None:
        """It was sent, STACK or RETURN."""
        note = self.note
        if note is None:
            return
        note.sent_ms, note.order = now_ms, order
        if order is Order.STACK:
            note.may_be_stacked = True
        else:
            note.returns += 1

    def stubborn(self, now_ms: int) -> bool:
        """It was told to go and lies there still. It is told to come back then, never STACK again: that does no harm."""
        note = self.note
        if note is None or note.sent_ms is None or note.returns >= RETURNS:
            return False
        return now_ms - note.sent_ms >= STUBBORN_MS and note.sign_ms > note.sent_ms

    # -- what became of notes

    def held(self, channel: int, value_fen: int, now_ms: int) -> None:
        """It lies in escrow. `value_fen` 0: no money, back it goes."""
        self.given_up = None
        if not value_fen:
            self.note = self._kind(0, 0, channel, now_ms, now_ms, Order.RETURN)
            return
        self.note = self._kind(self._take_number(), value_fen, channel, now_ms, now_ms)
        self._report(NoteHeld(self.note.number, value_fen))

    def ours(self, note: N) -> None:
        """In the box, for certain: the note in escrow, or one that was given up."""
        self.note = self.given_up = None
        if note.number:
            self.credit(note.number, note.value_fen)

    def ours_unseen(self, value_fen: int) -> None:
        """A note that nobody saw in escrow lies in the box, and its value is known."""
        self.credit(self._take_number(), value_fen)

    def credit(self, number: int, value_fen: int) -> None:
        self._settled.append(number)
        self._report(NoteOurs(number, value_fen))

    def returned(self, note: N) -> None:
        self.end(note, NoteReturned(note.number, note.value_fen))

    def jammed(self, note: N) -> None:
        stuck = NoteJammed if note.may_be_stacked else NoteReturnUncertain
        self.end(note, stuck(note.number, note.value_fen))

    def jam(self) -> None:
        """The device is jammed: with the note, if there is one."""
        if self.note:
            self.jammed(self.note)

    def uncertain(self, note: N) -> None:
        unknown = NoteUncertain if note.may_be_stacked else NoteReturnUncertain
        self.end(note, unknown(note.number, note.value_fen))
        self.give_up(note)

    def give_up(self, note: N) -> None:
        """Its outcome was told, and it may still fall into the box."""
        self.given_up = note

    def unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        """Drawn in and never in escrow: some note, worth no more than this, or than the largest."""
        self.drawn_in, number = False, self._take_number()
        self._settled.append(number)
        self._report(outcome(number, value_fen or self.most_fen))

    def lost(self) -> None:
        """The unit does not speak any more. What it had just drawn in it may give back, and nobody sees it."""
        if self.drawn_in and self.note is None:
            self.unseen(NoteReturnUncertain)

    def late(self, now_ms: int) -> None:
        """Give up on a note that showed no sign for 30 s."""
        note = self.note
        if note is None:
            return
        since_ms = note.sign_ms if note.sent_ms is None or note.returning else note.sent_ms
        if now_ms - since_ms >= OUTCOME_MS:
            self.uncertain(note)

    def end(self, note: N, fact: Fact) -> None:
        """The outcome of this note; nobody is told of what is no money."""
        if note.number:
            self._settled.append(note.number)
            self._report(fact)
        if self.note is note:
            self.note = None

    # -- parts

    def _take_number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number
