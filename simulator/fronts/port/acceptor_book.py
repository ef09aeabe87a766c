"""The book of the note in escrow, whatever the protocol: numbers, wishes, and one outcome per note, never a guess.

Source: the port; reliability notes 3 (rows 1 to 3). Who hears what the acceptor tells says here what it means for the note.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

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

OUTCOME_MS = 30_000
STUBBORN_MS = 1_500
MOST_RETURNS = 3
SURE = 2  # statuses in a row without the note

End = NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain


@unique
class Wish(Enum):
    NONE = "undecided"
    STACK = "into the box"
    RETURN = "back to the passenger"


@dataclass(slots=True)
class Held:
    """The note that is (or was) in escrow. `sign_ms`: when a status showed it last; `sent_ms`: its order, None before."""

    number: int  # 0: no money here, only to be given back
    kind: int  # as the unit calls it
    value_fen: int
    seen_ms: int
    sign_ms: int
    renewed_ms: int
    wish: Wish = Wish.NONE
    sent_ms: int | None = None
    in_escrow: bool = True
    stacking: bool = False
    returning: bool = False
    may_be_ours: bool = False
    missing: int = 0
    returns: int = 0


class Book:
    """Numbers begin at `first_note`. `limit_ms`: longest decision, 0 = none. `values`: kind -> fen, of our money."""

    renew_ms = 0
    """How long after a sign of patience the next one is due; 0: the unit needs none."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        self.held: Held | None = None
        self.values: Mapping[int, int] = {}
        self.past_value_fen: int | None = None  # of a note that an earlier life left inside
        self._report = report
        self._first = self._next = first_note
        self._limit_ms = limit_ms
        self._settled: deque[int] = deque(maxlen=8)
        self._given_up: Held | None = None  # told as unknown; nothing was drawn in since
        self._drawn_in = self._slot_open = False

    # -- orders

    def order(self, number: int, wish: Wish) -> None:
        held = self.held
        if held is not None and held.number == number:
            if held.sent_ms is None:
                held.wish = wish
        elif number in self._settled:
            return
        elif wish is Wish.STACK:
            self._report(NoteUncertain(number, 0))
        elif number < self._first and self.past_value_fen is not None:
            self._report(NoteReturned(number, self.past_value_fen))
        else:
            self._report(NoteReturnUncertain(number, 0))

    def wish(self, now_ms: int) -> Wish:
        """What is to be ordered now, NONE for nothing; `ordered` follows. What lies there still is told to come back."""
        held = self.held
        if held is None or not held.in_escrow:
            return Wish.NONE
        if held.sent_ms is None:
            return held.wish
        stubborn = now_ms - held.sent_ms >= STUBBORN_MS and held.sign_ms > held.sent_ms
        return Wish.RETURN if stubborn and held.returns < MOST_RETURNS else Wish.NONE

    def patient(self, now_ms: int) -> bool:
        """The note may go on waiting for a decision."""
        held = self.held
        return held is not None and (not self._limit_ms or now_ms - held.seen_ms < self._limit_ms)

    def renews(self, now_ms: int) -> bool:
        """The unit has to be told now that the note is to wait."""
        held = self.held
        waits = held is not None and held.in_escrow and held.wish is Wish.NONE and held.sent_ms is None
        return (
            waits and bool(self.renew_ms) and self.patient(now_ms) and self._since_renewed_ms(now_ms) >= self.renew_ms
        )

    def renewed(self, now_ms: int) -> None:
        if self.held is not None:
            self.held.renewed_ms = now_ms

    def _since_renewed_ms(self, now_ms: int) -> int:
        return now_ms - self.held.renewed_ms if self.held is not None else 0

    def wake_ms(self) -> int | None:
        """When there may be something to order or to renew, or the note is late."""
        held = self.held
        if held is None:
            return None
        late_ms = self._since_ms(held) + OUTCOME_MS
        if not held.in_escrow:
            return late_ms
        if held.wish is Wish.NONE:
            return min([late_ms, *self._patience_ms(held)])
        if held.sent_ms is None or held.returns >= MOST_RETURNS:
            return late_ms
        return min(late_ms, held.sent_ms + STUBBORN_MS)

    def _patience_ms(self, held: Held) -> list[int]:
        next_ms = held.renewed_ms + self.renew_ms
        expired = self._limit_ms and next_ms - held.seen_ms >= self._limit_ms
        return [next_ms] if self.renew_ms and not expired else []

    def ordered(self, wish: Wish, obeyed: bool, now_ms: int) -> None:
        """`obeyed` False: the unit said for certain that it did not."""
        held = self.held
        if held is None:
            return
        held.sent_ms, held.wish = now_ms, wish
        if wish is Wish.STACK:
            held.may_be_ours = obeyed
        else:
            held.returns += 1

    # -- time

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

    # -- outcomes

    def jammed(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteJammed if held.may_be_ours else NoteReturnUncertain
            self._ended(held, outcome(held.number, held.value_fen))

    def _seen_first(self, kind: int, now_ms: int, why: str) -> None:
        """It lies in escrow. `why` it is refused when it is no money of ours."""
        self._given_up = None
        value_fen = self.values.get(kind)
        if value_fen is None:
            self.held = Held(0, kind, 0, now_ms, now_ms, now_ms, Wish.RETURN)
            self._report(NoteRefused("inhibited", why))
            return
        number = self._number()
        self.held = Held(number, kind, value_fen, now_ms, now_ms, now_ms)
        self._report(NoteHeld(number, value_fen))

    def _swallowed(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        """Never recognised: worth the largest note at most, or `value_fen`."""
        self._drawn_in = False
        number = self._number()
        self._settled.append(number)
        self._report(outcome(number, value_fen or max(self.values.values(), default=0)))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _booked(self, number: int, value_fen: int) -> None:
        self._settled.append(number)
        self._report(NoteOurs(number, value_fen))

    def _back(self, held: Held) -> None:
        self._ended(held, NoteReturned(held.number, held.value_fen))

    def _unknown(self, held: Held) -> None:
        outcome = NoteUncertain if held.may_be_ours else NoteReturnUncertain
        self._ended(held, outcome(held.number, held.value_fen))
        self._given_up = held if held.may_be_ours and held.number else None

    def _ended(self, held: Held, fact: End) -> None:
        if held.number:
            self._settled.append(held.number)
            self._report(fact)
        self._forgotten(held)

    def _forgotten(self, held: Held) -> None:
        if self.held is held:
            self.held = None
