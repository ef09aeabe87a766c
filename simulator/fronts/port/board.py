"""The cabinet board without Modbus: the twin's physics behind the port `Cabinet`, and inputs and coils for the devices beside it.

Sources: cabinet board sheet, version 2; io-board sheet 2.5. News is seen where a host's next question would see it (every
`poll_ms`, the latch every second), but while nothing changes nobody wakes. Byte-level only, and without effect here: `noise`,
`duplicate_reply`, `reply_to_previous`, `late_reply`, `counter_wrap`. A wrong map version shows at a start only.

A device that moves something calls `poll` itself after its orders, and takes the answer into its own wake: the reactor asks
the board only when something was said.
"""

from __future__ import annotations

from collections import deque

from kiosk.faults import FaultCode as F
from kiosk.ports.cabinet import LAMPS, BoxMoved
from kiosk.ports.fact import DeviceReady, Report
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.cabinet_board import contacts as n
from simulator.devices.cabinet_board.tables import (
    CLEAR_LATCH,
    KICK,
    KICK_WORD,
    MAP_VERSION,
    NEAR_DEBOUNCE,
    RUN_10MS,
    WATCHDOG_S,
)
from simulator.fronts.port import board_line as line
from simulator.fronts.port.board_line import BROKEN, SET_UP, SET_UP_MS, Heard
from simulator.fronts.port.levels import KNOWN, Levels, Watcher, tags_of
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

MODEL, FIRMWARE = f"cabinet board map {MAP_VERSION}", "1.05"
COMPARE_MS, MEASURE_MS, KICK_MS, AGAIN_MS, SILENT_MS, RETRY_MS = 10_000, 1_000, 3_750, 150, 1_000, 2_000
WATCHDOG_LIMIT_S, FLAP_GRACE_MS, RELEASE_MS = 15, 500, 3_000
BOX_TAG_TRIES, BOX_TAG_EVERY_MS = 5, 200
LAMP_COIL = dict(zip(LAMPS, (0, 1, 2, 3, 4, 5, 6, 14), strict=True))
SIREN, ENTRY_SHUTTER, BACKLIGHT, RELEASE_DOOR = 7, 10, 11, 15
ENTRY_CLOSED = 18
MOTIONS = frozenset({8, 9, 15, 16, 17, 18, 19})
"""Coils that a start never sets: whoever ordered the motion must decide anew."""

CURED = (F.NO_ANSWER, F.WRONG_DEVICE, F.LINK_LOST, F.DEVICE_FAILURE, F.PROTOCOL)


class BoardFront(Linkless):
    """Participant and `Cabinet`; `input`, `set_coil` and `watch` with the numbers of map version 2. `flap_ms` as in register 3."""

    def __init__(self, name: str, report: Report, twin: CabinetBoard, *, poll_ms: int = 50, flap_ms: int = 300) -> None:
        self.name, self.twin = name, twin
        self._report, self._poll_ms, self._flap_ms = report, poll_ms, flap_ms
        self._faults = Faults(name, report)
        self._levels = Levels(report, self._faults)
        self._plugged = True
        self._linked: bool | None = None  # as the plug was when it was looked at last
        self._running = self._guarded = self._broken = self._missed = False
        self._step = 0  # of SET_UP
        self._want = [coil == BACKLIGHT for coil in range(20)]
        self._todo: deque[tuple[int, bool]] = deque()
        self._known = (0, 0)  # starts and trips of the board
        self._tag_tries = 0
        self._heard_ms = self._again_ms = self._retry_ms = self._ask_ms = self._kick_ms = self._tag_ms = 0
        self._look_ms: int | None = None  # when a changed level will be seen
        self._measure_ms: int | None = None  # when the latch and a restart will be seen
        self._compare_ms: int | None = None
        self._shutter_by_ms: int | None = None
        self._release_off_ms: int | None = None
        self._wrote = False  # to the board, in this turn
        self._looks = -1  # this and the next three are of the last turn: nothing of it changed, nothing to do
        self._due_ms: int | None = 0
        self._played: set[str] = set()
        self._lay: list[int] = []

    # -- Cabinet

    def lamp(self, name: str, on: bool) -> None:
        self.set_coil(LAMP_COIL[name], on)

    def entry_shutter(self, open_: bool) -> None:
        self.set_coil(ENTRY_SHUTTER, open_)

    def siren(self, on: bool) -> None:
        self.set_coil(SIREN, on)

    def unlock(self) -> None:
        if self._running:
            self._want[RELEASE_DOOR] = False
            self.set_coil(RELEASE_DOOR, True)

    # -- for the devices beside it

    def input(self, contact: int) -> bool | None:
        """Level as last seen; None while the board does not answer."""
        return self._levels.level(contact)

    def set_coil(self, coil: int, on: bool) -> None:
        """Queued for the next `poll`. A motion is not begun while nobody can see it."""
        if coil in MOTIONS and on and not self._running:
            return
        if self._want[coil] != on:
            self._want[coil] = on
            if self._running:
                self._todo.append((coil, on))

    def watch(self, changed: Watcher) -> None:
        """Told every change of an input after its first reading, and None of all when contact is lost."""
        self._levels.watch(changed)

    # -- the plug

    def unplug(self) -> None:
        self._plugged = False

    def replug(self) -> None:
        self._plugged = True

    def restart(self) -> None:
        """The handshake anew, as a technician asks for it."""
        self._linked = None

    # -- Participant

    def poll(self, now_ms: int) -> int | None:
        twin, due_ms = self.twin, self._due_ms
        if (
            (due_ms is None or now_ms < due_ms)
            and not self._todo
            and twin.tables.looks == self._looks
            and self._plugged is self._linked
            and twin.faults == self._played
            and twin.body.lying() == self._lay
        ):
            return due_ms
        twin_ms = twin.poll(now_ms)
        self._wrote = False
        self._turn(now_ms)
        if self._wrote or twin.tables.looks != self._looks + 1:
            twin_ms = twin.poll(now_ms)
        self._due_ms = self._wake_ms(twin_ms, now_ms)
        self._looks, self._played, self._lay = twin.tables.looks, set(twin.faults), twin.body.lying()
        return self._due_ms

    def _wake_ms(self, twin_ms: int | None, now_ms: int) -> int | None:
        if self._running and self._look_ms is None and self._differs():
            self._look_ms = self._grid(now_ms + 1)
        waits = [self._look_ms, self._measure_ms, self._compare_ms, self._shutter_by_ms, self._release_off_ms]
        if twin_ms is not None:
            waits.append(self._grid(twin_ms))  # nobody sees it earlier
        if self._todo:
            waits.append(self._retry_ms)
        if self._tag_tries:
            waits.append(self._tag_ms)
        if self._linked and not self._running:
            waits.append(self._again_ms)
        elif self._linked and (self._broken or self._missed):
            waits += [self._ask_ms, self._kick_ms]
        due_ms = min((wait for wait in waits if wait is not None), default=None)
        return due_ms if due_ms is None else max(due_ms, now_ms + 1)

    def _grid(self, at_ms: int) -> int:
        """The first question of a host not before `at_ms`."""
        return -(-at_ms // self._poll_ms) * self._poll_ms

    # -- one turn

    def _turn(self, now_ms: int) -> None:
        twin = self.twin
        if self._plugged is not self._linked:
            self._plug_moved(now_ms)
        if not self._linked:
            return
        broken = not twin.powered or not twin.faults.isdisjoint(BROKEN)
        if broken and not self._broken:
            self._heard_ms, self._ask_ms, self._kick_ms = now_ms, self._grid(now_ms), now_ms + KICK_MS
        self._broken = broken
        if not self._running:
            self._start(now_ms)
        if self._running:
            self._guard(broken)
            self._watch_over(now_ms)
        if self._running:
            self._timers(now_ms)
            self._write(now_ms)

    def _plug_moved(self, now_ms: int) -> None:
        self._linked = self._plugged
        if self._plugged:
            self._faults.clear(F.LINK_LOST)
            self._heard_ms, self._missed = now_ms, False
        else:
            self._faults.set(F.LINK_LOST, True, f"{self.name}: unplugged")
            if self.twin.powered:
                self._guard(True)
        self._restart(now_ms)

    def _guard(self, on: bool) -> None:
        """The board's watchdog runs where kicks may not reach it; else they always would, and nobody need give them."""
        if on is not self._guarded:
            self._guarded = on
            self._hold(WATCHDOG_S, WATCHDOG_LIMIT_S * on)

    def _hold(self, register: int, value: int) -> None:
        self._wrote = True
        self.twin.tables.write_holding(register, [value])

    # -- contact

    def _restart(self, now_ms: int) -> None:
        self._running, self._step, self._again_ms = False, 0, now_ms + SET_UP_MS
        self._todo.clear()
        self._look_ms = self._measure_ms = self._compare_ms = None
        self._shutter_by_ms = self._release_off_ms = None
        self._tag_tries = 0
        for coil in MOTIONS:
            self._want[coil] = False
        self._levels.lose()

    def _start(self, now_ms: int) -> None:
        if self._missed and now_ms - self._heard_ms >= SILENT_MS:
            self._silent(now_ms)
        if now_ms < self._again_ms:
            return
        while self._step < len(SET_UP):
            what, function = SET_UP[self._step]
            if (heard := line.ask(self.twin, function, now_ms)) is Heard.REFUSED:
                self._not_ours(F.DEVICE_FAILURE, f"{what} exception 4", now_ms)
                return
            if heard is not Heard.GOOD:
                self._missed, self._again_ms = True, now_ms + AGAIN_MS
                return
            self._heard_ms = now_ms
            if what == "identity" and "map_version_1" in self.twin.faults:
                self._not_ours(F.WRONG_DEVICE, "type 5456 map 1", now_ms)
                return
            self._step += 1
        self._set_up(now_ms)

    def _set_up(self, now_ms: int) -> None:
        tables = self.twin.tables
        self._guarded, self._missed, self._running = False, False, True
        for register, value in ((WATCHDOG_S, 0), (RUN_10MS, self._flap_ms // 10), (NEAR_DEBOUNCE, 100)):
            self._hold(register, value)
        tables.write_coils(0, self._want)
        self._known, latch = (tables.starts, tables.trips), tables.contacts.latch
        tags = tags_of(self.twin.body)
        self._levels.take(tables.contacts.state, news=False)
        self._shutter_by_ms = now_ms + self._flap_ms + FLAP_GRACE_MS
        self._levels.box_tag = tags.get("note_box", "")
        self._faults.clear(*CURED)
        self._report(self._levels.seen(tags))
        self._report(DeviceReady(self.name, MODEL, FIRMWARE, ""))
        self._judge_shutter()
        if latch:
            self._judge(latch)

    def _silent(self, now_ms: int) -> None:
        self._faults.set(F.NO_ANSWER, True)
        self._heard_ms = now_ms
        self._restart(now_ms)

    def _not_ours(self, code: F, detail: str, now_ms: int) -> None:
        self._faults.set(code, True, detail)
        self._faults.clear(F.NO_ANSWER)
        self._restart(now_ms)
        self._again_ms = self._heard_ms = now_ms + RETRY_MS

    # -- seeing

    def _watch_over(self, now_ms: int) -> None:
        tables = self.twin.tables
        if self._broken or self._missed:  # a question that was missed is put again, though the line is whole by now
            self._ask(now_ms)
        elif self._differs():
            if self._look_ms is None:
                self._look_ms = self._grid(now_ms)
            if now_ms >= self._look_ms:
                self._see(now_ms)
        else:
            self._look_ms = None
        if not self._running:
            return
        if not self._broken and not tables.contacts.latch and (tables.starts, tables.trips) == self._known:
            self._measure_ms = None
        elif self._measure_ms is None:
            self._measure_ms = (now_ms // MEASURE_MS + 1) * MEASURE_MS
        elif now_ms >= self._measure_ms:
            self._measure(now_ms)

    def _differs(self) -> bool:
        return self._levels.now != self.twin.tables.contacts.state[:KNOWN]

    def _ask(self, now_ms: int) -> None:
        """As often as a host does: something is broken on purpose."""
        if now_ms >= self._kick_ms:
            self._kick_ms += KICK_MS
            if line.ask(self.twin, line.WRITE_REGISTER, now_ms) in (Heard.GOOD, Heard.DONE):
                self._hold(KICK, KICK_WORD)
        if now_ms >= self._ask_ms:
            heard = line.ask(self.twin, line.INPUTS, now_ms)
            self._ask_ms = self._grid(now_ms + (1 if heard in (Heard.GOOD, Heard.REFUSED) else AGAIN_MS))
            self._missed = heard is not Heard.GOOD
            if heard is Heard.GOOD:
                self._heard_ms = now_ms
                self._see(now_ms)
        if self._missed and now_ms - self._heard_ms >= SILENT_MS:
            self._silent(now_ms)

    def _see(self, now_ms: int) -> None:
        self._look_ms = None
        if not self._differs():
            return
        if self._levels.take(self.twin.tables.contacts.state, news=True):
            self._tag_tries, self._tag_ms = BOX_TAG_TRIES, now_ms
        elif self._tag_tries and not self._levels.level(n.NOTE_BOX):
            self._tag_tries = 0
        self._judge_shutter()

    def _measure(self, now_ms: int) -> None:
        """Registers: did it start anew, and what was too short to be seen."""
        self._measure_ms = now_ms + MEASURE_MS
        tables = self.twin.tables
        if line.ask(self.twin, line.REGISTERS, now_ms) is not Heard.GOOD:
            return
        if (tables.starts, tables.trips) != self._known:
            self._faults.set(F.PROTOCOL, True, f"board restarted cause {tables.cause}")
            self._restart(now_ms)
            return
        self._measure_ms, latch = None, tables.contacts.latch
        if latch:
            self._see(now_ms)
            self._judge(latch)

    def _judge(self, latch: int) -> None:
        self._levels.judge(latch)
        self._hold(CLEAR_LATCH, latch)

    # -- coils and what they move

    def _write(self, now_ms: int) -> None:
        while self._todo and now_ms >= self._retry_ms and not self._missed:  # to see comes before to move
            coil, on = self._todo[0]
            heard = line.ask(self.twin, line.WRITE_COIL, now_ms)
            if heard in (Heard.GOOD, Heard.DONE):
                self._wrote = True
                self.twin.tables.write_coils(coil, [on])
            if heard in (Heard.NOTHING, Heard.DONE):
                self._retry_ms = now_ms + AGAIN_MS
                return
            self._todo.popleft()
            if heard is Heard.REFUSED:
                self._faults.set(F.DEVICE_FAILURE, True, f"coil {coil} exception 4")
                self._compare_ms = now_ms + COMPARE_MS
            elif coil == ENTRY_SHUTTER:
                self._shutter_by_ms = now_ms + self._flap_ms + FLAP_GRACE_MS
            elif coil == RELEASE_DOOR:
                self._release_off_ms = now_ms + RELEASE_MS if on else None

    def _judge_shutter(self) -> None:
        if self._levels.level(ENTRY_CLOSED) is not self._want[ENTRY_SHUTTER]:
            self._shutter_by_ms = None
            self._faults.clear(F.SHUTTER)

    def _timers(self, now_ms: int) -> None:
        if self._shutter_by_ms is not None and now_ms >= self._shutter_by_ms:
            self._shutter_by_ms = None
            stuck = self._levels.level(ENTRY_CLOSED) is self._want[ENTRY_SHUTTER]
            self._faults.set(F.SHUTTER, stuck, "note entry")
        if self._release_off_ms is not None and now_ms >= self._release_off_ms:
            self._release_off_ms = None
            self.set_coil(RELEASE_DOOR, False)
        if self._compare_ms is not None and now_ms >= self._compare_ms:
            self._compare(now_ms)
        if self._tag_tries and now_ms >= self._tag_ms:
            self._read_box_tag(now_ms)

    def _compare(self, now_ms: int) -> None:
        """Coils that a refused write left behind: motions are given up, others written again."""
        self._compare_ms = None
        for coil, wanted in enumerate(self._want):
            if coil in (SIREN, RELEASE_DOOR) or self.twin.tables.coils[coil] is wanted:
                continue
            if coil in MOTIONS and wanted:
                self._want[coil] = False
            else:
                self._todo.append((coil, wanted))
        self._faults.clear(F.DEVICE_FAILURE)

    def _read_box_tag(self, now_ms: int) -> None:
        self._tag_ms = now_ms + BOX_TAG_EVERY_MS
        if line.ask(self.twin, line.REGISTERS, now_ms) is not Heard.GOOD:
            return
        self._tag_tries -= 1
        tag = tags_of(self.twin.body).get("note_box", "")
        if tag or not self._tag_tries:
            self._tag_tries = 0
            self._levels.box_tag = tag
            self._report(BoxMoved(True, tag))
