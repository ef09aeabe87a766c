"""From the cassettes into the drop cassette: UNLOAD, and the emptying that comes before a new type (ccnet sheet, 9.2 and 9.4).

Path of a note: cassette.N -> acceptor.stacker -> box. A job is what a power cut or a RESET can break off.
"""

from __future__ import annotations

from simulator.devices.ccnet.b2b.cassettes import UNASSIGNED, Cassette
from simulator.devices.ccnet.b2b.numbers import INVALID_NUMBER, SET_TYPE, TYPE_SET, UNLOAD, UNLOADED
from simulator.devices.ccnet.b2b.packer import Packer
from simulator.devices.ccnet.b2b.recovery import Job
from simulator.devices.ccnet.body import Event
from simulator.devices.ccnet.codes import State


class Emptying(Packer):
    """`asked_too_many`: an UNLOAD under way wants more notes than the cassette says it holds (1E 01)."""

    asked_too_many: bool

    def wake(self) -> None:
        self.asked_too_many = False
        super().wake()

    # -- orders of the host, already checked against the state

    def unload(self, number: int, count: int, now_ms: int) -> None:
        """Move the `count` notes that went in last from a cassette to the drop cassette."""
        cassette = self.present(number)
        if cassette is None or count == 0:
            self.events.append(Event(bytes([INVALID_NUMBER])))
            return
        self.asked_too_many = count > len(cassette.memory)
        self._begin(Job(UNLOAD, ((number, count),), [0] * count), State.UNLOADING)
        self._unload_next(cassette, now_ms)

    def set_type(self, number: int, kind: int, now_ms: int) -> bool:
        """Give a cassette a type; a loaded one is emptied first. False when there is no such cassette."""
        cassette = self.present(number)
        if cassette is None:
            return False
        cassette.kind = UNASSIGNED  # what a failure leaves behind
        self._begin(Job(SET_TYPE, ((number, kind),)), State.SETTING_TYPE)
        self._empty_next(cassette, kind, now_ms)
        return True

    # -- note by note

    def _unload_next(self, cassette: Cassette, now_ms: int) -> None:
        job, note = self._current(), cassette.top()
        if self._box_full() or not job.todo or note is None or not cassette.memory:
            self._end(Event(bytes([UNLOADED, len(job.moved), 0]), latched=True))
            return
        job.todo.pop()
        kind = cassette.memory.pop()
        self.matter.move(note, self.stacker.name)
        self._start(1_000 / self.speeds.notes_out_per_s, lambda now: self._unloaded(cassette, kind, now), now_ms)

    def _unloaded(self, cassette: Cassette, kind: int, now_ms: int) -> None:
        if self._into_drop_cassette():
            self._current().moved.append(kind)
            self._unload_next(cassette, now_ms)

    def _empty_next(self, cassette: Cassette, kind: int, now_ms: int) -> None:
        note = cassette.top()
        if note is None:
            cassette.memory.clear()
            cassette.kind = kind
            self._end(Event(bytes([TYPE_SET])))
        elif self._box_full():
            self._end(None)
        else:
            del cassette.memory[-1:]
            self.matter.move(note, self.stacker.name)
            self._start(1_000 / self.speeds.notes_out_per_s, lambda now: self._emptied(cassette, kind, now), now_ms)

    def _emptied(self, cassette: Cassette, kind: int, now_ms: int) -> None:
        if self._into_drop_cassette():
            self._empty_next(cassette, kind, now_ms)

    def _into_drop_cassette(self) -> bool:
        note = self.stacker.notes()[0]
        if self._plays("jam_in_stacker_next") or self._box_full():
            self._jammed(note, State.JAM_CASSETTE)
            return False
        self.matter.move(note, self.box.name)
        return True

    # -- beginnings and ends

    def _begin(self, job: Job, state: State) -> None:
        self._job, self.state = job, state

    def _end(self, event: Event | None) -> None:
        self._current().close(event)
        if event is not None:
            self.events.append(event)
        self._rest()

    def _current(self) -> Job:
        if self._job is None:
            raise RuntimeError("the unit moves without an order: a mistake of the simulation")
        return self._job
