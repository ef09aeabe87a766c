"""What a host that sees only statuses can say of the note in escrow: one outcome per note, never a guess.

Source: ccnet sheet, sections 4, 6, 8 and 12; reliability notes 3 (rows 1 to 3). No bytes, no waiting: `AcceptorFront` says
what the validator told and when; here that becomes facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteJammed, NoteReturnUncertain
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_book import SURE, Book, Held

RENEW_MS = 7_500
COUNTER_WRAP = 0x10000
WITHOUT_NOTE = frozenset({State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING})
JAMS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE})
SHOWS_NOTE = frozenset({State.ESCROW, State.HOLDING, State.STACKING, State.RETURNING})


class Notes(Book):
    """The book of a unit that counts what it stacked. `values`: bill type -> fen."""

    renew_ms = RENEW_MS

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, limit_ms)
        self.doubtful = False
        self._counter: int | None = None
        self._credits = 0  # since the counter was read
        self._unseen: list[int] = []  # types told as stacked that were never in escrow
        self._last_type: int | None = None  # of the last credit
        self._moved = False  # since then

    # -- the counter

    @property
    def counter(self) -> int | None:
        """As it must stand now, 0..65535; None when the unit has none."""
        return None if self._counter is None else (self._counter + self._credits) % COUNTER_WRAP

    def wants_count(self) -> bool:
        if self._counter is None:
            return False
        return self.doubtful or bool(self._unseen) or (self._credits > 0 and self.held is None)

    def learnt(self, values: Mapping[int, int], counter: int | None) -> None:
        """After each start: table and counter of the unit."""
        self._credit_unseen(len(self._unseen) if counter is None else self._beyond(counter))
        self.values, self._counter, self._credits = values, counter, 0
        self._drawn_in = self._slot_open = False

    def counted(self, counter: int) -> None:
        """What the counter says of a doubt: it rose for the note, or it did not."""
        beyond, held = self._beyond(counter), self.held
        if held is not None and self.doubtful:
            if beyond > 1 + len(self._unseen):
                self._unknown(held)
            elif beyond:
                beyond -= 1
                self._ours(held)
            elif held.missing < SURE:
                self.doubtful = False  # perhaps still on its way
            elif held.stacking:
                self._unknown(held)
            else:
                self._back(held)
        self._credit_unseen(beyond)
        self._counter, self._credits = counter, 0

    def not_counted(self) -> None:
        """Asked in vain: from now on there is no counter, and the unit's word is believed."""
        self._credit_unseen(len(self._unseen))
        self._counter = None
        if self.held is not None and self.doubtful:
            self._unknown(self.held)

    def _beyond(self, counter: int) -> int:
        return (counter - (self._counter or 0) - self._credits) % COUNTER_WRAP

    def _credit_unseen(self, most: int) -> None:
        if self._unseen:
            for bill_type in self._unseen[:most]:
                self._credit(self._number_of(bill_type), bill_type, self.values[bill_type])
            self._unseen.clear()

    # -- news

    def status(self, code: int, detail: int, now_ms: int, stale: bool) -> None:
        """What the unit tells while it works. `stale`: it may be an answer for the second time."""
        held = self.held
        if code in (State.ACCEPTING, State.STACKING, State.ESCROW):
            self._moved = True
        if code == State.ACCEPTING:
            self._given_up = None
        stops = code in JAMS or code == State.FAILURE
        stuck = (self._drawn_in and stops) or (self._slot_open and code == State.JAM_VALIDATOR)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (codes.BUSY, State.PAUSE))
        self._slot_open = code == State.IDLING
        if code == State.ESCROW:
            self._in_escrow(detail, now_ms)
        elif code == codes.STACKED:
            self._stacked(detail, stale)
        elif held is None:
            if code == State.HOLDING:
                self._seen_first(-1, now_ms, "type -1")
            elif stuck:
                self._swallowed(NoteJammed)
        elif code == State.HOLDING:
            self._signed(held, now_ms)
        elif code in (State.STACKING, State.RETURNING):
            held.in_escrow = False
            held.stacking = held.stacking or code == State.STACKING
            held.returning = code == State.RETURNING
            held.sign_ms, held.missing = now_ms, 0
        elif code == codes.RETURNED:
            self._back(held)
        elif code in JAMS:
            self.jammed()
        elif code == State.FAILURE:
            self._vanished(held, sure=False)
        elif code in WITHOUT_NOTE:
            held.missing += 1
            if held.missing >= SURE:
                self._vanished(held, sure=True)

    def restarted(self, position: str, credited: bool, counter: int | None) -> bool:
        """A start settles the note of this life; False when there was none."""
        held = self.held
        if held is None:
            return False
        if credited:
            self._ours(held)
        elif position == "jam":
            self.jammed()
        elif position in ("path", "escrow") or (position == "none" and not held.may_be_ours):
            self._back(held)
        elif self._counter is not None and counter is not None:
            held.stacking = held.stacking or position != "none"
            held.missing, self.doubtful = SURE, True
            self.counted(counter)
        else:
            self._unknown(held)
        return True

    # -- parts

    def _in_escrow(self, bill_type: int, now_ms: int) -> None:
        held = self.held
        if held is not None:
            left = held.stacking or held.returning or (self.doubtful and held.missing > 0)
            if held.kind == bill_type and not left:
                self._signed(held, now_ms)
                return
            if held.may_be_ours:  # another one lies there now
                self._unknown(held)
            else:
                self._back(held)
        self._seen_first(bill_type, now_ms, f"type {bill_type}")

    def _signed(self, held: Held, now_ms: int) -> None:
        held.in_escrow, held.sign_ms, held.missing = True, now_ms, 0
        self.doubtful = False

    def _seen_first(self, kind: int, now_ms: int, why: str) -> None:
        self._moved = True
        super()._seen_first(kind, now_ms, why)

    def _stacked(self, bill_type: int, stale: bool) -> None:
        held, again = self.held, self._last_type == bill_type
        if held is None:
            repeated = self._last_type is not None and not self._moved
            if not repeated and bill_type in self.values:
                self._last_type, self._moved = bill_type, False
                self._unseen.append(bill_type)
                if self._counter is None:
                    self._credit_unseen(1)
        elif again and (not held.may_be_ours or (stale and not held.stacking)):
            held.may_be_ours, self.doubtful = True, self._counter is not None
        else:
            if held.number and bill_type in self.values:
                held.kind, held.value_fen = bill_type, self.values[bill_type]
            self._ours(held)

    def _vanished(self, held: Held, *, sure: bool) -> None:
        if held.may_be_ours:
            held.stacking = held.stacking or not sure
            held.missing = max(held.missing, SURE)
            if self._counter is None:
                self._unknown(held)
            else:
                self.doubtful = True
        elif sure:
            self._back(held)
        else:
            self._ended(held, NoteReturnUncertain(held.number, held.value_fen))

    def _number_of(self, bill_type: int) -> int:
        """Stacked without having been in escrow: it is the note that was given up, or one nobody saw."""
        note, self._given_up = self._given_up, None
        return note.number if note is not None and note.kind == bill_type else self._number()

    def _ours(self, held: Held) -> None:
        if held.number:
            self._credit(held.number, held.kind, held.value_fen)
        self._forgotten(held)

    def _credit(self, number: int, bill_type: int, value_fen: int) -> None:
        self._last_type, self._moved = bill_type, False
        self._credits += 1
        self._booked(number, value_fen)

    def _forgotten(self, held: Held) -> None:
        self.doubtful = False
        super()._forgotten(held)
