"""The one note at the slot, as a host that sees only statuses can tell it: from escrow to where it came to rest.

Source: ccnet sheet, sections 9.3, 10, 12. STACKED and RETURNED are told until they are acknowledged, so a note that vanished
without either is uncertain, never guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import HOLD, RETURN, STACK
from simulator.fronts.port.bill_to_bill.line import CASSETTES
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.unit import IN_BOX, IN_ESCROW, Unit

RENEW_MS = 7_500
OUTCOME_MS = 30_000
STUBBORN_MS = 1_500
MOST_RETURNS = 3
SURE = 2  # statuses in a row without the note
WITHOUT_NOTE = frozenset({State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING})
JAMS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE})
UNDECIDED = 0
"""A wish about a note is the command that carries it out, or not yet one."""

Outcome = (
    NoteDeposited | NoteOurs | NoteRecycled | NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain
)  # fmt: skip


@dataclass(slots=True)
class Held:
    """`sign_ms`: when a status showed it last; `sent_ms`: its order, None before. `number` 0: no money here."""

    number: int
    kind: int
    value_fen: int
    sign_ms: int
    renewed_ms: int
    wish: int = UNDECIDED
    sent_ms: int | None = None
    in_escrow: bool = True
    may_be_stacked: bool = False
    missing: int = 0
    returns: int = 0
    counted: bool = False


class Slot:
    """Numbers begin at `first_note`. `past_value_fen`: of a note that an earlier life left inside and a reset gave back."""

    def __init__(self, report: Report, unit: Unit, first_note: int) -> None:
        self._report, self._unit = report, unit
        self._first = self._next = first_note
        self._settled: deque[int] = deque(maxlen=8)
        self._last = b""
        self._drawn_in = False
        self._packing = False  # a note went past escrow since the last one came to its end
        self.past_value_fen: int | None = None
        self.held: Held | None = None

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
        """STACK, RETURN, HOLD or CASSETTES, to be sent now; 0 for none. `sent` follows."""
        held = self.held
        if held is not None and held.missing >= SURE and not held.counted:
            return CASSETTES
        if held is None or not held.in_escrow:
            return 0
        if held.wish == UNDECIDED:
            return HOLD if now_ms - held.renewed_ms >= RENEW_MS else 0
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
        if held.missing >= SURE and not held.counted:
            return 0
        if not held.in_escrow:
            return late_ms
        if held.wish == UNDECIDED:
            return min(late_ms, held.renewed_ms + RENEW_MS)
        if held.sent_ms is None or held.returns >= MOST_RETURNS:
            return late_ms
        return min(late_ms, held.sent_ms + STUBBORN_MS)

    def sent(self, command: int, refused: bool, now_ms: int) -> None:
        """`refused`: the unit said for certain that it did not."""
        held = self.held
        if held is None:
            return
        if command == CASSETTES:
            held.counted = True
            return
        if command == HOLD:
            held.renewed_ms = now_ms
            return
        held.sent_ms = now_ms
        if command == STACK:
            held.may_be_stacked = not refused
        else:
            held.wish = RETURN
            held.returns += 1

    @property
    def restless(self) -> bool:
        """The next status may settle something, though nothing moves."""
        held = self.held
        return held is not None and (held.missing > 0 or (held.sent_ms is not None and held.in_escrow))

    # -- news

    def status(self, status: bytes, now_ms: int) -> None:
        """What the unit tells while it works and no bundle is under way."""
        again, self._last = status == self._last, status
        code, held = status[0], self.held
        stuck = self._drawn_in and (code in JAMS or code == State.FAILURE)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (codes.BUSY, State.PAUSE))
        self._packing = self._packing or code == State.STACKING
        if code == State.ESCROW:
            self._in_escrow(status[1], now_ms)
        elif code == codes.STACKED:
            if not again:
                self._stacked(status[1], status[2])
        elif held is None:
            if code == State.HOLDING:
                self._first_seen(-1, now_ms)
            elif stuck:
                self._swallowed(NoteJammed)
        elif code == State.HOLDING:
            held.in_escrow, held.sign_ms, held.missing = True, now_ms, 0
        elif code in (State.STACKING, State.RETURNING):
            held.in_escrow, held.sign_ms, held.missing = False, now_ms, 0
        elif code == codes.RETURNED:
            self._ended(NoteReturned(held.number, held.value_fen))
        elif code in JAMS:
            self.jammed()
        elif code == State.FAILURE:
            self._uncertain()
        elif code in WITHOUT_NOTE:
            held.missing += 1
            if held.missing >= SURE and not held.may_be_stacked:
                self._uncertain()

    def counted(self, risen: Mapping[int, int] | None) -> None:
        """A note vanished and nothing was told: the cassette that holds one more has it; the box cannot be asked.

        `risen`: cassette -> change of its count; None when they were not told.
        """
        held, moved = self.held, {number: more for number, more in (risen or {}).items() if more}
        if held is None:
            return
        if list(moved.values()) == [1]:
            destination = next(iter(moved))
            self._unit.laid(held.kind, destination)
            self._rests(held.number, held.kind, destination)
        else:
            self._uncertain()

    def seen_again(self, now_ms: int) -> None:
        """Nobody asked, because the status would have been the same."""
        if self.held is not None:
            self.held.sign_ms = now_ms

    def silent(self) -> None:
        """Nobody answers: what was being drawn in may come back, and nobody sees it."""
        if self._drawn_in and self.held is None:
            self._swallowed(NoteReturnUncertain)

    def late(self, now_ms: int) -> None:
        if self.held is not None and now_ms - self._since_ms(self.held) >= OUTCOME_MS:
            self._uncertain()

    def jammed(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteJammed if held.may_be_stacked else NoteReturnUncertain
            self._ended(outcome(held.number, held.value_fen))

    def restarted(self, past: Past, grown: bool) -> bool:
        """A start settles the note of this life; False when there was none. `grown`: the escrow holds one more of its kind."""
        self._last, self._drawn_in, held = b"", False, self.held
        if held is None:
            return False
        told = next((word for word in past.packed if word[0] == held.kind), None)
        if told is not None:
            past.packed.remove(told)
            self._rests(held.number, told[0], told[1])
        elif grown:
            self._rests(held.number, held.kind, self._unit.escrow)
        elif past.position == "jam":
            self.jammed()
        elif self._went_back(held, past):
            self._ended(NoteReturned(held.number, held.value_fen))
        else:
            self._uncertain()
        return True

    # -- parts

    def _went_back(self, held: Held, past: Past) -> bool:
        untouched = past.cut == "nothing" and past.position in ("none", "path", "escrow")
        return past.returned or not held.may_be_stacked or untouched

    def _since_ms(self, held: Held) -> int:
        return max(held.sign_ms, held.sent_ms or 0)

    def _in_escrow(self, kind: int, now_ms: int) -> None:
        held = self.held
        if held is not None and held.kind == kind and held.in_escrow:
            held.sign_ms, held.missing = now_ms, 0
            return
        if held is not None:
            self._uncertain()
        self._first_seen(kind, now_ms)

    def _first_seen(self, kind: int, now_ms: int) -> None:
        value_fen = self._unit.values.get(kind)
        if value_fen is None:
            self.held = Held(0, kind, 0, now_ms, now_ms, RETURN)
            self._report(NoteRefused("inhibited", f"type {kind}"))
            return
        number = self._number()
        self.held = Held(number, kind, value_fen, now_ms, now_ms)
        self._report(NoteHeld(number, value_fen))

    def _stacked(self, kind: int, destination: int) -> None:
        held = self.held
        if held is None or not held.number:  # without asking: believed when something was packed
            self.held = None
            if not self._unit.value_fen(kind) or not self._packing:
                return
            number = self._number()
        elif not held.may_be_stacked:  # nobody ordered it: the next statuses and the counts tell
            held.may_be_stacked = True
            return
        else:
            number = held.number
        self._unit.laid(kind, destination)
        self._rests(number, kind, destination)

    def _rests(self, number: int, kind: int, destination: int) -> None:
        held = self.held
        value_fen = self._unit.value_fen(kind) or (held.value_fen if held is not None else 0)
        place = self._unit.place(destination)
        if place == IN_ESCROW:
            self._unit.remember(number, held.kind if held is not None else kind)
            self._ended(NoteDeposited(number, value_fen))
        elif place == IN_BOX:
            self._ended(NoteOurs(number, value_fen))
        else:
            self._ended(NoteRecycled(number, value_fen, place))

    def _swallowed(self, outcome: type[NoteJammed] | type[NoteReturnUncertain]) -> None:
        """Never recognised: worth the largest note at most."""
        self._drawn_in = self._packing = False
        number = self._number()
        self._settled.append(number)
        self._report(outcome(number, max(self._unit.values.values(), default=0)))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _uncertain(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteUncertain if held.may_be_stacked else NoteReturnUncertain
            self._ended(outcome(held.number, held.value_fen))

    def _ended(self, fact: Outcome) -> None:
        if fact.note:
            self._settled.append(fact.note)
            self._report(fact)
        self.held, self._packing = None, False
