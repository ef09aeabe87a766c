"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: id003 sheet, sections 4 (ACK rule), 6, 8 and 11 (traps 3 and 4); reliability notes 3 (rows 1 to 3). The unit counts
nothing, but it says VEND VALID until it is acknowledged: a note is credited there, once, and nowhere else. Knows statuses,
sends nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from drivers.id003.codec import State, Status
from drivers.id003.line import HOLD, RETURN, STACK, Kind, Reply, Request
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

HOLD_EVERY_MS = 3_000  # how long a unit waits for a decision is not documented (section 13)
OUTCOME_MS = 30_000  # an order to its outcome
STUBBORN_MS = 1_500  # still in escrow so long after an order: it was not heard
RETURNS = 3
GONE_FOR_SURE = 2  # statuses in a row that do not know a note
GONE = (State.IDLING, State.DISABLED, State.ACCEPTING)
STUCK = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)


@unique
class Order(Enum):
    NONE = "not decided"
    STACK = "stack"
    RETURN = "return"


@unique
class Valid(Enum):
    """What a VEND VALID means."""

    OURS = "the note of this life, now credited"
    AGAIN = "the note that was credited last: the ACK was lost"
    WAIT = "a note that is not on its way to the box: to be said once more"
    ODD = "that, said once more: nobody knows where the note is"
    UNKNOWN = "no note of this life"


@dataclass(slots=True)
class Note:
    number: int  # 0: no money, and nobody is told what becomes of it
    code: int
    value_fen: int
    seen_ms: int
    sign_ms: int  # the last status that showed it
    hold_ms: int  # when it was last said that it is to be held
    order: Order = Order.NONE
    sent_ms: int | None = None
    in_escrow: bool = True
    returning: bool = False
    may_be_stacked: bool = False
    said_valid: bool = False  # VEND VALID came without an order
    told: bool = False  # as unknown: only that it is ours after all would be news
    missing: int = 0  # statuses in a row that do not know it
    returns: int = 0


Outcome = NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain


class Escrow:
    """Turns statuses into facts about notes. Numbers begin at `first_note` and are never used twice."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        self._report = report
        self._first = self._next = first_note
        self._limit_ms = limit_ms
        self._values: Mapping[int, int] = {}
        self._settled: deque[int] = deque(maxlen=8)
        self._given_up: Note | None = None  # told as unknown, and nothing was drawn in since
        self._credited = False  # the last thing that moved was a note that is ours now
        self._drawn_in = False  # something is in the path that has not reached escrow
        self._open = False  # the last status was a slot that waits for a note: one may be drawn in between two polls
        self.past_value_fen: int | None = None  # of a note that an earlier life left in it and that was given back
        self.note: Note | None = None

    def use(self, values_fen: Mapping[int, int]) -> None:
        """Escrow code -> face value of what is money. The unit has just been started: nothing is in its path."""
        self._values = values_fen
        self._drawn_in = self._open = False

    @property
    def used(self) -> bool:
        """A note has been in escrow in this life."""
        return self._next > self._first

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
        if now_ms - note.sent_ms >= STUBBORN_MS and note.sign_ms > note.sent_ms and note.returns < RETURNS:
            return RETURN  # never STACK again; giving it back does no harm
        return None

    def sent(self, request: Request, now_ms: int) -> None:
        note = self.note
        if note is None:
            return
        if request is HOLD:
            note.hold_ms = now_ms
            return
        note.sent_ms = now_ms
        if request is STACK:
            note.may_be_stacked = True
        else:
            note.order = Order.RETURN
            note.returns += 1

    def replied(self, reply: Reply, *, sure: bool) -> None:
        """A refused STACK did nothing, if the refusal is `sure` to be its answer; silence is settled by the next statuses."""
        if self.note and reply.request is STACK and reply.kind is Kind.REFUSED and sure:
            self.note.may_be_stacked = False

    # -- news of the device

    def status(self, status: Status, now_ms: int) -> None:
        """Any status but VEND VALID, while the device works."""
        code, note = status.code, self.note
        if code == State.ACCEPTING:
            self._given_up, self._credited = None, False
        stuck = (self._drawn_in and code in STUCK) or (self._open and code == State.JAMMED)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (State.PAUSE, State.STACKING))
        self._open = code == State.IDLING
        if code == State.ESCROW:
            self._in_escrow(status, now_ms)
        elif note is None:
            if self._given_up and code in GONE:
                self._given_up.missing += 1
            if code == State.HOLDING:
                self._held(0, now_ms)  # we never saw it come: no value, back it goes
            elif stuck:
                self._unseen(NoteJammed)
        elif code == State.HOLDING:
            self._seen(note, now_ms)
        elif code in (State.STACKING, State.STACKED, State.RETURNING, State.REJECTING):
            note.in_escrow, note.sign_ms, note.missing = False, now_ms, 0
            note.returning = code in (State.RETURNING, State.REJECTING)
            note.may_be_stacked = note.may_be_stacked or not note.returning
        elif code in (State.JAMMED, State.BOX_JAMMED):
            self.jammed()
        elif code == State.FAILURE:
            self._uncertain(note)
        elif code in GONE:
            note.missing += 1
            if note.missing >= GONE_FOR_SURE:
                self._gone(note)

    def valid(self) -> Valid:
        """VEND VALID. Anything but WAIT may be acknowledged once what was reported is on disk."""
        note = self.note or self._given_up
        if note is not None and note.may_be_stacked and not note.returning:
            self._ours(note)
            return Valid.OURS
        if self.note is not None:
            if not self.note.said_valid:
                self.note.said_valid = True
                return Valid.WAIT
            self._uncertain(self.note)
            return Valid.ODD
        if self._credited:
            return Valid.AGAIN
        if self._drawn_in:
            self._unseen(NoteJammed)  # stacked without having been in escrow: inside, and nobody knows which it is
        return Valid.UNKNOWN

    def lost(self) -> None:
        """The unit does not speak any more. What it had just drawn in it may give back, and nobody sees it."""
        if self._drawn_in and self.note is None:
            self._unseen(NoteReturnUncertain)

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
        if note:
            stuck = NoteJammed if note.may_be_stacked else NoteReturnUncertain
            self._end(note, stuck(note.number, note.value_fen))

    def restarted(self, position: str) -> bool:
        """The device was started anew and credited nothing. Settles the note of this life by where it was; False: none was."""
        note = self.note
        if note is None:
            return False
        back = position in ("path", "escrow") or (position == "none" and (note.returning or not note.may_be_stacked))
        if position == "jam":
            self.jammed()
        elif back:
            self._end(note, NoteReturned(note.number, note.value_fen))
        else:
            self._uncertain(note)
        return True

    # -- parts

    def _in_escrow(self, status: Status, now_ms: int) -> None:
        note, again = self.note, self._given_up
        if note is None and again and again.code == status.detail and again.missing < GONE_FOR_SURE:
            self.note, self._given_up = again, None  # the unit never let go of it: it is no other note
            again.order, again.sent_ms, again.returns, again.may_be_stacked = Order.RETURN, None, 0, False
            again.missing, again.returning = 0, False
            note = again
        if note and note.code == status.detail and not note.returning and not note.missing:
            self._seen(note, now_ms)
            return
        if note:  # another one lies there, so this one has left it
            self._gone(note)
        self._held(status.detail, now_ms)

    def _seen(self, note: Note, now_ms: int) -> None:
        note.in_escrow, note.sign_ms, note.missing, note.said_valid = True, now_ms, 0, False

    def _held(self, code: int, now_ms: int) -> None:
        value_fen = self._values.get(code)
        self._given_up, self._credited = None, False
        if value_fen is None:  # a barcode ticket, or a kind that is no money here
            self.note = Note(0, code, 0, now_ms, now_ms, now_ms, Order.RETURN)
            self._report(NoteRefused("inhibited", f"code {code:02X}"))
            return
        self.note = Note(self._take_number(), code, value_fen, now_ms, now_ms, now_ms)
        self._report(NoteHeld(self.note.number, value_fen))

    def _gone(self, note: Note) -> None:
        """Nothing of it in the device any more, and it was not said to be ours."""
        if note.may_be_stacked and not note.returning:
            self._uncertain(note)
        else:
            self._end(note, NoteReturned(note.number, note.value_fen))

    def _unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain]) -> None:
        """Drawn in and never recognised: it is some note that the unit knows, the largest at most."""
        self._drawn_in, number = False, self._take_number()
        self._settled.append(number)
        self._report(outcome(number, max(self._values.values(), default=0)))

    def _take_number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _ours(self, note: Note) -> None:
        self._credited = True
        self.note = self._given_up = None
        if note.number:
            self._settled.append(note.number)
            self._report(NoteOurs(note.number, note.value_fen))

    def _uncertain(self, note: Note) -> None:
        unknown = NoteUncertain if note.may_be_stacked else NoteReturnUncertain
        self._end(note, unknown(note.number, note.value_fen))
        self._given_up = note
        note.told = True

    def _end(self, note: Note, fact: Outcome) -> None:
        self.note = None
        if note.number and not note.told:
            self._settled.append(note.number)
            self._report(fact)
