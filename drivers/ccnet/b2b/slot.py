"""The one note at the slot of a Bill-to-Bill unit: from ESCROW to where it came to rest. One outcome per note, never a guess.

Source: ccnet sheet, sections 4 (ACK rules), 9.2, 9.3, 10, 12; decision 1. The unit says STACKED and RETURNED until they are
acknowledged, so a note whose end was not said has not come to its end; an event twice in a row is one event. A cassette may be
pulled out at any time, and the unit does not say so: before STACK it is asked once more, while the note still is in ESCROW.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.accepting.ledger import GONE_FOR_SURE, OUTCOME_MS, Ledger, Order
from drivers.accepting.ledger import Note as AnyNote
from drivers.ccnet.b2b.codec import DROP_CASSETTE, Cassette, Cut, parse_cassettes
from drivers.ccnet.b2b.requests import CASSETTES
from drivers.ccnet.b2b.unit import ESCROW_PLACE, Past, Unit
from drivers.ccnet.codec import State, Status
from drivers.ccnet.line import HOLD, RETURN, STACK, Kind, Reply, Request
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_acceptor import (
    NoteDeposited,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturnUncertain,
)

HOLD_EVERY_MS = 7_500  # given back 10 s after the last word
LOOKS = 3  # questions before STACK; a unit that does not answer them gets no STACK
GONE = (State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING)
JAMS = (State.JAMMED, State.BOX_JAMMED)


@dataclass(slots=True)
class Note(AnyNote):
    """`channel` is the bill type."""

    hold_ms: int = 0  # since when its ten seconds run
    missing: int = 0
    asked: bool = False  # the counts of the cassettes are asked where it went
    looks: int = 0
    still_goes: bool = False  # where it was said to go when it came, by the cassettes that are there now


class Slot(Ledger[Note]):
    """Turns statuses into facts about notes."""

    def __init__(self, report: Report, unit: Unit, first_note: int) -> None:
        super().__init__(report, first_note, Note)
        self._unit = unit
        self._before = Status(0)
        self._packing = False  # a note went past escrow since the last one came to its end

    # -- orders

    def due(self, now_ms: int) -> Request | None:
        """What to send about the note now; `sent` must follow."""
        note = self.note
        if note and note.missing >= GONE_FOR_SURE and not note.asked:
            return CASSETTES
        if note is None or not note.in_escrow:
            return None
        if note.order is Order.NONE:
            return HOLD if now_ms - note.hold_ms >= HOLD_EVERY_MS else None
        if note.sent_ms is None and note.order is Order.STACK and not note.still_goes:
            return CASSETTES
        if note.sent_ms is None:
            return STACK if note.order is Order.STACK else RETURN
        return RETURN if self.stubborn(now_ms) else None

    def sent(self, request: Request, now_ms: int) -> None:
        note = self.note
        if note is None:
            return
        if request is HOLD:
            note.hold_ms = now_ms
        elif request is CASSETTES:
            note.asked = note.missing >= GONE_FOR_SURE
        else:
            self.ordered(Order.STACK if request is STACK else Order.RETURN, now_ms)

    def replied(self, reply: Reply) -> None:
        """REFUSED is certain, SILENT is not; in both cases the next statuses tell."""
        if self.note and reply.request is CASSETTES:
            cassettes = parse_cassettes(reply.payload) if reply.kind is Kind.DATA else None
            (self._counted if self.note.asked else self._looked)(self.note, cassettes)
        elif self.note and reply.request is STACK and reply.kind is Kind.REFUSED:
            self.note.may_be_stacked = False

    # -- news of the unit

    def status(self, status: Status, now_ms: int) -> None:
        """A status while the unit works and no bundle is under way."""
        before, self._before = self._before, status
        code, note = status.code, self.note
        stuck = self.drawn_in and code in (*JAMS, State.FAILURE)
        self.drawn_in = code == State.ACCEPTING or (self.drawn_in and code in (State.BUSY, State.PAUSE))
        self._packing = self._packing or code == State.STACKING
        if code == State.ESCROW:
            self._seen_in_escrow(status.detail, now_ms)
        elif code == State.STACKED:
            if status != before:
                self._stacked(status.detail, status.more[1] if len(status.more) > 1 else DROP_CASSETTE)
        elif note is None:
            if code == State.HOLDING:
                self._held(-1, now_ms)  # we never saw it come: no value, back it goes
            elif stuck:
                self.unseen(NoteJammed)
        elif code == State.RETURNED:
            self.returned(note)
        else:
            self._on_its_way(note, status, now_ms)

    def _on_its_way(self, note: Note, status: Status, now_ms: int) -> None:
        if status.code == State.HOLDING:
            note.in_escrow, note.sign_ms, note.missing = True, now_ms, 0
        elif status.code in (State.STACKING, State.RETURNING):
            note.in_escrow, note.sign_ms, note.missing = False, now_ms, 0
        elif status.code in JAMS:
            self.jammed(note)
        elif status.code == State.FAILURE:
            self.uncertain(note)
        elif status.code in GONE:
            note.missing += 1
            if note.missing >= GONE_FOR_SURE and not note.may_be_stacked:  # and its end was never said
                self.uncertain(note)

    def _looked(self, note: Note, cassettes: Mapping[int, Cassette] | None) -> None:
        """What is fitted now, before STACK. A note that would lie elsewhere than `deposit_fen` said goes back."""
        note.looks += 1
        if cassettes is not None:
            before = self._unit.goes_back(note.channel)
            self._unit.cassettes = dict(cassettes)
            note.still_goes = before is not None and self._unit.goes_back(note.channel) is before
        if note.sent_ms is None and not note.still_goes and (cassettes is not None or note.looks >= LOOKS):
            note.order = Order.RETURN

    def _counted(self, note: Note, cassettes: Mapping[int, Cassette] | None) -> None:
        """Its end was never said: a cassette that holds one note more than before has it; the box cannot be asked."""
        before = self._unit.cassettes
        more = {n: now.notes - before[n].notes for n, now in (cassettes or {}).items() if n in before}
        risen = [number for number, count in more.items() if count]
        if len(risen) == 1 and more[risen[0]] == 1:
            self._unit.packed(note.channel, risen[0])
            self._tell_place(note, note.channel, risen[0])
        else:
            self.uncertain(note)

    def late(self, now_ms: int) -> None:
        """Give up on a note that showed no sign for 30 s."""
        note = self.note
        if note and now_ms - max(note.sign_ms, note.sent_ms or 0) >= OUTCOME_MS:
            self.uncertain(note)

    def restarted(self, past: Past, grown: bool) -> bool:
        """The unit was started anew. Settles the note of this life by what it said; False when there was none.

        `grown`: the escrow cassette holds one note more than before, of this note's type.
        """
        self._before, self.drawn_in = Status(0), False
        note = self.note
        if note is None:
            return False
        word = next((word for word in past.packed if word[0] == note.channel), None)
        nothing_cut = past.recovery is not None and past.recovery.cut is Cut.NOTHING
        if word:
            past.packed.remove(word)
            self._tell_place(note, *word)
        elif grown:
            self._tell_place(note, note.channel, self._unit.fitting.escrow)
        elif past.position == "jam":
            self.jammed(note)
        elif past.returned or not note.may_be_stacked or (nothing_cut and past.position in ("none", "path", "escrow")):
            self.returned(note)
        else:
            self.uncertain(note)
        return True

    # -- parts

    def _seen_in_escrow(self, bill_type: int, now_ms: int) -> None:
        note = self.note
        if note and note.channel == bill_type and note.in_escrow:
            note.sign_ms, note.missing = now_ms, 0
            return
        if note:  # another one lies there, so this one has left it
            self.uncertain(note)
        self._held(bill_type, now_ms)

    def _held(self, bill_type: int, now_ms: int) -> None:
        bill = self._unit.bills.get(bill_type)
        self.held(bill_type, bill.value_fen if bill else 0, now_ms)
        if self.note:
            self.note.hold_ms = now_ms
        if bill is None:  # a coupon, or a kind that is no money here
            self._report(NoteRefused("inhibited", f"type {bill_type}"))

    def _stacked(self, bill_type: int, destination: int) -> None:
        note = self.note
        if note is None or not note.number:
            value_fen = self._unit.value_fen(bill_type)
            if not value_fen or not self._packing:  # no money, or nothing was packed
                self.note = None
                return
            note = Note(self._take_number(), value_fen, bill_type, 0, 0)  # stacked without asking
        elif not note.may_be_stacked:  # nobody told it to: the next statuses and the counts tell
            note.may_be_stacked = True
            return
        self._unit.packed(bill_type, destination)
        self._tell_place(note, bill_type, destination)

    def _tell_place(self, note: Note, bill_type: int, destination: int) -> None:
        value_fen, place = self._unit.value_fen(bill_type) or note.value_fen, self._unit.place(destination)
        if place == ESCROW_PLACE:
            self.end(note, NoteDeposited(note.number, value_fen))
        elif place == DROP_CASSETTE:
            self.end(note, NoteOurs(note.number, value_fen))
        else:
            self.end(note, NoteRecycled(note.number, value_fen, place))

    def unseen(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        self._packing = False
        self.most_fen = max((bill.value_fen for bill in self._unit.bills.values()), default=0)
        super().unseen(outcome, value_fen)

    def end(self, note: Note, fact: Fact) -> None:
        super().end(note, fact)
        if note.number and isinstance(fact, NoteDeposited):
            self._unit.remember(note.number, note.channel)
        self._packing = False
