"""What others have bought before: places that a busy station finds sold already, the same ones for the same run every time.

The network sells through windows and sites that are not simulated; a pure function of train, date and class stands for them.
"""

from __future__ import annotations

from hashlib import sha256, shake_256

from simulator.station.layout import Layout
from simulator.station.runs import RunClass

SHARES = (0, 0, 40, 80, 150, 215, 245, 253, 256)  # of 256 places, how many are sold; a run gets one of these


def nobody_bought(run: RunClass, layout: Layout, segments: int) -> list[int]:
    """All places free on every segment."""
    return [layout.full] * segments


def others_bought(run: RunClass, layout: Layout, segments: int) -> list[int]:
    """Free places per segment after a deterministic part was sold, half of it for the whole run and half up to some stop."""
    seed = f"{run.train} {run.run_date} {run.seat_class}".encode()
    share = SHARES[sha256(seed).digest()[0] % len(SHARES)]
    noise = shake_256(seed).digest(2 * len(layout.places))
    free = [layout.full] * segments
    for place in range(len(layout.places)):
        if noise[2 * place] >= share:
            continue
        reach = min(segments, 1 + noise[2 * place + 1] * 2 * segments // 256)
        for segment in range(reach):
            free[segment] &= ~(1 << place)
    return free
