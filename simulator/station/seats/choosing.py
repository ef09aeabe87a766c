"""Several places, and wishes: the policy says which are best, the layout who sits beside whom. Source: seat inventory, section 8.

A wish bends the choice and never refuses it: an order without its wish is better than no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.station.layout import Layout


def choose(tiers: Iterable[int], layout: Layout, free: int, wanted: int, wish: str) -> list[int]:
    """`wanted` of the free places, lowest first; there must be as many. `tiers`: masks of a policy, best first.

    `wish` is `together`, `window`, `aisle` or `none`.
    """
    masks = list(tiers)
    if wish == "together" and wanted > 1:
        return _together(masks, layout, free, wanted)
    wished = layout.by_position.get(wish, layout.full)
    levels = layout.by_level
    return sorted(_best(masks, [wished & level for level in levels] + list(levels), free, wanted))


def _best(masks: Sequence[int], preferences: Iterable[int], free: int, wanted: int) -> list[int]:
    """Preferences count more than the order of the policy."""
    chosen: list[int] = []
    for preference in preferences:
        for mask in masks:
            left = mask & preference & free
            while left:
                place = lowest(left)
                chosen.append(place)
                if len(chosen) == wanted:
                    return chosen
                left &= left - 1
                free ^= 1 << place
    return chosen


def _together(masks: Sequence[int], layout: Layout, free: int, wanted: int) -> list[int]:
    """Beside each other in a row; else beside each other in a coach; else in one coach; else wherever there are places."""
    for neighbours in (layout.same_row_next, layout.same_group_next):
        for level in layout.by_level:
            reached = 0
            for mask in masks:
                reached |= mask & level
                if start := _begins(reached, neighbours, wanted):
                    first = lowest(start)
                    return list(range(first, first + wanted))
    for coach in layout.coaches:
        if (free & coach).bit_count() >= wanted:
            return sorted(_best(masks, layout.by_level, free & coach, wanted))
    return sorted(_best(masks, layout.by_level, free, wanted))


def _begins(free: int, neighbours: int, wanted: int) -> int:
    """Places from which `wanted` free neighbours go on."""
    begins = free
    for step in range(1, wanted):
        begins &= free >> step & neighbours >> step - 1
    return begins


def lowest(mask: int) -> int:
    """The lowest place of a mask that has one."""
    return (mask ^ mask - 1).bit_length() - 1


def spaced(layout: Layout) -> int:
    """Every second place of each row: a mask for times when passengers keep their distance."""
    mask, row, taken = 0, None, False
    for index, place in enumerate(layout.places):
        taken = not taken if place.row == row else True
        row = place.row
        mask |= taken << index
    return mask
