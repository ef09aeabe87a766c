"""What a host that sees only EBDS statuses can say of the note in escrow: one outcome per note, never a guess.

Source: ebds sheet, sections 4, 6, 9 and 11; reliability notes 3 (rows 1 to 3). The unit names values, no kinds, and counts nothing;
each event is told once. With escrow mode on nothing falls that was not told to.
"""

from __future__ import annotations

from collections.abc import Collection

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteJammed, NoteReturned, NoteReturnUncertain
from simulator.devices.ebds.codes import Motion, Status
from simulator.fronts.port.acceptor_book import SURE, Book, End, Held, Wish
from simulator.fronts.port.ebds.told import Told

UNNAMED_MS = 1_000
NO_MONEY, UNNAMED = 0, -1
"""What a note is worth that is none of ours, and one that the unit does not name."""


class Notes(Book):
    """`enabled`: the unit was told to take notes, so one may be drawn in between two statuses."""

    def __init__(self, report: Report, first_note: int, limit_ms: int) -> None:
        super().__init__(report, first_note, limit_ms)
        self.enabled = False
        self.stuck = False  # told as unknown, and still shown in escrow: no other can come
        self._shown = False  # the last status was one of a note in escrow
        self._entered = self._fell = False  # since the last rest, of a note that nobody knows: drawn in; stacked
        self._unnamed_ms: int | None = None

    def learnt(self, values_fen: Collection[int]) -> None:
        """The unit works; nothing is in its path."""
        self.values = {value_fen: value_fen for value_fen in values_fen}
        self._drawn_in = self._slot_open = self._entered = self._fell = self._shown = self.stuck = False
        self._unnamed_ms = None

    def wish(self, now_ms: int) -> Wish:
        held = self.held
        undecided = held is not None and held.in_escrow and held.wish is Wish.NONE
        return Wish.RETURN if undecided and not self.patient(now_ms) else super().wish(now_ms)

    def _patience_ms(self, held: Held) -> list[int]:
        return [held.seen_ms + self._limit_ms] if self._limit_ms else []

    def not_obeyed(self) -> None:
        """STACK was refused for certain."""
        if self.held is not None:
            self.held.may_be_ours = False

    @property
    def nameless(self) -> bool:
        """Something lies in escrow, and has not been named yet."""
        return self._unnamed_ms is not None

    # -- news

    def status(self, told: Told, value_fen: int, now_ms: int) -> None:
        """While the unit works. `value_fen`: of the note it speaks of."""
        motion = told.motion
        self._shown = bool(motion & Motion.ESCROWED)
        self.stuck = self.stuck and self._shown
        sticks = self._follow(told)
        if motion & Motion.STACKED:
            self._stacked(value_fen)
            self._entered = self._fell = False
        elif motion & Motion.RETURNED and self.held is not None:
            self._back(self.held)
        self._move(told, UNNAMED if motion & Motion.STACKED else value_fen, sticks, now_ms)
        unknown = self.held is None and not self.stuck and not motion & Motion.IDLING
        self._fell = unknown and (self._fell or bool(motion & (Motion.STACKING | Motion.ESCROWED)))
        self._entered = unknown and (self._entered or bool(motion & Motion.ACCEPTING))

    def _follow(self, told: Told) -> bool:
        """Whether something that never came as far as escrow sticks."""
        motion, paused = told.motion, told.condition & Status.PAUSED
        jam = self._slot_open and bool(told.condition & Status.JAMMED)
        sticks = told.stopped and (self._drawn_in or jam)
        if motion & Motion.ACCEPTING:
            self._given_up = None
        if not self._shown:
            self._unnamed_ms = None
        nobodys = self._shown and self.held is None and not self.stuck
        goes_on = self._drawn_in and (not motion & ~Motion.STACKED or bool(paused))
        self._drawn_in = bool(motion & Motion.ACCEPTING) or nobodys or goes_on
        self._slot_open = self.enabled and bool(motion & Motion.IDLING)
        return sticks

    def _move(self, told: Told, value_fen: int, sticks: bool, now_ms: int) -> None:
        motion, held = told.motion, self.held
        if told.stopped:
            self._stop(told, sticks)
        elif self.stuck:
            return
        elif motion & Motion.ESCROWED:
            self._in_escrow(value_fen, now_ms)
        elif held is None:
            return
        elif motion & (Motion.STACKING | Motion.RETURNING):
            held.in_escrow = False
            held.stacking = held.stacking or bool(motion & Motion.STACKING)
            held.returning = bool(motion & Motion.RETURNING)
            held.sign_ms, held.missing = now_ms, 0
        elif motion & (Motion.IDLING | Motion.ACCEPTING):
            held.missing += 1
            if held.missing >= SURE:
                self._left(held)

    def _stop(self, told: Told, sticks: bool) -> None:
        if self.held is None:
            if sticks:
                self._swallowed(NoteJammed)
        elif told.condition & Status.JAMMED:
            self.jammed()
        else:
            self._unknown(self.held)

    def restarted(self, position: str, credited: bool) -> bool:
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
        else:
            self._unknown(held)
        return True

    # -- parts

    def _in_escrow(self, value_fen: int, now_ms: int) -> None:
        held = self.held
        if held is not None and not held.stacking and not held.returning and value_fen in (UNNAMED, held.value_fen):
            held.in_escrow, held.sign_ms, held.missing = True, now_ms, 0
            return
        if held is not None:  # another one lies there now
            self._left(held)
        self._given_up = None
        if value_fen == UNNAMED:
            self._unnamed_ms = now_ms if self._unnamed_ms is None else self._unnamed_ms
            if now_ms - self._unnamed_ms < UNNAMED_MS:
                return
        self._drawn_in = False
        self._seen_first(value_fen, now_ms, "no money" if value_fen == NO_MONEY else "unnamed")

    def _stacked(self, value_fen: int) -> None:
        """Something fell: the note in escrow, one that was given up, or one that nobody knew. It is not believed of a note that
        lies there still, nor when nothing moved."""
        held, lost = self.held, self._given_up
        if held is not None:
            untouched = not held.may_be_ours and not held.stacking
            if untouched and (self._shown or value_fen not in (UNNAMED, held.value_fen)):
                return
            if value_fen > 0 and held.number:
                held.value_fen = value_fen
            self._ours(held)
        elif lost is not None and value_fen in (UNNAMED, lost.value_fen):
            self._credit(lost.number, lost.value_fen)
        elif self._fell and value_fen > 0:
            self._credit(self._number(), value_fen)
        elif (self._fell or self._entered) and value_fen != NO_MONEY:
            self._swallowed(NoteJammed, max(value_fen, 0))

    def _left(self, held: Held) -> None:
        """Nothing of it there any more, and no event said where it went."""
        if held.may_be_ours:
            self._unknown(held)
        else:
            self._back(held)

    def _ours(self, held: Held) -> None:
        self._given_up = None
        if held.number:
            self._credit(held.number, held.value_fen)
        self._forgotten(held)

    def _credit(self, number: int, value_fen: int) -> None:
        self._given_up = None
        self._booked(number, value_fen)

    def _swallowed(self, outcome: type[NoteJammed] | type[NoteReturnUncertain], value_fen: int = 0) -> None:
        self.stuck, self._entered, self._fell = self._shown, False, False
        super()._swallowed(outcome, value_fen)

    def _unknown(self, held: Held) -> None:
        before = self._given_up
        super()._unknown(held)
        if not held.may_be_ours:
            self._given_up = before

    def _ended(self, held: Held, fact: End) -> None:
        self.stuck = self._shown and not isinstance(fact, NoteReturned)
        super()._ended(held, fact)
