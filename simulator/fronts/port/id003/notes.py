"""What a host that sees only ID-003 statuses can say of the note in escrow: one outcome per note, never a guess.

Source: id003 sheet, sections 4, 6, 8 and 11 (traps 3 and 4); reliability notes 3 (rows 1 to 3). The unit counts nothing: a note is
ours by VEND VALID, which is told until it is acknowledged, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteJammed
from simulator.devices.id003.codes import State
from simulator.fronts.port.acceptor_book import SURE, Book, End, Held, Wish
from simulator.fronts.port.id003.start import detail

RENEW_MS = 3_000
WITHOUT_NOTE = frozenset({State.IDLING, State.DISABLED, State.ACCEPTING})
JAMS = frozenset({State.JAM_ACCEPTOR, State.JAM_STACKER})
STUCK = JAMS | {State.FAILURE}
UNDER_WAY = frozenset({State.STACKING, State.STACKED, State.RETURNING, State.REJECTING})
SHOWS_NOTE = UNDER_WAY | {State.ESCROW, State.HOLDING}


@unique
class Valid(Enum):
    """What a VEND VALID means."""

    OURS = "the note of this life, now credited"
    AGAIN = "the note that was credited last, once more"
    WAIT = "a note that was not ordered away: to be heard once more, and not to be acknowledged"
    ODD = "that, once more: nobody knows where the note is"
    UNKNOWN = "no note of this life"


class Notes(Book):
    """`values`: escrow code -> fen."""

    renew_ms = RENEW_MS

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, limit_ms)
        self._credited = False  # the last thing that moved was a note that is ours now
        self._said_valid = False  # of the note in escrow, without an order
        self._again: Held | None = None  # its outcome was told, and it shows itself once more

    def learnt(self, values: Mapping[int, int]) -> None:
        """The unit works; nothing is in its path."""
        self.values = values
        self._drawn_in = self._slot_open = False

    @property
    def used(self) -> bool:
        """A note has been in escrow in this life."""
        return self._next > self._first

    def wish(self, now_ms: int) -> Wish:
        held = self.held
        undecided = held is not None and held.in_escrow and held.wish is Wish.NONE
        return Wish.RETURN if undecided and not self.patient(now_ms) else super().wish(now_ms)

    def _patience_ms(self, held: Held) -> list[int]:
        expires_ms = [held.seen_ms + self._limit_ms] if self._limit_ms else []
        return [*super()._patience_ms(held), *expires_ms]

    def not_obeyed(self) -> None:
        """STACK was refused for certain."""
        if self.held is not None:
            self.held.may_be_ours = False

    # -- news

    def status(self, status: bytes, now_ms: int) -> None:
        """Any status but VEND VALID, while the unit works."""
        code, held = status[0], self.held
        if code == State.ACCEPTING:
            self._given_up, self._credited = None, False
        stuck = (self._drawn_in and code in STUCK) or (self._slot_open and code == State.JAM_ACCEPTOR)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (State.PAUSE, State.STACKING))
        self._slot_open = code == State.IDLING
        if code == State.ESCROW:
            self._in_escrow(detail(status), now_ms)
        elif held is None:
            self._without_one(code, stuck, now_ms)
        elif code == State.HOLDING:
            self._signed(held, now_ms)
        elif code in UNDER_WAY:
            held.in_escrow, held.sign_ms, held.missing = False, now_ms, 0
            held.returning = code in (State.RETURNING, State.REJECTING)
            held.may_be_ours = held.may_be_ours or not held.returning
        elif code in JAMS:
            self.jammed()
        elif code == State.FAILURE:
            self._unknown(held)
        elif code in WITHOUT_NOTE:
            held.missing += 1
            if held.missing >= SURE:
                self._gone(held)

    def _without_one(self, code: int, stuck: bool, now_ms: int) -> None:
        if self._given_up is not None and code in WITHOUT_NOTE:
            self._given_up.missing += 1
        if code == State.HOLDING:
            self._first_seen(0, now_ms)
        elif stuck:
            self._swallowed(NoteJammed)

    def valid(self) -> Valid:
        """VEND VALID. Anything but WAIT may be acknowledged when what was told is on the disk."""
        held, note = self.held, self.held or self._given_up
        if note is not None and note.may_be_ours and not note.returning:
            self._credited, self._given_up = True, None
            if note.number:
                self._booked(note.number, note.value_fen)
            self._forgotten(note)
            return Valid.OURS
        if held is not None:
            if not self._said_valid:
                self._said_valid = True
                return Valid.WAIT
            self._unknown(held)
            return Valid.ODD
        if self._credited:
            return Valid.AGAIN
        if self._drawn_in:
            self._swallowed(NoteJammed)  # inside, without having been in escrow
        return Valid.UNKNOWN

    def restarted(self, position: str) -> bool:
        """A start in which nothing was credited settles the note of this life; False when there was none."""
        held = self.held
        if held is None:
            return False
        if position == "jam":
            self.jammed()
        elif position in ("path", "escrow") or (position == "none" and (held.returning or not held.may_be_ours)):
            self._back(held)
        else:
            self._unknown(held)
        return True

    # -- parts

    def _in_escrow(self, kind: int, now_ms: int) -> None:
        known = self._given_up
        if self.held is None and known is not None and known.kind == kind and known.missing < SURE:
            self._shows_itself(known)
        held = self.held
        if held is not None and held.kind == kind and not held.returning and not held.missing:
            self._signed(held, now_ms)
            return
        if held is not None:  # another one lies there now
            self._gone(held)
        self._first_seen(kind, now_ms)

    def _shows_itself(self, known: Held) -> None:
        """The unit never let go of a note that was given up: back it goes."""
        self.held = self._again = known
        self._given_up = None
        known.wish, known.sent_ms, known.returns, known.missing = Wish.RETURN, None, 0, 0
        known.may_be_ours = known.returning = False

    def _signed(self, held: Held, now_ms: int) -> None:
        held.in_escrow, held.sign_ms, held.missing = True, now_ms, 0
        self._said_valid = False

    def _first_seen(self, kind: int, now_ms: int) -> None:
        self._credited = self._said_valid = False
        self._seen_first(kind, now_ms, f"code {kind:02X}")

    def _gone(self, held: Held) -> None:
        """Nothing of it inside any more, and it was not told to be ours."""
        if held.may_be_ours and not held.returning:
            self._unknown(held)
        else:
            self._back(held)

    def _unknown(self, held: Held) -> None:
        super()._unknown(held)
        self._given_up = held

    def _ended(self, held: Held, fact: End) -> None:
        if held is self._again:
            self._forgotten(held)
        else:
            super()._ended(held, fact)
