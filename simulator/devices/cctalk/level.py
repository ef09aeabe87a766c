"""Level sensors of a bowl (cctalk sheet, sections 5 header 192 and 7.4)."""

from __future__ import annotations

from simulator.devices.cctalk.faults import Switches
from simulator.devices.cctalk.settings import HopperSettings
from simulator.devices.matter import Place

DEBOUNCE_MS = 2_000
LOW, HIGH, LOW_FITTED, HIGH_FITTED = 0x01, 0x02, 0x10, 0x20


class LevelSensors:
    """What they see is told when it has been so for two seconds; what they see first, at once."""

    def __init__(self, settings: HopperSettings, bowl: Place, switches: Switches) -> None:
        self._low, self._high = settings.low_coins, settings.high_coins
        self._bowl, self._switches = bowl, switches
        self._told: int | None = None
        self._seen, self._since_ms = 0, 0

    @property
    def build_code(self) -> bytes:
        """Header 192."""
        if self._low is not None and self._high is not None:
            return b"Lev HiLo"
        if self._high is not None:
            return b"Lev Hi "
        return b"Lev Lo" if self._low is not None else b"Standard"

    def told(self, now_ms: int) -> int:
        """The byte of header 217."""
        seen = self._sees()
        if seen != self._seen:
            self._seen, self._since_ms = seen, now_ms
        if self._told is None or now_ms - self._since_ms >= DEBOUNCE_MS:
            self._told = seen
        return self._told | LOW_FITTED * (self._low is not None) | HIGH_FITTED * (self._high is not None)

    def _sees(self) -> int:
        if self._switches.on("level_illegal"):
            return 0
        coins = len(self._bowl)
        low = self._low is not None and coins < self._low and not self._switches.on("low_sensor_blind")
        high = self._high is not None and coins >= self._high
        return LOW * low | HIGH * high
