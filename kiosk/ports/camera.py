"""The camera that looks at the machine's front: one picture for each event of money and doors (TVM-028)."""

from __future__ import annotations

from typing import Protocol


class Camera(Protocol):
    """Orders are only queued, and nothing waits for their outcome: a camera that is slow, full or gone loses pictures and says
    so as a fault of `camera`, which takes no ability away."""

    def look(self, frame: str) -> None:
        """Take a picture now and keep it under this name: letters, digits, `.` and `-`."""
        ...

    def cover(self, on: bool) -> None:
        """While covered no picture is taken, and one that is under way is thrown away: a PIN is being typed (TVM-083)."""
        ...
