"""What the mechanisms of both LCDM lines have alike: what their STATUS depends on, and a line that brings one answer at a time.

Source: lcdm sheet, sections 3 and 7. What they remember is each line's own: `remembering`, `lcdm50`.
"""

from __future__ import annotations

from typing import Any

from simulator.devices.lcdm import Lcdm2000, Lcdm4000
from simulator.fronts.port.dispenser_line import LcdmLine
from simulator.fronts.port.mechanism import Mechanism, Script


class Lcdm(Mechanism):
    twin: Lcdm4000 | Lcdm2000
    _line: LcdmLine[Any]

    def _state(self) -> tuple[object, ...]:
        body, faults = self.twin.body, self.twin.faults
        low = [len(place.things) <= body.near_end_notes for place in body.cassettes]
        return (self.twin.powered, len(body.path.things), body.reject_tray, *body.fitted, *low, *faults)

    def _news(self) -> bool:
        return self._line.arrived is not None

    def _forget_news(self) -> None:
        self._line.arrived = None

    def _run(self, script: Script) -> None:
        self._line.waits = False
        super()._run(script)
