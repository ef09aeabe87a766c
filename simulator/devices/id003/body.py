"""What an ID-003 acceptor does for its host: statuses, orders, start, and the credit it owes. Knows no frame.

A status that tells of a note is not over before it was told once (17, 18, 16), or acknowledged (15): a host that polls every
200 ms misses none, and the slot is shut until then. Where a note lies survives a power cut; so does what power recovery is
for (`_owes`). Source: id003 sheet, sections 4, 6, 8.

What the sheet leaves open and is decided here: escrow and HOLD last 10 s each, then the note goes back; WAIT adds 3 s; HOLD
may be repeated; 45, 46, 48 and 49 last until RESET, 43 and 47 end with their cause; 15 is told before 44 and the others; a
credit that was not acknowledged when power or RESET came is told in INITIALIZE if power recovery is on, and if it was on
before when the note lay in the box already; 18 lasts until the note is taken out of the mouth.
"""

from __future__ import annotations

from simulator.devices.id003 import codes
from simulator.devices.id003.codes import State
from simulator.devices.id003.motions import Motions
from simulator.devices.matter import Note
from simulator.devices.validator.mechanism import Caught

HOLD_MS = 10_000  # link time: not scaled
WAIT_MS = 3_000
INIT_NOMINAL_MS = 1_500

POWERED_UP = {
    Caught.NOWHERE: State.POWER_UP,
    Caught.ACCEPTOR: State.POWER_UP_IN_ACCEPTOR,
    Caught.STACKER: State.POWER_UP_IN_STACKER,
}
MOVING = frozenset(
    {State.INITIALIZE, State.ACCEPTING, State.STACKING, State.VEND_VALID, State.REJECTING, State.RETURNING}
)


class Body(Motions):
    def wake(self) -> None:
        """Power has come: the first status depends on where the note was caught (section 8)."""
        self._forget_credit()
        self.settings.forget()
        self.reason = self.failure = 0
        self.held = b""
        self._told = self._early = False
        self._after_ack = State.STACKED
        self._wait_until = None
        self._stop()
        caught = Caught.STACKER if self._owes else self.caught()
        self.state = POWERED_UP[caught]

    # -- hands

    def insert(self, note: Note, now_ms: int) -> str | None:
        if self.hand.index(note) < 0:
            return "the note is not in the hand"
        if self.state in codes.HELD and self._plays("second_note_next"):
            self._push_second(note)
            return None
        if self.state is not State.IDLING:
            return "the slot is closed"
        if len(self.mouth):
            return "a note sticks out of the slot"
        self._draw_in(note)
        self.state = State.ACCEPTING
        self._half_way(self._scanned, now_ms)
        return None

    def open(self) -> bool:
        return self.state is State.IDLING and not len(self.mouth)

    def _mouth_cleared(self, now_ms: int) -> None:
        if self.state is State.PAUSE and not len(self.mouth):
            self.state = State.ESCROW

    # -- orders of the host, already checked against the state

    def stack(self, early: bool, now_ms: int) -> None:
        """STACK-1 (`early`: 15 when the note passes the lever) or STACK-2 (15 when it lies in the box)."""
        self._wait_until = None
        self._leave_escrow(for_box=True)
        self._owes, self._early = True, early
        self.state = State.STACKING
        if early:
            self._start(self.speeds.note_in_ms / 4, self._passed_lever, now_ms)
        else:
            self._half_way(self._stacked, now_ms)

    def give_back(self, now_ms: int) -> None:
        self._wait_until = None
        self.state, self._told = State.RETURNING, False
        self._leave_escrow(for_box=False)
        self._half_way(self._offered, now_ms)

    def hold(self, now_ms: int) -> None:
        self.state = State.HOLDING
        self._wait_until = now_ms + HOLD_MS

    def wait(self) -> None:
        if self._wait_until is not None:
            self._wait_until += WAIT_MS

    def acknowledge(self) -> bool:
        """ACK of the host. True when it was 15 that it acknowledged."""
        if self.state is not State.VEND_VALID:
            return False
        self._owes = self._told = False
        self.state, self._after_ack = self._after_ack, State.STACKED
        if self._due is not None and self._past_escrow:
            self.state = State.STACKING  # STACK-1: the note has still some way to go
        return True

    def reset(self, now_ms: int) -> None:
        """A note before or in escrow goes back, one past it goes to the box; every setting has to be given again."""
        self._forget_credit()
        self.settings.forget()
        self._wait_until = None
        self._after_ack, self.failure = State.STACKED, 0
        self.state = State.INITIALIZE
        self._start(INIT_NOMINAL_MS, self._initialized, now_ms)

    # -- what STATUS REQUEST tells

    def status(self) -> bytes:
        """Status and its data; asking for it is what makes a host know."""
        state = self.state
        self._told = True
        if state is State.ESCROW:
            return bytes([state]) + self.held
        if state is State.REJECTING:
            return bytes([state, self.reason])
        if state is State.FAILURE:
            return bytes([state, self.failure])
        return bytes([state])

    def moving(self) -> bool:
        return self._due is not None and self.state in MOVING

    def _waited_out(self, now_ms: int) -> None:
        self.give_back(now_ms)

    def _look_around(self, now_ms: int) -> None:
        if self.state in codes.POWER_UPS or self.state is State.VEND_VALID:
            return
        failure = next((code for name, code in codes.FAILURES.items() if name in self._owner.faults), 0)
        if failure:
            self.failure = failure
            self._halt(State.FAILURE)
        elif not self._box_there():
            self._halt(State.BOX_OUT)
        elif self.state is State.BOX_OUT:
            self.reset(now_ms)
        elif self.state in codes.STOPPED:
            if "stop_clears_itself" in self._owner.faults and self._told and not len(self.jam):
                self.reset(now_ms)
        elif self.state is State.INITIALIZE:
            self._go_on_with_start()
        elif self.state in (State.IDLING, State.DISABLED, State.BOX_FULL) or self._is_over():
            self._rest()
            if self.state is State.IDLING and self._plays("event_without_note_next"):
                self._vend(State.STACKED)

    def _is_over(self) -> bool:
        """A status that has been told, and what it tells of is done."""
        if self._due is not None or not self._told:
            return False
        return self.state in (State.STACKED, State.REJECTING) or (self.state is State.RETURNING and not len(self.mouth))

    def _go_on_with_start(self) -> None:
        """In INITIALIZE: a credit that is owed first, then the other settings, then ready (section 8)."""
        if self._due is not None:
            return
        if self._owes and self.settings.given(codes.OPTION):
            if self.settings.power_recovery:
                self._vend(State.INITIALIZE)
                return
            self._owes = False
        if self.settings.complete():
            self._owes = False
            self._rest()

    def _forget_credit(self) -> None:
        """Power or start: what nobody acknowledged is remembered by power recovery, or seen while the note still moves."""
        remembered = self.settings.recovered_last and "credit_forgotten" not in self._owner.faults
        if not self._past_escrow and not remembered:
            self._owes = False
