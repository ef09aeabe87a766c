"""One outcome that a recovery takes for true, and what proved it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ports.fact import Fact
from kiosk.sale.facts import Believed

SILENT, UNSURE = "silent", "cannot tell"


@dataclass(frozen=True, slots=True)
class Belief:
    """`why`: position, credited, counter, operation, sensor, or that nobody could say."""

    fact: Fact
    why: str

    def written(self) -> Believed:
        """As the end of the recovery names it."""
        names = ("note", "key", "order", "bundle", "notes", "payment")
        number = next((getattr(self.fact, name) for name in names if hasattr(self.fact, name)), "")
        return Believed(f"{self.fact.kind} {self.fact.result} {number}", self.why)
