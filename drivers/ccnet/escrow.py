"""The one note that may lie in escrow: what it was told, what became of it. One outcome per note, never a guess.

Source: ccnet sheet, sections 4 (ACK rules), 6, 8 and 12; reliability notes 3 (rows 1 to 3). Knows statuses, sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.accepting.ledger import GONE_FOR_SURE, Ledger, Order
from drivers.accepting.ledger import Note as AnyNote
from drivers.ccnet.codec import Bill, State, Status
from drivers.ccnet.line import HOLD, RETURN, STACK, Kind, Reply, Request
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import NoteJammed, NoteRefused

HOLD_EVERY_MS = 7_500  # a note is given back 10 s after the last word, 8 s is the advice
COUNTER_WRAP = 0x10000
GONE = (State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING)
STUCK = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)


@dataclass(slots=True)
class Note(AnyNote):
    """`channel` is the bill type."""

    hold_ms: int = 0  # since when its ten seconds run
    moving: bool = False  # seen on its way into the box
    missing: int = 0  # statuses in a row that do not know it


class Escrow(Ledger[Note]):
    """Turns statuses into facts about notes."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, Note)
        self._limit_ms = limit_ms
        self._bills: Mapping[int, Bill] = {}
        self._last_stacked: int | None = None  # bill type of the note that was credited last
        self._motion = False  # something moved since then
        self._open = False  # the last status was a slot that waits for a note: one may be drawn in between two polls
        self._stacked: int | None = None  # the device's counter as last read
        self._ours_since = 0  # notes credited since then
        self._doubtful = False
        self._unasked: list[int] = []  # types that fell without a note in escrow: ours when the counter says so

    # -- the device's tables and counter

    def use(self, bills: Mapping[int, Bill], stacked: int | None) -> None:
        """Bill types that are money, and the counter at this moment (None: the unit has none)."""
        self._credit_unasked(self._risen(stacked) if stacked is not None else len(self._unasked))
        self._bills, self.most_fen = bills, max((bill.value_fen for bill in bills.values()), default=0)
        self._stacked, self._ours_since = stacked, 0
        self.drawn_in = self._open = False  # what was on its way then has been told as the past

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
                self.uncertain(note)  # no note raises it so far: it jumped, and proves nothing
            elif risen:
                risen -= 1
                self.ours(note)
            elif note.missing < GONE_FOR_SURE:
                self._doubtful = False  # it may still be on its way: the next statuses raise the doubt again
            elif note.moving:
                self.uncertain(note)
            else:
                self.returned(note)
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
            self.uncertain(self.note)

    # -- orders

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
        return RETURN if self.stubborn(now_ms) else None

    def sent(self, request: Request, now_ms: int) -> None:
        if request is not HOLD:
            self.ordered(Order.STACK if request is STACK else Order.RETURN, now_ms)
        elif self.note:
            self.note.hold_ms = now_ms

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
            self.given_up = None
        stuck = (self.drawn_in and code in STUCK) or (self._open and code == State.JAMMED)
        self.drawn_in = code == State.ACCEPTING or (self.drawn_in and code in (State.BUSY, State.PAUSE))
        self._open = code == State.IDLING
        if code == State.ESCROW:
            self._escrow(status.detail, now_ms)
        elif code == State.STACKED:
            self._stacked_event(status.detail, stale)
        elif note is None:
            if code == State.HOLDING:
                self._held(-1, now_ms)  # we never saw it come: no value, back it goes
            elif stuck:
                self.unseen(NoteJammed)
        elif code == State.HOLDING:
            self._seen(note, now_ms)
        elif code in (State.STACKING, State.RETURNING):
            note.in_escrow = False
            note.moving = note.moving or code == State.STACKING
            note.returning = code == State.RETURNING
            note.sign_ms, note.missing = now_ms, 0
        elif code == State.RETURNED:
            self.returned(note)
        elif code in (State.JAMMED, State.BOX_JAMMED):
            self.jammed(note)
        elif code == State.FAILURE:
            self._gone(note, sure=False)
        elif code in GONE:
            note.missing += 1
            if note.missing >= GONE_FOR_SURE:
                self._gone(note, sure=True)

    def restarted(self, position: str, credited: bool, stacked: int | None) -> bool:
        """The device was reset. Settles the note of this life by what the device said then; False when there was none."""
        note = self.note
        if note is None:
            return False
        if credited:
            self.ours(note)
        elif position in ("path", "escrow"):
            self.returned(note)
        elif position == "jam":
            self.jammed(note)
        elif not note.may_be_stacked and position == "none":
            self.returned(note)
        elif self._stacked is not None and stacked is not None:
            note.moving = note.moving or position != "none"
            note.missing, self._doubtful = GONE_FOR_SURE, True
            self.counted(stacked)
        else:
            self.uncertain(note)
        return True

    # -- parts

    def _escrow(self, bill_type: int, now_ms: int) -> None:
        note = self.note
        gone = self._doubtful and note is not None and note.missing > 0
        if note and note.channel == bill_type and not note.moving and not note.returning and not gone:
            self._seen(note, now_ms)
            return
        if note:  # another one lies there, so this one has left it
            if note.may_be_stacked:
                self.uncertain(note)
            else:
                self.returned(note)
        self._held(bill_type, now_ms)

    def _seen(self, note: Note, now_ms: int) -> None:
        note.in_escrow, note.sign_ms, note.missing = True, now_ms, 0
        self._doubtful = False

    def _held(self, bill_type: int, now_ms: int) -> None:
        bill = self._bills.get(bill_type)
        self._motion = True
        self.held(bill_type, bill.value_fen if bill else 0, now_ms)
        if self.note:
            self.note.hold_ms = now_ms
        if bill is None:  # a coupon, or a kind that is no money here
            self._report(NoteRefused("inhibited", f"type {bill_type}"))

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
                note.channel, note.value_fen = bill_type, bill.value_fen
            self.ours(note)

    def _gone(self, note: Note, *, sure: bool) -> None:
        """Nothing of it in the device any more (`sure`), or the device failed with it inside."""
        if note.may_be_stacked:
            note.moving = note.moving or not sure
            note.missing = max(note.missing, GONE_FOR_SURE)
            if self._stacked is None:
                self.uncertain(note)
            else:
                self._doubtful = True
        elif sure:
            self.returned(note)
        else:
            self.uncertain(note)

    def _number_of(self, bill_type: int) -> int:
        """Stacked without having been in escrow: it is the note that was given up, or one nobody saw."""
        note, self.given_up = self.given_up, None
        return note.number if note is not None and note.channel == bill_type else self._take_number()

    def ours(self, note: Note) -> None:
        if note.number:
            self._credit(note.number, note.channel, note.value_fen)
        self._forget(note)

    def _credit(self, number: int, bill_type: int, value_fen: int) -> None:
        self._last_stacked, self._motion = bill_type, False
        self._ours_since += 1
        self.credit(number, value_fen)

    def give_up(self, note: Note) -> None:
        if note.may_be_stacked:
            self.given_up = note if note.number else None

    def end(self, note: Note, fact: Fact) -> None:
        super().end(note, fact)
        self._forget(note)

    def _forget(self, note: Note) -> None:
        self._doubtful = False
        if self.note is note:
            self.note = None
