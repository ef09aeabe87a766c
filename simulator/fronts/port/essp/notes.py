"""What the events of an eSSP unit mean for the note in escrow: one outcome per note, never a guess.

Source: essp sheet, sections 6 (HOLD, REJECT), 8, 9 and 12 (trap 1); reliability notes 3 (rows 1 to 3). While a note waits
nothing is polled, since that would accept it. A credit says that it cannot come back; it is ours when it is stacked (decision 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteJammed
from simulator.devices.essp.codes import Event
from simulator.fronts.port.acceptor_book import MOST_RETURNS, Book, Held, Wish
from simulator.fronts.port.essp.line import HOLD, REJECT, Kind, Reply
from simulator.fronts.port.essp.told import Word

RENEW_MS = 5_000
QUIET_ANSWERS = 5
TICKET = -1
"""In place of a channel. It may be a note all the same, so it goes back."""
FELL = (Event.STACKED, Event.TICKET_STACKED, Event.INTO_BOX)
JAMS = (Event.JAM_IN_REACH, Event.JAM_SAFE)
MOVES = (Event.READ, Event.STACKING, Event.REJECTING, Event.CREDIT)


class Notes(Book):
    """`values`: channel -> fen. `drawn_in`: something is in the path that was not recognised yet."""

    renew_ms = RENEW_MS

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, limit_ms)
        self._credit_fen = 0  # of a note that nobody saw in escrow
        self._passed = False  # the note in escrow was credited
        self._quiet = 0  # answers in a row that said nothing of the note under way

    def learnt(self, values: Mapping[int, int]) -> None:
        """The unit works; nothing is in its path."""
        self.values = values
        self._drawn_in = self._passed = False
        self._credit_fen = 0

    @property
    def drawn_in(self) -> bool:
        return self._drawn_in

    @property
    def waiting(self) -> bool:
        """A note lies in escrow: a POLL now would accept it."""
        return self.held is not None and self.held.in_escrow

    @property
    def missed(self) -> bool:
        """Nothing is said of the note under way any more: its end may not have been told."""
        return self._quiet >= QUIET_ANSWERS

    def wish(self, now_ms: int) -> Wish:
        held = self.held
        if held is None or not held.in_escrow:
            return Wish.NONE
        return held.wish if held.wish is not Wish.NONE or self.patient(now_ms) else Wish.RETURN

    def _patience_ms(self, held: Held) -> list[int]:
        expires_ms = [held.seen_ms + self._limit_ms] if self._limit_ms else []
        return [*super()._patience_ms(held), *expires_ms]

    def leaves(self, wish: Wish, now_ms: int) -> None:
        """It was ordered away."""
        assert self.held is not None
        self.held.in_escrow, self._quiet = False, 0
        self.ordered(wish, True, now_ms)

    def replied(self, reply: Reply, now_ms: int) -> None:
        """HOLD or REJECT: done, or there is no note in escrow any more."""
        held = self.held
        if held is None or reply.ask not in (HOLD, REJECT):
            return
        if reply.kind is Kind.DONE:
            held.sign_ms = now_ms
            held.returning = held.returning or reply.ask is REJECT
        elif reply.kind is Kind.REFUSED:
            held.in_escrow = False

    # -- news

    def event(self, word: Word, now_ms: int, new_jam: bool = False) -> None:
        """While the unit works. `new_jam`: in an open slot, so that it may be a note that nobody saw."""
        code, held = word.code, self.held
        if code == Event.READ:
            self._read(word.channel, now_ms)
        elif code == Event.TICKET_VALID:
            self._read(TICKET, now_ms)
        elif code in FELL:
            self._fell(word)
        elif code == Event.CREDIT:
            self._credited(word.channel)
        elif code in (Event.REJECTED, Event.GIVEN_BACK):
            self._drawn_in, self._given_up = False, None
            if held is not None and self._passed:
                self._unknown(held)  # it was past recall, they said
            elif held is not None:
                self._back(held)
        elif code in JAMS:
            self._jam(new_jam)
        elif code == Event.FRAUD:
            self._passed = False  # on a string there is a way back from everywhere
        elif held is not None and code in (Event.STACKING, Event.REJECTING):
            held.in_escrow, held.sign_ms = False, now_ms
            held.returning = code == Event.REJECTING
            held.may_be_ours = held.may_be_ours or code == Event.STACKING

    def answered(self, words: Sequence[Word]) -> None:
        """All events of one answer have been heard."""
        under_way = self.held is not None and not self.held.in_escrow
        self._quiet = self._quiet + 1 if under_way and not any(word.code in MOVES for word in words) else 0

    def counted(self, rise: int | None) -> None:
        """By how much the counter rose since the note under way was ordered away. Only a rise by one is believed."""
        self._quiet = 0
        if rise == 1 and self.held is not None and not self.held.in_escrow:
            self._ours(self.held)

    def restarted(self, position: str, credited: bool, rise: int | None) -> bool:
        """A start settles the note of this life; False when there was none."""
        held = self.held
        if held is None:
            return False
        if credited or (held.may_be_ours and rise == 1):
            self._ours(held)
        elif position == "jam":
            self.jammed()
        elif position in ("path", "escrow") or (position == "none" and (not held.may_be_ours or rise == 0)):
            self._back(held)
        else:
            self._unknown(held)
        return True

    def fell_meanwhile(self, channel: int) -> None:
        """While it started anew it says that a note fell: one that was given up, or one nobody saw."""
        value_fen, lost = self.values.get(channel, 0), self._given_up
        self._drawn_in = False
        if lost is not None:
            self._ours(lost)
        elif value_fen:
            self._booked(self._number(), value_fen)
        else:
            self._swallowed(NoteJammed)

    # -- parts

    def _read(self, channel: int, now_ms: int) -> None:
        held = self.held
        same = held is not None and channel == held.kind
        if held is not None and same and not self._passed and not held.returning:
            held.sign_ms = now_ms
            held.in_escrow = held.sent_ms is None or held.wish is Wish.RETURN
            return
        if held is not None and same and held.returning:
            if held.returns < MOST_RETURNS:
                held.in_escrow, held.returning = True, False  # the order was not followed: once more
            return
        if held is not None:  # another one, so this one has left
            self._left(held)
        self._passed, self._credit_fen, self._given_up = False, 0, None
        self._drawn_in = not channel
        if channel:
            self._seen_first(channel, now_ms, "ticket" if channel == TICKET else f"channel {channel}")

    def _left(self, held: Held) -> None:
        """Nothing of it in the path any more, and nobody said where it went."""
        if self._passed:
            self._ours(held)
        elif held.may_be_ours:
            self._unknown(held)
        else:
            self._back(held)

    def _credited(self, channel: int) -> None:
        """Past recall. Of a note that is said to be another kind than was read nobody knows what it is."""
        held = self.held
        if held is None:
            self._credit_fen = self.values.get(channel, 0) if self._drawn_in else 0
        elif channel in (0, held.kind):
            held.in_escrow, held.may_be_ours, held.returning = False, True, False
            self._passed = True
        else:
            held.may_be_ours = True
            self._unknown(held)

    def _fell(self, word: Word) -> None:
        """Into the box: the note in escrow, one that was given up, or one that nobody saw there."""
        held, lost = self.held, self._given_up
        value_fen = self.values.get(word.channel, 0) or self._credit_fen
        if held is not None:
            if held.may_be_ours or word.code == Event.INTO_BOX:
                self._ours(held)
        elif self._drawn_in and value_fen:
            self._booked(self._number(), value_fen)
        elif self._drawn_in:
            self._swallowed(NoteJammed)
        elif lost is not None:
            self._ours(lost)
        self._drawn_in, self._passed, self._credit_fen = False, False, 0

    def _jam(self, new: bool) -> None:
        if self.held is not None:
            self.jammed()
        elif self._drawn_in or new:
            self._swallowed(NoteJammed)
        self._drawn_in = False

    def jammed(self) -> None:
        """What jammed may still be told as stacked."""
        held = self.held
        super().jammed()
        if held is not None:
            self._given_up = held

    def _unknown(self, held: Held) -> None:
        super()._unknown(held)
        self._given_up = held

    def _ours(self, held: Held) -> None:
        self._given_up = None
        if held.number:
            self._booked(held.number, held.value_fen)
        self.held = None
