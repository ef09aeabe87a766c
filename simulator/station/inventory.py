"""Places sold by interval: a place sold from A to B can be sold from B to C. Source: seat inventory, sections 3, 4 and 8.

Per class of a train run one bit string per segment, 1 = free. Free places of a trip are the AND of its segments; selling clears
the bits, giving back sets them. Nothing is marked on other trips: what they have left follows from the bits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator.station.layout import Layout

Made = TypeVar("Made")
MOST_OPENED = 20_000
"""Of so many trips what is told is kept at once: a station runs for years, and each day asks for others."""
Opening = Callable[["RunClass", Layout, int], list[int]]
"""What is free on each segment of a run before this station sells anything on it."""


class AsOpened(dict[str, Any]):
    """Told the same to everybody until a place of it is sold: found again by identity, like what is made of it elsewhere."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class InventoryError(Exception):
    """A place was taken twice or given back twice: the steps contradict each other."""


@dataclass(frozen=True, slots=True, order=True)
class RunClass:
    """A class of one train run; `run_date` is the ISO date of the run's first departure."""

    train: str
    run_date: str
    seat_class: str


class Inventory:
    """What is free. A run that nothing was sold on is as `opening` says: a pure function, asked again at every start."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._free: dict[RunClass, list[int]] = {}
        self._untouched: dict[RunClass, list[int]] = {}
        self._opened: dict[Hashable, Any] = {}

    def copy(self) -> Inventory:
        """Stock of its own with the same places free; what nobody touched is shared, it cannot change."""
        other = Inventory(self._opening)
        other._free = {run: list(rows) for run, rows in self._free.items()}
        other._untouched, other._opened = self._untouched, self._opened
        return other

    def as_opened(self, what: Hashable, runs: Iterable[RunClass], make: Callable[[], Made]) -> Made:
        """What `make` makes of these runs; made once and kept as `what` while nobody has touched one of them."""
        if any(run in self._free for run in runs):
            return make()
        if what not in self._opened:
            if len(self._opened) >= MOST_OPENED:
                self._opened.clear()
            self._opened[what] = make()
        made: Made = self._opened[what]
        return made

    def free_segments(self, run: RunClass, layout: Layout, segments: int) -> list[int]:
        """One bit string per segment; a list of its own."""
        return list(self._rows(run, layout, segments))

    def free_over(self, run: RunClass, layout: Layout, segments: int, a: int, b: int) -> int:
        """Places free on every segment of [a, b)."""
        free = layout.full
        for bits in self._rows(run, layout, segments)[a:b]:
            free &= bits
        return free

    def _rows(self, run: RunClass, layout: Layout, segments: int) -> list[int]:
        rows = self._free.get(run) or self._untouched.get(run)
        if rows is None:
            rows = self._untouched[run] = self._opening(run, layout, segments)
        return rows

    def take(self, run: RunClass, layout: Layout, segments: int, places: Iterable[int], a: int, b: int) -> None:
        """Take places out of sale on [a, b). Raises InventoryError when one of them is not free."""
        wanted = mask_of(places)
        if wanted & ~self.free_over(run, layout, segments, a, b):
            raise InventoryError(f"{run}: a place of {bits_of(wanted)} is not free on segments {a} to {b}")
        rows = self._free.setdefault(run, self.free_segments(run, layout, segments))
        for segment in range(a, b):
            rows[segment] &= ~wanted

    def give_back(self, run: RunClass, places: Iterable[int], a: int, b: int) -> None:
        """Put places on sale again on [a, b). Raises InventoryError when one of them is free already."""
        returned = mask_of(places)
        rows = self._free.get(run, [])
        if len(rows) < b or any(rows[segment] & returned for segment in range(a, b)):
            raise InventoryError(f"{run}: a place of {bits_of(returned)} is given back twice")
        for segment in range(a, b):
            rows[segment] |= returned

    def snapshot(self) -> dict[str, list[str]]:
        """All touched runs as text, for comparison and for the lab: free places in hexadecimal per segment."""
        return {
            f"{run.train} {run.run_date} {run.seat_class}": [f"{bits:x}" for bits in rows]
            for run, rows in sorted(self._free.items())
        }


def mask_of(places: Iterable[int]) -> int:
    """The mask with exactly these bits."""
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def bits_of(mask: int) -> list[int]:
    """The places of a mask, lowest first."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
