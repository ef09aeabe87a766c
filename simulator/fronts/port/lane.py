"""One direction of a line without bytes: what is put on it arrives whole, once its last bit would have passed."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

BITS_PER_BYTE = 10  # start, eight data, stop
Thing = TypeVar("Thing")


class Lane(Generic[Thing]):
    def __init__(self, baud: int) -> None:
        self._byte_ms = BITS_PER_BYTE * 1_000 / baud
        self._free_ms = 0.0
        self._under_way: deque[tuple[int, Thing]] = deque()

    def put(self, thing: Thing, size: int, now_ms: int) -> None:
        """`size`: bytes it would be."""
        self._free_ms = max(self._free_ms, float(now_ms)) + size * self._byte_ms
        self._under_way.append((-int(-self._free_ms // 1), thing))

    def arrived(self, now_ms: int) -> list[Thing]:
        there = []
        while self._under_way and self._under_way[0][0] <= now_ms:
            there.append(self._under_way.popleft()[1])
        return there

    def due_ms(self) -> int | None:
        return self._under_way[0][0] if self._under_way else None

    def clear(self) -> None:
        """Its plug was pulled."""
        self._under_way.clear()
