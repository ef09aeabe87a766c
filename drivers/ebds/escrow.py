"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: ebds sheet, sections 4 (each event once per toggle), 6, 9 and 11; reliability notes 3 (rows 1 to 3). Knows statuses,
sends nothing. The device has no counter: what it did not say stays unknown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from drivers.accepting.ledger import GONE_FOR_SURE, Ledger, Order
from drivers.accepting.ledger import Note as AnyNote
from drivers.ebds.codec import Condition, State, Status
from drivers.ebds.codec import Order as Said
from drivers.ebds.texts import stopped
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import NoteJammed, NoteRefused, NoteReturned, NoteReturnUncertain

UNNAMED_MS = 1_000  # in escrow so long and the device does not say what it is: no money
SAID = {Order.STACK: Said.STACK, Order.RETURN: Said.RETURN, Order.NONE: None}


@dataclass(slots=True)
class Note(AnyNote):
    """The device names no kind, only values: `channel` says nothing."""

    moving: bool = False  # seen on its way into the box
    missing: int = 0  # statuses in a row that do not know it


class Escrow(Ledger[Note]):
    """Turns statuses into facts about notes. `enabled`: the device was told to take notes; then one may be drawn in between two
    polls."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, Note)
        self._limit_ms = limit_ms
        self._entered = self._fell = False  # seen since the last rest, of a note that nobody knows: drawn in; stacked
        self._open = False  # the last status was a slot that waits for a note
        self._unnamed_ms: int | None = None
        self._shown = False  # the last status was one of a note in escrow
        self._stuck = False  # a note was told as unknown, and it is still shown in escrow
        self.enabled = False

    def use(self, values_fen: Collection[int]) -> None:
        """The device works, and these are the values it knows. What was on its way before has been told as the past."""
        self.most_fen = max(values_fen, default=0)
        self.drawn_in = self._open = self._entered = self._fell = self._shown = self._stuck = False
        self._unnamed_ms = None

    @property
    def stuck(self) -> bool:
        """A note that was told as unknown still lies in escrow: no other can come."""
        return self._stuck

    # -- orders

    def due(self, now_ms: int) -> Said | None:
        """What to order about the note now; `sent` must follow. Each order once (section 11, trap 2)."""
        note = self.note
        if note is None or not note.in_escrow:
            return None
        if note.sent_ms is None:
            overdue = self._limit_ms and now_ms - note.seen_ms >= self._limit_ms
            return SAID[note.order] or (Said.RETURN if overdue else None)
        return Said.RETURN if self.stubborn(now_ms) else None

    def sent(self, order: Said, now_ms: int) -> None:
        self.ordered(Order.STACK if order is Said.STACK else Order.RETURN, now_ms)

    def refused(self, order: Said) -> None:
        """The device did not understand the order, so it did nothing."""
        if self.note and order is Said.STACK:
            self.note.may_be_stacked = False

    # -- news of the device

    def status(self, status: Status, value_fen: int | None, now_ms: int) -> None:
        """A status while the device works. `value_fen` of the note it speaks of: 0 no money, None it does not say."""
        state = status.state
        self._shown = bool(state & State.ESCROWED)
        self._stuck = self._stuck and self._shown
        stuck = self._follow(status)
        if state & State.STACKED:
            self._stacked(value_fen)
            self._entered = self._fell = False
        elif state & State.RETURNED and self.note:
            self.returned(self.note)
        self._move(status, None if state & State.STACKED else value_fen, stuck, now_ms)
        unknown = self.note is None and not self._stuck and not state & State.IDLING
        self._fell = unknown and (self._fell or bool(state & (State.STACKING | State.ESCROWED)))
        self._entered = unknown and (self._entered or bool(state & State.ACCEPTING))

    def _move(self, status: Status, value_fen: int | None, stuck: bool, now_ms: int) -> None:
        """Where the note is by this status, its event apart."""
        state, note = status.state, self.note
        if stopped(status):
            self._stop(status, stuck)
        elif self._stuck:
            return
        elif state & State.ESCROWED:
            self._escrowed(value_fen, now_ms)
        elif note is None:
            return
        elif state & (State.STACKING | State.RETURNING):
            note.in_escrow = False
            note.moving = note.moving or bool(state & State.STACKING)
            note.returning = bool(state & State.RETURNING)
            note.sign_ms, note.missing = now_ms, 0
        elif state & (State.IDLING | State.ACCEPTING):
            note.missing += 1
            if note.missing >= GONE_FOR_SURE:
                self._gone(note)

    def _follow(self, status: Status) -> bool:
        """Whether something was drawn in and did not reach escrow; answers whether it sticks there."""
        state, jam = status.state, status.condition & Condition.JAMMED
        stuck = stopped(status) and (self.drawn_in or (self._open and bool(jam)))
        if state & State.ACCEPTING:
            self.given_up = None
        if not state & State.ESCROWED:
            self._unnamed_ms = None
        nameless = bool(state & State.ESCROWED) and self.note is None and not self._stuck
        undecided = not state & ~State.STACKED or bool(status.condition & Condition.PAUSED)
        self.drawn_in = bool(state & State.ACCEPTING) or nameless or (self.drawn_in and undecided)
        self._open = self.enabled and bool(state & State.IDLING)
        return stuck

    def _stop(self, status: Status, stuck: bool) -> None:
        """Jammed, or failed, with the note somewhere inside."""
        if self.note is None:
            if stuck:
                self.unseen(NoteJammed, self.most_fen)
        elif status.condition & Condition.JAMMED:
            self.jammed(self.note)
        else:
            self.uncertain(self.note)

    def restarted(self, position: str, credited: bool) -> bool:
        """The device started anew. Settles the note of this life by what it said then; False when there was none."""
        note = self.note
        if note is None:
            return False
        if credited:
            self.ours(note)
        elif position in ("path", "escrow"):
            self.returned(note)
        elif position == "jam":
            self.jammed(note)
        elif position == "none" and not note.may_be_stacked:
            self.returned(note)
        else:
            self.uncertain(note)
        return True

    # -- parts

    def _escrowed(self, value_fen: int | None, now_ms: int) -> None:
        note = self.note
        if note and not note.moving and not note.returning and value_fen in (None, note.value_fen):
            note.in_escrow, note.sign_ms, note.missing = True, now_ms, 0
            return
        if note:  # another one lies there, so this one has left it
            if note.may_be_stacked:
                self.uncertain(note)
            else:
                self.returned(note)
        self.given_up = None
        if value_fen is None:
            self._unnamed_ms = now_ms if self._unnamed_ms is None else self._unnamed_ms
            if now_ms - self._unnamed_ms < UNNAMED_MS:
                return
        self.drawn_in = False
        if not value_fen:
            self.held(0, 0, now_ms)
            self._report(NoteRefused("inhibited", "no money" if value_fen == 0 else "unnamed"))
            return
        self.held(0, value_fen, now_ms)

    def _stacked(self, value_fen: int | None) -> None:
        """Event: something fell into the box. It is the note in escrow, one that was given up, or one that nobody knew.

        With escrow mode on nothing falls that was not told to. So an event is not believed of a note that still lies there,
        nor when nothing moved; when no more was seen than that something came in, it may be a note or not.
        """
        note, lost = self.note, self.given_up
        if note is not None:
            untouched = not note.may_be_stacked and not note.moving
            if untouched and (self._shown or value_fen not in (None, note.value_fen)):
                return
            if value_fen and note.number:
                note.value_fen = value_fen
            self.ours(note)
        elif lost is not None and value_fen in (None, lost.value_fen):
            self.credit(lost.number, lost.value_fen)
        elif self._fell and value_fen:
            self.credit(self._take_number(), value_fen)
        elif (self._fell or self._entered) and value_fen != 0:
            self.unseen(NoteJammed, value_fen or self.most_fen)

    def _gone(self, note: Note) -> None:
        """Nothing of it in the device any more, and no event said where it went."""
        if note.may_be_stacked:
            self.uncertain(note)
        else:
            self.returned(note)

    def unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        self._stuck = self._shown
        self._entered = self._fell = False
        super().unseen(outcome, value_fen)

    def credit(self, number: int, value_fen: int) -> None:
        self.given_up = None
        super().credit(number, value_fen)

    def give_up(self, note: Note) -> None:
        if note.may_be_stacked:
            self.given_up = note if note.number else None

    def end(self, note: Note, fact: Fact) -> None:
        self._stuck = self._shown and not isinstance(fact, NoteReturned)
        super().end(note, fact)
