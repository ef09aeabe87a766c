"""A mechanical sequence at port level: move something, wait until a sensor says so, or notice that it does not.

Nobody looks in between: a wait is ended by news of the sensors, or by the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple


class Wait(NamedTuple):
    """`within_ms` None: as long as it takes."""

    until: Callable[[], bool]
    within_ms: int | None


Steps = Generator[Wait, bool, None]


class Moves:
    """Runs one sequence at a time; a new one replaces the old."""

    def __init__(self) -> None:
        self._steps: Steps | None = None
        self._wait: Wait | None = None
        self.due_ms: int | None = None  # when the wait that is on is over; None: no limit, or none before the next look

    @property
    def running(self) -> bool:
        return self._steps is not None

    def start(self, steps: Steps) -> None:
        if self._steps is not None:
            self._steps.close()
        self._steps, self._wait = steps, None
        self.look(None)

    def look(self, now_ms: int | None) -> None:
        """Go on as far as sensors and limits allow. `now_ms` None: no time is known, so none has passed."""
        while self._steps is not None:
            steps, wait = self._steps, self._wait
            if wait is None:
                self._go(steps, None)
            elif self.due_ms is not None and now_ms is not None and now_ms > self.due_ms:
                self._go(steps, False)  # over before this news
            elif wait.until():
                self._go(steps, True)
            elif wait.within_ms is None or now_ms is None:
                return
            elif self.due_ms is None:
                self.due_ms = now_ms + wait.within_ms
            elif now_ms >= self.due_ms:
                self._go(steps, False)
            else:
                return

    def _go(self, steps: Steps, told: bool | None) -> None:
        self.due_ms = None
        try:
            wait = next(steps) if told is None else steps.send(told)
        except StopIteration:
            if self._steps is steps:
                self._steps = self._wait = None
            return
        if self._steps is steps:
            self._wait = wait
