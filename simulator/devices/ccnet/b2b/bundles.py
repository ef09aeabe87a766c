"""A bundle on its way to the passenger: picked, presented, taken, or pulled back (ccnet sheet, 9.2 DISPENSE, 9.3, 9.4 and 10).

cassette.N -> dispenser.path -> acceptor.mouth -> hand; not taken in time: back into dispenser.path and from there into box.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.ccnet.b2b.cassettes import Cassette
from simulator.devices.ccnet.b2b.emptying import Emptying
from simulator.devices.ccnet.b2b.numbers import CHANNEL_BLOCKED, DISPENSE, DISPENSED, INVALID_NUMBER, RETRACTED
from simulator.devices.ccnet.b2b.recovery import Job
from simulator.devices.ccnet.body import Event
from simulator.devices.ccnet.codes import State
from simulator.devices.matter import Note

MOST_IN_BUNDLE = 20


class Bundles(Emptying):
    """`presented`: a bundle sticks out of the mouth and is still the unit's business. `retract_nominal_ms` 0: never."""

    presented: bool
    retract_nominal_ms: int = 0
    _retract_due: int | None
    _waits_for_mouth: bool

    def wake(self) -> None:
        self._unpresent()
        super().wake()

    # -- orders of the host, already checked against the state

    def dispense(self, asked: Sequence[tuple[int, int]], now_ms: int) -> None:
        """Pairs of type (or ESCROW) and count. Impossible counts move nothing: 28 is told."""
        wanted = [kind for kind, count in asked for _ in range(count)]
        short = any(wanted.count(kind) > self.counted(kind) for kind in set(wanted))
        if short or not 1 <= len(wanted) <= MOST_IN_BUNDLE:
            self.events.append(Event(bytes([INVALID_NUMBER])))
            return
        self._begin(Job(DISPENSE, tuple(asked), wanted), State.DISPENSING)
        self._pick(now_ms)

    def empty_dispenser(self, now_ms: int) -> None:
        """Command 67: what an interrupted dispense left inside goes to the mouth."""
        cut = self.recovery.cut
        job = cut if cut is not None and cut.open and cut.command == DISPENSE else Job(DISPENSE, ())
        job.todo.clear()
        self._begin(job, State.DISPENSING)
        if self._bundle_out and len(self.mouth):
            self._offer(now_ms)
        elif self.left_in_dispenser():
            self._bring_out(now_ms)
        else:
            self._end(Event(bytes([DISPENSED, 0, 0]), latched=True))

    def must_empty(self) -> bool:
        """True after an interrupted dispense, until 67 has ended."""
        cut = self.recovery.cut
        return self.left_in_dispenser() or (cut is not None and cut.open and cut.command == DISPENSE)

    def left_in_dispenser(self) -> bool:
        return bool(self.dispenser.notes())

    def counted(self, kind: int) -> int:
        """Notes that the cassettes of this type say they hold."""
        return sum(len(cassette.memory) for cassette in self.fitted() if cassette.kind == kind)

    # -- the passenger

    def take_returned(self, now_ms: int) -> list[Note]:
        """The passenger takes what sticks out of the mouth, a note that went back or a bundle."""
        if self.presented:
            taken = self._take_bundle(now_ms)
        else:
            taken = super().take_returned(now_ms)
        if not len(self.mouth):
            self._bundle_out = False
            if self._waits_for_mouth:
                self._at_mouth(now_ms)
        return taken

    def _take_bundle(self, now_ms: int) -> list[Note]:
        if "return_not_taken" in self._owner.faults:
            return []
        notes = self.mouth.notes()
        if len(notes) > 1 and self._plays("taken_partly_next"):
            notes = notes[:-1]
        for note in notes:
            self.matter.move(note, self.hand.name)
        if not len(self.mouth):
            if self._plays("jam_after_presenting_next"):
                self._fail(CHANNEL_BLOCKED)
            else:
                self._end(Event(bytes([DISPENSED, 0, 0]), latched=True))
        return notes

    # -- note by note

    def _pick(self, now_ms: int) -> None:
        """The next note of the bundle; a note that cannot be picked is missing from it, and nothing is counted for it."""
        job = self._current()
        while job.todo:
            kind = job.todo.pop(0)
            cassette = self._holding(kind)
            missed = self._plays("short_dispense_next")
            if cassette is None or missed:
                continue
            self._off(cassette, job)
            self._start(1_000 / self.speeds.notes_out_per_s, self._picked, now_ms)
            return
        self._bring_out(now_ms)

    def _holding(self, kind: int) -> Cassette | None:
        for cassette in self.fitted():
            if cassette.kind == kind and cassette.memory and cassette.top() is not None:
                return cassette
        return None

    def _off(self, cassette: Cassette, job: Job) -> None:
        """One note leaves its cassette, or two that were counted as one."""
        for extra in (False, True):
            note = cassette.top()
            if note is None or (extra and not self._plays("double_pick_next")):
                return
            self.matter.move(note, self.dispenser.name)
            if not extra:
                job.moved.append(cassette.memory.pop())

    def _picked(self, now_ms: int) -> None:
        if self._plays("jam_in_dispenser_next"):
            self.matter.move(self.dispenser.notes()[-1], self.jam.name)
            self._jam_state = State.FAILURE
            self._fail(CHANNEL_BLOCKED)
        else:
            self._pick(now_ms)

    def _bring_out(self, now_ms: int) -> None:
        if self.left_in_dispenser():
            self._start(self.speeds.flap_ms, self._at_mouth, now_ms)
        elif not self._current().moved:
            self._end(Event(bytes([INVALID_NUMBER])))  # nothing could be picked
        else:
            self._end(Event(bytes([DISPENSED, 0, 0]), latched=True))

    def _at_mouth(self, now_ms: int) -> None:
        self._waits_for_mouth = bool(len(self.mouth))
        if self._waits_for_mouth:
            return  # a note that went back is in the way: nothing is presented on top of it
        notes = self.dispenser.notes()
        if self._plays("note_left_in_path_next"):
            notes = notes[:-1]
        for note in notes:
            self.matter.move(note, self.mouth.name)
        if notes:
            self._offer(now_ms)
        else:
            self._fail(CHANNEL_BLOCKED)

    def _offer(self, now_ms: int) -> None:
        self.presented = self._bundle_out = True
        if self.retract_nominal_ms and "retract_off" not in self._owner.faults:
            patience = self.speeds.motion_ms(self.retract_nominal_ms) or self.retract_nominal_ms
            self._retract_due = now_ms + patience

    def _retract(self, now_ms: int) -> None:
        """Not taken in time: out of reach first, then into the drop cassette."""
        self._unpresent()
        self._bundle_out = False
        self.matter.move_all(self.mouth.name, self.dispenser.name)
        self._start(self.speeds.flap_ms, self._retracted, now_ms)

    def _retracted(self, now_ms: int) -> None:
        for note in self.dispenser.notes():
            if self._box_full():
                self._fail(CHANNEL_BLOCKED)
                return
            self.matter.move(note, self.box.name)
        self._fail(RETRACTED)

    def _end(self, event: Event | None) -> None:
        super()._end(event)
        self._unpresent()

    def _unpresent(self) -> None:
        self.presented = self._waits_for_mouth = False
        self._retract_due = None

    def _halt(self, state: State) -> None:
        super()._halt(state)
        self._unpresent()
