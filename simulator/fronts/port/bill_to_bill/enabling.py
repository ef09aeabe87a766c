"""Which notes the unit is told to take, and whether it has to be told again. Source: ccnet sheet, sections 5 and 9.2."""

from __future__ import annotations

from simulator.devices.ccnet.codes import State
from simulator.fronts.port.bill_to_bill.known import Known

AGAIN_MS = 1_000


class Enabling:
    """`wanted`: face values. `told`: the mask the unit has acknowledged, None when that is not known."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._sent_ms = -AGAIN_MS
        self.told: int | None = None
        self.wanted: frozenset[int] = frozenset()
        self.choices = 0
        """How often notes were chosen: a sign that there may be something to send."""

    def choose(self, values_fen: frozenset[int]) -> None:
        self.wanted = values_fen
        self.choices += 1

    def due(self, state: int, now_ms: int, *, closed: bool) -> int | None:
        """The mask to send now. `state`: the unit's last word, which may show that it forgot. `closed`: take nothing."""
        mask = self._mask(closed)
        if self._agreed(mask, state):
            return None
        changed = self.told is not None and self.told != mask
        return mask if changed or now_ms - self._sent_ms >= AGAIN_MS else None

    def sent(self, now_ms: int) -> None:
        self.told, self._sent_ms = None, now_ms

    def wake_ms(self, state: int, *, closed: bool) -> int | None:
        return None if self._agreed(self._mask(closed), state) else self._sent_ms + AGAIN_MS

    def at_rest(self, state: int) -> bool:
        """Told to take nothing, and so it does."""
        return state == State.DISABLED and self.told == 0

    def _mask(self, closed: bool) -> int:
        if closed:
            return 0
        return sum(1 << kind for kind, value_fen in self._known.values.items() if value_fen in self.wanted)

    def _agreed(self, mask: int, state: int) -> bool:
        return self.told == mask and state != (State.DISABLED if mask else State.IDLING)
