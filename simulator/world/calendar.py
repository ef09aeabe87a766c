"""The machine's wall clock is set anew at a bad moment: an hour or a day, on or back, or so that midnight passes in the very next
seconds. Intervals go on as before, and the station's clock stays right.
"""

from __future__ import annotations

from kiosk.clock import VirtualClock

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BEFORE_MS = 1_500
BEIJING_MS = 8 * HOUR_MS
STEPS_MS = {"hour back": -HOUR_MS, "hour on": HOUR_MS, "day back": -DAY_MS, "day on": DAY_MS}
MIDNIGHT = "midnight"
STEPS = (*STEPS_MS, MIDNIGHT)


class Calendar:
    """What was set wrongly is remembered until `well`."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._wrong_ms = 0

    def step(self, name: str) -> None:
        """Raises ValueError for a step that nobody knows."""
        if name not in STEPS:
            raise ValueError(f"the clock has no trouble {name}")
        by_ms = STEPS_MS.get(name, 0)
        if name == MIDNIGHT:
            by_ms = DAY_MS - (self._clock.wall_ms() + BEIJING_MS) % DAY_MS - BEFORE_MS
        self._clock.step_wall(by_ms)
        self._wrong_ms += by_ms

    def well(self) -> None:
        """Somebody sets it right."""
        self._clock.step_wall(-self._wrong_ms)
        self._wrong_ms = 0
