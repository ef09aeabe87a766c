"""The mechanism of the dispenser: notes leave cassettes one by one, end in the tray, the reject bin or stay in the path.

Path of a note: cassette.N -> dispenser.path -> change.tray, or -> dispenser.reject. Source: lcdm sheet, sections 5, 7 and 8.
Notes, settings and (unless told otherwise) the last result survive a power cut; the order under way does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.devices.lcdm import wire
from simulator.devices.lcdm.codes import CASSETTES, INTERRUPTED, MOST_NOTES, MOST_REJECTS, NUMBERS, Error
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.notes_out import NotesOut, first, full, nothing
from simulator.devices.twin import Speeds

BOOT_NOMINAL_MS = 2_000
PURGE_NOMINAL_MS = 3_000
PICK_TRIES_NOMINAL_MS = 10_000
SLOW_MS = 59_000  # just inside the host's 60 s

JAMS = {
    "jam_chk_dvt_next": Error.JAM_CHK_DVT,
    "jam_dvt_ejt_next": Error.JAM_DVT_EJT,
    "jam_ejt_exit_next": Error.JAM_EJT_EXIT,
    "note_left_at_exit_next": Error.STAYING_AT_EXIT,
}
SENSOR_BITS: Mapping[Error, int] = {
    Error.JAM_CHK_DVT: 0b0011,
    Error.JAM_DVT_EJT: 0b0100,
    Error.JAM_EJT_EXIT: 0b1100,
    Error.STAYING_AT_EXIT: 0b1000,
}


@dataclass(slots=True)
class Result:
    """What one of PURGE, DISPENSE, TEST DISPENSE moved, counted by the device. `picked`: seen leaving the cassette; `at`: index
    of the cassette that was paid from when it ended."""

    command: int
    error: Error = Error.GOOD
    out: list[int] = field(default_factory=lambda: [0] * CASSETTES)
    rejected: list[int] = field(default_factory=lambda: [0] * CASSETTES)
    picked: list[int] = field(default_factory=lambda: [0] * CASSETTES)
    at: int = 0


@dataclass(slots=True)
class Job:
    asked: Sequence[int]
    result: Result
    done: Callable[[Result, int], None]
    to_reject: bool = False

    def next_cassette(self, order: Sequence[int]) -> int | None:
        """Index of the cassette the next note is wanted from, in the dispense order; None when all are out."""
        delivered = self.result.rejected if self.to_reject else self.result.out
        return next((index for index in order if delivered[index] < self.asked[index]), None)


class Body(NotesOut):
    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        values_fen: Sequence[int | None],
        near_end_notes: int,
        owner: HasFaults,
        *,
        most_notes: int = MOST_NOTES,
    ) -> None:
        super().__init__(matter, speeds, values_fen, near_end_notes, owner)
        self._most_notes = most_notes
        self.note_counted: Callable[[bool, int], None] = lambda out, now_ms: None
        """Called for each note: True when it left at the exit, False when it went to the reject tray."""
        self.order = [0, 1, 2, 3]
        self.last: Result | None = None
        self.transaction = 0  # number of the last DISPENSE; memory that needs no power, like `last` and `order`
        self._spots: dict[str, Error] = {}  # serial of a note in the path -> the jam it makes there
        self._sources: dict[str, int] = {}  # serial -> cassette index, forgotten at power-off
        self._job: Job | None = None

    # -- what the sensors say

    def sensor_bits(self) -> int:
        """DISP byte: b0 DVT left, b1 DVT right, b2 EJT, b3 EXIT, b4 reject tray; set = blocked or off."""
        bits = 0 if self.tray_there() else 0b1_0000
        for note in self.path.notes():
            bits |= SENSOR_BITS[self._spots.get(note.serial, Error.JAM_CHK_DVT)]
        return bits

    def stuck(self) -> tuple[Error, int] | None:
        """The jam that the oldest note in the path makes, and the index of its cassette (the first when it is forgotten)."""
        note = first(self.path)
        if note is None:
            return None
        return self._spots.get(note.serial, Error.JAM_CHK_DVT), self._sources.get(note.serial, 0)

    def trouble(self) -> Error:
        """What is wrong before anything moves; GOOD when nothing is."""
        faults = {"sensor_dirty": Error.SENSOR, "solenoid_failed": Error.SOLENOID, "motor_failed": Error.MOTOR}
        for name, error in faults.items():
            if name in self._owner.faults:
                return error
        return Error.GOOD if self.tray_there() else Error.TRAY_MISSING

    # -- orders; `done` is called with the result when the motion has ended

    def dispense(
        self,
        command: int,
        asked: Sequence[int],
        done: Callable[[Result, int], None],
        now_ms: int,
        *,
        near_end_stops: bool = False,
        remember: bool = True,
        to_reject: bool | None = None,
    ) -> None:
        """Pick `asked` notes per cassette; unless told otherwise everything but command 52 sends them to the reject tray."""
        if command == wire.DISPENSE:
            self.transaction = (self.transaction + 1) % NUMBERS
        job = Job(asked, Result(command), done, to_reject=command != wire.DISPENSE if to_reject is None else to_reject)
        self._job = job
        error = self._before_start(asked, near_end_stops)
        if remember:
            job.result.error = INTERRUPTED
            self.last = job.result
        if error is not Error.GOOD:
            self._finish(error, now_ms)
        elif self._plays("answer_after_59_s_next"):
            self._start_at(now_ms + SLOW_MS, self._pick)
        else:
            self._pick(now_ms)

    def purge(self, done: Callable[[Result, int], None], now_ms: int) -> None:
        self._job = Job([0] * CASSETTES, Result(wire.PURGE, INTERRUPTED), done)
        self.last = self._job.result
        error = self.trouble()
        if error is not Error.GOOD:
            self._finish(error, now_ms)
        else:
            self._start(PURGE_NOMINAL_MS, self._purged, now_ms)

    def boot(self, now_ms: int) -> None:
        """Power-on or RESET: what was under way is forgotten, notes stay where they are."""
        self.stop()
        self._start(BOOT_NOMINAL_MS, nothing, now_ms)

    def stop(self) -> None:
        super().stop()
        self._job = None
        self._sources.clear()

    # -- one note after the other

    def _before_start(self, asked: Sequence[int], near_end_stops: bool) -> Error:
        wanted = [index for index in range(CASSETTES) if asked[index]]
        self._current().result.at = next(
            (index for index in wanted if not self.fitted[index]), wanted[0] if wanted else 0
        )
        if sum(asked) > self._most_notes:
            return Error.TOO_MANY_NOTES
        if (trouble := self.trouble()) is not Error.GOOD:
            return trouble
        if len(self.path):
            return Error.NOTES_ON_PATH
        if not all(self.fitted[index] for index in wanted):
            return Error.CASSETTE_MISSING
        if near_end_stops and any(self.near_end(index) for index in wanted):
            return Error.NEAR_END
        return Error.GOOD

    def _pick(self, now_ms: int) -> None:
        job = self._current()
        index = job.next_cassette(self.order)
        if index is None:
            self._finish(Error.TOO_LONG_AT_EXIT if self._plays("jam_after_last_next") else Error.GOOD, now_ms)
            return
        if sum(job.result.out) + sum(job.result.rejected) >= self._most_notes:
            self._finish(Error.TOO_MANY_NOTES, now_ms)
            return
        job.result.at = index
        source = self._source(index)
        if not self.fitted[index]:
            self._finish(Error.CASSETTE_MISSING, now_ms)
        elif first(self.cassettes[source]) is None or self._plays("short_pick_next"):
            self._start(PICK_TRIES_NOMINAL_MS, lambda now: self._finish(Error.PICK_UP, now), now_ms)
        else:
            self._onto_path(source, index)
            self._start(1_000 / self.speeds.notes_out_per_s, lambda now: self._arrived(source, index, now), now_ms)

    def _onto_path(self, source: int, index: int, *, seen: bool = True) -> None:
        self._current().result.picked[index] += seen
        note = first(self.cassettes[source])
        assert note is not None
        self._spots[note.serial] = Error.JAM_CHK_DVT
        self._sources[note.serial] = index
        self.matter.move(note, self.path.name)

    def _arrived(self, source: int, index: int, now_ms: int) -> None:
        job, note = self._current(), first(self.path)
        assert note is not None
        swapped = "cassettes_swapped" in self._owner.faults
        stuck = next((error for name, error in JAMS.items() if self._plays(name)), None)
        if stuck is not None:
            self._spots[note.serial] = stuck
            self._finish(stuck, now_ms)
        elif source != index and not swapped:
            self._leave(note, self.tray.name)  # out, but counted for nobody
            self._finish(Error(Error.FROM_CASSETTE_1 + source), now_ms)
        elif self._plays("reject_ejected_next"):
            job.result.rejected[index] += 1
            self._leave(note, self.tray.name)
            self._finish(Error.REJECT_EJECTED, now_ms)
        elif self._plays("double_pick_passed_next") and first(self.cassettes[source]):
            self._onto_path(source, index, seen=False)
            for passed in self.path.notes():
                self._leave(passed, self.tray.name)
            job.result.out[index] += 1
            self._finish(Error.COUNT_MISMATCH, now_ms)
        elif job.to_reject or self._refuses(note, index, swapped) or self._double(source, index):
            self._to_reject(index, now_ms)
        elif full(self.tray):
            self._spots[note.serial] = Error.STAYING_AT_EXIT
            self._finish(Error.STAYING_AT_EXIT, now_ms)
        else:
            self._leave(note, self.tray.name)
            job.result.out[index] += 1
            self.note_counted(True, now_ms)
            self._pick(now_ms)

    def _refuses(self, note: Note, index: int, swapped: bool) -> bool:
        """Thickness and length are measured: a note of another value than the cassette's own does not pass."""
        wrong = note.value_fen != self.values_fen[index] and not swapped
        return wrong or "reject_all" in self._owner.faults or self._plays("reject_next")

    def _double(self, source: int, index: int) -> bool:
        if not self._plays("double_pick_next"):
            return False
        if first(self.cassettes[source]):
            self._onto_path(source, index)
        return True

    def _to_reject(self, index: int, now_ms: int) -> None:
        job = self._current()
        for note in self.path.notes():
            if full(self.reject) or "reject_full" in self._owner.faults:
                self._finish(Error.JAM_CHK_DVT, now_ms)
                return
            self._leave(note, self.reject.name)
            job.result.rejected[index] += 1
            self.note_counted(False, now_ms)
        if not job.to_reject and sum(job.result.rejected) > MOST_REJECTS:
            self._finish(Error.TOO_MANY_REJECTS, now_ms)
        else:
            self._pick(now_ms)

    def _purged(self, now_ms: int) -> None:
        if "purge_fails" in self._owner.faults:
            self._finish(Error.PURGE_ENDED, now_ms)
            return
        result = self._current().result
        for note in self.path.notes():
            at_exit = self._spots.get(note.serial) is Error.STAYING_AT_EXIT
            target = self.tray if at_exit else self.reject
            if full(target):
                self._finish(Error.PURGE_ENDED, now_ms)
                return
            counts = result.out if at_exit else result.rejected
            if (source := self._sources.get(note.serial)) is not None:
                counts[source] += 1
            self._leave(note, target.name)
        self._finish(Error.GOOD, now_ms)

    def _finish(self, error: Error, now_ms: int) -> None:
        job = self._current()
        job.result.error = error
        self._job = None
        job.done(job.result, now_ms)

    def _leave(self, note: Note, to: str) -> None:
        super()._leave(note, to)
        self._spots.pop(note.serial, None)
        self._sources.pop(note.serial, None)

    def _current(self) -> Job:
        if self._job is None:
            raise RuntimeError("the dispenser moves without an order: a mistake of the simulation")
        return self._job
