"""Which of the free places a trip gets. Source: seat inventory, sections 4 and 8.

A policy orders the free places: it yields masks, best first; within a mask the lowest place wins. `rows` are the bit strings
of what is closed, one per segment, with a row of ones behind the last: `rows[a - 1]` and `rows[b]` exist for every trip, and
both ends of the line count as taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

Policy = Callable[[Sequence[int], int, int, int], Iterator[int]]
"""(rows, free over the trip, a, b) -> masks, best first."""


def first_fit(rows: Sequence[int], free: int, a: int, b: int) -> Iterator[int]:
    """The lowest place."""
    yield free


def exact_gap(rows: Sequence[int], free: int, a: int, b: int) -> Iterator[int]:
    """A gap that the trip fills, then one that it fills up at one end, then any. Each mask holds the ones before it."""
    before, after = free & rows[a - 1], free & rows[b]
    yield before & after
    yield before | after
    yield free


def best_fit(rows: Sequence[int], free: int, a: int, b: int) -> Iterator[int]:
    """The shortest gap."""
    before = _by_reach(free, rows[a - 1 :: -1] if a else (), rows[-1])
    after = _by_reach(free, rows[b:-1], rows[-1])
    for excess in range(len(before) + len(after) - 1):
        mask = 0
        for left in range(max(0, excess - len(after) + 1), min(excess + 1, len(before))):
            mask |= before[left] & after[excess - left]
        yield mask


def worst_fit(rows: Sequence[int], free: int, a: int, b: int) -> Iterator[int]:
    """The longest gap: to measure the others against."""
    yield from reversed(list(best_fit(rows, free, a, b)))


def _by_reach(free: int, beyond: Sequence[int], end: int) -> list[int]:
    """Places by how many of the segments beyond the trip are free too: index 0 for none."""
    found, rest = [], free
    for closed in (*beyond, end):
        found.append(rest & closed)
        rest &= rest ^ closed
    return found


POLICIES: Mapping[str, Policy] = {
    "exact_gap": exact_gap,
    "first_fit": first_fit,
    "best_fit": best_fit,
    "worst_fit": worst_fit,
}
