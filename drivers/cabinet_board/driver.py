"""The cabinet board's manners: who is asked when, the watchdog, coils written and compared, silence noticed.

Sources: io-board sheet 2.1-2.5; cabinet-board-v2 sheet. One request is out at a time. Silence is never "closed": after one
second without inputs every level is unknown and the board is started over.
"""

from __future__ import annotations

from collections import deque

from drivers.cabinet_board import codec
from drivers.cabinet_board.codec import Answer, Request
from drivers.cabinet_board.coils import MOTIONS, Coils
from drivers.cabinet_board.rounds import (
    KICK,
    OTHER_SYNC,
    READ_BOX_TAG,
    READ_IDENTITY,
    READ_INPUTS,
    READ_MEASURES,
    READ_TAGS,
    SYNC,
    Rounds,
)
from drivers.cabinet_board.switches import Switches, Watcher
from drivers.compose.board import Coil, Input
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.cabinet import LAMPS
from kiosk.ports.fact import DeviceReady, Report

ANSWER_MS = 150
SILENT_MS = 1_000  # io-board sheet 2.5
GAP_MS = 2  # 3.5 characters between frames at 19200
RETRY_MS = 2_000
FLAP_GRACE_MS = 500
RELEASE_MS = 3_000
BOX_TAG_TRIES, BOX_TAG_EVERY_MS = 5, 200

LAMP_COIL = dict(zip(LAMPS, (0, 1, 2, 3, 4, 5, 6, 14), strict=True))


class CabinetBoard:
    """Participant, `Cabinet` port and `Board` of the composed devices. `flap_ms`: run time written into the board."""

    def __init__(
        self, name: str, report: Report, *, poll_ms: int = 50, watchdog_s: int = 15, flap_ms: int = 300
    ) -> None:
        self.name = name
        self._report = report
        self._faults = Raised(name, report)
        self._switches = Switches(report, self._faults)
        self._decoder = codec.Decoder()
        self._watchdog_s, self._flap_ms = watchdog_s, flap_ms
        self._linked = False
        self._running = False
        self._out = bytearray()
        self._asked: Request | None = None
        self._answer_by_ms = self._quiet_until_ms = self._heard_ms = 0
        self._missed = False  # a question since then found no good answer: our own pause is not the board's silence
        self._input_bytes = b""
        self._todo: deque[Request] = deque()
        self._sync: Request | None = None  # asked after a silence: a late answer cannot be taken for this one
        self._rounds = Rounds(poll_ms, watchdog_s)
        self._coils = Coils(self._faults)
        self._latched = 0
        self._measures: tuple[int, ...] = ()
        self._counted = (0, 0)  # event counter of the board, changes seen by us
        self._shutter_by_ms: int | None = None
        self._release_off_ms: int | None = None
        self._box_tag_tries = 0
        self._box_tag_ms = 0
        self.firmware = ""
        self.tags: dict[str, str] = {}
        self.missed_changes = 0
        self.exceptions = 0

    # -- Cabinet port

    def lamp(self, name: str, on: bool) -> None:
        self.set_coil(Coil(LAMP_COIL[name]), on)

    def entry_shutter(self, open_: bool) -> None:
        self.set_coil(Coil.ENTRY_SHUTTER, open_)

    def siren(self, on: bool) -> None:
        self.set_coil(Coil.SIREN, on)

    def unlock(self) -> None:
        if self._running:
            self._coils.want(Coil.RELEASE_DOOR, False)  # a second release within the first is a release again
            self.set_coil(Coil.RELEASE_DOOR, True)

    # -- Board of the composed devices

    def input(self, which: Input) -> bool | None:
        return self._switches.level(which)

    def watch(self, changed: Watcher) -> None:
        self._switches.watch(changed)

    def set_coil(self, which: Coil, on: bool) -> None:
        if which in MOTIONS and on and not self._running:
            return  # nobody can see what would move
        if self._coils.want(which, on) and self._running:
            self._todo.append(codec.write_coil(which, on))

    # -- Participant

    def link_up(self, now_ms: int) -> None:
        self._linked = True
        self._faults.clear(FaultCode.LINK_LOST)
        self._heard_ms = now_ms
        self._restart(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._linked = False
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._forget()

    def take_output(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes, now_ms: int) -> None:
        answer = self._decoder.feed(data)
        request = self._asked
        if answer is None or request is None:
            return
        self._asked = None
        self._quiet_until_ms = now_ms + GAP_MS
        if answer.exception:
            self._refused(request, answer.exception, now_ms)
        else:
            self._answered(request, answer, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._linked:
            return None
        if self._missed and now_ms - self._heard_ms >= SILENT_MS:
            self._silent(now_ms)
        if self._asked is not None:
            if now_ms < self._answer_by_ms:
                return self._answer_by_ms
            self._unanswered(self._asked)
        self._timers(now_ms)
        if now_ms < self._quiet_until_ms:
            waiting = not self._running or self._todo or self._sync is not None
            return self._quiet_until_ms if waiting else max(self._quiet_until_ms, self._wake_ms())
        request = self._next(now_ms)
        if request is None:
            return self._wake_ms() if self._running else now_ms + ANSWER_MS
        self._ask(request, now_ms)
        return self._answer_by_ms

    @property
    def ready(self) -> bool:
        """Identified and set up, and its inputs are known."""
        return self._running

    def probe_lines(self) -> list[str]:
        """Identity, state, counters, for a technician. Moves nothing."""
        levels = self._switches.levels
        lines = [f"cabinet board, map version {codec.MAP_VERSION}, firmware {self.firmware or 'unknown'}"]
        if levels is not None:
            lines += [f"input {which:2} {which.name} {levels >> which & 1}" for which in Input]
        if self._measures:
            m = self._measures
            lines.append(
                f"uptime_s {m[3] | m[4] << 16} temperature_0_1c {m[5] - (m[5] >> 15 << 16)} supply_10mv {m[7]}"
            )
            lines.append(
                f"events {m[11]} latch {m[12]:04X} reset_cause {m[13]} watchdog_trips {m[14]} crc_errors {m[15]}"
            )
        lines += [f"tag {part} {text}" for part, text in self.tags.items() if text]
        return [*lines, *self._faults.lines()]

    # -- asking

    def _restart(self, now_ms: int) -> None:
        """Identify and set up; what the board did before is unknown."""
        self._forget()
        self._todo.append(READ_IDENTITY)
        self._quiet_until_ms = now_ms

    def _forget(self) -> None:
        self._running = False
        self._asked = self._sync = None
        self._decoder.expect(None)
        self._todo.clear()
        self._out.clear()
        self._input_bytes = b""
        self._latched = self._box_tag_tries = 0
        self._release_off_ms = self._shutter_by_ms = None
        self._coils.forget_motions()
        self._switches.lose()

    def _ask(self, request: Request, now_ms: int) -> None:
        self._asked, self._answer_by_ms = request, now_ms + ANSWER_MS
        self._decoder.expect(request)
        self._out += request.frame

    def _next(self, now_ms: int) -> Request | None:
        if self._sync is not None:
            request, self._sync = self._sync, None
            return request
        if self._running and (starved := self._rounds.starved(READ_INPUTS, now_ms)) is not None:
            return starved  # orders never keep us from seeing
        if self._todo:
            return self._todo.popleft()
        return self._rounds.next(now_ms) if self._running else None

    def _wake_ms(self) -> int:
        waits = (self._shutter_by_ms, self._release_off_ms, self._box_tag_ms if self._box_tag_tries else None)
        return min([self._rounds.wake_ms(), *(wait for wait in waits if wait is not None)])

    def _unanswered(self, request: Request) -> None:
        self._asked = None
        self._missed = True
        self._decoder.expect(None)
        if request.what == "sync":
            return
        if not self._running or request.what in ("coil", "clear_latch", "box_tag"):
            self._todo.appendleft(request)  # a level or a question: the same again does no harm
        self._sync = SYNC if request.function != SYNC.function else OTHER_SYNC

    def _silent(self, now_ms: int) -> None:
        self._faults.set(FaultCode.NO_ANSWER, True)
        self._heard_ms = now_ms  # asked again for another second
        self._restart(now_ms)

    def _refused(self, request: Request, exception: int, now_ms: int) -> None:
        self.exceptions += 1
        if request.what == "sync":
            self._heard_ms = now_ms if not self._running else self._heard_ms
        elif not self._running:
            code = FaultCode.DEVICE_FAILURE if exception == codec.DEVICE_FAILS else FaultCode.WRONG_DEVICE
            self._not_ours(code, f"{request.what} exception {exception}", now_ms)
        elif request.what == "inputs":
            self._missed = True
        elif request.what == "coil":
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"coil {request.frame[3]} exception {exception}")

    def _not_ours(self, code: FaultCode, detail: str, now_ms: int) -> None:
        """It answers, but not as our board: not used, and looked at again after a while."""
        self._faults.set(code, True, detail)
        self._faults.clear(FaultCode.NO_ANSWER)
        self._restart(now_ms)
        self._quiet_until_ms = now_ms + RETRY_MS
        self._heard_ms = now_ms + RETRY_MS

    # -- answers

    def _answered(self, request: Request, answer: Answer, now_ms: int) -> None:
        what = request.what
        if what == "inputs":
            self._heard_ms, self._missed = now_ms, False
            if answer.data != self._input_bytes or self._latched:
                self._take_inputs(answer.data, now_ms)
            return
        if not self._running:
            self._heard_ms = now_ms
        if what == "identity":
            self._take_identity(codec.registers(answer.data), now_ms)
        elif what == "measures":
            self._take_measures(codec.registers(answer.data), now_ms)
        elif what == "coils":
            self._compare(codec.levels(answer.data))
        elif what in ("tags", "box_tag"):
            self._take_tags(what, codec.registers(answer.data), now_ms)
        elif what == "coil":
            self._coil_written(request, now_ms)

    def _take_identity(self, words: tuple[int, ...], now_ms: int) -> None:
        kind, firmware, version = words
        if kind != codec.BOARD_TYPE or version != codec.MAP_VERSION:
            self._not_ours(FaultCode.WRONG_DEVICE, f"type {kind:04X} map {version}", now_ms)
            return
        self.firmware = f"{firmware >> 8:x}.{firmware & 0xFF:02x}"
        self._todo += [
            codec.write_register("watchdog", codec.WATCHDOG_S, self._watchdog_s),
            KICK,
            codec.write_register("flap_time", codec.FLAP_10MS, self._flap_ms // 10),
            codec.write_register("debounce", codec.NEAR_DEBOUNCE_MS, 100),
            codec.write_coils(0, self._coils.all_wanted()),
            READ_MEASURES,
            READ_TAGS,
            READ_INPUTS,
        ]

    def _take_inputs(self, data: bytes, now_ms: int) -> None:
        self._input_bytes = data
        was_running, self._running = self._running, True  # whoever hears of the levels may order at once
        box_put_in = self._switches.take(codec.levels(data), news=was_running)
        if not was_running:
            self._ready(now_ms)
        elif box_put_in:
            self._box_tag_tries, self._box_tag_ms = BOX_TAG_TRIES, now_ms
        elif self._box_tag_tries and not self._switches.level(Input.NOTE_BOX_PRESENT):
            self._box_tag_tries = 0  # out again before its tag could be read
        if self._shutter_follows():
            self._shutter_by_ms = None
            self._faults.clear(FaultCode.SHUTTER)
        if self._latched:
            self._judge_latch()

    def _ready(self, now_ms: int) -> None:
        self._rounds.start(now_ms)
        self._shutter_by_ms = now_ms + self._flap_ms + FLAP_GRACE_MS
        self._counted = (self._measures[codec.EVENTS], self._switches.changes)
        self._switches.box_tag = self.tags.get("note_box", "")
        self._faults.clear(
            FaultCode.NO_ANSWER,
            FaultCode.WRONG_DEVICE,
            FaultCode.LINK_LOST,
            FaultCode.DEVICE_FAILURE,
            FaultCode.PROTOCOL,
        )
        self._report(self._switches.seen(self.tags))
        self._report(DeviceReady(self.name, f"cabinet board map {codec.MAP_VERSION}", self.firmware, ""))

    def _take_measures(self, words: tuple[int, ...], now_ms: int) -> None:
        before, self._measures = self._measures, words
        self._latched = words[codec.LATCH]
        if not self._running:
            return
        if self._uptime(words) < self._uptime(before) or words[codec.TRIPS] != before[codec.TRIPS]:
            # all coils went to their start or fail-safe state: nothing that was under way is certain
            self._faults.set(FaultCode.PROTOCOL, True, f"board restarted cause {words[codec.RESET_CAUSE]}")
            self._restart(now_ms)
            return
        events, changes = self._counted
        risen, seen = (words[codec.EVENTS] - events) & 0xFFFF, self._switches.changes - changes
        self._counted = (words[codec.EVENTS], self._switches.changes)
        self.missed_changes += max(0, risen - seen)
        if self._latched or risen > seen:
            self._rounds.soon(READ_INPUTS, now_ms)

    @staticmethod
    def _uptime(words: tuple[int, ...]) -> int:
        return words[codec.UPTIME_LOW] | words[codec.UPTIME_LOW + 1] << 16

    def _judge_latch(self) -> None:
        self._switches.judge_latch(self._latched)
        self._todo.append(codec.write_register("clear_latch", codec.CLEAR_LATCH, self._latched))
        self._latched = 0

    def _compare(self, levels: int) -> None:
        waiting = {request.frame[3] for request in self._todo if request.what == "coil"}
        self._todo += [codec.write_coil(coil, on) for coil, on in self._coils.compare(levels, waiting)]

    def _take_tags(self, what: str, words: tuple[int, ...], now_ms: int) -> None:
        for n, part in enumerate(codec.TAG_PARTS[: len(words) // 4]):
            self.tags[part] = codec.tag(words[4 * n : 4 * n + 4])
        if what == "box_tag" and self._box_tag_tries:
            self._box_tag_tries -= 1
            self._box_tag_ms = now_ms + BOX_TAG_EVERY_MS
            if self.tags["note_box"] or not self._box_tag_tries:
                self._box_tag_tries = 0
                self._switches.box_reported(self.tags["note_box"])

    # -- motions

    def _coil_written(self, request: Request, now_ms: int) -> None:
        coil, on = request.frame[3], request.frame[4] == 0xFF
        if coil == Coil.ENTRY_SHUTTER:
            self._shutter_by_ms = now_ms + self._flap_ms + FLAP_GRACE_MS
        elif coil == Coil.RELEASE_DOOR:
            self._release_off_ms = now_ms + RELEASE_MS if on else None

    def _shutter_follows(self) -> bool:
        return self._switches.level(Input.ENTRY_SHUTTER_CLOSED) != self._coils.wanted(Coil.ENTRY_SHUTTER)

    def _timers(self, now_ms: int) -> None:
        if self._shutter_by_ms is not None and now_ms >= self._shutter_by_ms:
            self._shutter_by_ms = None
            self._faults.set(FaultCode.SHUTTER, not self._shutter_follows(), "note entry")
        if self._release_off_ms is not None and now_ms >= self._release_off_ms:
            self._release_off_ms = None
            self.set_coil(Coil.RELEASE_DOOR, False)
        if self._box_tag_tries and now_ms >= self._box_tag_ms and READ_BOX_TAG not in self._todo:
            self._box_tag_ms = now_ms + BOX_TAG_EVERY_MS
            self._todo.append(READ_BOX_TAG)
