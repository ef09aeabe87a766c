"""What a host that sees only statuses can say of the note in escrow: one outcome per note, never a guess.

Source: ccnet sheet, sections 4, 6, 8 and 12; reliability notes 3 (rows 1 to 3). No bytes, no waiting: `AcceptorFront` says
what the validator told and when; here that becomes facts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

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
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import HOLD, RETURN, STACK

RENEW_MS = 7_500
OUTCOME_MS = 30_000
STUBBORN_MS = 1_500
MOST_RETURNS = 3
SURE = 2  # statuses in a row without the note
COUNTER_WRAP = 0x10000
WITHOUT_NOTE = frozenset({State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING})
JAMS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE})
SHOWS_NOTE = frozenset({State.ESCROW, State.HOLDING, State.STACKING, State.RETURNING})

UNDECIDED = 0
"""A wish about a note is the command that carries it out: STACK, RETURN, or not yet one."""


@dataclass(slots=True)
class Held:
    """The note that is (or was) in escrow. `sign_ms`: when a status showed it last; `sent_ms`: its order, None before."""

    number: int  # 0: no money here, only to be given back
    bill_type: int
    value_fen: int
    seen_ms: int
    sign_ms: int
    renewed_ms: int
    wish: int = UNDECIDED
    sent_ms: int | None = None
    in_escrow: bool = True
    stacking: bool = False
    returning: bool = False
    may_be_ours: bool = False
    missing: int = 0
    returns: int = 0


class Notes:
    """Numbers begin at `first_note`. `limit_ms`: longest decision, 0 = none. `values`: bill type -> fen, of our money."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        self.held: Held | None = None
        self.values: Mapping[int, int] = {}
        self.past_value_fen: int | None = None  # of a note that an earlier life left inside
        self.doubtful = False
        self._report = report
        self._first = self._next = first_note
        self._limit_ms = limit_ms
        self._settled: deque[int] = deque(maxlen=8)
        self._counter: int | None = None
        self._credits = 0  # since the counter was read
        self._unseen: list[int] = []  # types told as stacked that were never in escrow
        self._given_up: Held | None = None  # told as unknown; nothing was drawn in since
        self._last_type: int | None = None  # of the last credit
        self._moved = False  # since then
        self._drawn_in = self._slot_open = False

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
                self._ended(held, NoteReturned(held.number, held.value_fen))
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

    # -- orders

    def order(self, number: int, wish: int) -> None:
        held = self.held
        if held is not None and held.number == number:
            if held.sent_ms is None:
                held.wish = wish
        elif number in self._settled:
            return
        elif wish == STACK:
            self._report(NoteUncertain(number, 0))
        elif number < self._first and self.past_value_fen is not None:
            self._report(NoteReturned(number, self.past_value_fen))
        else:
            self._report(NoteReturnUncertain(number, 0))

    def due(self, now_ms: int) -> int:
        """The command to send now: STACK, RETURN, HOLD; 0 for none. `sent` follows."""
        held = self.held
        if held is None or not held.in_escrow:
            return 0
        if held.wish == UNDECIDED:
            patient = not self._limit_ms or now_ms - held.seen_ms < self._limit_ms
            return HOLD if patient and now_ms - held.renewed_ms >= RENEW_MS else 0
        if held.sent_ms is None:
            return held.wish
        stubborn = now_ms - held.sent_ms >= STUBBORN_MS and held.sign_ms > held.sent_ms
        return RETURN if stubborn and held.returns < MOST_RETURNS else 0

    def wake_ms(self) -> int | None:
        """When `due` or `late` may have something to say."""
        held = self.held
        if held is None:
            return None
        late_ms = self._since_ms(held) + OUTCOME_MS
        if not held.in_escrow:
            return late_ms
        if held.wish == UNDECIDED:
            expired = self._limit_ms and held.renewed_ms + RENEW_MS - held.seen_ms >= self._limit_ms
            return late_ms if expired else min(late_ms, held.renewed_ms + RENEW_MS)
        if held.sent_ms is None or held.returns >= MOST_RETURNS:
            return late_ms
        return min(late_ms, held.sent_ms + STUBBORN_MS)

    def sent(self, command: int, obeyed: bool, now_ms: int) -> None:
        """`obeyed` False: the unit said for certain that it did not."""
        held = self.held
        if held is None:
            return
        if command == HOLD:
            held.renewed_ms = now_ms
            return
        held.sent_ms = now_ms
        if command == STACK:
            held.may_be_ours = obeyed
        else:
            held.wish = RETURN
            held.returns += 1

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
                self._seen_first(-1, now_ms)
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
            self._ended(held, NoteReturned(held.number, held.value_fen))
        elif code in JAMS:
            self.jammed()
        elif code == State.FAILURE:
            self._vanished(held, sure=False)
        elif code in WITHOUT_NOTE:
            held.missing += 1
            if held.missing >= SURE:
                self._vanished(held, sure=True)

    def silent(self) -> None:
        """Nobody answers any more: what was being drawn in may come back, and nobody sees it."""
        if self._drawn_in and self.held is None:
            self._swallowed(NoteReturnUncertain)

    def late(self, now_ms: int) -> None:
        held = self.held
        if held is not None and now_ms - self._since_ms(held) >= OUTCOME_MS:
            self._unknown(held)

    def _since_ms(self, held: Held) -> int:
        return held.sign_ms if held.sent_ms is None or held.returning else held.sent_ms

    def jammed(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteJammed if held.may_be_ours else NoteReturnUncertain
            self._ended(held, outcome(held.number, held.value_fen))

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
            self._ended(held, NoteReturned(held.number, held.value_fen))
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
            if held.bill_type == bill_type and not left:
                self._signed(held, now_ms)
                return
            if held.may_be_ours:  # another one lies there now
                self._unknown(held)
            else:
                self._ended(held, NoteReturned(held.number, held.value_fen))
        self._seen_first(bill_type, now_ms)

    def _signed(self, held: Held, now_ms: int) -> None:
        held.in_escrow, held.sign_ms, held.missing = True, now_ms, 0
        self.doubtful = False

    def _seen_first(self, bill_type: int, now_ms: int) -> None:
        self._moved, self._given_up = True, None
        value_fen = self.values.get(bill_type)
        if value_fen is None:
            self.held = Held(0, bill_type, 0, now_ms, now_ms, now_ms, RETURN)
            self._report(NoteRefused("inhibited", f"type {bill_type}"))
            return
        number = self._number()
        self.held = Held(number, bill_type, value_fen, now_ms, now_ms, now_ms)
        self._report(NoteHeld(number, value_fen))

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
                held.bill_type, held.value_fen = bill_type, self.values[bill_type]
            self._ours(held)

    def _vanished(self, held: Held, *, sure: bool) -> None:
        if held.may_be_ours:
            held.stacking = held.stacking or not sure
            held.missing = max(held.missing, SURE)
            if self._counter is None:
                self._unknown(held)
            else:
                self.doubtful = True
        else:
            outcome = NoteReturned if sure else NoteReturnUncertain
            self._ended(held, outcome(held.number, held.value_fen))

    def _swallowed(self, outcome: type[NoteJammed] | type[NoteReturnUncertain]) -> None:
        """Never recognised: worth the largest note at most."""
        self._drawn_in = False
        number = self._number()
        self._settled.append(number)
        self._report(outcome(number, max(self.values.values(), default=0)))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _number_of(self, bill_type: int) -> int:
        """Stacked without having been in escrow: it is the note that was given up, or one nobody saw."""
        note, self._given_up = self._given_up, None
        return note.number if note is not None and note.bill_type == bill_type else self._number()

    def _ours(self, held: Held) -> None:
        if held.number:
            self._credit(held.number, held.bill_type, held.value_fen)
        self._forgotten(held)

    def _credit(self, number: int, bill_type: int, value_fen: int) -> None:
        self._last_type, self._moved = bill_type, False
        self._credits += 1
        self._settled.append(number)
        self._report(NoteOurs(number, value_fen))

    def _unknown(self, held: Held) -> None:
        outcome = NoteUncertain if held.may_be_ours else NoteReturnUncertain
        self._given_up = held if held.may_be_ours and held.number else None
        self._ended(held, outcome(held.number, held.value_fen))

    def _ended(self, held: Held, fact: NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain) -> None:
        if held.number:
            self._settled.append(held.number)
            self._report(fact)
        self._forgotten(held)

    def _forgotten(self, held: Held) -> None:
        self.doubtful = False
        if self.held is held:
            self.held = None
