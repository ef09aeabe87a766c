"""What a CCNET validator does with its mechanism: states, masks, events and what is told of them. Knows no frame.

Where a note lies survives a power cut (`simulator.devices.validator.mechanism`); states, masks and events do not.
Source: ccnet sheet, sections 4, 6, 8.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.bills import BillKind, type_of
from simulator.devices.ccnet.codes import State
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator.mechanism import Caught, Mechanism, Verdict

ESCROW_MS = 10_000  # link time: not scaled
HOLD_MS = 10_000
PAUSE_MS = 10_000
INIT_NOMINAL_MS = 1_500
TYPE_NOT_IN_TABLE = 22

POWERED_UP = {
    Caught.NOWHERE: State.POWER_UP,
    Caught.ACCEPTOR: State.POWER_UP_IN_VALIDATOR,
    Caught.STACKER: State.POWER_UP_IN_STACKER,
}
REFUSALS = {
    Verdict.BAD: codes.REJECT_VERIFICATION,
    Verdict.UNKNOWN: codes.REJECT_IDENTIFICATION,
    Verdict.UNWANTED: codes.REJECT_INHIBITED,
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something the next POLL tells once; a latched one is told until the host has acknowledged it."""

    payload: bytes
    latched: bool = False


class Body(Mechanism):
    state: State
    kinds: Sequence[BillKind | None]

    def __init__(
        self, matter: Matter, speeds: Speeds, kinds: Sequence[BillKind | None], owner: HasFaults, stacked_counter: int
    ) -> None:
        super().__init__(matter, speeds, kinds, owner, stacked_counter)
        self._jam_state = State.JAM_VALIDATOR  # survives a power cut
        self.wake()

    def wake(self) -> None:
        """Power has come: state and answer depend on where the note was caught (section 6, 10 to 12)."""
        self.enabled = self.escrowed = 0
        self.escrow_ms = ESCROW_MS
        self.hold_bill = False
        self.reason = 0
        self.events: deque[Event] = deque()
        self.note_type = 0
        self._wait_until: int | None = None
        self._stop()
        self.state = POWERED_UP[self.caught()]

    # -- hands

    def insert(self, note: Note, now_ms: int) -> str | None:
        """The passenger pushes a note of his hand in. None when it is drawn in, else why it stays in the hand."""
        if self.hand.index(note) < 0:
            return "the note is not in the hand"
        if self.state in (State.ESCROW, State.HOLDING) and self._plays("second_note_next"):
            self._push_second(note, now_ms)
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
        if self.state is State.RETURNING and self._due is None and not len(self.mouth):
            self.events.append(Event(bytes([codes.RETURNED, self.note_type]), latched=True))
            self._rest()
        elif self.state is State.REJECTING and self._due is None:
            self._rest()
        elif self.state is State.PAUSE:
            self._into_escrow(now_ms)

    # -- orders of the host, already checked against the state

    def enable(self, types: int, escrowed: int) -> None:
        """Masks of 24 or 48 bits; 0 closes the slot."""
        self.enabled, self.escrowed = types, escrowed
        if self.state in (State.IDLING, State.DISABLED):
            self._rest()

    def stack(self, now_ms: int) -> None:
        self._wait_until = None
        self._begin_stacking(now_ms)

    def give_back(self, now_ms: int) -> None:
        self._wait_until = None
        self.state = State.RETURNING
        self._leave_escrow(for_box=False)
        self._half_way(self._offered, now_ms)

    def hold(self, now_ms: int) -> None:
        self.state = State.HOLDING
        self._wait_until = now_ms + HOLD_MS

    def reset(self, now_ms: int) -> None:
        """Everything off; a note before or in escrow goes back, one past it goes to the box (sections 6 and 8)."""
        self.enabled = self.escrowed = 0
        self._wait_until = None
        self.state = State.INITIALIZE
        self._start(INIT_NOMINAL_MS, self._initialized, now_ms)

    # -- what a POLL tells

    def told(self) -> Event | None:
        """The event that is told next, None when it is the state itself: right after power-up nobody hears of events."""
        if not self.events or self.state in codes.POWER_UPS or self.state is State.INITIALIZE:
            return None
        return self.events[0]

    def state_bytes(self) -> bytes:
        """The state with what belongs to it: bill type, reason, failure code (section 6)."""
        state = self.state
        if state is State.ESCROW:
            return bytes([state, self.note_type])
        if state is State.REJECTING:
            return bytes([state, self.reason])
        if state is State.FAILURE:
            return bytes([state, codes.FAILURE_STACK_MOTOR])
        return bytes([state])

    def moving(self) -> bool:
        return self._due is not None and self.state in codes.MOVING

    def _waited_out(self, now_ms: int) -> None:
        self.give_back(now_ms)

    def _look_around(self, now_ms: int) -> None:
        if self.state in codes.POWER_UPS:
            return
        if self._plays("counter_wrap_next"):
            self.stacked_counter = 0xFFFF
        if "stack_motor_failed" in self._owner.faults:
            self._halt(State.FAILURE)
        elif not self._box_there():
            self._halt(State.BOX_OUT)
        elif self.state is State.BOX_OUT:
            self.reset(now_ms)
        elif self.state in (State.IDLING, State.DISABLED, State.BOX_FULL):
            self._rest()
            if self.state is State.IDLING and self._plays("event_without_note_next"):
                lowest = (self.enabled & -self.enabled).bit_length() - 1
                self.events.append(Event(bytes([codes.STACKED, lowest]), latched=True))

    # -- motions and where they end

    def _scanned(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        verdict, kind = self._judge(note, lambda kind: bool(self.enabled >> kind & 1))
        if verdict is Verdict.STUCK:
            self._jammed(note, State.JAM_VALIDATOR)
        elif verdict is not Verdict.GOOD:
            self._reject(REFUSALS[verdict], now_ms)
        else:
            self.note_type = TYPE_NOT_IN_TABLE if self._plays("unknown_type_next") else kind
            if self._plays("cheat_next"):
                self.events.append(Event(bytes([codes.CHEATED])))
            if self.escrowed >> kind & 1:
                self._into_escrow(now_ms)
            else:
                self._begin_stacking(now_ms)

    def _into_escrow(self, now_ms: int) -> None:
        self._lay_in_escrow()
        self.state = State.ESCROW
        self._wait_until = now_ms + self.escrow_ms
        if "second_note_next" in self._owner.faults:
            in_hand = self.hand.notes()
            if in_hand and self._plays("second_note_next"):
                self._push_second(in_hand[0], now_ms)

    def _push_second(self, note: Note, now_ms: int) -> None:
        self.matter.move(note, self.mouth.name)
        self.state = State.PAUSE
        self._wait_until = now_ms + PAUSE_MS  # rev 2.6.0: after 10 s both go back

    def _begin_stacking(self, now_ms: int) -> None:
        self._leave_escrow(for_box=True)
        self.state = State.STACKING
        self._half_way(self._stacked, now_ms)

    def _stacked(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        if self._plays("jam_in_stacker_next") or self._box_full():
            self._jammed(note, State.JAM_CASSETTE)
            return
        self._past_escrow = False
        if self._plays("withdrawn_on_string_next"):
            self.matter.move(note, self.hand.name)
            self.events.append(Event(bytes([codes.CHEATED])))
        else:
            self._into_box(note)
        self._rest()

    def _into_box(self, note: Note) -> None:
        self._drop(note)
        if not self._plays("stacked_without_event_next"):
            self.events.append(Event(bytes([codes.STACKED, self.note_type]), latched=True))

    def _reject(self, reason: int, now_ms: int) -> None:
        self.state, self.reason = State.REJECTING, reason
        self.events.append(Event(bytes([State.REJECTING, reason])))  # told once even if no POLL falls into the motion
        self._half_way(self._offered, now_ms)

    def _offered(self, now_ms: int) -> None:
        self.matter.move_all(self.path.name, self.mouth.name)
        if self.state is State.REJECTING and not self.hold_bill:
            self._rest()  # not gripped by the roller: ready again, though the slot is blocked until it is taken

    def _jammed(self, note: Note, state: State) -> None:
        self._stick(note)
        self.state = self._jam_state = state

    def _initialized(self, now_ms: int) -> None:
        for note in self.path.notes() if self._past_escrow else []:
            self.note_type = self.note_type or type_of(note, self.kinds) or 0
            if self._box_full():
                self._jammed(note, State.JAM_CASSETTE)
            else:
                self._into_box(note)
        self._past_escrow = False
        self._put_out()
        if len(self.jam):
            self.state = self._jam_state
        else:
            self._rest()

    def _rest(self) -> None:
        if self._box_full():
            self.state = State.BOX_FULL
        else:
            self.state = State.IDLING if self.enabled else State.DISABLED

    def _halt(self, state: State) -> None:
        self.state = state
        self._wait_until = None
        self._stop()
