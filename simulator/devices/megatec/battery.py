"""A battery that empties under load and fills again with mains. It is measured in time: how long it would still last."""

from __future__ import annotations

from dataclasses import dataclass, field

RECHARGE_FACTOR = 6
"""Filling takes so many times as long as emptying."""

CELLS = 12
CHARGING_V = 27.5
FULL_V, EMPTY_V = 25.4, 21.0
LOW_SHARE = 0.2


@dataclass(slots=True)
class Battery:
    """`lasts_ms`: how long a full one feeds the machine; `left_ms`: how long from now. Both are the device's own time."""

    lasts_ms: float
    left_ms: float = field(init=False)

    def __post_init__(self) -> None:
        self.left_ms = self.lasts_ms

    @property
    def share(self) -> float:
        """0.0 empty to 1.0 full."""
        return self.left_ms / self.lasts_ms if self.lasts_ms else 0.0

    def drain(self, ms: float) -> None:
        self.left_ms = max(0.0, self.left_ms - ms)

    def fill(self, ms: float) -> None:
        self.left_ms = min(self.lasts_ms, self.left_ms + ms / RECHARGE_FACTOR)

    def volts(self, feeding: bool, seems_full: bool) -> float:
        """Voltage of all cells together: it falls while the battery feeds the machine, and is raised by the charger."""
        if not feeding:
            return CHARGING_V
        return FULL_V if seems_full else EMPTY_V + (FULL_V - EMPTY_V) * self.share
