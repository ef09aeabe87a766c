"""The mechanism of the whole unit: what the head takes in, what the packer keeps, what the dispenser gives out. Knows no frame.

Bundle: cassette.N -> dispenser.path -> acceptor.mouth -> hand; not taken in time: back and into box. Unload and the emptying
of a cassette: cassette.N -> acceptor.stacker -> box. Matter and the cassettes' memory survive a power cut; states, masks,
events and options do not. Source: ccnet sheet, sections 9 and 10.

For a front without bytes: `insert`, `take_returned` and the other hands; the orders `reset`, `enable`, `stack`, `give_back`,
`hold`, `dispense`, `unload`, `set_type`, `set_limit`, `empty_dispenser`, each only in the states of `numbers.ALLOWED`; `advance`
is time; `state` with `state_bytes`, then `told` and `events.popleft()` are what POLL tells (an event whose first byte is in
`numbers.LATCHED` stays until it is heard); `recovery.answer(left_in_dispenser())` and `recovery.acknowledged()` are command
66, `cassettes[n - 1].memory` is 3B and 70. `polled` must be called in time, or `host_ms` set to 0.
"""

from __future__ import annotations

from simulator.devices.ccnet.b2b.bundles import Bundles
from simulator.devices.ccnet.b2b.numbers import (
    CHANNEL_BLOCKED,
    DEFAULT_OPTIONS,
    HOST_TIMEOUT_MS,
    MOVING,
    RETRACT_NOMINAL_MS,
    RETRACTED,
)
from simulator.devices.ccnet.codes import State


class UnitBody(Bundles):
    """`options` are the four bytes of 68; `host_ms` is the host time-out they set, 0 = none."""

    # -- power and options

    def wake(self) -> None:
        self._polled_ms: int | None = None
        super().wake()
        self.set_options(DEFAULT_OPTIONS)

    def set_options(self, options: bytes) -> None:
        """Four bytes Y1 to Y4 (9.2); Y2 to Y4 mean nothing here."""
        first = options[0]
        self.options = bytes([first, 0, 0, 0])
        self.hold_bill = bool(first & 0x40)
        self.host_ms = HOST_TIMEOUT_MS[first >> 2 & 3]
        self.retract_nominal_ms = RETRACT_NOMINAL_MS[first & 3]

    def polled(self, now_ms: int) -> None:
        """The host is alive: without this for `host_ms` all types are disabled."""
        self._polled_ms = now_ms

    # -- hands

    def swap_cassettes(self, one: int, other: int) -> None:
        """A technician puts two cassettes into each other's position: notes, memory, type and limit go with them."""
        a, b = self.cassettes[one - 1], self.cassettes[other - 1]
        a.capacity, b.capacity = b.capacity, a.capacity
        a.place.capacity, b.place.capacity = b.place.capacity, a.place.capacity
        first, second = a.place.notes(), b.place.notes()
        waiting = self.matter.place("vault").name
        for note in first:
            self.matter.move(note, waiting)
        for note in second:
            self.matter.move(note, a.place.name)
        for note in first:
            self.matter.move(note, b.place.name)
        a.memory, b.memory = b.memory, a.memory
        a.kind, b.kind, a.limit, b.limit = b.kind, a.kind, b.limit, a.limit

    def count_again(self, number: int) -> None:
        """The loading station writes what lies in a cassette into its memory."""
        cassette = self.cassettes[number - 1]
        cassette.memory = [self.kind_of(note) for note in cassette.place.notes()]

    # -- orders of the host, already checked against the state

    def enable(self, types: int, escrowed: int) -> None:
        """Masks of 24 bits; 0 closes the slot. Before 66 it loses credits, before 67 it is a failure (section 10)."""
        if types and self.must_empty():
            self._fail(CHANNEL_BLOCKED)
            return
        if types:
            self.recovery.forget_credits()
        super().enable(types, escrowed)

    def reset(self, now_ms: int) -> None:
        if self._job is not None and self.state is State.FAILURE and self.failure == RETRACTED:
            self._job.close(None)  # the host has heard that it was not taken
        super().reset(now_ms)
        self._unpresent()

    def set_limit(self, number: int, limit: int) -> bool:
        """Most notes of a cassette, NO_LIMIT = off. False when there is no such cassette."""
        cassette = self.present(number)
        if cassette is not None:
            cassette.limit = limit
        return cassette is not None

    # -- time

    def advance(self, now_ms: int) -> int | None:
        if self._retract_due is not None and self._retract_due <= now_ms:
            self._retract(self._retract_due)
        first = super().advance(now_ms)
        for due in (self._retract_due, self._watch_host(now_ms)):
            if due is not None and (first is None or due < first):
                first = due
        return first

    def moving(self) -> bool:
        return self._due is not None and self.state in MOVING

    def state_bytes(self) -> bytes:
        if self.state is State.DISPENSING:
            return bytes([self.state, self.presented])
        if self.state is State.UNLOADING:
            return bytes([self.state, self.asked_too_many])
        return super().state_bytes()

    def _watch_host(self, now_ms: int) -> int | None:
        """No POLL for too long: nothing more is taken in (9.2, host time-out; link time, not scaled)."""
        if not self.host_ms or not self.enabled:
            return None
        due = (self._polled_ms or 0) + self.host_ms
        if due > now_ms:
            return due
        self.enabled = self.escrowed = 0
        if self.state is State.IDLING:
            self._rest()
        return None
