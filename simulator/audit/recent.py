"""A memory of the last things only: two generations, so that nothing is ever moved one by one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

GENERATION = 20_000


class Recent(Generic[K, V]):
    """Remembers at least the last `GENERATION` entries, and at most twice as many."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._most = generation
        self._new: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __setitem__(self, key: K, value: V) -> None:
        if len(self._new) >= self._most:
            self._old, self._new = self._new, {}
        self._new[key] = value

    def __contains__(self, key: K) -> bool:
        return key in self._new or key in self._old

    def get(self, key: K) -> V | None:
        found = self._new.get(key)
        return found if found is not None else self._old.get(key)
