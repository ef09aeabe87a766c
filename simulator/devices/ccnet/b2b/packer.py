"""From the head into the cassettes: the validator's mechanism with a packer behind it instead of a box alone.

Path of a note: hand -> acceptor.path -> acceptor.escrow -> acceptor.stacker (switch and stacker) -> cassette.N or box. Source:
ccnet sheet, sections 9.3 (11, 12, 81), 9.4 and 10.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.cassettes import CASSETTES, ESCROW, Cassette, route
from simulator.devices.ccnet.b2b.faults import REASONS
from simulator.devices.ccnet.b2b.numbers import TRANSPORT_MOTOR, UNLOAD
from simulator.devices.ccnet.b2b.recovery import Job, Recovery
from simulator.devices.ccnet.bills import BillKind, type_of
from simulator.devices.ccnet.body import Body, Event
from simulator.devices.ccnet.codes import State
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

MOST_IN_CASSETTE = 240
DROP = 0
"""Destination number of the drop cassette (81, third byte)."""


class Packer(Body):
    """`cassette_names` are the places of cassettes 1 to 3; `capacities` their notes, 0 = no cassette in this position."""

    def __init__(
        self, matter: Matter, speeds: Speeds, kinds: Sequence[BillKind | None], owner: HasFaults,
        capacities: Sequence[int], cassette_names: Sequence[str],
    ) -> None:  # fmt: skip
        self.cassettes = [
            Cassette(number, matter.place(name), capacity, fitted=capacity > 0)
            for number, (name, capacity) in enumerate(zip(cassette_names, capacities, strict=True), start=1)
        ]
        if len(self.cassettes) != CASSETTES:
            raise ValueError(f"{len(self.cassettes)} cassettes given, the unit has {CASSETTES} positions")
        if max(capacities) > MOST_IN_CASSETTE:
            raise ValueError(f"no cassette holds more than {MOST_IN_CASSETTE} notes: an answer to 70 must fit a frame")
        self.stacker, self.dispenser = matter.place("acceptor.stacker"), matter.place("dispenser.path")
        self.recovery = Recovery()
        self.failure = codes.FAILURE_STACK_MOTOR
        self._job: Job | None = None
        self._bundle_out = False  # what sticks out of the mouth is a bundle, not a note that went back
        self._cut = False
        self.events: deque[Event] = deque()
        super().__init__(matter, speeds, kinds, owner, 0)

    # -- what is where

    def present(self, number: int) -> Cassette | None:
        """The cassette of this number, None when there is none in its position."""
        if not 1 <= number <= len(self.cassettes):
            return None
        cassette = self.cassettes[number - 1]
        removed = f"cassette_{number}_removed" in self._owner.faults
        return cassette if cassette.fitted and not removed else None

    def fitted(self) -> list[Cassette]:
        return [cassette for cassette in self.cassettes if self.present(cassette.number)]

    def kind_of(self, note: Note) -> int:
        """The type as the unit's sensors see it; 0 when it is none of the table."""
        return type_of(note, self.kinds) or 0

    # -- power

    def wake(self) -> None:
        """Power goes or comes. What nobody has heard of is remembered, and where notes lie decides the first state."""
        for event in self.events:
            if event.payload[0] == codes.STACKED and len(event.payload) == 3:
                self.recovery.packed.append((event.payload[1], event.payload[2]))
        job = self._job
        if job is not None and (job.open or job.end in self.events):
            job.open = True
            self.recovery.cut = job
        if "recovery_lost" in self._owner.faults:
            self.recovery = Recovery()
        self._job, self._cut = None, True
        super().wake()
        if self.stacker.notes() or self.dispenser.notes() or (self._bundle_out and len(self.mouth)):
            self.state = State.POWER_UP_IN_STACKER

    def reset(self, now_ms: int) -> None:
        if self._job is not None and self._job.open:
            self.recovery.cut, self._job = self._job, None
        super().reset(now_ms)

    # -- into the cassettes

    def _scanned(self, now_ms: int) -> None:
        for name, code in REASONS.items() if self._owner.faults else ():
            if self._plays(f"reject_{name}_next"):
                self._reject(code, now_ms)
                return
        super()._scanned(now_ms)

    def pack(self, note: Note, kind: int) -> int:
        """Lay a note where one of its type belongs; answers the destination. Raises OverflowError when the box is full."""
        cassette = route(self.fitted(), kind)
        self.matter.move(note, cassette.place.name if cassette else self.box.name)
        if cassette is None:
            return DROP
        cassette.memory.append(kind)
        if self._plays("count_wrong_next"):
            cassette.memory.append(kind)
        return cassette.number

    def _begin_stacking(self, now_ms: int) -> None:
        self.matter.move_all(self.path.name, self.stacker.name)
        self.matter.move_all(self.escrow.name, self.stacker.name)
        self._past_escrow = True
        self.state = State.STACKING
        self._start(self.speeds.note_in_ms / 2, self._stacked, now_ms)

    def _stacked(self, now_ms: int) -> None:
        note = self.stacker.notes()[0]
        if self._plays("jam_in_stacker_next") or not self._room_for(self.note_type):
            self._jammed(note, State.JAM_CASSETTE)
            return
        self._past_escrow = False
        if self._plays("withdrawn_on_string_next"):
            self.matter.move(note, self.hand.name)
            self.events.append(Event(bytes([codes.CHEATED]), latched=True))
        else:
            place = self.pack(note, self.note_type)
            if not self._plays("stacked_without_event_next"):
                self.events.append(Event(bytes([codes.STACKED, self.note_type, place]), latched=True))
        self._rest()

    def _room_for(self, kind: int) -> bool:
        return route(self.fitted(), kind) is not None or not self._box_full()

    def _initialized(self, now_ms: int) -> None:
        for note in self.stacker.notes():
            self._settle(note)
        self._past_escrow = self._cut = False
        super()._initialized(now_ms)

    def _settle(self, note: Note) -> None:
        """A note that was caught in the stacker goes on to where it was going; the job or 66 tells it."""
        kind, cut = self.kind_of(note), self.recovery.cut
        if not self._past_escrow:
            if self._box_full():
                self._jammed(note, State.JAM_CASSETTE)
                return
            self.matter.move(note, self.box.name)
            if cut is not None and cut.open and cut.command == UNLOAD:
                cut.moved.append(kind)
        elif not self._room_for(kind):
            self._jammed(note, State.JAM_CASSETTE)
        else:
            place = self.pack(note, kind)
            if self._cut:
                self.recovery.packed.append((kind, place))
            if not self._cut or "packing_told_by_81_too" in self._owner.faults:
                self.events.append(Event(bytes([codes.STACKED, kind, place]), latched=True))

    # -- sensors and failures

    def state_bytes(self) -> bytes:
        if self.state is State.FAILURE:
            return bytes([self.state, self.failure])
        return super().state_bytes()

    def _look_around(self, now_ms: int) -> None:
        if self.state in codes.POWER_UPS:
            return
        if not self._owner.faults:
            super()._look_around(now_ms)
            return
        if "stack_motor_failed" in self._owner.faults:
            self.failure = codes.FAILURE_STACK_MOTOR
        if "chassis_failed" in self._owner.faults:
            self._fail(TRANSPORT_MOTOR)
        else:
            super()._look_around(now_ms)

    def _fail(self, code: int) -> None:
        self.failure = code
        self._halt(State.FAILURE)

    def routable(self) -> int:
        """Mask of the types that go into a recycling cassette of their own (GET STATUS, third group)."""
        return sum(1 << cassette.kind for cassette in self.fitted() if cassette.kind < ESCROW)
