"""Frames that begin with a marker and tell their length, found in a stream of bytes that may lie: CCNET, ID-003 and EBDS alike.

Each codec says what begins a frame of its own, and what makes one whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

FrameType = TypeVar("FrameType")


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something that began like a frame and is none."""

    raw: bytes


class Framing(ABC, Generic[FrameType]):
    """Bytes in, frames out. Never waits, never raises on noise, has never seen a port.

    A false start may promise bytes that never come; the owner of the clock calls `flush` when they are overdue.
    """

    marker: ClassVar[int]
    """First byte of every frame."""
    length_at: ClassVar[int]
    """Where the byte stands that tells how long the whole frame is."""

    def __init__(self) -> None:
        self._held = bytearray()

    @abstractmethod
    def _plausible(self, held: bytearray) -> bool:
        """Whether these bytes, the first of them the marker, may begin a frame. They are one or more; a length that passes here
        reaches beyond itself, or the search would stand still."""

    @abstractmethod
    def _read(self, raw: bytes) -> FrameType | None:
        """The frame, None when its check is wrong. `raw` is as long as its length says."""

    @property
    def waiting(self) -> bool:
        """The beginning of a frame is here, its end is not."""
        return bool(self._held)

    def feed(self, received: bytes) -> list[FrameType | Damaged]:
        """What is whole now; the rest is kept."""
        self._held += received
        held, found = self._held, list[FrameType | Damaged]()
        while (start := held.find(self.marker)) >= 0:
            del held[:start]
            if not self._plausible(held):
                del held[:1]
            elif len(held) <= self.length_at or len(held) < held[self.length_at]:
                return found  # the rest is still on its way
            else:
                found.append(self._take(held[self.length_at]))
        held.clear()
        return found

    def flush(self) -> list[FrameType | Damaged]:
        """The missing bytes are not coming: whatever is complete behind each false start."""
        found: list[FrameType | Damaged] = []
        while self._held:
            found.append(Damaged(bytes(self._held)))
            del self._held[:1]
            found += self.feed(b"")
        return found

    def _take(self, length: int) -> FrameType | Damaged:
        raw = bytes(self._held[:length])
        frame = self._read(raw)
        if frame is None:
            del self._held[:1]  # look for the next marker one byte further
            return Damaged(raw)
        del self._held[:length]
        return frame
