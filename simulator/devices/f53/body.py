"""The mechanism of an F53: notes are picked, measured, collected in the pool, and handed out at the exit as one bundle.

Path of a note: cassette.N -> dispenser.path (on its way or in the pool) -> change.tray (the exit or the tray under it), or
-> dispenser.reject.
Source: f53 sheet, sections 5, 7 and 8. Decided here, where the sheet leaves it open:
- a note is counted as dispensed when it lies in the pool; an order that ends early still hands out what was collected, unless
  the error is one of pool, exit or shutter: then the notes are counted and lie in the path, and the exit sensor sees none;
- after every abnormal end nothing is picked until INITIALISE, which clears the path into the reject box (`clears_to` names the
  capture box instead) and leaves alone what lies at the exit;
- a bundle that has not been taken does not keep the next one from coming out on top of it;
- note sizes, counts and the order under way are forgotten without power.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.devices.f53.codes import Error
from simulator.devices.f53.exit import Exit
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.notes_out import NOTE_MM, POSITIONS, NotesOut, first, full
from simulator.devices.twin import Speeds

BOOT_NOMINAL_MS = 2_000
INITIALISE_NOMINAL_MS = 4_000
DELIVER_NOMINAL_MS = 1_500
PICK_TRY_NOMINAL_MS = 2_000
NO_NEAR_END = 0  # the known part of the sensor register tells no near end

JAMS = {"jam_fdls_next": Error.JAM_FDLS, "jam_dfss_next": Error.JAM_DFSS, "jam_bps_next": Error.JAM_BPS}

Sizes = Sequence[tuple[int, int] | None]
"""Per cassette the longest and the shortest note in mm; None = not used."""
Ended = Callable[[Error, int, int], None]
"""Called with the error, the index of the cassette it belongs to, and now_ms."""


@dataclass(slots=True)
class Order:
    """A bill count: what is asked per cassette, how many rejects and pick retries each may have; what it came to."""

    asked: Sequence[int]
    limits: Sequence[int]
    retries: Sequence[int]
    done: Callable[[Order, int], None]
    error: Error = Error.GOOD
    cassette: int = 0
    out: list[int] = field(default_factory=lambda: [0] * POSITIONS)
    rejected: list[int] = field(default_factory=lambda: [0] * POSITIONS)

    def next_cassette(self) -> int | None:
        return next((index for index in range(POSITIONS) if self.out[index] < self.asked[index]), None)


class Body(NotesOut):
    """`collects`: a bill count ends with the bundle in the pool, and PRESENT hands it out (f53 sheet, section 6, unverified).
    `shutter`, `over_tray`: as of `Exit`."""

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        values_fen: Sequence[int | None],
        owner: HasFaults,
        *,
        pool_notes: int,
        shutter: bool,
        collects: bool,
        over_tray: bool,
        clears_to_capture: bool,
    ) -> None:
        super().__init__(matter, speeds, values_fen, NO_NEAR_END, owner)
        self.capture = matter.place("change.retract")
        self.exit = Exit(self.tray, owner, over_tray=over_tray, shutter=shutter)
        self.pool_notes, self.collects = pool_notes, collects
        self.sizes: Sizes | None = None
        self._cleared = self.capture if clears_to_capture else self.reject
        self._halted: tuple[Error, int] | None = None
        self._pool: list[Note] = []
        self._way: list[Note] = []  # picked, not yet in the pool
        self._order: Order | None = None
        self.booting = False

    # -- what the sensors say

    def there(self, index: int) -> bool:
        """The cassette stands in its place and is recognised."""
        return self.fitted[index] and not (index == 0 and "cassette_missing" in self._owner.faults)

    # -- orders; what is given as `done` or `ended` is called when the motion has ended

    def initialise(self, sizes: Sizes | None, ended: Ended, now_ms: int) -> None:
        """Clear the path, and take over note sizes; with `sizes` None the sizes stay as they are (RESET)."""
        error = self._standing()
        if error is not Error.GOOD:
            ended(error, 0, now_ms)
            return
        self._pool.clear()
        self._way.clear()

        def cleared(now_ms: int) -> None:
            error = self._clear_into_box()
            self._halted = None if error is Error.GOOD else (error, 0)
            if sizes is not None:
                self.sizes = sizes if error is Error.GOOD else None
            ended(error, 0, now_ms)

        self._start(INITIALISE_NOMINAL_MS, cleared, now_ms)

    def bill_count(self, order: Order, now_ms: int) -> None:
        self._order = order
        error = self._before_start(order)
        if error is Error.GOOD:
            self._pick(now_ms)
        else:
            self._order, order.error = None, error
            order.done(order, now_ms)

    def boot(self, now_ms: int) -> None:
        """Power-on: what was under way is forgotten, notes stay where they are."""
        self.stop()
        self.booting = True
        self._start(BOOT_NOMINAL_MS, self._awake, now_ms)

    def _awake(self, now_ms: int) -> None:
        self.booting = False

    def stop(self) -> None:
        super().stop()
        self.booting = False
        self._order = self._halted = self.sizes = None
        self._pool.clear()
        self._way.clear()

    # -- orders nobody has confirmed (section 6)

    def present(self, ended: Ended, now_ms: int) -> None:
        """Hand the collected bundle out."""
        if (error := self._ready_pool()) is not Error.GOOD:
            ended(error, 0, now_ms)
        else:
            self._hand_out(Error.GOOD, lambda error, now: self._closed(error, ended, now), now_ms)

    def throw_away(self, ended: Ended, now_ms: int) -> None:
        """The collected bundle into the reject box."""
        if (error := self._ready_pool()) is not Error.GOOD:
            ended(error, 0, now_ms)
            return

        def thrown(now_ms: int) -> None:
            for note in list(self._pool):
                if self._reject_full():
                    self._closed(Error.REJECT_FULL, ended, now_ms)
                    return
                self._leave(note, self.reject.name)
            ended(Error.GOOD, 0, now_ms)

        self._start(DELIVER_NOMINAL_MS, thrown, now_ms)

    def retract(self, ended: Ended, now_ms: int) -> None:
        """What still lies at the exit into the capture box, and the shutter shut."""
        if "motor_failed" in self._owner.faults:
            ended(Error.MOTOR, 0, now_ms)
            return

        def retracted(now_ms: int) -> None:
            for note in self.exit.notes():
                if full(self.capture) or "capture_full" in self._owner.faults:
                    self._closed(Error.CAPTURE_FULL, ended, now_ms)
                    return
                self._leave(note, self.capture.name)
            self._closed(self.exit.move_shutter(False), ended, now_ms)

        self._start(DELIVER_NOMINAL_MS, retracted, now_ms)

    def order_shutter(self, to_open: bool, ended: Ended, now_ms: int) -> None:
        """Without a shutter nothing moves and nothing is wrong."""
        nominal_ms = self.speeds.flap_ms if self.exit.shutter else 0
        self._start(nominal_ms, lambda now: ended(self.exit.move_shutter(to_open), 0, now), now_ms)

    # -- before anything moves

    def _standing(self) -> Error:
        """What keeps every motion from beginning."""
        if "motor_failed" in self._owner.faults:
            return Error.MOTOR
        return Error.GOOD if self.tray_there() else Error.REJECT_MISSING

    def _before_start(self, order: Order) -> Error:
        if self.sizes is None:
            return Error.NOT_INITIALISED
        if self._halted is not None:
            order.cassette = self._halted[1]
            return self._halted[0]
        if not 0 < sum(order.asked) <= self.pool_notes:
            return Error.BAD_PARAMETER
        if (error := self._standing()) is not Error.GOOD:
            return error
        for order.cassette in (index for index in range(POSITIONS) if order.asked[index]):
            if self.sizes[order.cassette] is None:
                return Error.NO_SIZE
            if not self.there(order.cassette):
                return Error.CASSETTE_MISSING
        if len(self.path):
            return Error.POOL_NOT_HOME if self._pool else Error.JAM_BPS
        return Error.GOOD

    def _ready_pool(self) -> Error:
        if self._halted is not None:
            return self._halted[0]
        if (error := self._standing()) is not Error.GOOD:
            return error
        return Error.GOOD if self._pool else Error.POOL_NO_MEDIUM

    # -- one note after the other

    def _pick(self, now_ms: int) -> None:
        order = self._current()
        index = order.next_cassette()
        if index is None:
            self._close(Error.GOOD, now_ms)
            return
        order.cassette = index
        source = self._source(index)
        if not self.there(index):
            self._close(Error.CASSETTE_MISSING, now_ms)
        elif first(self.cassettes[source]) is None or self._plays("short_pick_next"):
            nominal_ms = PICK_TRY_NOMINAL_MS * (1 + order.retries[index])
            self._start(nominal_ms, lambda now: self._close(Error.NOT_PICKED, now), now_ms)
        else:
            self._onto_path(source)
            self._start(1_000 / self.speeds.notes_out_per_s, lambda now: self._arrived(source, index, now), now_ms)

    def _onto_path(self, source: int) -> None:
        note = first(self.cassettes[source])
        assert note is not None
        self._way.append(note)
        self.matter.move(note, self.path.name)

    def _arrived(self, source: int, index: int, now_ms: int) -> None:
        stuck = next((error for name, error in JAMS.items() if self._plays(name)), None)
        swapped = "cassettes_swapped" in self._owner.faults
        if stuck is not None:
            self._close(stuck, now_ms)
        elif self._plays("stopped_next"):
            self._end(Error.STOPPED, now_ms)
        elif self._plays("jam_rejs_next"):
            self._close(Error.JAM_REJS, now_ms)
        elif source != index and not swapped:
            self._to_reject(index, Error.WRONG_PICK, now_ms, ends=True, counted=False)
        elif first(self.cassettes[source]) and self._plays("double_pick_passed_next"):
            self._onto_path(source)
            self._into_pool(index)
            self._close(Error.COUNT_MISMATCH, now_ms)
        elif first(self.cassettes[source]) and self._plays("spacing_next"):
            self._onto_path(source)
            self._to_reject(index, Error.SPACING, now_ms, ends=True)
        elif self._plays("double_pick_next"):
            if first(self.cassettes[source]):
                self._onto_path(source)
            self._to_reject(index, Error.THICKNESS, now_ms)
        elif self._refuses(self._way[0], index):
            self._to_reject(index, Error.LENGTH, now_ms)
        else:
            self._into_pool(index)
            self._pick(now_ms)

    def _into_pool(self, index: int) -> None:
        """What is on its way is collected and counted as one note."""
        self._pool += self._way
        self._way.clear()
        self._current().out[index] += 1

    def _refuses(self, note: Note, index: int) -> bool:
        """The length is measured: only what INITIALISE announced passes."""
        size = self.sizes[index] if self.sizes is not None else None
        fits = size is not None and size[1] <= NOTE_MM.get(note.value_fen, 0) <= size[0]
        return not fits or "reject_all" in self._owner.faults or self._plays("reject_next")

    def _to_reject(self, index: int, cause: Error, now_ms: int, *, ends: bool = False, counted: bool = True) -> None:
        order = self._current()
        for note in list(self._way):
            if self._reject_full():
                self._close(Error.REJECT_FULL, now_ms)
                return
            self._leave(note, self.reject.name)
            order.rejected[index] += counted
        if ends or order.rejected[index] > order.limits[index]:
            self._close(cause, now_ms)
        else:
            self._pick(now_ms)

    # -- the bundle

    def _close(self, error: Error, now_ms: int) -> None:
        """No more notes are picked: what was collected goes out, then the order ends."""
        if self.collects or not self._pool:
            self._end(error, now_ms)
        else:
            self._hand_out(error, self._end, now_ms)

    def _hand_out(self, error: Error, then: Callable[[Error, int], None], now_ms: int) -> None:
        """`then` is called with the worse of `error` and what happens on the way to the exit."""
        if self._plays("pool_stuck_next"):
            then(Error.POOL_NOT_HOME, now_ms)
            return

        def arrived(now_ms: int) -> None:
            found = self._at_exit()
            then(error if found is Error.GOOD else found, now_ms)

        self._start(DELIVER_NOMINAL_MS, arrived, now_ms)

    def _at_exit(self) -> Error:
        if (error := self.exit.move_shutter(True)) is not Error.GOOD:
            return error
        bundle = list(self._pool)
        if self._plays("jam_ejsf_next"):
            return Error.JAM_EJSF
        half = self._plays("jam_ejsr_next")
        for note in bundle[: (len(bundle) + 1) // 2] if half else bundle:
            if full(self.tray):
                self.exit.stuck += self._pool
                return Error.JAM_EJSF
            self._leave(note, self.tray.name)
        self.exit.stuck += self._pool
        if half or self._plays("jam_after_last_next"):
            return Error.JAM_EJSR
        return Error.UNNAMED if self._plays("unnamed_error_next") else Error.GOOD

    def _end(self, error: Error, now_ms: int) -> None:
        order = self._current()
        self._order, order.error = None, error
        self._halt(error, order.cassette)
        order.done(order, now_ms)

    def _closed(self, error: Error, ended: Ended, now_ms: int) -> None:
        self._halt(error, 0)
        ended(error, 0, now_ms)

    def _halt(self, error: Error, cassette: int) -> None:
        """After an abnormal end what is in the path is no longer a bundle, and waits for INITIALISE."""
        if error is not Error.GOOD:
            self._halted = error, cassette
            self._pool.clear()
            self._way.clear()

    def _clear_into_box(self) -> Error:
        if self._plays("initialise_fails_next"):
            return Error.JAM_BPS
        for note in self.path.notes():
            if self._cleared is self.reject and self._reject_full():
                return Error.REJECT_FULL
            if self._cleared is self.capture and (full(self.capture) or "capture_full" in self._owner.faults):
                return Error.CAPTURE_FULL
            self._leave(note, self._cleared.name)
        return Error.GOOD if self.exit.covered() else self.exit.move_shutter(False)

    def _reject_full(self) -> bool:
        return full(self.reject) or "reject_full" in self._owner.faults

    def _leave(self, note: Note, to: str) -> None:
        super()._leave(note, to)
        for notes in (self._pool, self._way, self.exit.stuck):
            if note in notes:
                notes.remove(note)

    def _current(self) -> Order:
        if self._order is None:
            raise RuntimeError("the dispenser moves without an order: a mistake of the simulation")
        return self._order
