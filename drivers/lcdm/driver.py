"""Puloon LCDM-4000 (dialect 30): pays notes one by one out of its exit. Sans-I/O, no port: a presenter is made of it.

Source: lcdm sheet, sections 3, 5, 7. An order is sent once; whether one without an answer was carried out is found out
from what the device remembers, and an order that may have been carried out is never sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from drivers.lcdm.codec import Command, MachineState, dispense_data, parse_result, parse_serial, parse_state
from drivers.lcdm.health import Health
from drivers.lcdm.judge import Ending, Judgement, Memory, Taken, judge, was_taken
from drivers.lcdm.line import LAST_STATUS, RESET, SERIAL, STATUS, Kind, Line, Reply, Request
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

MODEL = "lcdm4000"
ABSENT_MS = 5_000
DOUBT_MS = 60_000  # the longest a device may be busy with an order
SUSPECT_MS = (
    2 * DOUBT_MS
)  # after a response that never came, or came unasked: so long it may still take another one's place
ASKING_MS = 10_000
ASK_AGAIN_MS = 1_000
RESET_MS = 2_000
NOISE_BYTES = 3
ORDERS = 3  # of one order that was never taken, for certain

Step = Request | int
"""What a script yields: a command, or a pause in ms."""
Script = Generator[Step, Reply, None]


@dataclass(frozen=True, slots=True)
class Found:
    """The device answers. `memory`: what it remembers of the time before."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Ended:
    """An order came to its end. `code`: DISPENSE, TEST or PURGE; `counts`: (cassette, exits, rejects)."""

    order: int
    code: int
    ending: Ending
    reason: str
    counts: tuple[tuple[int, int, int], ...]


Event = Found | Ended


@dataclass(slots=True)
class Deed:
    """An order that moves notes, and how far it got."""

    order: int
    code: Command
    asked: Mapping[int, int]
    before: Memory  # what the device remembered then
    sent_ms: int | None = None
    acked: bool = False


class Lcdm4000:
    """`cassettes`: number (1..4) -> face value in fen. `max_notes`: of one order. `watch_ms`: between looks at its state.

    Set `listener` before the link comes up; events come from inside `receive` and `poll`, faults go to `report`.
    """

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        cassettes: Mapping[int, int],
        max_notes: int = 20,
        watch_ms: int = 2_000,
    ) -> None:
        self.name = name
        self.cassettes = dict(cassettes)
        self.max_notes = max_notes
        self.listener: Callable[[Event], None] = lambda event: None
        self.memory = Memory()
        self._health = Health(name, report, cassettes)
        self._watch_ms = watch_ms
        self._line: Line | None = None  # None: no link
        self._script: Script | None = None
        self._step: Step = 0
        self._waiting = False  # the step is a command that was sent
        self._due_ms = self._now_ms = 0
        self._found = False
        self._deed: Deed | None = None
        self._state: MachineState | None = None
        self._serial_counts = False
        self._suspect_until_ms = 0
        self._reset_wanted = False
        self._down_ms = 0

    # -- orders

    @property
    def ready(self) -> bool:
        """Identified, its memory read, and nothing under way."""
        return self._found and self._deed is None

    def dispense(self, order: int, counts: Mapping[int, int]) -> None:
        """Cassette -> notes. Ends in `Ended`; refused at once when it cannot even be asked."""
        self._begin(Deed(order, Command.DISPENSE, dict(counts), self.memory))

    def test(self, cassette: int) -> None:
        """One note to the reject tray, as order 0."""
        self._begin(Deed(0, Command.TEST, {cassette: 1}, self.memory))

    def purge(self) -> None:
        """Clear the path into the reject tray, as order 0. A note at the exit may still come out."""
        self._begin(Deed(0, Command.PURGE, {}, self.memory))

    def restart(self) -> None:
        """Reset it and start anew: for a technician who has cleared its path."""
        self._reset_wanted = True
        self._health.looked_after()

    def _begin(self, deed: Deed) -> None:
        possible = set(deed.asked) <= set(self.cassettes) and sum(deed.asked.values()) <= self.max_notes
        if not self.ready or not possible or min(deed.asked.values(), default=0) < 0:
            self.listener(Ended(deed.order, deed.code, Ending.REFUSED, "other", ()))
            return
        self._deed = deed
        self._run(self._carry_out(deed))

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._line = Line(now_ms)
        self._found = False
        self._health.whole.clear(FaultCode.LINK_LOST)
        self._run(self._start())

    def link_lost(self, why: str, now_ms: int) -> None:
        self._now_ms = self._down_ms = now_ms
        self._line, self._script, self._found = None, None, False
        self._health.whole.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._health.whole.set(FaultCode.LINK_LOST, True, why)
        if self._deed and self._deed.sent_ms is None:
            self._end(Judgement(Ending.REFUSED, "other"))

    def take_output(self) -> bytes:
        return self._line.take_output() if self._line else b""

    def receive(self, data: bytes, now_ms: int) -> None:
        self._now_ms = now_ms
        if self._line:
            self._answer(self._line.receive(data, now_ms))

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        if self._line is None:
            return self._wait_for_link(now_ms)
        self._answer(self._line.poll(now_ms))
        self._watch_silence(self._line, now_ms)
        if self._script is None:
            self._run(self._restart() if self._reset_wanted else self._look())
        free_ms = self._line.free_at(now_ms)
        if isinstance(self._step, int) and not self._waiting and self._due_ms <= now_ms:
            self._advance(Reply(None, Kind.DONE))
        if isinstance(self._step, int) or self._waiting or self._script is None:
            return max(now_ms + 1, self._due_ms if not self._waiting and self._script else free_ms)
        if free_ms > now_ms:
            return free_ms
        self._send(self._line, self._step, now_ms)
        return self._line.free_at(now_ms)

    def probe_lines(self) -> list[str]:
        """Dialect, state, memory and faults; one fact a line."""
        lines = [f"model {MODEL}", f"answers {self._found}"]
        if self._state:
            lines.append(f"error {self._state.error:02X} path_blocked {self._state.path_blocked}")
            lines += [
                f"cassette {row.cassette} present {row.present} near_end {row.near_end}"
                for row in self._state.cassettes
            ]
        last, serial = self.memory.last, self.memory.serial
        if last:
            moved = " ".join(f"{row.cassette}:{row.exits}+{row.rejects}" for row in last.moved)
            lines.append(f"last {last.code:02X} error {last.error:02X} exits+rejects {moved}")
        if serial is not None:
            lines.append(f"counter transaction {serial}")
        return lines + self._health.lines()

    # -- scripts

    def _run(self, script: Script) -> None:
        self._script, self._waiting = script, False
        self._take_step(next(script))

    def _take_step(self, step: Step) -> None:
        self._step, self._waiting = step, False
        if isinstance(step, int):
            self._due_ms = self._now_ms + step

    def _advance(self, reply: Reply) -> None:
        assert self._script is not None
        script = self._script
        try:
            step = script.send(reply)
        except StopIteration:
            if self._script is script:
                self._script = None
            return
        if self._script is script:
            self._take_step(step)

    def _start(self) -> Script:
        """Who is there, what it remembers; then the order that a lost link left open, if there is one."""
        yield from self._ask_state()
        memory = yield from self._ask_memory()
        deed = self._deed
        if deed:
            judgement, _ = self._settle(deed, memory)
            self._end(judgement or Judgement(Ending.REFUSED, "other"))
        self.memory, self._found = memory, True
        self._health.whole.clear(FaultCode.WRONG_DEVICE)
        self.listener(Found(memory))

    def _restart(self) -> Script:
        self._reset_wanted = False
        yield RESET
        yield RESET_MS
        yield from self._start()

    def _look(self) -> Script:
        yield self._watch_ms
        reply = yield STATUS
        self._see(reply)

    def _ask_state(self) -> Generator[Step, Reply, None]:
        while True:
            reply = yield STATUS
            if self._see(reply):
                return
            yield ASK_AGAIN_MS

    def _ask_memory(self) -> Generator[Step, Reply, Memory]:
        """`known` is False when LAST STATUS is refused or gets no answer."""
        reply = yield SERIAL
        serial = parse_serial(reply.response) if reply.response else None
        reply = yield LAST_STATUS
        return Memory(parse_result(reply.response) if reply.response else None, serial, reply.kind is Kind.DONE)

    def _carry_out(self, deed: Deed) -> Script:
        assert self._line is not None
        if not self._line.settled:  # it may still repeat its last response: hear it out first
            yield from self._ask_state()
        data = dispense_data(deed.asked) if deed.code != Command.PURGE else b""
        judgement = Judgement(Ending.REFUSED, "other")
        for _ in range(ORDERS):
            reply = yield Request(deed.code, data)
            if reply.kind is Kind.REFUSED:
                break
            if reply.kind is Kind.DONE:
                judgement = yield from self._believe(deed, reply)
                break
            self._suspect_until_ms = self._now_ms + SUSPECT_MS
            deed.acked = reply.kind is Kind.LOST
            memory = yield from self._ask_after_silence(deed)
            found, taken = self._settle(deed, memory)
            self.memory = memory
            if found:
                judgement = found
            if found or taken is not Taken.NO or deed.acked:
                break
        self._end(judgement)
        yield from self._remember(deed)

    def _ask_after_silence(self, deed: Deed) -> Generator[Step, Reply, Memory]:
        """A device that is busy with the order may not answer until it is done."""
        until_ms = max((deed.sent_ms or 0) + DOUBT_MS, self._now_ms + ASKING_MS)
        while self._now_ms < until_ms:
            reply = yield STATUS
            if self._see(reply):
                return (yield from self._ask_memory())
            yield ASK_AGAIN_MS
        return Memory()

    def _remember(self, deed: Deed) -> Generator[Step, Reply, None]:
        """Between orders: the state, and the memory that the next order will be compared with."""
        yield from self._ask_state()
        self.memory = yield from self._ask_memory()
        now, then = self.memory.serial, deed.before.serial
        if deed.code == Command.DISPENSE and None not in (now, then) and now != then:
            self._serial_counts = True

    def _believe(self, deed: Deed, reply: Reply) -> Generator[Step, Reply, Judgement]:
        """What a response says. One that may be an earlier order's, late, must agree with what the device remembers."""
        if deed.before.known and self._now_ms < self._suspect_until_ms:
            memory = yield from self._ask_after_silence(deed)
            if not memory.known or reply.response is None or memory.last != parse_result(reply.response):
                deed.acked, self.memory = True, memory
                found, _ = self._settle(deed, memory)
                return found or Judgement(Ending.UNKNOWN, "no response")
        return self._judge(deed, reply)

    # -- outcomes

    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        result = parse_result(reply.response) if reply.response else None
        if result is None:
            return Judgement(Ending.UNKNOWN, "no result")
        self._health.result(deed.asked, result)
        self.memory = Memory(result, known=True)  # its number is asked for once there is time
        return judge(deed.asked, result)

    def _settle(self, deed: Deed, memory: Memory) -> tuple[Judgement | None, Taken]:
        """What became of an order without response; no judgement when it was never taken."""
        taken = was_taken(deed.code, deed.asked, deed.acked, deed.before, memory, serial_counts=self._serial_counts)
        if taken is Taken.YES and memory.last:
            self._health.result(deed.asked, memory.last)
            return judge(deed.asked, memory.last), taken
        if taken is Taken.NO:
            return None, taken
        return Judgement(Ending.UNKNOWN, "no response"), taken

    def _end(self, judgement: Judgement) -> None:
        deed, self._deed = self._deed, None
        if deed:
            self.listener(Ended(deed.order, deed.code, judgement.ending, judgement.reason, judgement.counts))

    # -- the line

    def _send(self, line: Line, request: Request, now_ms: int) -> None:
        if self._deed and request.code == self._deed.code:
            self._deed.sent_ms = now_ms
        self._waiting = True
        line.send(request, now_ms)

    def _answer(self, replies: list[Reply]) -> None:
        for reply in replies:
            if reply.response is not None:  # that nobody answered is a reply too
                self._health.whole.clear(FaultCode.NO_ANSWER)
            if reply.kind is Kind.STRAY:
                self._late(reply)
            elif self._script and self._waiting:
                self._advance(reply)

    def _late(self, reply: Reply) -> None:
        """The response of an order that was given up for lost, while we still ask what became of it."""
        deed = self._deed
        if deed:
            self._suspect_until_ms = self._now_ms + SUSPECT_MS
        if deed and deed.sent_ms is not None and reply.response and reply.response.code == deed.code:
            judgement = self._judge(deed, reply)
            self._end(judgement)
            self._run(self._after_late(deed))

    def _after_late(self, deed: Deed) -> Script:
        yield ASK_AGAIN_MS
        yield from self._remember(deed)

    def _see(self, reply: Reply) -> bool:
        state = parse_state(reply.response) if reply.response else None
        if state:
            self._state = state
            self._health.state(state)
        return state is not None

    def _watch_silence(self, line: Line, now_ms: int) -> None:
        deed, alone_ms = self._deed, now_ms - line.heard_ms
        if deed and deed.sent_ms is not None:
            if not self._found and alone_ms >= DOUBT_MS:  # it came back as a port, not as a dispenser
                self._end(Judgement(Ending.UNKNOWN, "no answer"))
            return  # busy with an order it may be silent for long
        if alone_ms < ABSENT_MS:
            return
        if deed:
            self._end(Judgement(Ending.REFUSED, "other"))
        wrong = line.noise >= NOISE_BYTES
        self._health.whole.set(FaultCode.WRONG_DEVICE, wrong or FaultCode.WRONG_DEVICE in self._health.whole, "noise")
        self._health.whole.set(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE not in self._health.whole)
        if self._found:
            self._found = False
            self._run(self._start())  # when it comes back it may have been switched off

    def _wait_for_link(self, now_ms: int) -> int | None:
        if self._deed is None:
            return None
        if now_ms - self._down_ms >= DOUBT_MS:
            self._end(Judgement(Ending.UNKNOWN, "link lost"))
            return None
        return self._down_ms + DOUBT_MS
