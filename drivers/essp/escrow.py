"""The one note that may lie in escrow: what the events mean for it. One outcome per note, never a guess.

Source: essp sheet, sections 6 (HOLD, REJECT), 8, 9 and 12 (trap 1); reliability notes 3 (rows 1 to 3). Knows events, sends
nothing. While a note waits for a decision nothing is polled, since that would accept it. CREDIT says that the note cannot come
back any more; it is ours when it is stacked (decision 1): between the two it may still jam.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drivers.accepting.ledger import RETURNS, Ledger, Note, Order
from drivers.essp.events import Code, Event
from drivers.essp.line import HOLD, POLL, REJECT, Kind, Reply, Request
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteJammed, NoteRefused

QUIET_ANSWERS = 5
FELL = (Code.STACKED, Code.STORED, Code.TICKET_STACKED)
TICKET = -1
"""In place of a channel: what lies in escrow is read as a barcode ticket. It may be a note all the same, so it goes back."""
JAMS = (Code.JAM_IN_REACH, Code.JAM_SAFE)
MOVES = (Code.READ, Code.STACKING, Code.REJECTING, Code.CREDIT)
ACCEPT = POLL
"""The plain one, whatever the news are asked with: of that the sheet says that it accepts (trap 1)."""


class Escrow(Ledger[Note]):
    """Turns events into facts about notes."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, Note)
        self._limit_ms = limit_ms
        self._values: Mapping[int, int] = {}
        self._credit_fen = 0  # what a note that nobody saw in escrow was credited as
        self._passed = False  # the note in escrow was credited
        self._quiet = 0  # answers in a row that said nothing of the note under way

    def use(self, values_fen: Mapping[int, int]) -> None:
        """Channel -> face value in fen of what is money. The unit has just been started: nothing is in its path."""
        self._values, self.most_fen = values_fen, max(values_fen.values(), default=0)
        self.drawn_in = self._passed = False
        self._credit_fen = 0

    @property
    def waiting(self) -> bool:
        """A note lies in escrow: a POLL now would accept it."""
        return self.note is not None and self.note.in_escrow

    @property
    def missed(self) -> bool:
        """Nothing is said of the note under way any more: its end may not have been told, and the counter be asked."""
        return self._quiet >= QUIET_ANSWERS

    # -- orders

    def due(self, now_ms: int) -> Request | None:
        """What to send about a note in escrow; `sent` must follow. HOLD, which keeps it, is to be sent at the pace of polls."""
        note = self.note
        if note is None or not note.in_escrow:
            return None
        if note.order is Order.STACK:
            return ACCEPT
        overdue = self._limit_ms and now_ms - note.seen_ms >= self._limit_ms
        return REJECT if note.order is Order.RETURN or overdue else HOLD

    def sent(self, request: Request, now_ms: int) -> None:
        """ACCEPT or REJECT has been sent while a note was `waiting`."""
        note = self.note
        assert note is not None
        note.in_escrow, self._quiet = False, 0
        self.ordered(Order.STACK if request is ACCEPT else Order.RETURN, now_ms)

    def replied(self, reply: Reply, now_ms: int) -> None:
        """HOLD or REJECT: done, or there is no note in escrow any more; what became of it the next events say."""
        note = self.note
        if note is None or reply.request not in (HOLD, REJECT):
            return
        if reply.kind is Kind.DONE:
            note.sign_ms = now_ms
            note.returning = note.returning or reply.request is REJECT
        elif reply.kind is Kind.REFUSED:
            note.in_escrow = False

    # -- news of the device

    def event(self, event: Event, now_ms: int, new_jam: bool = False) -> None:
        """One event while the device works. `new_jam`: it jams in an open slot, so that it may be a note that nobody saw."""
        code, note = event.code, self.note
        if code == Code.READ:
            self._read(event.channel, now_ms)
        elif code == Code.TICKET:
            self._read(TICKET, now_ms)
        elif code in FELL or code == Code.CLEARED_TO_BOX:
            self._fell(event)
        elif code == Code.CREDIT:
            self._credited(event)
        elif code in (Code.REJECTED, Code.CLEARED_TO_FRONT):
            self.drawn_in, self.given_up = False, None
            if note and self._passed:
                self.uncertain(note)  # it was past recall, they said
            elif note:
                self.returned(note)
        elif code in JAMS:
            self._jam(new_jam)
        elif code == Code.FRAUD:
            self._passed = False  # on a string there is a way back from everywhere
        elif note and code in (Code.STACKING, Code.REJECTING):
            note.in_escrow, note.sign_ms = False, now_ms
            note.returning = code == Code.REJECTING
            note.may_be_stacked = note.may_be_stacked or code == Code.STACKING

    def answered(self, events: Sequence[Event]) -> None:
        """All events of one answer have been heard."""
        under_way = self.note is not None and not self.note.in_escrow
        self._quiet = self._quiet + 1 if under_way and not any(event.code in MOVES for event in events) else 0

    def counted(self, rise: int | None) -> None:
        """The counter of stacked notes went so far since the note under way was ordered away; None: nobody knows. Only that it
        rose by one is believed: it may not have been counted yet."""
        self._quiet = 0
        if rise == 1 and self.note is not None and not self.note.in_escrow:
            self.ours(self.note)

    def restarted(self, position: str, credited: bool, rise: int | None) -> bool:
        """The device was started anew. Settles the note of this life by what was said then and by how far the counter of
        stacked notes went (None: nobody knows); False: there was none."""
        note = self.note
        if note is None:
            return False
        if credited or (note.may_be_stacked and rise == 1):
            self.ours(note)
        elif position == "jam":
            self.jammed(note)
        elif position in ("path", "escrow") or (position == "none" and (not note.may_be_stacked or rise == 0)):
            self.returned(note)
        else:
            self.uncertain(note)
        return True

    def fell_meanwhile(self, channel: int) -> None:
        """In this life, while the device started anew, it says that a note fell: one that was given up, or one nobody saw."""
        value_fen = self._values.get(channel, 0)
        self.drawn_in = False
        if self.given_up is not None:
            self.ours(self.given_up)
        elif value_fen:
            self.ours_unseen(value_fen)
        else:
            self.unseen(NoteJammed)

    def jammed(self, note: Note) -> None:
        """What jammed may still be told as stacked."""
        super().jammed(note)
        self.give_up(note)

    # -- parts

    def _read(self, channel: int, now_ms: int) -> None:
        note = self.note
        if note and channel == note.channel and not self._passed and not note.returning:
            note.sign_ms = now_ms  # said again: it is still there
            note.in_escrow = note.sent_ms is None or note.order is Order.RETURN
            return
        if note and note.returning and channel == note.channel:
            if note.returns < RETURNS:
                note.in_escrow, note.returning = True, False  # the order was not followed: once more
            return
        if note:  # another one, so this one has left
            self._left(note)
        self._passed, self._credit_fen, self.given_up = False, 0, None
        self.drawn_in = not channel
        if channel:
            self.held(channel, self._values.get(channel, 0), now_ms)
            if channel not in self._values:
                self._report(NoteRefused("inhibited", "ticket" if channel == TICKET else f"channel {channel}"))

    def _left(self, note: Note) -> None:
        """Nothing of it in the path any more, and nobody said where it went."""
        if self._passed:
            self.ours(note)
        elif note.may_be_stacked:
            self.uncertain(note)
        else:
            self.returned(note)

    def _credited(self, event: Event) -> None:
        """Past recall. Of a note that is said to be another kind than was read nobody knows what it is."""
        note = self.note
        if note is None:
            self._credit_fen = self._values.get(event.channel, 0) if self.drawn_in else 0
        elif event.channel in (0, note.channel):
            note.in_escrow, note.may_be_stacked, note.returning = False, True, False
            self._passed = True
        else:
            note.may_be_stacked = True
            self.uncertain(note)

    def _fell(self, event: Event) -> None:
        """Into the box (or the store): the note in escrow, one that was given up, or one that nobody saw there. Of a note that
        waits for a decision it is not believed."""
        note, lost = self.note, self.given_up
        value_fen = self._values.get(event.channel, 0) or self._credit_fen
        if note is not None:
            if note.may_be_stacked or event.code == Code.CLEARED_TO_BOX:
                self.ours(note)
        elif self.drawn_in and value_fen:
            self.ours_unseen(value_fen)
        elif self.drawn_in:
            self.unseen(NoteJammed)  # inside, and nobody knows which it is
        elif lost is not None:
            self.ours(lost)
        self.drawn_in, self._passed, self._credit_fen = False, False, 0

    def _jam(self, new: bool) -> None:
        if self.note:
            self.jammed(self.note)
        elif self.drawn_in or new:
            self.unseen(NoteJammed)
        self.drawn_in = False
