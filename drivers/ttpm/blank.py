"""One blank under way, and where the talk with the unit stands. Source: ticket-printer sheet 4, rule 2."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from drivers.ttpm.verdict import Heard

HARD_LIMIT_MS = 15_000
LAST_WORDS_MS = 1_000  # the cycle ended within the limit: its questions may still be answered
ASK_MS = 2_000
ORDER_WAIT_MS = 5_000  # a start that takes longer refuses the order


@unique
class Phase(Enum):
    CLOSED = "no link"
    HAIL = "ENQ until the unit answers"
    CLEAR = "!CA sent: its answer ends everything older"
    NAME = "!U sent"
    MEMORY = "!V !Y !S sent"
    READY = "idle"
    LOADING = "everything of a blank but !P is on its way"
    PRINTING = "!P sent"


@dataclass(slots=True)
class Blank:
    """`lines`: `!Q`, face and stripe. `printing`: `!P` was sent at `begun_ms`; `ended_ms`: its end was heard."""

    key: str
    lines: bytes
    ordered_ms: int | None = None
    begun_ms: int = 0
    ended_ms: int | None = None
    printing: bool = False
    asked_again: bool = False
    heard: Heard = field(default_factory=Heard)

    def limit_ms(self, phase: Phase, now_ms: int) -> int | None:
        """When nobody waits any longer: for its end, or for the unit to be ready for it. None: other limits hold."""
        if self.printing:
            return self.begun_ms + HARD_LIMIT_MS + (LAST_WORDS_MS if self.ended_ms is not None else 0)
        if self.ordered_ms is None:
            self.ordered_ms = now_ms
        return None if phase in (Phase.READY, Phase.LOADING) else self.ordered_ms + ORDER_WAIT_MS

    def questions_lost(self, now_ms: int) -> bool:
        return self.ended_ms is not None and now_ms >= self.ended_ms + ASK_MS
