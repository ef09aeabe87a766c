"""A note dispenser of any family: orders, scripts of questions, who is there. Sans-I/O, no port: a presenter is made of it.

Source: lcdm sheet, sections 3 and 7; f53 sheet, sections 4 and 10. An order is sent once; one that may have been carried out
is never sent again. What can be found out about an order without an answer is the families' own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from drivers.dispensing.exchange import Kind, Line, Reply, Request, Response
from drivers.dispensing.health import Health
from drivers.dispensing.outcome import Ending, Judgement, Memory, Move
from drivers.dispensing.state import MachineState
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

ABSENT_MS = 5_000
DOUBT_MS = 60_000  # the longest a device may be busy with an order
ASK_AGAIN_MS = 1_000
NOISE_BYTES = 3

Step = Request | int
"""What a script yields: a command, or a pause in ms."""
Script = Generator[Step, Reply, None]


@dataclass(frozen=True, slots=True)
class Found:
    """The device answers. `memory`: what it remembers of the time before."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Ended:
    """An order came to its end. `code`: what was to be done; `counts`: (cassette, exits, rejects)."""

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
    code: Move
    asked: Mapping[int, int]
    before: Memory  # what the device remembered then
    request: Request | None = None
    sent_ms: int | None = None
    acked: bool = False


class Dispenser(ABC):
    """`cassettes`: number -> face value in fen. `max_notes`: of one order. `watch_ms`: between looks at its state.

    Set `listener` before the link comes up; events come from inside `receive` and `poll`, faults go to `report`.
    """

    model = ""
    status: Request

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
        self.version = ""
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
        self._reset_wanted = False
        self._down_ms = 0

    # -- what a model says in its own way

    @abstractmethod
    def _open_line(self, now_ms: int) -> Line:
        """The host's side of the link that was just opened."""

    @abstractmethod
    def _request(self, deed: Deed) -> Request | None:
        """The command of an order that was found possible; None when the family has none for it."""

    @abstractmethod
    def _start(self) -> Script:
        """Who is there, what it remembers; then the order that a lost link left open, if there is one."""

    @abstractmethod
    def _restart(self) -> Script:
        """A technician has cleared its path."""

    @abstractmethod
    def _carry_out(self, deed: Deed) -> Script:
        """Send the order, find out what became of it, end it."""

    @abstractmethod
    def _after_late(self, deed: Deed) -> Script:
        """Its response came after all, and it is ended."""

    @abstractmethod
    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        """What a response says of an order."""

    @abstractmethod
    def _parse_state(self, response: Response) -> MachineState | None:
        """None when it answers something else."""

    # -- orders

    @property
    def ready(self) -> bool:
        """Identified, its memory read, and nothing under way."""
        return self._found and self._deed is None

    def dispense(self, order: int, counts: Mapping[int, int]) -> None:
        """Cassette -> notes. Ends in `Ended`; refused at once when it cannot even be asked."""
        self._begin(Deed(order, Move.DISPENSE, dict(counts), self.memory))

    def test(self, cassette: int) -> None:
        """One note to the reject tray, as order 0."""
        self._begin(Deed(0, Move.TEST, {cassette: 1}, self.memory))

    def purge(self) -> None:
        """Clear the path into the reject tray, as order 0. A note at the exit may still come out."""
        self._begin(Deed(0, Move.PURGE, {}, self.memory))

    def restart(self) -> None:
        """Start anew: for a technician who has cleared its path."""
        self._reset_wanted = True
        self._health.looked_after()

    def _begin(self, deed: Deed) -> None:
        possible = set(deed.asked) <= set(self.cassettes) and sum(deed.asked.values()) <= self.max_notes
        if not self.ready or not possible or min(deed.asked.values(), default=0) < 0:
            self.listener(Ended(deed.order, deed.code, Ending.REFUSED, "other", ()))
            return
        self._deed, deed.request = deed, self._request(deed)
        self._run(self._carry_out(deed))

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._line = self._open_line(now_ms)
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
        """State and faults; one fact a line."""
        lines = [f"model {self.model}", f"answers {self._found}"]
        if self.version:
            lines.append(f"version {self.version}")
        if self._state:
            lines.append(f"error {self._state.error:02X} path_blocked {self._state.path_blocked}")
            lines += [
                f"cassette {row.cassette} present {row.present} near_end {row.near_end}"
                for row in self._state.cassettes
            ]
        return lines + self._memory_lines() + self._health.lines()

    def _memory_lines(self) -> list[str]:
        return []

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

    def _look(self) -> Script:
        yield self._watch_ms
        reply = yield self.status
        self._see(reply)

    def _ask_state(self) -> Generator[Step, Reply, None]:
        while True:
            reply = yield self.status
            if self._see(reply):
                return
            yield ASK_AGAIN_MS

    def _end(self, judgement: Judgement) -> None:
        deed, self._deed = self._deed, None
        if deed:
            self.listener(Ended(deed.order, deed.code, judgement.ending, judgement.reason, judgement.counts))

    # -- the line

    def _send(self, line: Line, request: Request, now_ms: int) -> None:
        if self._deed and request is self._deed.request:
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
        sent = deed.request if deed and deed.sent_ms is not None else None
        if deed and sent and reply.response and reply.response.code == sent.code:
            judgement = self._judge(deed, reply)
            self._end(judgement)
            self._run(self._after_late(deed) if self._found else self._start())

    def _see(self, reply: Reply) -> bool:
        state = self._parse_state(reply.response) if reply.response else None
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
