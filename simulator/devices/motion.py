"""One motion after the other: what a mechanism does next, and when it will have done it. Motion ends without power."""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.twin import Speeds


class Motion:
    """What is under way: one thing at a time. A mechanism starts the next from what the last one leads to."""

    def __init__(self, speeds: Speeds) -> None:
        self.speeds = speeds
        self._due: int | None = None
        self._then: Callable[[int], None] = nothing

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        while self._due is not None and self._due <= now_ms:
            due, then = self._due, self._then
            self.stop()
            then(due)
        return self._due

    def moving(self) -> bool:
        return self._due is not None

    def stop(self) -> None:
        """Whatever moves stands still, and nothing follows."""
        self._due, self._then = None, nothing

    def start(self, nominal_ms: float, then: Callable[[int], None], now_ms: int) -> None:
        """`then` is called with its own time when a motion of `nominal_ms` that begins now has ended."""
        self._due, self._then = now_ms + self.speeds.motion_ms(nominal_ms), then


def nothing(now_ms: int) -> None:
    """What happens when nothing is under way."""
