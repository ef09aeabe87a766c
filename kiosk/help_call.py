"""The call for staff: from the help key or the screen until somebody has come. Its lamp burns as long."""

from __future__ import annotations

from kiosk.ports.cabinet import Cabinet, DoorMoved
from kiosk.ports.fact import Fact
from kiosk.service_records import OperatorLogin


class HelpCall:
    """`called_ms`: wall time of the last call, 0 when none is open."""

    def __init__(self, cabinet: Cabinet | None) -> None:
        self._cabinet = cabinet
        self.called_ms = 0

    def call(self, wall_ms: int) -> None:
        self.called_ms = wall_ms
        self._lamp(True)

    def hear(self, fact: Fact) -> bool:
        """Staff logged in, or a door closed behind them: they were here. Both are journaled by whoever hands them on. Answers
        whether that ended a call."""
        came = isinstance(fact, OperatorLogin) or (isinstance(fact, DoorMoved) and not fact.open)
        ended = came and self.called_ms > 0
        if ended:
            self.called_ms = 0
            self._lamp(False)
        return ended

    def _lamp(self, on: bool) -> None:
        if self._cabinet is not None:
            self._cabinet.lamp("help", on)
