"""Which notes an ID-003 unit is told to take, and whether it has to be told again. Source: id003 sheet, sections 7 and 8."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.id003.codes import ENABLE, FIRST_DENOMINATION, State
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.id003.start import INHIBIT, OPEN, Ask

AGAIN_MS = 1_000


class Slot:
    """Notes are chosen while the unit is inhibited, so it is that first; then it is opened."""

    def __init__(self) -> None:
        self.wanted: frozenset[int] = frozenset()
        self.orders = 0
        """How often notes were chosen: a sign that there may be something to send."""
        self._choice: Ask | None = None  # None: no note at all
        self._obeyed: Ask | None = None  # the choice as the unit has echoed it
        self._sent: Ask | None = None
        self._sent_ms = -AGAIN_MS

    def choose(self, wanted: frozenset[int], values: Mapping[int, int]) -> None:
        """`wanted`: values in fen; `values`: escrow code -> fen."""
        self.orders += 1
        self.wanted = wanted
        chosen = [code for code, value_fen in values.items() if value_fen in wanted]
        refused = 0xFFFF & ~sum(1 << code - FIRST_DENOMINATION for code in chosen)
        self._choice = Ask(ENABLE, refused.to_bytes(2, "little")) if chosen else None

    def forget(self) -> None:
        """The unit starts: it knows nothing any more."""
        self._obeyed = None

    def due(self, state: int, now_ms: int) -> Ask | None:
        """What to send now; `sent` follows. `state`: the unit's last word."""
        ask = self._next(state)
        return None if ask == self._sent and now_ms - self._sent_ms < AGAIN_MS else ask

    def sent(self, ask: Ask, heard: Heard, now_ms: int) -> None:
        self._sent, self._sent_ms = ask, now_ms
        if ask.command == ENABLE:
            self._obeyed = ask if heard is Heard.GOOD else None

    def wake_ms(self, state: int) -> int | None:
        return None if self._next(state) is None else self._sent_ms + AGAIN_MS

    def _next(self, state: int) -> Ask | None:
        agreed = self._choice is not None and self._choice == self._obeyed
        if state == State.IDLING:
            return None if agreed else INHIBIT
        if state != State.DISABLED or self._choice is None:
            return None
        return OPEN if agreed else self._choice
