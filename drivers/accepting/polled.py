"""What hosts of acceptors do alike that are polled and answer with a status: turns on the line, a start in steps, silence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Any, Generic

from drivers.accepting.half_duplex import Answer, Asked, HalfDuplex
from drivers.accepting.single import Book, OneNote, Phase
from kiosk.faults import FaultCode

ABSENT_MS = 5_000
ABSENT_POLL_MS = 500
START_MS = 60_000  # from the first answer to a unit that takes notes


class Polled(OneNote[Book], ABC, Generic[Book, Asked, Answer]):
    """A participant that gives its unit a turn after every answer. Drivers say what to ask next, and what an answer means."""

    _line: HalfDuplex[Asked, Answer, Any]
    _steps: Generator[Asked, Answer, Any] | None = None
    _next_step: Asked | None = None
    _reset_wanted = False
    _overdue = False  # the start takes longer than any unit should need
    _start_ms = -START_MS

    # -- service

    def restart(self) -> None:
        """Reset the unit and start anew: for a technician who has cleared a jam. Gives a note in escrow back."""
        self._reset_wanted = self._phase is not Phase.DOWN

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._line.restart(now_ms)
        self._phase, self._steps, self._reset_wanted = Phase.SEARCHING, None, False
        self._start_ms = now_ms
        self._faults.clear(FaultCode.LINK_LOST)

    def link_lost(self, why: str, now_ms: int) -> None:
        super().link_lost(why, now_ms)
        self._steps = None

    def take_output(self) -> bytes:
        return self._line.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._phase is not Phase.DOWN:
            self._answer(self._line.receive(data, now_ms), now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._phase is Phase.DOWN:
            return self._down(now_ms)
        self._answer(self._line.poll(now_ms), now_ms)
        if self._reset_wanted and self._line.idle:
            self._reset_wanted = False
            self._reset(now_ms)
        self._watch_silence(now_ms)
        return self._turn(now_ms)

    def _turn(self, now_ms: int) -> int:
        """What is due is sent when the line is free for it. When to be asked again."""
        free_ms = self._line.free_at(now_ms)
        request = self._next_request(now_ms)
        if request is None:
            return self._rests_until(free_ms, now_ms)
        if free_ms > now_ms:
            return free_ms
        self._send(request, now_ms)
        return self._line.free_at(now_ms)

    # -- what each driver says

    @abstractmethod
    def _next_request(self, now_ms: int) -> Asked | None: ...

    @abstractmethod
    def _rests_until(self, free_ms: int, now_ms: int) -> int:
        """Nothing is due: when something will be."""

    @abstractmethod
    def _send(self, request: Asked, now_ms: int) -> None: ...

    @abstractmethod
    def _answer(self, replies: list[Answer], now_ms: int) -> None: ...

    @abstractmethod
    def _reset(self, now_ms: int) -> None: ...

    @abstractmethod
    def _started(self, found: Any, now_ms: int) -> None:
        """The start is through; `found` is what it learnt."""

    @property
    @abstractmethod
    def _helpless(self) -> bool:
        """People have to help before the unit can go on."""

    def _absent_ms(self, now_ms: int) -> int:
        """So long a silence is nobody's pause."""
        return ABSENT_MS

    # -- start-up and silence

    def _next_of_start(self, reply: Answer, why: str, now_ms: int) -> None:
        """The answer to the last step leads to the next one. `why` says what a start that takes too long is told with."""
        assert self._steps is not None
        try:
            self._next_step = self._steps.send(reply)
        except StopIteration as end:
            self._steps = None
            self._started(end.value, now_ms)
            return
        if self._helpless:
            self._start_ms = now_ms  # how long people take to help it is not its own time
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, why)

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms, absent_ms = now_ms - self._line.heard_ms, self._absent_ms(now_ms)
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS  # it may still tell
        if not hopeful or self._helpless or alone_ms >= absent_ms:
            self._escrow.late(now_ms)
        if alone_ms < absent_ms:
            return
        self._phase, self._steps = Phase.SEARCHING, None
        self._unanswered(self._line.noise)
