"""Orders of one or two commands, one after the other: each ends in one fact, whatever happens to the pad."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from drivers.epp.line import Reply, Request
from kiosk.ports.fact import Fact, Report


@dataclass(frozen=True, slots=True)
class Errand:
    """`steps` yields requests and is sent their replies. `abandoned`: the outcome when it cannot go on; it is told the reason and
    whether something had been sent."""

    steps: Generator[Request, Reply, Fact]
    abandoned: Callable[[str, bool], Fact]


class Errands:
    """`done` is called after each outcome."""

    def __init__(self, report: Report, done: Callable[[], None]) -> None:
        self._report, self._done = report, done
        self._waiting: deque[Errand] = deque()
        self._running: Errand | None = None
        self.under_way: Request | None = None  # to be sent, or sent and not answered

    def add(self, errand: Errand) -> None:
        self._waiting.append(errand)

    def begin(self) -> Request | None:
        """The first request of the next order that has one; what can be answered without is answered."""
        while self.under_way is None and self._waiting:
            self._running = self._waiting.popleft()
            self._step(self._running, None)
        return self.under_way

    def replied(self, reply: Reply) -> None:
        if self._running is not None:
            self._step(self._running, reply)

    def _step(self, errand: Errand, reply: Reply | None) -> None:
        try:
            self.under_way = next(errand.steps) if reply is None else errand.steps.send(reply)
        except StopIteration as end:
            self._running = self.under_way = None
            self._report(end.value)
            self._done()

    def drop_waiting(self, why: str) -> None:
        while self._waiting:
            self._report(self._waiting.popleft().abandoned(why, False))

    def lost(self, why: str) -> None:
        """The pad cannot be asked any more."""
        if self._running is not None:
            self._report(self._running.abandoned(why, True))
        self._running = self.under_way = None
        self.drop_waiting(why)
