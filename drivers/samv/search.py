"""One order to look for a card: how far it is, and what the passenger was told already."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.samv.codec import FIND, READ, SELECT, Command

FIND_MS = 300
"""From one find to the next (io-board sheet, section 4)."""
READS = 3
"""A read whose answer was hurt or lost may be asked again: the card stays selected until the next find (open points)."""


@dataclass
class Search:
    """`until_ms` is -1 until it has begun. `asked`: the command that is out for this order; replies to others are not its own."""

    order: int
    limit_ms: int
    until_ms: int = -1
    find_ms: int = 0
    stage: Command = FIND
    asked: Command | None = None
    open: bool = False
    seen: bool = False
    reads: int = 0
    told: set[str] = field(default_factory=set)

    def next(self, now_ms: int) -> Command | None:
        """What is due now."""
        if self.stage is FIND:
            if now_ms < self.find_ms:
                return None
            self.find_ms = now_ms + FIND_MS
        self.asked = self.stage
        return self.stage

    def due_ms(self, now_ms: int) -> int:
        return self.find_ms if self.stage is FIND else now_ms

    def found(self) -> None:
        self.stage = SELECT

    def selected(self) -> None:
        self.stage, self.reads = READ, 0

    def anew(self) -> None:
        self.stage = FIND

    def hurt(self) -> bool:
        """The answer did not arrive whole. True: the card will not be asked again as it lies."""
        if self.asked is READ:
            self.reads += 1
            if self.reads < READS:
                return False
        given_up = self.stage is READ
        self.anew()
        return given_up
