"""The course of single sales, from the records: what happened in which line and when, for the newest sales of an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SALES, MOST_MOMENTS = 100, 300
SHOWN = ("value_fen", "amount_fen", "result", "outcome", "reason", "way", "code", "note", "device", "up")
"""What of a fact is told: no names, no documents, no numbers of cards."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: its seq, wall ms, the fact that came in and the kinds of the intents it caused."""

    seq: int
    at_ms: int
    fact: str
    told: dict[str, Any]
    intents: tuple[str, ...]


@dataclass(slots=True)
class Moments:
    """Sale key -> its moments, the oldest sale first; the open one last."""

    by_sale: dict[str, list[Moment]] = field(default_factory=dict)
    _open: str = ""

    def copy(self) -> Moments:
        return Moments({key: list(moments) for key, moments in self.by_sale.items()}, self._open)

    def hear(self, record: Mapping[str, Any]) -> None:
        """Raises KeyError or TypeError for a record without what every record has."""
        fact, intents = record["fact"], [intent["kind"] for intent in record["intents"]]
        if fact["kind"] == "sale.start":
            self._open = str(fact["key"])
            self.by_sale[self._open] = []
            if len(self.by_sale) > MOST_SALES:
                del self.by_sale[next(iter(self.by_sale))]
        if not self._open:
            return
        moments = self.by_sale[self._open]
        if len(moments) < MOST_MOMENTS or "sale.end" in intents:
            told = {name: fact[name] for name in SHOWN if isinstance(fact.get(name), str | int)}
            moments.append(Moment(record["seq"], record["wall_ms"], fact["kind"], told, tuple(intents)))
        if "sale.end" in intents:
            self._open = ""
