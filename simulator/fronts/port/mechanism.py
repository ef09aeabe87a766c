"""The dispenser's mechanism asked without bytes: orders, time-outs and what is believed after them, as on its line.

Source: lcdm sheet, sections 3 (acknowledge and response times), 5 and 7. Scripts are generators that yield how long they wait in
ms; a response wakes them earlier. At rest nothing is asked: a change of what STATUS would say is noticed at the next multiple of
`watch_ms`. Byte-level only: `noise`, `duplicate_reply`, `reply_to_previous`, `bit_flip`, `cut_frame`, lasting `late_reply`;
`eot_missing_next` and `ack_lost_next` cost time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.lcdm import Lcdm4000, wire
from simulator.fronts.port.cassettes import Health
from simulator.fronts.port.dispenser_line import ACK_MS, TRIES, Deed, Line
from simulator.fronts.port.paid import REFUSED, Done, Judgement, Memory, judged, last_of, taken

STATUS_MS = 34  # a STATUS and its answer at 9600 baud
BETWEEN_MS = 200  # after notes have moved, before the next command
ABSENT_MS, DOUBT_MS, ASKING_MS, AGAIN_MS, RESET_MS = 5_000, 60_000, 10_000, 1_000, 2_000
SUSPECT_MS = 2 * DOUBT_MS
Script = Generator[int, None, None]


Ended = Callable[[Deed, Judgement], None]


class Mechanism:
    """`found()` when its memory was read; `ended(deed, judgement)` for every order."""

    def __init__(
        self, name: str, report: Report, twin: Lcdm4000, cassettes: Mapping[int, int], found: Callable[[], None],
        ended: Ended, *, max_notes: int, watch_ms: int,
    ) -> None:  # fmt: skip
        self.name, self.twin = name, twin
        self.cassettes, self.max_notes = dict(cassettes), max_notes
        self.memory = Memory()
        self.health = Health(name, report, cassettes)
        self.plugged = True
        self._line = Line(twin, lambda: self.health.whole.clear(FaultCode.NO_ANSWER))
        self._linked: bool | None = None
        self._tell_found, self._tell_ended = found, ended
        self._watch_ms = watch_ms
        self._script: Script | None = None
        self._due_ms = 0
        self._found = self._serial_counts = False
        self._deed: Deed | None = None
        self._down_ms = self._suspect_until_ms = 0
        self._reset_wanted = False
        self._look_ms: int | None = None
        self._seen: tuple[object, ...] = ()

    # -- orders, from inside a poll

    def dispense(self, order: int, counts: Mapping[int, int]) -> None:
        self._begin(Deed(order, wire.DISPENSE, dict(counts), self.memory))

    def test(self, cassette: int) -> None:
        self._begin(Deed(0, wire.TEST_DISPENSE, {cassette: 1}, self.memory))

    def restart(self) -> None:
        self._reset_wanted = True
        self.health.looked_after()

    def _begin(self, deed: Deed) -> None:
        possible = deed.asked.keys() <= self.cassettes.keys() and sum(deed.asked.values()) <= self.max_notes
        if not self._found or self._deed or not possible or min(deed.asked.values(), default=0) < 0:
            self._tell_ended(deed, REFUSED)
            return
        self._deed = deed
        self._run(self._carry_out(deed))

    # -- time

    def at_rest(self) -> bool:
        """Nothing to do before its wake, whatever the time: plug, faults and parts are as they were."""
        return (
            self._line.arrived is None
            and self._linked is self.plugged
            and not self._reset_wanted
            and self._state() == self._seen
        )

    def poll(self, now_ms: int) -> int | None:
        self._line.now_ms = now_ms
        self.twin.poll(now_ms)
        if self._linked is not self.plugged:
            self._plug_moved(now_ms)
        if not self._linked:
            return _first(self._wait_for_link(now_ms), self.twin.poll(now_ms))
        if self._line.begin_ms is not None and now_ms >= self._line.begin_ms:
            self._line.begin_ms = None
            self._line.start_motion()
        self._hear()
        self._watch_silence(now_ms)
        if self._script is None:
            self._rest(now_ms)
        while self._script is not None and now_ms >= self._due_ms:
            self._advance()
            self._hear()
        waits = [self._due_ms if self._script else self._look_ms, self._line.begin_ms, self._silence_ms()]
        return _first(*waits, self.twin.poll(now_ms))

    def _rest(self, now_ms: int) -> None:
        if self._reset_wanted:
            self._run(self._restart())
        elif self._look_ms is not None and now_ms >= self._look_ms:
            self._look_ms = None
            self._run(self._look())
        elif self._look_ms is None and (self._state() != self._seen or self.twin.faults or not self._line.settled):
            self._look_ms = (now_ms // self._watch_ms + 1) * self._watch_ms

    def _state(self) -> tuple[object, ...]:
        """What a STATUS depends on."""
        body, faults = self.twin.body, self.twin.faults
        low = [len(place.things) <= body.near_end_notes for place in body.cassettes]
        return (self.twin.powered, len(body.path.things), body.reject_tray, *body.fitted, *low, *faults)

    def _silence_ms(self) -> int | None:
        deed = self._deed
        if deed and deed.sent_ms is not None:
            return None if self._found else self._line.heard_ms + DOUBT_MS
        up = FaultCode.NO_ANSWER in self.health.whole
        return None if self._line.settled or (up and not self._found) else self._line.heard_ms + ABSENT_MS

    # -- the plug

    def _plug_moved(self, now_ms: int) -> None:
        self._linked = self._line.linked = self.plugged
        self._found, self._line.arrived = False, None
        if self.plugged:
            self._line.heard_ms, self._line.settled = now_ms, False
            self.health.whole.clear(FaultCode.LINK_LOST)
            self._run(self._start())
            return
        self._script, self._down_ms = None, now_ms
        self.health.whole.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self.health.whole.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
        if self._deed and self._deed.sent_ms is None:
            self._end(REFUSED)

    def _wait_for_link(self, now_ms: int) -> int | None:
        if self._deed is None:
            return None
        if now_ms - self._down_ms >= DOUBT_MS:
            self._end(Judgement("unknown", "link lost"))
            return None
        return self._down_ms + DOUBT_MS

    # -- scripts

    def _run(self, script: Script) -> None:
        self._script, self._line.waits, self._look_ms = script, False, None
        self._due_ms = self._line.now_ms

    def _advance(self) -> None:
        script = self._script
        assert script is not None
        try:
            wait_ms = next(script)
        except StopIteration:
            if self._script is script:
                self._script = None
            return
        if self._script is script:
            self._due_ms = self._line.now_ms + wait_ms

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
        self.health.ended(deed.asked, done)
        self.memory = Memory(done, known=True)
        return judged(deed.asked, done)

    def _settle(self, deed: Deed, memory: Memory) -> tuple[Judgement | None, bool | None]:
        was_taken = taken(deed.code, deed.asked, deed.acked, deed.before, memory, self._serial_counts)
        if was_taken and memory.last:
            self.health.ended(deed.asked, memory.last)
            return judged(deed.asked, memory.last), was_taken
        return (None if was_taken is False else Judgement("unknown", "no response")), was_taken

    def _end(self, judgement: Judgement) -> None:
        deed, self._deed = self._deed, None
        if deed:
            self._tell_ended(deed, judgement)

    def _see(self) -> None:
        self._seen = self._state()
        self.health.look(self.twin)

    def _watch_silence(self, now_ms: int) -> None:
        deed, alone_ms = self._deed, now_ms - self._line.heard_ms
        if deed and deed.sent_ms is not None:
            if not self._found and alone_ms >= DOUBT_MS:
                self._end(Judgement("unknown", "no answer"))
            return
        if self._line.settled or alone_ms < ABSENT_MS:
            return
        self._end(REFUSED)
        self.health.whole.set(FaultCode.NO_ANSWER, True)
        if self._found:
            self._found = False
            self._run(self._start())


def _first(*waits: int | None) -> int | None:
    return min((wait for wait in waits if wait is not None), default=None)
