"""When an ended process is started again, as the machine's service manager does it (reliability notes 10)."""

from __future__ import annotations

from dataclasses import dataclass, field

PAUSE_MS = 2_000
MOST_STARTS = 8
WITHIN_MS = 600_000
POWER_GOES = 75
"""Exit status of a controller that stopped on battery and waits for the UPS to cut the power (docs/decisions/026)."""
NO_CUT_MS = 600_000
"""Power that still has not gone after so long will not go: then it is started again all the same."""


@dataclass(slots=True)
class RestartPolicy:
    """Always again after 2 s, but not more than 8 times within 10 minutes; after a stop on battery with the power, or after 10
    minutes. Times are real milliseconds."""

    pause_ms: int = PAUSE_MS
    most: int = MOST_STARTS
    within_ms: int = WITHIN_MS
    _ended_ms: list[int] = field(default_factory=list)

    def after_end(self, now_ms: int, status: int = 0) -> int | None:
        """When to start again after an end at `now_ms`; None: it failed too often, give up."""
        if status == POWER_GOES:
            return now_ms + NO_CUT_MS
        self._ended_ms = [ended for ended in self._ended_ms if now_ms - ended < self.within_ms]
        if len(self._ended_ms) >= self.most:
            return None
        self._ended_ms.append(now_ms)
        return now_ms + self.pause_ms
