"""Which places an order gets. Source: seat inventory, sections 4 (exact gap) and 8 (adjacent places for a group).

The default fills exact gaps first: a place that is taken just before and just after the trip is of no use to a longer one.
Berths go by level in the order of the class, so that the quoted price holds as long as that level lasts.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.station.layout import Layout


def free_places(segments: Sequence[int], layout: Layout, a: int, b: int) -> int:
    """Places free on every segment of [a, b)."""
    free = layout.full
    for bits in segments[a:b]:
        free &= bits
    return free


def choose(segments: Sequence[int], layout: Layout, a: int, b: int, wanted: int, wish: str) -> list[int] | None:
    """`wanted` places free over [a, b), lowest first, as near to `wish` as the stock allows; None when there are too few.

    `wish` is `together`, `window`, `aisle` or `none`.
    """
    free = free_places(segments, layout, a, b)
    if free.bit_count() < wanted:
        return None
    tiers = _tight_first(segments, layout, a, b, free)
    if wish == "together" and wanted > 1:
        chosen = _together(tiers, layout, free, wanted)
    else:
        preferred = layout.by_position.get(wish, layout.full)
        chosen = _pick(tiers, [preferred & level for level in layout.by_level] + list(layout.by_level), wanted)
    return sorted(chosen)


def _tight_first(segments: Sequence[int], layout: Layout, a: int, b: int, free: int) -> list[int]:
    """Masks of candidates: taken on both sides of the trip, on one side, anywhere. The ends of the line count as taken."""
    before = segments[a - 1] if a > 0 else 0
    after = segments[b] if b < len(segments) else 0
    return [free & ~before & ~after, free & (~before | ~after), free]


def _pick(tiers: Sequence[int], preferences: Sequence[int], wanted: int) -> list[int]:
    """The first `wanted` places, going through the preferences and within each through the tiers."""
    chosen: list[int] = []
    taken = 0
    for preference in preferences:
        for tier in tiers:
            candidates = tier & preference & ~taken
            while candidates and len(chosen) < wanted:
                lowest = candidates & -candidates
                chosen.append(lowest.bit_length() - 1)
                taken |= lowest
                candidates ^= lowest
    return chosen


def _together(tiers: Sequence[int], layout: Layout, free: int, wanted: int) -> list[int]:
    """Side by side in one row, else in one coach side by side, else in one coach, else anywhere."""
    for next_to in (layout.same_row_next, layout.same_group_next):
        for level in layout.by_level:
            for tier in tiers:
                start = _run_start(tier & level, next_to, wanted)
                if start is not None:
                    return list(range(start, start + wanted))
    for coach in layout.coaches:
        if (free & coach).bit_count() >= wanted:
            return _pick([tier & coach for tier in tiers], layout.by_level, wanted)
    return _pick(tiers, layout.by_level, wanted)


def _run_start(free: int, next_to: int, wanted: int) -> int | None:
    """The lowest place that begins `wanted` free neighbours; None when there is no such run."""
    run = free
    for step in range(1, wanted):
        run &= (free >> step) & (next_to >> (step - 1))
    return (run & -run).bit_length() - 1 if run else None
