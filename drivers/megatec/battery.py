"""How full a lead battery is by its voltage: all that Megatec tells. Source: ups sheet, sections 2.2 and 2.6 (an estimate)."""

from __future__ import annotations

EMPTY_MV, FULL_MV = 1_750, 2_150
"""Of one cell, under the small load of this machine; while it is charged it has more than full."""
CELL_MV = 2_000
SANE_MV = (1_000, 3_000)
LOW_RUNTIME_S = 0
"""The unit's own word that the battery is at its end is the hard limit: nothing is promised beyond it."""


def charge_pct(battery_mv: int, rated_mv: int | None) -> int:
    """0..100 by the voltage of the whole battery (`rated_mv`: what it should have) or of one cell (None); -1: nonsense."""
    cells = 1 if rated_mv is None else rated_mv // CELL_MV
    if cells <= 0:
        return -1
    cell_mv = battery_mv // cells
    if not SANE_MV[0] <= cell_mv <= SANE_MV[1]:
        return -1
    return max(0, min(100, (cell_mv - EMPTY_MV) * 100 // (FULL_MV - EMPTY_MV)))
