"""Orders waiting for their turn, and the one that runs: each ends in one fact, whatever happens to the reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.crt310.reader import Script
from kiosk.ports.fact import Fact, Report

Steps = Callable[[], Script[Fact]]


@dataclass(frozen=True, slots=True)
class Order:
    """`steps` carries it out. `abandoned`: its outcome when it cannot go on, told why and whether it had begun. `enters`: it waits
    for a card, and makes way for any other order. `moves`: it moves one; while it waits for a hand it makes way for another move.
    """

    number: int
    steps: Steps
    abandoned: Callable[[str, bool], Fact]
    moves: bool = False
    enters: bool = False


class Orders:
    """One runs, others wait in turn."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._waiting: deque[Order] = deque()
        self._running: Order | None = None
        self._withdrawn: set[int] = set()

    def add(self, order: Order) -> None:
        self._waiting.append(order)

    def withdraw(self, number: int) -> None:
        everything = [*self._waiting, *([self._running] if self._running else [])]
        if any(order.enters and order.number == number for order in everything):
            self._withdrawn.add(number)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def over(self) -> str:
        """Why the one that runs should wait no longer; empty while it should."""
        running = self._running
        if running is None:
            return ""
        if running.number in self._withdrawn:
            return "asked"
        if any(running.enters or order.moves for order in self._waiting):
            return "replaced"
        return ""

    def carry_out(self, order: Order | None = None) -> Script[None]:
        """`order`, or the next that waits."""
        running = order or self._waiting.popleft()
        self._running = running
        fact = yield from running.steps()
        self._running = None
        self._end(running, fact)

    def drop(self, why: str) -> None:
        """The reader cannot be told any more."""
        running, self._running = self._running, None
        if running is not None:
            self._end(running, running.abandoned(why, True))
        while self._waiting:
            order = self._waiting.popleft()
            self._end(order, order.abandoned(why, False))

    def _end(self, order: Order, fact: Fact) -> None:
        self._withdrawn.discard(order.number)
        self._report(fact)
