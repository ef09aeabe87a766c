"""One number for one train on one day: trips that share a name on the same days are told apart by a dash and a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.station.gtfs.findings import FeedError

MOST_LANES_TRIED = 32
MOST_LANES = 9_999


class Named(NamedTuple):
    """A run and what matters for its number: the days it begins on, the days after that on which it leaves stations."""

    key: str
    name: str
    begins_s: int
    mask: int
    later: frozenset[int]
    leaves: Callable[[], Mapping[str, int]]
    """Station -> days after the begin on which it is left; asked only where two runs might meet."""

    @property
    def spread(self) -> int:
        """The days it begins on, and all on which somebody may board."""
        days = self.mask
        for offset in self.later:
            days |= self.mask << offset
        return days


@dataclass
class _Lane:
    spread: int = 0
    runs: list[Named] = field(default_factory=list)

    def takes(self, run: Named) -> bool:
        """Whether no day has both this run and another of the lane at one station."""
        if not self.spread & run.spread:
            return True
        return not any(_meet(run, other) for other in self.runs)


def _meet(one: Named, other: Named) -> bool:
    if one.mask & other.mask:
        return True
    if not one.spread & other.spread:
        return False
    ours, theirs = one.leaves(), other.leaves()
    return any(one.mask << ours[station] & other.mask << theirs[station] for station in ours.keys() & theirs.keys())


def numbers_of(runs: Iterable[Named]) -> dict[str, str]:
    """Key -> number. Runs of one name that never meet share it; the others get `-2`, `-3`, ... by their time of day."""
    groups: dict[str, list[Named]] = {}
    for run in runs:
        groups.setdefault(run.name, []).append(run)
    return {key: number for name, group in groups.items() for key, number in _group(name, group)}


def _group(name: str, group: Sequence[Named]) -> Iterable[tuple[str, str]]:
    if len(group) == 1:
        yield group[0].key, name
        return
    lanes: list[_Lane] = []
    for run in sorted(group, key=lambda run: (run.begins_s, run.key)):
        first = max(0, len(lanes) - MOST_LANES_TRIED)
        at = next((at for at in range(first, len(lanes)) if lanes[at].takes(run)), len(lanes))
        if at == len(lanes):
            lanes.append(_Lane())
        if at >= MOST_LANES:
            raise FeedError(f"trips.txt: more than {MOST_LANES:,} trips a day are named {name}")
        lanes[at].runs.append(run)
        lanes[at].spread |= run.spread
        yield run.key, name if at == 0 else f"{name}-{at + 1}"
