"""The book of an acceptor with one note of escrow: numbers, orders, and one outcome per note, whatever the protocol.

Source: the port; reliability notes 3 (rows 1 to 3). Who reads the device's words says here what they mean for the note.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, unique

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)

OUTCOME_MS = 30_000  # an order to its outcome


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


Outcome = NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain


class Ledger:
    """Numbers begin at `first_note` and are never used twice."""

    def __init__(self, report: Report, first_note: int) -> None:
        self._report = report
        self._first = self._next = first_note
        self._settled: deque[int] = deque(maxlen=8)
        self.most_fen = 0  # the largest note that the device knows
        self.past_value_fen: int | None = None  # of a note that an earlier life left in it and that was given back
        self.given_up: Note | None = None  # told as unknown or stuck, and nothing was drawn in since: it may still fall
        self.drawn_in = False  # something is in the path that has not reached escrow
        self.note: Note | None = None

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

    # -- what became of notes

    def held(self, channel: int, value_fen: int, now_ms: int) -> None:
        """It lies in escrow. `value_fen` 0: no money, back it goes."""
        self.given_up = None
        if not value_fen:
            self.note = Note(0, 0, channel, now_ms, now_ms, Order.RETURN)
            return
        self.note = Note(self._take_number(), value_fen, channel, now_ms, now_ms)
        self._report(NoteHeld(self.note.number, value_fen))

    def ours(self, note: Note) -> None:
        """In the box, for certain: the note in escrow, or one that was given up."""
        self.note = self.given_up = None
        self._credit(note.number, note.value_fen)

    def ours_unseen(self, value_fen: int) -> None:
        """A note that nobody saw in escrow lies in the box, and its value is known."""
        self._credit(self._take_number(), value_fen)

    def returned(self, note: Note) -> None:
        self._end(note, NoteReturned(note.number, note.value_fen))

    def jammed(self, note: Note) -> None:
        stuck = NoteJammed if note.may_be_stacked else NoteReturnUncertain
        self._end(note, stuck(note.number, note.value_fen))
        self.given_up = note

    def uncertain(self, note: Note) -> None:
        unknown = NoteUncertain if note.may_be_stacked else NoteReturnUncertain
        self._end(note, unknown(note.number, note.value_fen))
        self.given_up = note

    def unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        """Drawn in and never in escrow: some note, worth no more than this, or than the largest."""
        number = self._take_number()
        self._settled.append(number)
        self._report(outcome(number, value_fen or self.most_fen))

    def lost(self) -> None:
        """The unit does not speak any more. What it had just drawn in it may give back, and nobody sees it."""
        if self.drawn_in and self.note is None:
            self.drawn_in = False
            self.unseen(NoteReturnUncertain)

    def late(self, now_ms: int) -> None:
        """Give up on a note that showed no sign for 30 s."""
        note = self.note
        if note is None:
            return
        since_ms = note.sign_ms if note.sent_ms is None or note.returning else note.sent_ms
        if now_ms - since_ms >= OUTCOME_MS:
            self.uncertain(note)

    # -- parts

    def _take_number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _credit(self, number: int, value_fen: int) -> None:
        if number:
            self._settled.append(number)
            self._report(NoteOurs(number, value_fen))

    def _end(self, note: Note, fact: Outcome) -> None:
        self.note = None
        if note.number:
            self._settled.append(note.number)
            self._report(fact)
