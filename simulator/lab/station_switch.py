"""The station computer's trouble switches, worked from the lab: down, or slow. One short HTTP call on the cabinet's loop.

The station plays them itself (`/lab/faults`, only in a lab); a cabinet that was told no station has no such switch.
"""

from __future__ import annotations

from typing import Any

from simulator.lab.asking import Asker

TROUBLES = ("down", "slow")
SLOW_MS = 4_000  # longer than the controller waits for an answer


class StationSwitch:
    """`url` of the station, empty when there is none to switch."""

    def __init__(self, url: str = "") -> None:
        self._asker = Asker(url)
        self.on = dict.fromkeys(TROUBLES, False)

    def look(self) -> dict[str, bool] | None:
        """Trouble -> whether it was switched on here; None when there is no switch."""
        return dict(self.on) if self._asker else None

    async def switch(self, name: str, on: bool) -> None:
        """Raises OSError or TimeoutError when the station does not answer."""
        if not self._asker:
            raise OSError("this cabinet was told of no station")
        body: dict[str, Any] = {"name": name, "on": on}
        if name == "slow":
            body["ms"] = SLOW_MS
        status, _ = await self._asker.ask("/lab/faults", body)
        if status != 200:
            raise OSError(f"the station answered {status}; is it a lab's station?")
        self.on[name] = on
