"""A price is the sum of its steps: each rule says what it did and what it added. Source: fares and rules, sections 1 to 3."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.station.dated import Step


@dataclass(frozen=True, slots=True)
class Price:
    """What is paid, fen, and how it came about: the amounts of the steps add up to it."""

    total_fen: int
    steps: tuple[Step, ...]


@dataclass
class Account:
    """Amounts under their names, kept in step with the trace."""

    steps: list[Step] = field(default_factory=list)
    total_fen: int = 0

    def tell(self, step: Step) -> int:
        """Write a step down; answers what it adds, fen."""
        self.steps.append(step)
        self.total_fen += step.amount_fen or 0
        return step.amount_fen or 0

    def price(self) -> Price:
        return Price(self.total_fen, tuple(self.steps))
