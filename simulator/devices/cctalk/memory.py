"""What a hopper remembers of its payouts, and what of it survives what (cctalk sheet, sections 7.1 and 8.4).

Decided here, where the sheet leaves it open: a refused DISPENSE leaves paid and unpaid alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 255
COUNT_RANGE = 1 << 24


@dataclass(slots=True)
class Memory:
    """`event` 0..255, 0 only before the first command; `count`: coins that have ever been counted, three bytes."""

    count: int
    event: int = 0
    remaining: int = 0
    paid: int = 0
    unpaid: int = 0
    _before: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._before = self.paid, self.unpaid, self.count

    def next_event(self) -> None:
        self.event = self.event % MOST + 1

    def begin(self, coins: int) -> None:
        self.next_event()
        self._before = self.paid, self.unpaid, self.count
        self.remaining, self.paid, self.unpaid = coins, 0, 0

    def coin(self, due: bool = True) -> None:
        """The exit sensor saw one. `due` False: a coin too late, or one too many."""
        self.paid = min(MOST, self.paid + 1)
        self.count = (self.count + 1) % COUNT_RANGE
        if due:
            self.remaining -= 1
        else:
            self.unpaid = max(0, self.unpaid - 1)

    def end(self, keeps_unpaid: bool) -> None:
        self.unpaid, self.remaining = self.remaining if keeps_unpaid else 0, 0

    def cut(self, paying: bool) -> None:
        """Power is gone: what is unpaid is known after a cut in a payout only."""
        self.unpaid = self.remaining if paying else 0
        self.event = self.remaining = 0

    def torn(self) -> None:
        """The writing at a power cut came to nothing: what was written before the last payout is still there."""
        self.paid, self.unpaid, self.count = self._before
