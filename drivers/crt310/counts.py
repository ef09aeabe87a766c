"""What the reader did: the device keeps no counters that it would tell, so we count what we saw. Source: card-reader sheet, 1.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Count = Literal["in", "offered", "taken", "captured", "gone", "jams", "foreign", "chips", "apdus", "tracks"]
NAMES: tuple[Count, ...] = (
    "in", "offered", "taken", "captured", "gone", "jams", "foreign", "chips", "apdus", "tracks",
)  # fmt: skip


class Counts:
    """Goes on from `before`: name -> how often. Raises ValueError for a name or a number that is none."""

    def __init__(self, before: Mapping[str, int] | None = None) -> None:
        before = before or {}
        if strange := [name for name, value in before.items() if name not in NAMES or value < 0]:
            raise ValueError(f"a card reader has no count {strange[0]} of {before[strange[0]]}")
        self._now: dict[str, int] = {name: before.get(name, 0) for name in NAMES}

    def add(self, name: Count) -> None:
        self._now[name] += 1

    @property
    def now(self) -> Mapping[str, int]:
        return dict(self._now)
