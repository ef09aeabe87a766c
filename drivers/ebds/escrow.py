"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: ebds sheet, sections 4 (each event once per toggle), 6, 9 and 11; reliability notes 3 (rows 1 to 3). Knows statuses,
sends nothing. The device has no counter: what it did not say stays unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from drivers.ebds.codec import Condition, Order, State, Status
from drivers.ebds.texts import stopped
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)

OUTCOME_MS = 30_000  # stack to stacked, return to returned
STUBBORN_MS = 1_500  # still in escrow so long after an order: the device did not follow it
UNNAMED_MS = 1_000  # in escrow so long and the device does not say what it is: no money
RETURNS = 3
GONE_FOR_SURE = 2  # statuses in a row that do not know a note


@dataclass(slots=True)
class Note:
    number: int  # 0: no money, it only has to go back
    value_fen: int
    seen_ms: int
    sign_ms: int  # the last status that showed it
    order: Order = Order.NONE
    sent_ms: int | None = None
    in_escrow: bool = True
    moving: bool = False  # seen on its way into the box
    returning: bool = False
    may_be_stacked: bool = False
    missing: int = 0  # statuses in a row that do not know it
    returns: int = 0


class Escrow:
    """Turns statuses into facts about notes. Numbers begin at `first_note` and are never used twice.

    `enabled`: the device was told to take notes; then one may be drawn in between two polls.
    """

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        self._report = report
        self._first = self._next = first_note
        self._limit_ms = limit_ms
        self._most_fen = 0
        self._settled: deque[int] = deque(maxlen=8)
        self._given_up: Note | None = None  # told as unknown, and nothing was drawn in since: it may still be stacked
        self._entered = self._fell = False  # seen since the last rest, of a note that nobody knows: drawn in; stacked
        self._drawn_in = False  # something is in the path that has not reached escrow
        self._open = False  # the last status was a slot that waits for a note
        self._unnamed_ms: int | None = None
        self._shown = False  # the last status was one of a note in escrow
        self._stuck = False  # a note was told as unknown, and it is still shown in escrow
        self.enabled = False
        self.past_value_fen: int | None = None  # of a note that an earlier life left in it and the start gave back
        self.note: Note | None = None

    def use(self, values_fen: Collection[int]) -> None:
        """The device works, and these are the values it knows. What was on its way before has been told as the past."""
        self._most_fen = max(values_fen, default=0)
        self._drawn_in = self._open = self._entered = self._fell = self._shown = self._stuck = False
        self._unnamed_ms = None

    @property
    def stuck(self) -> bool:
        """A note that was told as unknown still lies in escrow: no other can come."""
        return self._stuck

    # -- orders of the port

    def order(self, number: int, order: Order) -> None:
        """Stack or return that note. What was settled meanwhile has been told; what is unknown gets an outcome too."""
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

    def due(self, now_ms: int) -> Order | None:
        """What to order about the note now; `sent` must follow. Each order once (section 11, trap 2)."""
        note = self.note
        if note is None or not note.in_escrow:
            return None
        if note.sent_ms is None:
            overdue = self._limit_ms and now_ms - note.seen_ms >= self._limit_ms
            return note.order or (Order.RETURN if overdue else None)
        if now_ms - note.sent_ms >= STUBBORN_MS and note.sign_ms > note.sent_ms and note.returns < RETURNS:
            return Order.RETURN  # never stack again; giving it back does no harm
        return None

    def sent(self, order: Order, now_ms: int) -> None:
        note = self.note
        if note is None:
            return
        note.sent_ms, note.order = now_ms, order
        if order is Order.STACK:
            note.may_be_stacked = True
        else:
            note.returns += 1

    def refused(self, order: Order) -> None:
        """The device did not understand the order, so it did nothing."""
        if self.note and order is Order.STACK:
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
            self._end(self.note, NoteReturned(self.note.number, self.note.value_fen))
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
        stuck = stopped(status) and (self._drawn_in or (self._open and bool(jam)))
        if state & State.ACCEPTING:
            self._given_up = None
        if not state & State.ESCROWED:
            self._unnamed_ms = None
        nameless = bool(state & State.ESCROWED) and self.note is None and not self._stuck
        undecided = not state & ~State.STACKED or bool(status.condition & Condition.PAUSED)
        self._drawn_in = bool(state & State.ACCEPTING) or nameless or (self._drawn_in and undecided)
        self._open = self.enabled and bool(state & State.IDLING)
        return stuck

    def _stop(self, status: Status, stuck: bool) -> None:
        """Jammed, or failed, with the note somewhere inside."""
        if self.note is None:
            if stuck:
                self._unseen(NoteJammed, self._most_fen)
        elif status.condition & Condition.JAMMED:
            self.jammed()
        else:
            self._uncertain(self.note)

    def lost(self) -> None:
        """The device does not speak any more. What it had just drawn in it may give back, and nobody sees it."""
        if self._drawn_in and self.note is None:
            self._unseen(NoteReturnUncertain, self._most_fen)

    def late(self, now_ms: int) -> None:
        """Give up on a note that showed no sign for 30 s."""
        note = self.note
        if note is None:
            return
        since_ms = note.sign_ms if note.sent_ms is None or note.returning else note.sent_ms
        if now_ms - since_ms >= OUTCOME_MS:
            self._uncertain(note)

    def jammed(self) -> None:
        note = self.note
        if note and note.may_be_stacked:
            self._end(note, NoteJammed(note.number, note.value_fen))
        elif note:
            self._end(note, NoteReturnUncertain(note.number, note.value_fen))

    def restarted(self, position: str, credited: bool) -> bool:
        """The device started anew. Settles the note of this life by what it said then; False when there was none."""
        note = self.note
        if note is None:
            return False
        if credited:
            self._ours(note)
        elif position in ("path", "escrow"):
            self._end(note, NoteReturned(note.number, note.value_fen))
        elif position == "jam":
            self.jammed()
        elif position == "none" and not note.may_be_stacked:
            self._end(note, NoteReturned(note.number, note.value_fen))
        else:
            self._uncertain(note)
        return True

    # -- parts

    def _escrowed(self, value_fen: int | None, now_ms: int) -> None:
        note = self.note
        if note and not note.moving and not note.returning and value_fen in (None, note.value_fen):
            note.in_escrow, note.sign_ms, note.missing = True, now_ms, 0
            return
        if note:  # another one lies there, so this one has left it
            if note.may_be_stacked:
                self._uncertain(note)
            else:
                self._end(note, NoteReturned(note.number, note.value_fen))
        self._given_up = None
        if value_fen is None:
            self._unnamed_ms = now_ms if self._unnamed_ms is None else self._unnamed_ms
            if now_ms - self._unnamed_ms < UNNAMED_MS:
                return
        self._drawn_in = False
        if not value_fen:
            self.note = Note(0, 0, now_ms, now_ms, Order.RETURN)
            self._report(NoteRefused("inhibited", "no money" if value_fen == 0 else "unnamed"))
            return
        self.note = Note(self._take_number(), value_fen, now_ms, now_ms)
        self._report(NoteHeld(self.note.number, value_fen))

    def _stacked(self, value_fen: int | None) -> None:
        """Event: something fell into the box. It is the note in escrow, one that was given up, or one that nobody knew.

        With escrow mode on nothing falls that was not told to. So an event is not believed of a note that still lies there,
        nor when nothing moved; when no more was seen than that something came in, it may be a note or not.
        """
        note, lost = self.note, self._given_up
        if note is not None:
            untouched = not note.may_be_stacked and not note.moving
            if untouched and (self._shown or value_fen not in (None, note.value_fen)):
                return
            if value_fen and note.number:
                note.value_fen = value_fen
            self._ours(note)
        elif lost is not None and value_fen in (None, lost.value_fen):
            self._credit(lost.number, lost.value_fen)
        elif self._fell and value_fen:
            self._credit(self._take_number(), value_fen)
        elif (self._fell or self._entered) and value_fen != 0:
            self._unseen(NoteJammed, value_fen or self._most_fen)

    def _gone(self, note: Note) -> None:
        """Nothing of it in the device any more, and no event said where it went."""
        if note.may_be_stacked:
            self._uncertain(note)
        else:
            self._end(note, NoteReturned(note.number, note.value_fen))

    def _unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int) -> None:
        """Drawn in and never in escrow: some note, worth no more than this."""
        self._drawn_in, self._stuck, number = False, self._shown, self._take_number()
        self._entered = self._fell = False
        self._settled.append(number)
        self._report(outcome(number, value_fen))

    def _take_number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _ours(self, note: Note) -> None:
        if note.number:
            self._credit(note.number, note.value_fen)
        self.note = None

    def _credit(self, number: int, value_fen: int) -> None:
        self._given_up = None
        self._settled.append(number)
        self._report(NoteOurs(number, value_fen))

    def _uncertain(self, note: Note) -> None:
        if note.may_be_stacked:
            self._given_up = note if note.number else None
            self._end(note, NoteUncertain(note.number, note.value_fen))
        else:
            self._end(note, NoteReturnUncertain(note.number, note.value_fen))

    def _end(self, note: Note, fact: NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain) -> None:
        self._stuck = self._shown and not isinstance(fact, NoteReturned)
        if note.number:
            self._settled.append(note.number)
            self._report(fact)
        self.note = None
