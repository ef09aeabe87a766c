"""What a link is: something that moves bytes of one device and knows nothing about them."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """A port, a pty or a wire in memory. `read` and `write` raise `LinkError` when it broke; it is then closed and opened anew."""

    path: str

    def read(self) -> bytes:
        """What has arrived; empty when nothing has. Never waits."""
        ...

    def write(self, data: bytes) -> int:
        """How many bytes were taken, 0..len(data); the caller keeps the rest. Never waits."""
        ...

    def fileno(self) -> int:
        """To wait on for readable and writable."""
        ...

    def close(self) -> None:
        """May be called twice; never raises."""
        ...
