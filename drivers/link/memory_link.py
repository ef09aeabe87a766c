"""A link in memory: two ends joined by two pipes of bytes. For tests and for twins that run in the same process.

Its file descriptor is an eventfd that is readable while bytes wait or the wire is cut, so a real selector can wait on it.
"""

from __future__ import annotations

import os
from contextlib import suppress

from kiosk.errors import LinkError


class MemoryLink:
    """One end. `cut` breaks both ends: what was not yet read is lost, as in a pulled plug."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._arrived = bytearray()
        self._other: MemoryLink | None = None
        self._cut = False
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closed = False

    def read(self) -> bytes:
        self._check()
        data = bytes(self._arrived)
        self._arrived.clear()
        with suppress(BlockingIOError):
            os.eventfd_read(self._wake)
        return data

    def write(self, data: bytes) -> int:
        self._check()
        if data and self._other is not None and not self._other._closed:
            self._other._arrived += data
            os.eventfd_write(self._other._wake, 1)
        return len(data)

    def fileno(self) -> int:
        return self._wake

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._wake)

    def cut(self) -> None:
        """Unplug: from now on both ends raise LinkError."""
        for end in (self, self._other):
            if end is not None and not end._closed:
                end._cut = True
                end._arrived.clear()
                os.eventfd_write(end._wake, 1)

    def _check(self) -> None:
        if self._cut or self._closed:
            raise LinkError(f"{self.path}: unplugged")


def memory_pair(name: str = "memory") -> tuple[MemoryLink, MemoryLink]:
    """Two ends of one wire: what one writes the other reads."""
    near, far = MemoryLink(f"{name}:near"), MemoryLink(f"{name}:far")
    near._other, far._other = far, near
    return near, far
