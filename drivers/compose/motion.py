"""A mechanical sequence as one generator: move something, wait until a sensor says so, or notice that it does not.

A step yields what it waits for and is told True (the sensor agrees) or False (the limit has passed). Nothing of a sequence
outlives the program: after a restart the sensors are asked, never the sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

LOOK_MS = 25  # a sensor's news carries no time, so a limit begins at the next look


@dataclass(frozen=True, slots=True)
class Wait:
    """`within_ms` None: as long as it takes."""

    until: Callable[[], bool]
    within_ms: int | None


Steps = Generator[Wait, bool, None]


class Motion:
    """Runs one sequence at a time; a new one replaces the old."""

    def __init__(self) -> None:
        self._steps: Steps | None = None
        self._wait: Wait | None = None
        self._due_ms: int | None = None

    @property
    def running(self) -> bool:
        return self._steps is not None

    def start(self, steps: Steps) -> None:
        if self._steps is not None:
            self._steps.close()
        self._steps, self._wait, self._due_ms = steps, None, None
        self.look(None)

    def look(self, now_ms: int | None) -> None:
        """Go on as far as the sensors allow. `now_ms` None: news without a time, so no limit can pass."""
        while self._steps is not None:
            steps = self._steps
            if self._wait is None:
                self._go(steps, None)
            elif self._wait.until():
                self._go(steps, True)
            elif self._wait.within_ms is None or now_ms is None:
                return
            elif self._due_ms is None:
                self._due_ms = now_ms + self._wait.within_ms
            elif now_ms >= self._due_ms:
                self._go(steps, False)
            else:
                return

    def _go(self, steps: Steps, told: bool | None) -> None:
        self._due_ms = None
        try:
            wait = next(steps) if told is None else steps.send(told)
        except StopIteration:
            if self._steps is steps:
                self._steps = self._wait = None
            return
        if self._steps is steps:
            self._wait = wait

    def wake_ms(self, now_ms: int) -> int | None:
        if self._steps is None:
            return None
        return now_ms + LOOK_MS if self._due_ms is None else min(self._due_ms, now_ms + LOOK_MS)
