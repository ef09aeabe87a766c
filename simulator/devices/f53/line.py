"""The F53 on its line: who may speak, what is said again and when it is given up (f53 sheet, sections 2, 4 and 10).

The link and the mechanism are two layers: the link hears at any time while the unit is awake, messages are obeyed one after
the other. Decided here: an exchange that a host's ENQ has opened stays open for three times 5 s, and from the first whole
message until its answer is acknowledged; a message inside it needs no new ENQ, so one that comes again is obeyed again (10.1).
A message outside an exchange is not heard. When both want to speak the device gives way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from simulator.devices.f53 import wire
from simulator.devices.linkfaults import LinkFaults

MOST_WAITING = 4  # messages not yet obeyed; more are answered NAK
SLOW_MS, LATE_MS = 39_000, 41_000  # the host waits 40 s


class Phase(Enum):
    SILENT = auto()
    HELD = auto()  # has given way to the host
    ENQ = auto()
    MESSAGE = auto()


@dataclass(slots=True)
class Answer:
    """`again`: the last answer once more, which a host that speaks itself need not hear."""

    command: int
    said: bytes
    due_ms: int
    again: bool = False


@dataclass(slots=True)
class Waiting:
    command: int
    data: bytes
    heard_ms: int


@dataclass(slots=True)
class Line:
    """`plays(name)`: whether a fault is to be played now (once). `reset(now_ms)`: the device starts again by itself."""

    link: LinkFaults
    plays: Callable[[str], bool]
    reset: Callable[[int], None]
    waiting: deque[Waiting] = field(default_factory=deque)
    _answers: deque[Answer] = field(default_factory=deque)
    _ear: wire.Ear = field(default_factory=wire.Ear)
    _phase: Phase = Phase.SILENT
    _tries: int = 0
    _again_ms: int | None = None  # when what was said is said again
    _open: bool = False
    _open_until_ms: int | None = None  # None while open: until the answer is acknowledged
    _last: Answer | None = None

    def forget(self) -> None:
        """Power is gone."""
        self._ear.clear()
        self.link.clear()
        self.waiting.clear()
        self._answers.clear()
        self._phase, self._again_ms, self._last = Phase.SILENT, None, None
        self._open, self._open_until_ms = False, None

    # -- hearing

    def receive(self, data: bytes, now_ms: int) -> None:
        for heard in self._ear.feed(data, now_ms):
            if isinstance(heard, wire.Message):
                self._hear_message(heard, now_ms)
            elif heard == wire.ENQ:
                self._hear_enq(now_ms)
            elif self._phase is Phase.ENQ and heard == wire.ACK:
                self._say_message(now_ms, first=True)
            elif self._phase is Phase.MESSAGE:
                self._acknowledged(heard == wire.ACK, now_ms)

    def _hear_enq(self, now_ms: int) -> None:
        if self.plays("enq_unheard_next"):
            return
        if self._phase is Phase.ENQ:
            self._phase, self._again_ms = Phase.HELD, None
            if self._answers[0].again:
                self._done()
        elif self._phase is Phase.MESSAGE:
            self._done()  # the host has gone on: it has heard, or never will
        elif self._phase is Phase.SILENT and self._last is not None and self.plays("enq_collision_next"):
            self._answers.appendleft(Answer(self._last.command, self._last.said, now_ms, again=True))
            self._say_enq(now_ms, first=True)
            return
        self._open, self._open_until_ms = True, now_ms + wire.TRIES * wire.WAIT_MS
        if not self.plays("enq_ack_lost_next"):
            self.link.say(wire.control(wire.ACK))

    def _hear_message(self, heard: wire.Message, now_ms: int) -> None:
        if not self._open:
            return
        command = heard.data[1] if len(heard.data) > 1 else 0
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            self.reset(now_ms)
        elif self.plays("nak_lost_next"):
            return
        elif not heard.good or len(self.waiting) >= MOST_WAITING or self.plays("nak_next"):
            self.link.say(wire.control(wire.NAK))
        else:
            self.waiting.append(Waiting(command, heard.data, now_ms))
            self._open_until_ms = None
            if self._phase is Phase.HELD:
                self._phase = Phase.SILENT
            if not self.plays("frame_ack_lost_next"):
                self.link.say(wire.control(wire.ACK))

    # -- speaking

    def answer(self, command: int, data: bytes, heard_ms: int, now_ms: int) -> None:
        """Say this as soon as the line is free; `heard_ms` is when the message it answers was heard."""
        if self.link.plays("silence_after", command):
            self._shut_if_done()
            return
        due_ms = now_ms
        if self.link.plays("late_reply", command):
            due_ms = max(now_ms, heard_ms + LATE_MS)
        elif command == wire.BILL_COUNT and self.plays("answer_after_39_s_next"):
            due_ms = max(now_ms, heard_ms + SLOW_MS)
        self._answers.append(Answer(command, wire.message(data), due_ms))

    def poll(self, now_ms: int) -> int | None:
        """Say what is due; answer when to be asked again (absolute ms)."""
        if self._open_until_ms is not None and self._open_until_ms <= now_ms:
            self._open, self._open_until_ms = False, None
            if self._phase is Phase.HELD:
                self._phase = Phase.SILENT
        if self._phase is Phase.SILENT and self._open_until_ms is None:
            if self._answers and self._answers[0].due_ms <= now_ms:
                self._say_enq(now_ms, first=True)
        elif self._again_ms is not None and self._again_ms <= now_ms:
            if self._phase is Phase.ENQ:
                self._say_enq(now_ms)
            else:
                self._say_message(now_ms)
        due_ms = self._answers[0].due_ms if self._answers and self._phase is Phase.SILENT else None
        if due_ms is not None and self._open_until_ms is not None:
            due_ms = max(due_ms, self._open_until_ms)
        wakes = (self.link.poll(now_ms), self._again_ms, self._open_until_ms, due_ms)
        return min((wake for wake in wakes if wake is not None), default=None)

    def _say_enq(self, now_ms: int, *, first: bool = False) -> None:
        if self._try_again(first, Phase.ENQ, now_ms) and not self.plays("answer_enq_lost_next"):
            self.link.say(wire.control(wire.ENQ))

    def _say_message(self, now_ms: int, *, first: bool = False) -> None:
        if self._try_again(first, Phase.MESSAGE, now_ms):
            answer = self._answers[0]
            self.link.send(answer.said, now_ms, answer.command)

    def _try_again(self, first: bool, phase: Phase, now_ms: int) -> bool:
        """False when it was said often enough: the answer is given up."""
        self._phase, self._tries = phase, 1 if first else self._tries + 1
        if self._tries > wire.TRIES:
            self._done()
            return False
        self._again_ms = now_ms + wire.WAIT_MS
        return True

    def _acknowledged(self, yes: bool, now_ms: int) -> None:
        if not yes:
            self._say_message(now_ms)
        elif not self.plays("answer_ack_unheard_next"):
            self._done()

    def _done(self) -> None:
        """The answer was heard, or is given up."""
        answer = self._answers.popleft()
        self._last = Answer(answer.command, answer.said, 0)
        self._phase, self._again_ms = Phase.SILENT, None
        self._shut_if_done()

    def _shut_if_done(self) -> None:
        if not self.waiting and not self._answers and self._open_until_ms is None:
            self._open = False
