"""The clock that the processes of one simulated machine share: a rate and a common starting point.

The one home of `time` in every simulator process. Links, heartbeats and HTTP limits count real milliseconds (`mono_ms`);
the calendar, patience and motion follow the scaled wall clock (`wall_ms`).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

LOWEST_RATE, HIGHEST_RATE = 0.1, 100.0


@dataclass(frozen=True, slots=True)
class SharedClock:
    """wall = base_wall + rate * (CLOCK_MONOTONIC - base_mono), all in milliseconds."""

    rate: float
    base_wall_ms: int
    base_mono_ms: int

    @classmethod
    def starting_now(cls, rate: float = 1.0) -> SharedClock:
        """A clock that shows today's time now and runs `rate` times as fast from here on."""
        return cls(rate, time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000)

    @classmethod
    def parse(cls, spec: str) -> SharedClock:
        """Read `RATE:BASE_WALL_MS:BASE_MONO_MS`, as `format` writes it. Raises ValueError with the reason."""
        parts = spec.split(":")
        if len(parts) != 3:
            raise ValueError(f"clock {spec!r}: expected RATE:BASE_WALL_MS:BASE_MONO_MS")
        try:
            rate, base_wall_ms, base_mono_ms = float(parts[0]), int(parts[1]), int(parts[2])
        except ValueError as error:
            raise ValueError(f"clock {spec!r}: {error}") from error
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise ValueError(f"clock {spec!r}: the rate lies between {LOWEST_RATE} and {HIGHEST_RATE}")
        return cls(rate, base_wall_ms, base_mono_ms)

    def format(self) -> str:
        """The spec that another process parses to run on the same clock."""
        return f"{self.rate:g}:{self.base_wall_ms}:{self.base_mono_ms}"

    def wall_ms(self) -> int:
        """Scaled wall milliseconds since the Unix epoch."""
        return self.wall_at(self.mono_ms())

    def wall_at(self, mono_ms: int) -> int:
        """The scaled wall time at a real monotonic time."""
        return self.base_wall_ms + round(self.rate * (mono_ms - self.base_mono_ms))

    def mono_ms(self) -> int:
        """Real monotonic milliseconds, the same number in every process of this computer."""
        return time.monotonic_ns() // 1_000_000

    def mono_us(self) -> int:
        """The same clock in microseconds, as in the traces."""
        return time.monotonic_ns() // 1_000


def clock_argument(text: str) -> SharedClock:
    """Type of a command line's `--clock`: what is wrong with it is told as the reader wants it."""
    try:
        return SharedClock.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
