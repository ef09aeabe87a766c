"""Which notes the slot is told to take, and whether it has to be told again. Source: ccnet sheet, section 5 (ENABLE)."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.ccnet.codes import State

AGAIN_MS = 1_000


class Slot:
    """`enabled` is the mask the unit has acknowledged, None when that is not known. A mask has bit n for bill type n."""

    def __init__(self) -> None:
        self.wanted: frozenset[int] = frozenset()
        self.enabled: int | None = None
        self.orders = 0
        """How often notes were chosen: a sign that there may be something to send."""
        self._mask = 0
        self._sent_ms = -AGAIN_MS

    def choose(self, wanted: frozenset[int], values: Mapping[int, int]) -> None:
        """`wanted`: values in fen; `values`: bill type -> fen."""
        self.orders += 1
        self.wanted = wanted
        self._mask = sum(1 << number for number, value in values.items() if value in wanted)

    def due(self, state: int, now_ms: int) -> bool:
        """ENABLE is to be sent now. `state`: the unit's last word, which may show that it forgot."""
        if self._agreed(state):
            return False
        changed = self.enabled is not None and self.enabled != self._mask
        return changed or now_ms - self._sent_ms >= AGAIN_MS

    def sent(self, now_ms: int) -> int:
        """The mask to send now."""
        self.enabled, self._sent_ms = None, now_ms
        return self._mask

    def wake_ms(self, state: int) -> int | None:
        return None if self._agreed(state) else self._sent_ms + AGAIN_MS

    def _agreed(self, state: int) -> bool:
        return self.enabled == self._mask and state != (State.DISABLED if self._mask else State.IDLING)
