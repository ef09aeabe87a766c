"""Nothing of a device comes and goes without end: each time is a line on the disk, a picture and a report (invariant 10)."""

from __future__ import annotations

from collections import deque

from simulator.audit.cases import Run
from simulator.audit.reading import Record

MOST, WITHIN_MS = 20, 60_000
"""So often within so long: no hand pulls a plug as often, so a driver cannot make up its mind."""


class Flapping:
    """Faults as they are raised, by device and code; what is said of the detail may change."""

    HEARS = ("fault",)

    def __init__(self, run: Run) -> None:
        self._run = run
        self._raised: dict[tuple[str, str], deque[int]] = {}

    def hear(self, fact: Record, wall_ms: int) -> None:
        if not fact["up"]:
            return
        device, code = fact["device"], fact["code"]
        times = self._raised.setdefault((device, code), deque(maxlen=MOST))
        times.append(wall_ms)
        if len(times) == MOST and 0 <= wall_ms - times[0] < WITHIN_MS:
            self._run.say(10, f"the {device} says {code} {MOST} times within {WITHIN_MS // 1000} s", 0)
            times.clear()
