"""The mechanism of the validator: where the note is, which way it moves, what stops it. Knows no frame.

Path of a note: hand -> acceptor.path -> acceptor.escrow -> acceptor.path (past escrow) -> box, or back to acceptor.mouth
and from there by the passenger to hand. Where it lies survives a power cut; states, masks and events do not.
Source: ccnet sheet, sections 4, 6, 8; half of `Speeds.note_in_ms` brings a note to escrow, half from there to the box.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.bills import BillKind, type_of
from simulator.devices.ccnet.codes import State
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

ESCROW_MS = 10_000  # link time: not scaled
HOLD_MS = 10_000
PAUSE_MS = 10_000
INIT_NOMINAL_MS = 1_500
TYPE_NOT_IN_TABLE = 22


def _nothing(now_ms: int) -> None:
    """What happens when nothing is under way."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something the next POLL tells once; a latched one is told until the host has acknowledged it."""

    payload: bytes
    latched: bool = False


class Body:
    def __init__(
        self, matter: Matter, speeds: Speeds, kinds: Sequence[BillKind | None], owner: HasFaults, stacked_counter: int
    ) -> None:
        self.matter, self.speeds, self.kinds = matter, speeds, kinds
        self._owner = owner
        self.mouth, self.path = matter.place("acceptor.mouth"), matter.place("acceptor.path")
        self.escrow, self.box = matter.place("acceptor.escrow"), matter.place("box")
        self.jam = matter.place("acceptor.jam")
        self.hand = matter.place("hand")
        self._due: int | None = None
        self._then: Callable[[int], None] = _nothing
        # what survives a power cut
        self.stacked_counter = stacked_counter
        self.box_present = True
        self._past_escrow = False  # the note in the path is on its way to the box
        self._jam_state = State.JAM_VALIDATOR
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
        if self.path.notes() and self._past_escrow:
            self.state = State.POWER_UP_IN_STACKER
        elif self.path.notes() or self.escrow.notes() or self.mouth.notes():
            self.state = State.POWER_UP_IN_VALIDATOR
        else:
            self.state = State.POWER_UP

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
        self.matter.move(note, self.path.name)
        self.state = State.ACCEPTING
        self._start(self.speeds.note_in_ms / 2, self._scanned, now_ms)
        return None

    def take_returned(self, now_ms: int) -> list[Note]:
        """The passenger takes what sticks out of the slot; answers the notes taken, maybe none."""
        if "return_not_taken" in self._owner.faults:
            return []
        notes = self.mouth.notes()
        for note in notes:
            self.matter.move(note, self.hand.name)
        if self.state is State.RETURNING and self._due is None and not len(self.mouth):
            self.events.append(Event(bytes([codes.RETURNED, self.note_type]), latched=True))
            self._rest()
        elif self.state is State.REJECTING and self._due is None:
            self._rest()
        elif self.state is State.PAUSE:
            self._into_escrow(now_ms)
        return notes

    def remove_box(self, now_ms: int) -> None:
        self.box_present = False
        self.advance(now_ms)

    def refit_box(self, now_ms: int) -> None:
        self.box_present = True
        self.advance(now_ms)

    def clear_jam(self, to: str) -> list[Note]:
        """A technician pulls the jammed note out; the unit stays stopped until RESET."""
        notes = self.jam.notes()
        for note in notes:
            self.matter.move(note, to)
        return notes

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
        self.matter.move_all(self.escrow.name, self.path.name)
        self._start(self.speeds.note_in_ms / 2, self._offered, now_ms)

    def hold(self, now_ms: int) -> None:
        self.state = State.HOLDING
        self._wait_until = now_ms + HOLD_MS

    def reset(self, now_ms: int) -> None:
        """Everything off; a note before or in escrow goes back, one past it goes to the box (sections 6 and 8)."""
        self.enabled = self.escrowed = 0
        self._wait_until = None
        self.state = State.INITIALIZE
        self._start(INIT_NOMINAL_MS, self._initialized, now_ms)

    # -- time

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        self._look_around(now_ms)
        while self._due is not None and self._due <= now_ms:
            due, then = self._due, self._then
            self._stop()
            then(due)
            self._look_around(now_ms)
        if self._wait_until is not None and self._wait_until <= now_ms:
            self.give_back(now_ms)
            return self.advance(now_ms)
        return min((due for due in (self._due, self._wait_until) if due is not None), default=None)

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

    def _look_around(self, now_ms: int) -> None:
        """Sensors that matter in every state: the box, its level, the motor."""
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
        kind = type_of(note, self.kinds)
        if self._plays("jam_in_path_next"):
            self._jammed(note, State.JAM_VALIDATOR)
        elif self._plays("reject_next") or "reject_all" in self._owner.faults or not note.genuine:
            self._reject(codes.REJECT_VERIFICATION, now_ms)
        elif kind is None:
            self._reject(codes.REJECT_IDENTIFICATION, now_ms)
        elif not self.enabled >> kind & 1:
            self._reject(codes.REJECT_INHIBITED, now_ms)
        else:
            self.note_type = TYPE_NOT_IN_TABLE if self._plays("unknown_type_next") else kind
            if self._plays("cheat_next"):
                self.events.append(Event(bytes([codes.CHEATED])))
            if self.escrowed >> kind & 1:
                self._into_escrow(now_ms)
            else:
                self._begin_stacking(now_ms)

    def _into_escrow(self, now_ms: int) -> None:
        self.matter.move_all(self.path.name, self.escrow.name)
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
        self.matter.move_all(self.escrow.name, self.path.name)
        self._past_escrow = True
        self.state = State.STACKING
        self._start(self.speeds.note_in_ms / 2, self._stacked, now_ms)

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
        self.matter.move(note, self.box.name)
        self.stacked_counter = self.stacked_counter + 1 & 0xFFFF
        if not self._plays("stacked_without_event_next"):
            self.events.append(Event(bytes([codes.STACKED, self.note_type]), latched=True))

    def _reject(self, reason: int, now_ms: int) -> None:
        self.state, self.reason = State.REJECTING, reason
        self.events.append(Event(bytes([State.REJECTING, reason])))  # told once even if no POLL falls into the motion
        self._start(self.speeds.note_in_ms / 2, self._offered, now_ms)

    def _offered(self, now_ms: int) -> None:
        self.matter.move_all(self.path.name, self.mouth.name)
        if self.state is State.REJECTING and not self.hold_bill:
            self._rest()  # not gripped by the roller: ready again, though the slot is blocked until it is taken

    def _jammed(self, note: Note, state: State) -> None:
        self._past_escrow = False
        self.matter.move(note, self.jam.name)
        self.state = self._jam_state = state

    def _initialized(self, now_ms: int) -> None:
        for note in self.path.notes() if self._past_escrow else []:
            self.note_type = self.note_type or type_of(note, self.kinds) or 0
            if self._box_full():
                self._jammed(note, State.JAM_CASSETTE)
            else:
                self._into_box(note)
        self._past_escrow = False
        self.matter.move_all(self.path.name, self.mouth.name)
        self.matter.move_all(self.escrow.name, self.mouth.name)
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

    def _start(self, nominal_ms: float, then: Callable[[int], None], now_ms: int) -> None:
        self._due, self._then = now_ms + self.speeds.motion_ms(nominal_ms), then

    def _stop(self) -> None:
        self._due, self._then = None, _nothing

    def _box_there(self) -> bool:
        return self.box_present and "box_removed" not in self._owner.faults

    def _box_full(self) -> bool:
        full = self.box.capacity is not None and len(self.box) >= self.box.capacity
        return full or "box_full" in self._owner.faults

    def _plays(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self._owner.faults:
            return False
        self._owner.faults.discard(name)
        return True
