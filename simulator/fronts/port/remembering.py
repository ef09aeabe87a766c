"""The LCDM-4000's mechanism asked without bytes: it remembers its last order, so much can be found out after a silence.

Source: lcdm sheet, sections 3 (acknowledge and response times), 5 and 7. Byte-level only: `noise`, `duplicate_reply`,
`reply_to_previous`, `bit_flip`, `cut_frame`, lasting `late_reply`; `eot_missing_next` and `ack_lost_next` cost time, nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.lcdm import Lcdm4000, wire
from simulator.fronts.port.cassettes import CassetteState, State
from simulator.fronts.port.dispenser_line import ACK_MS, TRIES, Line
from simulator.fronts.port.lcdm import Lcdm
from simulator.fronts.port.mechanism import AGAIN_MS, DOUBT_MS, Ended, Found, Script
from simulator.fronts.port.paid import REFUSED, Deed, Done, Judgement, Memory, aftermath, judged, last_of, taken

STATUS_MS = 34  # a STATUS and its answer at 9600 baud
BETWEEN_MS = 200  # after notes have moved, before the next command
ASKING_MS, RESET_MS = 10_000, 2_000
SUSPECT_MS = 2 * DOUBT_MS
SENSORS_AND_MOTORS = (0x20, 0x21, 0x22, 0x23)


class Remembering(Lcdm):
    model = "lcdm4000"
    twin: Lcdm4000
    _line: Line

    def __init__(
        self, name: str, report: Report, twin: Lcdm4000, cassettes: Mapping[int, int], found: Found, ended: Ended,
        *, max_notes: int, watch_ms: int = 2_000,
    ) -> None:  # fmt: skip
        self.twin = twin
        self._line = line = Line(twin, lambda: self.health.whole.clear(FaultCode.NO_ANSWER))
        self._serial_counts = False
        super().__init__(name, report, twin, line, cassettes, found, ended, max_notes=max_notes, watch_ms=watch_ms)

    # -- scripts

    def _start(self) -> Script:
        """Who is there, what it remembers; then the order that a lost link left open."""
        yield STATUS_MS
        yield from self._ask_state()
        memory = yield from self._ask_memory()
        if self._deed:
            judgement, _ = self._settle(self._deed, memory)
            self._end(judgement or REFUSED)
        self.memory, self._found = memory, True
        self.health.whole.clear(FaultCode.WRONG_DEVICE)
        self._tell_found()

    def _restart(self) -> Script:
        self._reset_wanted = False
        if self._line.hears(wire.RESET) not in ("silent", "nak"):
            self.twin.body.boot(self._line.now_ms)
        yield ACK_MS
        yield RESET_MS
        yield from self._start()

    def _look(self) -> Script:
        if (yield from self._line.ask(wire.STATUS)):
            self._see()

    def _ask_state(self) -> Script:
        while not (yield from self._line.ask(wire.STATUS)):
            yield AGAIN_MS
        self._see()

    def _ask_memory(self) -> Generator[int, None, Memory]:
        serial = self.twin.body.transaction if (yield from self._line.ask(wire.SERIAL, tries=1)) else None
        known = yield from self._line.ask(wire.LAST_STATUS)
        return Memory(last_of(self.twin.body) if known else None, serial, known)

    def _carry_out(self, deed: Deed) -> Script:
        if not self._line.settled:
            yield from self._ask_state()
        judgement = REFUSED
        for _ in range(TRIES):
            outcome = yield from self._line.order(deed)
            if outcome == "refused":
                break
            if isinstance(outcome, Done):
                judgement = yield from self._believe(deed, outcome)
                break
            self._suspect_until_ms = self._line.now_ms + SUSPECT_MS
            deed.acked = outcome == "lost"
            memory = yield from self._ask_after_silence(deed)
            found, was_taken = self._settle(deed, memory)
            self.memory = memory
            judgement = found or judgement
            if found or was_taken is not False or deed.acked:
                break
        self._end(judgement)
        yield BETWEEN_MS
        yield from self._remember(deed)

    def _ask_after_silence(self, deed: Deed) -> Generator[int, None, Memory]:
        until_ms = max((deed.sent_ms or 0) + DOUBT_MS, self._line.now_ms + ASKING_MS)
        while self._line.now_ms < until_ms:
            if (yield from self._line.ask(wire.STATUS)):
                self._see()
                return (yield from self._ask_memory())
            yield AGAIN_MS
        return Memory()

    def _believe(self, deed: Deed, done: Done) -> Generator[int, None, Judgement]:
        """A response that may be an earlier order's, late, must agree with what the device remembers."""
        if deed.before.known and self._line.now_ms < self._suspect_until_ms:
            memory = yield from self._ask_after_silence(deed)
            if not memory.known or memory.last != done:
                deed.acked, self.memory = True, memory
                found, _ = self._settle(deed, memory)
                return found or Judgement("unknown", "no response")
        return self._judge(deed, done)

    def _remember(self, deed: Deed) -> Script:
        yield from self._ask_state()
        self.memory = yield from self._ask_memory()
        now, then = self.memory.serial, deed.before.serial
        if deed.code == wire.DISPENSE and now is not None and then is not None and now != then:
            self._serial_counts = True

    def _after_late(self, deed: Deed) -> Script:
        yield AGAIN_MS
        yield from self._remember(deed)

    # -- outcomes

    def _hear(self) -> None:
        """A response: for the script that waits for it, or for an order that was given up for lost."""
        done = self._line.arrived
        if done is None:
            return
        if self._line.waits:
            self._line.waits, self._due_ms = False, self._line.now_ms
            self._advance()
            return
        self._line.arrived, deed = None, self._deed
        self._line.answered()
        if deed and deed.sent_ms is not None and deed.code == done.code:
            self._suspect_until_ms = self._line.now_ms + SUSPECT_MS
            self._end(self._judge(deed, done))
            self._run(self._after_late(deed))

    def _judge(self, deed: Deed, done: Done) -> Judgement:
        self.health.outcome(aftermath(deed.asked, done))
        self.memory = Memory(done, known=True)
        return judged(deed.asked, done)

    def _settle(self, deed: Deed, memory: Memory) -> tuple[Judgement | None, bool | None]:
        was_taken = taken(deed.code, deed.asked, deed.acked, deed.before, memory, self._serial_counts)
        if was_taken and memory.last:
            self.health.outcome(aftermath(deed.asked, memory.last))
            return judged(deed.asked, memory.last), was_taken
        return (None if was_taken is False else Judgement("unknown", "no response")), was_taken

    def _see(self) -> None:
        self._seen = self._state()
        body = self.twin.body
        error = int(body.trouble())
        self.health.look(
            State(
                error,
                path_blocked=bool(body.sensor_bits() & 0x0F),
                tray_out=not body.tray_there(),
                broken=error in SENSORS_AND_MOTORS,
                cassettes=tuple(CassetteState(n, body.near_end(n - 1), body.fitted[n - 1]) for n in self.cassettes),
            )
        )
