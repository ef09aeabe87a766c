"""What the front of every acceptor with one note of escrow is: traits, orders, plug, silence, and when it looks again.

What the mechanism does is seen at the next multiple of `poll_ms`; while nothing moves nobody asks. A family says what it asks and
what the answers mean.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from enum import Enum, unique

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.validator import Validator
from simulator.fronts.port.acceptor_book import Book, Wish
from simulator.fronts.port.acceptor_link import Link
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

REOPEN_MS = 1_000
ABSENT_MS = 5_000
ABSENT_POLL_MS = 500
NOISE = 3  # unreadable answers in a row: somebody else is there


@unique
class Phase(Enum):
    DOWN = "no link"
    SEARCHING = "nobody has answered yet"
    STARTING = "answers, is not ready"
    WORKING = "ready"


class Host(Linkless, ABC):
    """NoteAcceptor and Participant. `twin` may be old: a new front is made at each start. `hold_ms`: longest decision, 0 = none."""

    escrow_depth, bundle_notes = 1, 0
    same_note_return = can_identify_box = False
    deposit_fen: Collection[int] = ()

    def __init__(
        self, name: str, report: Report, twin: Validator, line: Link, notes: Book, *, poll_ms: int, hold_ms: int
    ) -> None:
        self.name, self.hold_ms = name, hold_ms
        self._report, self._twin, self._body = report, twin, twin.body
        self._line, self._notes = line, notes
        self._poll_ms = poll_ms
        self._faults = Faults(name, report)
        self._phase = Phase.DOWN
        self._plugged, self._restart_wanted = True, False
        self._reopen_ms: int | None = None
        self._look_ms: int | None = None
        self._rested: tuple[object, ...] | None = (
            None  # as it was after the last poll, and when that wanted the next one
        )
        self._due_ms: int | None = 0

    # -- what a family fills in

    @abstractmethod
    def _act(self, now_ms: int) -> bool:
        """One command, if one is due; False when none is."""

    @abstractmethod
    def _begin_again(self, now_ms: int) -> None:
        """A technician mended it: reset and start anew."""

    @abstractmethod
    def _linked(self, now_ms: int) -> None:
        """The plug is in: nothing was heard of the unit yet."""

    @abstractmethod
    def _watch_silence(self, now_ms: int) -> None:
        """Who has not answered for long is not there, and what becomes of its note nobody will say."""

    @abstractmethod
    def _lively(self) -> bool:
        """The next answer may say something, or has to be heard once more."""

    @abstractmethod
    def _signs(self) -> tuple[object, ...]:
        """What nothing but orders could change, of a slot that works and holds no note."""

    @abstractmethod
    def _still_there(self, now_ms: int) -> None:
        """Nobody asked because nothing changed: a host that had asked would have heard the same."""

    def _wakes(self, now_ms: int) -> Sequence[int | None]:
        """When else something may have to be done, notes apart."""
        return ()

    def _grid_ms(self) -> int:
        """Statuses are asked for at multiples of this."""
        absent = self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._faults
        return ABSENT_POLL_MS if absent else self._poll_ms

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        """None, if the protocol has none."""
        return {}

    @abstractmethod
    def accept_only(self, values_fen: Collection[int]) -> None: ...

    @abstractmethod
    def recall(self) -> None: ...

    @property
    def values_fen(self) -> Collection[int]:
        return set(self._notes.values.values())

    @property
    def ready(self) -> bool:
        return self._phase is Phase.WORKING

    def stack(self, note: int) -> None:
        self._notes.order(note, Wish.STACK)

    def give_back(self, note: int) -> None:
        self._notes.order(note, Wish.RETURN)

    def keep(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: this unit has none."""

    def return_all(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: this unit has none."""

    def restart(self) -> None:
        """A technician mended it: reset and start anew."""
        self._restart_wanted = self._phase is not Phase.DOWN

    def unplug(self) -> None:
        """The data plug is pulled; seen at the next poll."""
        self._plugged = False

    def replug(self) -> None:
        self._plugged = True

    # -- the participant

    def poll(self, now_ms: int) -> int | None:
        due_ms = self._body.advance(now_ms) if self._twin.on else None
        early = self._due_ms is None or now_ms < self._due_ms
        if early and self._rested is not None and self._rested == self._resting():
            self._line.heard_ms = now_ms
            return self._due_ms
        self._due_ms = self._poll(now_ms, due_ms)
        self._rested = self._resting()
        return self._due_ms

    def _resting(self) -> tuple[object, ...] | None:
        """None when more may be under way than orders could change."""
        if (
            self._phase is not Phase.WORKING
            or self._notes.held is not None
            or self._twin.faults
            or not self._line.rests
        ):
            return None
        return self._plugged, self._restart_wanted, self._twin.on, *self._signs()

    def _poll(self, now_ms: int, due_ms: int | None) -> int | None:
        self._line.acknowledge()
        if self._plugged != (self._phase is not Phase.DOWN):
            self._move_plug(now_ms)
        if self._phase is Phase.DOWN:
            return self._down(now_ms)
        if self._line.fine:
            self._still_there(now_ms)
        if self._restart_wanted and self._line.idle:
            self._restart_wanted = False
            self._begin_again(now_ms)
        self._watch_silence(now_ms)
        while now_ms >= self._line.free_ms and self._act(now_ms):
            due_ms = self._body.advance(now_ms) if self._twin.on else None
        return self._wake(now_ms, due_ms)

    # -- the plug

    def _move_plug(self, now_ms: int) -> None:
        if not self._plugged:
            self._phase, self._reopen_ms = Phase.DOWN, now_ms + REOPEN_MS
            self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
            self._faults.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
            self._notes.silent()
        elif self._reopen_ms is None or self._opens(self._reopen_ms, now_ms):
            self._phase, self._restart_wanted = Phase.SEARCHING, False
            self._look_ms = now_ms
            self._line.restart(now_ms)
            self._linked(now_ms)
            self._faults.clear(FaultCode.LINK_LOST)

    def _opens(self, reopen_ms: int, now_ms: int) -> bool:
        """Once a second somebody tries whether the plug is back."""
        tries = max(0, -(-(now_ms - reopen_ms) // REOPEN_MS))
        self._reopen_ms = reopen_ms + tries * REOPEN_MS
        return self._reopen_ms == now_ms

    def _down(self, now_ms: int) -> int | None:
        self._notes.late(now_ms)
        if self._plugged:
            return self._reopen_ms
        return now_ms + REOPEN_MS if self._notes.held else None

    # -- silence, and when to be asked again

    def _nobody_answers(self) -> None:
        self._notes.silent()
        wrong = self._line.noise >= NOISE or FaultCode.WRONG_DEVICE in self._faults
        self._faults.set(FaultCode.WRONG_DEVICE, wrong, "noise")
        self._faults.set(FaultCode.NO_ANSWER, not wrong)

    def _wake(self, now_ms: int, due_ms: int | None) -> int | None:
        """`due_ms`: when the mechanism moves on by itself."""
        grid_ms = self._grid_ms()
        next_ms = (now_ms // grid_ms + 1) * grid_ms
        if self._look_ms is None or self._look_ms > now_ms:
            if self._lively():
                self._look_ms = next_ms
            else:
                self._look_ms = None if due_ms is None else max(next_ms, -(-due_ms // grid_ms) * grid_ms)
        wake_ms = self._look_ms
        for other_ms in (self._notes.wake_ms(), *self._wakes(now_ms)):
            if other_ms is not None and (wake_ms is None or other_ms < wake_ms):
                wake_ms = other_ms
        if wake_ms is None:
            return None
        return max(wake_ms if wake_ms > now_ms else min(next_ms, now_ms + 100), self._line.free_ms)
