"""One order to look for a card, as far as it has come (io-board sheet, section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.fronts.port.samv.words import FIND, READ, SELECT, Command

FIND_EVERY_MS = 300
READS = 3
"""So often a card is asked for what did not arrive: it stays selected until the next find."""


@dataclass
class Search:
    """`step`: the next command about the card; `asked`: the last one of this order."""

    find_ms: int = 0
    step: Command = FIND
    asked: Command | None = None
    open: bool = False
    seen: bool = False
    reads: int = 0
    told: set[str] = field(default_factory=set)

    def due_ms(self, now_ms: int) -> int:
        return self.find_ms if self.step is FIND else now_ms

    def begin(self, now_ms: int) -> Command:
        if self.step is FIND:
            self.find_ms = now_ms + FIND_EVERY_MS
        self.asked = self.step
        return self.step

    def found(self) -> None:
        self.step = SELECT

    def selected(self) -> None:
        self.step, self.reads = READ, 0

    def missed(self) -> bool:
        """An answer did not come whole. True: that was the card's last chance as it lies."""
        if self.asked is READ and self.reads + 1 < READS:
            self.reads += 1
            return False
        last = self.step is READ
        self.step = FIND
        return last
