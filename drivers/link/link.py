"""What a link is: something that moves bytes of one device and knows nothing about them; and what has none."""

from __future__ import annotations

from typing import Protocol


class WithoutLink:
    """The part of a `Participant` that has no link of bytes: its news come by channels, not from the reactor's links."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """There is no link of bytes."""

    def take_output(self) -> bytes:
        return b""

    def link_lost(self, why: str, now_ms: int) -> None:
        """There is no link of bytes."""

    def link_up(self, now_ms: int) -> None:
        """There is no link of bytes."""


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
