"""Crash points: every moment at which the power may fail, counted through a run, and the cut at those that were chosen.

A point lies before and after a line is durable, after each deed that was ordered, and after each thing that moved. Counting
is all that happens until a chosen number is reached; so the same script passes the same points every time.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.world.disk import PowerCut


class Points:
    """`cuts`: numbers of the points at which the power fails, counted from 1 over all boots of the run, rising."""

    def __init__(self, cuts: Sequence[int] = ()) -> None:
        self.count = 0
        self.passed: list[str] = []
        self.keep_names = False
        self.armed = False
        self._cuts = list(cuts)
        self._moved = False

    def at(self, name: str) -> None:
        """Raises PowerCut when this is a chosen point, or one was passed while matter moved."""
        if self.armed and self._pass(name):
            self._moved = False
            raise PowerCut(name)
        self.settle()

    def moved(self, name: str) -> None:
        """A thing moved: the power fails before anybody is told, but not inside the mechanism."""
        if self.armed and self._pass(name):
            self._moved = True

    def settle(self) -> None:
        """Raises PowerCut for a point that was passed while matter moved."""
        if self._moved:
            self._moved = False
            raise PowerCut("moved")

    def _pass(self, name: str) -> bool:
        self.count += 1
        if self.keep_names:
            self.passed.append(name)
        if self._cuts and self.count == self._cuts[0]:
            self._cuts.pop(0)
            return True
        return False
