"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: ccnet sheet, sections 4 (ACK rules), 6, 8 and 12; reliability notes 3 (rows 1 to 3). Knows statuses, sends nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from drivers.ccnet.codec import Bill, State, Status
from drivers.ccnet.line import HOLD, RETURN, STACK, Kind, Reply, Request
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

HOLD_EVERY_MS = 7_500  # a note is given back 10 s after the last word, 8 s is the advice
OUTCOME_MS = 30_000  # STACK to STACKED, RETURN to RETURNED
STUBBORN_MS = 1_500  # still in escrow so long after an order: it was not heard
RETURNS = 3
GONE_FOR_SURE = 2  # statuses in a row that do not know a note: a single one may be the late copy of an older one
COUNTER_WRAP = 0x10000
GONE = (State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING)
STUCK = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)


@unique
class Order(Enum):
    NONE = "not decided"
    STACK = "stack"
    RETURN = "return"


@dataclass(slots=True)
class Note:
    number: int
    bill_type: int
    value_fen: int
    seen_ms: int
    sign_ms: int  # the last status that showed it
    hold_ms: int  # since when its ten seconds run
    order: Order = Order.NONE
    sent_ms: int | None = None
    in_escrow: bool = True
    moving: bool = False  # seen on its way into the box
    returning: bool = False
    may_be_stacked: bool = False
    missing: int = 0  # statuses in a row that do not know it
    returns: int = 0


class Escrow:
    """Turns statuses into facts about notes. Numbers begin at `first_note` and are never used twice."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        self._report = report
        self._first = self._next = first_note
        self._limit_ms = limit_ms
        self._bills: Mapping[int, Bill] = {}
        self._settled: deque[int] = deque(maxlen=8)
        self._given_up: Note | None = (
            None  # told as unknown, and nothing was drawn in since: it may still fall into the box
        )
        self._last_stacked: int | None = None  # bill type of the note that was credited last
        self._motion = False  # something moved since then
        self._drawn_in = False  # something is in the path that has not reached escrow
        self._open = False  # the last status was a slot that waits for a note: one may be drawn in between two polls
        self._stacked: int | None = None  # the device's counter as last read
        self._ours_since = 0  # notes credited since then
        self._doubtful = False
        self._unasked: list[
            int
        ] = []  # types reported as stacked without a note in escrow: ours when the counter says so
        self.past_value_fen: int | None = None  # of a note that an earlier life left in it and a reset gave back
        self.note: Note | None = None

    # -- the device's tables and counter

    def use(self, bills: Mapping[int, Bill], stacked: int | None) -> None:
        """Bill types that are money, and the counter at this moment (None: the unit has none)."""
        self._credit_unasked(self._risen(stacked) if stacked is not None else len(self._unasked))
        self._bills = bills
        self._stacked, self._ours_since = stacked, 0
        self._drawn_in = self._open = False  # what was on its way then has been told as the past

    @property
    def expected(self) -> int | None:
        """The counter as it stands now: as last read, and the notes credited since. A stale one would prove a deed undone."""
        return None if self._stacked is None else (self._stacked + self._ours_since) % COUNTER_WRAP

    @property
    def wants_count(self) -> bool:
        """The counter would settle a doubt, or is out of date."""
        settled = self._ours_since > 0 and self.note is None
        return self._stacked is not None and (self._doubtful or bool(self._unasked) or settled)

    def counted(self, stacked: int) -> None:
        """The counter now, 0..65535. Decides a doubtful note, then notes that were reported and never seen."""
        risen = self._risen(stacked)
        note, doubtful = self.note, self._doubtful
        if note and doubtful:
            if risen > 1 + len(self._unasked):
                self._uncertain(note)  # no note raises it so far: it jumped, and proves nothing
            elif risen:
                risen -= 1
                self._ours(note)
            elif note.missing < GONE_FOR_SURE:
                self._doubtful = False  # it may still be on its way: the next statuses raise the doubt again
            elif note.moving:
                self._uncertain(note)
            else:
                self._end(note, NoteReturned(note.number, note.value_fen))
        self._credit_unasked(risen)
        self._stacked, self._ours_since = stacked, 0

    def _risen(self, stacked: int) -> int:
        """How many notes the counter knows beyond those that were credited."""
        return (stacked - (self._stacked or 0) - self._ours_since) % COUNTER_WRAP

    def _credit_unasked(self, most: int) -> None:
        for bill_type in self._unasked[:most]:
            self._credit(self._number_of(bill_type), bill_type, self._bills[bill_type].value_fen)
        self._unasked.clear()

    def no_count(self) -> None:
        """The counter did not answer: doubts stay doubts, and what the unit reported is believed."""
        self._credit_unasked(len(self._unasked))
        self._stacked = None
        if self.note and self._doubtful:
            self._uncertain(self.note)

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
            patient = not self._limit_ms or now_ms - note.seen_ms < self._limit_ms
            return HOLD if patient and now_ms - note.hold_ms >= HOLD_EVERY_MS else None
        if note.sent_ms is None:
            return STACK if note.order is Order.STACK else RETURN
        if now_ms - note.sent_ms >= STUBBORN_MS and note.sign_ms > note.sent_ms and note.returns < RETURNS:
            return RETURN  # never STACK again; giving it back does no harm
        return None

    def sent(self, request: Request, now_ms: int) -> None:
        note = self.note
        if note is None or request is HOLD:
            if note:
                note.hold_ms = now_ms
            return
        note.sent_ms = now_ms
        if request is STACK:
            note.may_be_stacked = True
        else:
            note.order = Order.RETURN
            note.returns += 1

    def replied(self, reply: Reply) -> None:
        """REFUSED is certain, SILENT is not; in both cases the next statuses tell."""
        if self.note and reply.request is STACK and reply.kind is Kind.REFUSED:
            self.note.may_be_stacked = False

    # -- news of the device

    def status(self, status: Status, now_ms: int, stale: bool) -> None:
        """A status while the device works. `stale`: an answer was lost shortly before, so this may be the late copy of it."""
        code, note = status.code, self.note
        if code in (State.ACCEPTING, State.STACKING, State.ESCROW):
            self._motion = True
        if code == State.ACCEPTING:
            self._given_up = None
        stuck = (self._drawn_in and code in STUCK) or (self._open and code == State.JAMMED)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (State.BUSY, State.PAUSE))
        self._open = code == State.IDLING
        if code == State.ESCROW:
            self._escrow(status.detail, now_ms)
        elif code == State.STACKED:
            self._stacked_event(status.detail, stale)
        elif note is None:
            if code == State.HOLDING:
                self._held(-1, now_ms)  # we never saw it come: no value, back it goes
            elif stuck:
                self._unseen(NoteJammed)
        elif code == State.HOLDING:
            self._seen(note, now_ms)
        elif code in (State.STACKING, State.RETURNING):
            note.in_escrow = False
            note.moving = note.moving or code == State.STACKING
            note.returning = code == State.RETURNING
            note.sign_ms, note.missing = now_ms, 0
        elif code == State.RETURNED:
            self._end(note, NoteReturned(note.number, note.value_fen))
        elif code in (State.JAMMED, State.BOX_JAMMED):
            self.jammed()
        elif code == State.FAILURE:
            self._gone(note, sure=False)
        elif code in GONE:
            note.missing += 1
            if note.missing >= GONE_FOR_SURE:
                self._gone(note, sure=True)

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
        if note and note.may_be_stacked:
            self._end(note, NoteJammed(note.number, note.value_fen))
        elif note:
            self._end(note, NoteReturnUncertain(note.number, note.value_fen))

    def restarted(self, position: str, credited: bool, stacked: int | None) -> bool:
        """The device was reset. Settles the note of this life by what the device said then; False when there was none."""
        note = self.note
        if note is None:
            return False
        if credited:
            self._ours(note)
        elif position in ("path", "escrow"):
            self._end(note, NoteReturned(note.number, note.value_fen))
        elif position == "jam":
            self.jammed()
        elif not note.may_be_stacked and position == "none":
            self._end(note, NoteReturned(note.number, note.value_fen))
        elif self._stacked is not None and stacked is not None:
            note.moving = note.moving or position != "none"
            note.missing, self._doubtful = GONE_FOR_SURE, True
            self.counted(stacked)
        else:
            self._uncertain(note)
        return True

    # -- parts

    def _escrow(self, bill_type: int, now_ms: int) -> None:
        note = self.note
        gone = self._doubtful and note is not None and note.missing > 0
        if note and note.bill_type == bill_type and not note.moving and not note.returning and not gone:
            self._seen(note, now_ms)
            return
        if note:  # another one lies there, so this one has left it
            if note.may_be_stacked:
                self._uncertain(note)
            else:
                self._end(note, NoteReturned(note.number, note.value_fen))
        self._held(bill_type, now_ms)

    def _seen(self, note: Note, now_ms: int) -> None:
        note.in_escrow, note.sign_ms, note.missing = True, now_ms, 0
        self._doubtful = False

    def _held(self, bill_type: int, now_ms: int) -> None:
        bill = self._bills.get(bill_type)
        self._motion, self._given_up = True, None
        if bill is None:  # a coupon, or a kind that is no money here
            self.note = Note(0, bill_type, 0, now_ms, now_ms, now_ms, Order.RETURN)
            self._report(NoteRefused("inhibited", f"type {bill_type}"))
            return
        self.note = Note(self._take_number(), bill_type, bill.value_fen, now_ms, now_ms, now_ms)
        self._report(NoteHeld(self.note.number, bill.value_fen))

    def _stacked_event(self, bill_type: int, stale: bool) -> None:
        note, known = self.note, self._last_stacked == bill_type
        if note is None:
            if self._last_stacked is not None and not self._motion:
                return  # the same event again: our ACK was lost
            if bill_type in self._bills:
                self._last_stacked, self._motion = bill_type, False
                self._unasked.append(bill_type)
                if self._stacked is None:
                    self._credit_unasked(1)
        elif known and (not note.may_be_stacked or (stale and not note.moving)):
            # perhaps the note before it once more: the next statuses and the counter tell
            note.may_be_stacked, self._doubtful = True, self._stacked is not None
        else:
            bill = self._bills.get(bill_type)
            if bill and note.number:
                note.bill_type, note.value_fen = bill_type, bill.value_fen
            self._ours(note)

    def _gone(self, note: Note, *, sure: bool) -> None:
        """Nothing of it in the device any more (`sure`), or the device failed with it inside."""
        if note.may_be_stacked:
            note.moving = note.moving or not sure
            note.missing = max(note.missing, GONE_FOR_SURE)
            if self._stacked is None:
                self._uncertain(note)
            else:
                self._doubtful = True
        elif sure:
            self._end(note, NoteReturned(note.number, note.value_fen))
        else:
            self._end(note, NoteReturnUncertain(note.number, note.value_fen))

    def _unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain]) -> None:
        """Drawn in and never recognised: it is some note that the unit knows, the largest at most."""
        self._drawn_in, number = False, self._take_number()
        self._settled.append(number)
        self._report(outcome(number, max((bill.value_fen for bill in self._bills.values()), default=0)))

    def _take_number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _number_of(self, bill_type: int) -> int:
        """Stacked without having been in escrow: it is the note that was given up, or one nobody saw."""
        note, self._given_up = self._given_up, None
        return note.number if note is not None and note.bill_type == bill_type else self._take_number()

    def _ours(self, note: Note) -> None:
        if note.number:
            self._credit(note.number, note.bill_type, note.value_fen)
        self._forget(note)

    def _credit(self, number: int, bill_type: int, value_fen: int) -> None:
        self._last_stacked, self._motion = bill_type, False
        self._ours_since += 1
        self._settled.append(number)
        self._report(NoteOurs(number, value_fen))

    def _uncertain(self, note: Note) -> None:
        if note.may_be_stacked:
            self._given_up = note if note.number else None
            self._end(note, NoteUncertain(note.number, note.value_fen))
        else:
            self._end(note, NoteReturnUncertain(note.number, note.value_fen))

    def _end(self, note: Note, fact: NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain) -> None:
        if note.number:
            self._settled.append(note.number)
            self._report(fact)
        self._forget(note)

    def _forget(self, note: Note) -> None:
        self._doubtful = False
        if self.note is note:
            self.note = None
