"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: id003 sheet, sections 4 (ACK rule), 6, 8 and 11 (traps 3 and 4); reliability notes 3 (rows 1 to 3). The unit counts
nothing, but it says VEND VALID until it is acknowledged: a note is credited there, once, and nowhere else. Knows statuses,
sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from drivers.accepting.ledger import GONE_FOR_SURE, Ledger, Order
from drivers.accepting.ledger import Note as AnyNote
from drivers.id003.codec import State, Status
from drivers.id003.line import HOLD, RETURN, STACK, Kind, Reply, Request
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import NoteJammed, NoteRefused

HOLD_EVERY_MS = 3_000  # how long a unit waits for a decision is not documented (section 13)
GONE = (State.IDLING, State.DISABLED, State.ACCEPTING)
STUCK = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)


@unique
class Valid(Enum):
    """What a VEND VALID means."""

    OURS = "the note of this life, now credited"
    AGAIN = "the note that was credited last: the ACK was lost"
    WAIT = "a note that is not on its way to the box: to be said once more"
    ODD = "that, said once more: nobody knows where the note is"
    UNKNOWN = "no note of this life"


@dataclass(slots=True)
class Note(AnyNote):
    """`channel` is the escrow code."""

    hold_ms: int = 0  # when it was last said that it is to be held
    said_valid: bool = False  # VEND VALID came without an order
    told: bool = False  # as unknown: only that it is ours after all would be news
    missing: int = 0  # statuses in a row that do not know it


class Escrow(Ledger[Note]):
    """Turns statuses into facts about notes."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, Note)
        self._limit_ms = limit_ms
        self._values: Mapping[int, int] = {}
        self._credited = False  # the last thing that moved was a note that is ours now
        self._open = False  # the last status was a slot that waits for a note: one may be drawn in between two polls

    def use(self, values_fen: Mapping[int, int]) -> None:
        """Escrow code -> face value of what is money. The unit has just been started: nothing is in its path."""
        self._values, self.most_fen = values_fen, max(values_fen.values(), default=0)
        self.drawn_in = self._open = False

    @property
    def used(self) -> bool:
        """A note has been in escrow in this life."""
        return self._next > self._first

    # -- orders

    def due(self, now_ms: int) -> Request | None:
        """What to send about the note now; `sent` must follow."""
        note = self.note
        if note is None or not note.in_escrow:
            return None
        if note.order is Order.NONE:
            if self._limit_ms and now_ms - note.seen_ms >= self._limit_ms:
                return RETURN
            return HOLD if now_ms - note.hold_ms >= HOLD_EVERY_MS else None
        if note.sent_ms is None:
            return STACK if note.order is Order.STACK else RETURN
        return RETURN if self.stubborn(now_ms) else None

    def sent(self, request: Request, now_ms: int) -> None:
        if request is not HOLD:
            self.ordered(Order.STACK if request is STACK else Order.RETURN, now_ms)
        elif self.note:
            self.note.hold_ms = now_ms

    def replied(self, reply: Reply, *, sure: bool) -> None:
        """A refused STACK did nothing, if the refusal is `sure` to be its answer; silence is settled by the next statuses."""
        if self.note and reply.request is STACK and reply.kind is Kind.REFUSED and sure:
            self.note.may_be_stacked = False

    # -- news of the device

    def status(self, status: Status, now_ms: int) -> None:
        """Any status but VEND VALID, while the device works."""
        code, note = status.code, self.note
        if code == State.ACCEPTING:
            self.given_up, self._credited = None, False
        stuck = (self.drawn_in and code in STUCK) or (self._open and code == State.JAMMED)
        self.drawn_in = code == State.ACCEPTING or (self.drawn_in and code in (State.PAUSE, State.STACKING))
        self._open = code == State.IDLING
        if code == State.ESCROW:
            self._in_escrow(status, now_ms)
        elif note is None:
            if self.given_up and code in GONE:
                self.given_up.missing += 1
            if code == State.HOLDING:
                self._held(0, now_ms)  # we never saw it come: no value, back it goes
            elif stuck:
                self.unseen(NoteJammed)
        elif code == State.HOLDING:
            self._seen(note, now_ms)
        elif code in (State.STACKING, State.STACKED, State.RETURNING, State.REJECTING):
            note.in_escrow, note.sign_ms, note.missing = False, now_ms, 0
            note.returning = code in (State.RETURNING, State.REJECTING)
            note.may_be_stacked = note.may_be_stacked or not note.returning
        elif code in (State.JAMMED, State.BOX_JAMMED):
            self.jammed(note)
        elif code == State.FAILURE:
            self.uncertain(note)
        elif code in GONE:
            note.missing += 1
            if note.missing >= GONE_FOR_SURE:
                self._gone(note)

    def valid(self) -> Valid:
        """VEND VALID. Anything but WAIT may be acknowledged once what was reported is on disk."""
        note = self.note or self.given_up
        if note is not None and note.may_be_stacked and not note.returning:
            self.ours(note)
            return Valid.OURS
        if self.note is not None:
            if not self.note.said_valid:
                self.note.said_valid = True
                return Valid.WAIT
            self.uncertain(self.note)
            return Valid.ODD
        if self._credited:
            return Valid.AGAIN
        if self.drawn_in:
            self.unseen(NoteJammed)  # stacked without having been in escrow: inside, and nobody knows which it is
        return Valid.UNKNOWN

    def restarted(self, position: str) -> bool:
        """The device was started anew and credited nothing. Settles the note of this life by where it was; False: none was."""
        note = self.note
        if note is None:
            return False
        back = position in ("path", "escrow") or (position == "none" and (note.returning or not note.may_be_stacked))
        if position == "jam":
            self.jammed(note)
        elif back:
            self.returned(note)
        else:
            self.uncertain(note)
        return True

    # -- parts

    def _in_escrow(self, status: Status, now_ms: int) -> None:
        note, again = self.note, self.given_up
        if note is None and again and again.channel == status.detail and again.missing < GONE_FOR_SURE:
            self.note, self.given_up = again, None  # the unit never let go of it: it is no other note
            again.order, again.sent_ms, again.returns, again.may_be_stacked = Order.RETURN, None, 0, False
            again.missing, again.returning = 0, False
            note = again
        if note and note.channel == status.detail and not note.returning and not note.missing:
            self._seen(note, now_ms)
            return
        if note:  # another one lies there, so this one has left it
            self._gone(note)
        self._held(status.detail, now_ms)

    def _seen(self, note: Note, now_ms: int) -> None:
        note.in_escrow, note.sign_ms, note.missing, note.said_valid = True, now_ms, 0, False

    def _held(self, code: int, now_ms: int) -> None:
        value_fen = self._values.get(code)
        self._credited = False
        self.held(code, value_fen or 0, now_ms)
        if self.note:
            self.note.hold_ms = now_ms
        if value_fen is None:  # a barcode ticket, or a kind that is no money here
            self._report(NoteRefused("inhibited", f"code {code:02X}"))

    def _gone(self, note: Note) -> None:
        """Nothing of it in the device any more, and it was not said to be ours."""
        if note.may_be_stacked and not note.returning:
            self.uncertain(note)
        else:
            self.returned(note)

    def ours(self, note: Note) -> None:
        self._credited = True
        super().ours(note)

    def give_up(self, note: Note) -> None:
        super().give_up(note)
        note.told = True

    def end(self, note: Note, fact: Fact) -> None:
        if note.told:
            self.note = None
        else:
            super().end(note, fact)
