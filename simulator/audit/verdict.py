"""What the auditor finds, and the limits it judges by. Invariant numbers are those of `invariants.py`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """`sale` 0: not of one sale. `seq` of the journal line that shows it, 0 for the physical count."""

    invariant: int
    sale: int
    text: str
    seq: int = 0

    def __str__(self) -> str:
        where = f"sale {self.sale}" if self.sale else "run"
        line = f", record {self.seq}" if self.seq else ""
        return f"invariant {self.invariant} ({where}{line}): {self.text}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Capacities and promises of the machine. `cover` full or bounded to `cover_fen` (decision 2)."""

    cassette_capacity: int = 1_000
    max_notes_out: int = 60
    max_coins_out: int = 20
    cover: str = "full"
    cover_fen: int = 0
    rounding_step_fen: int = 100


@dataclass(slots=True)
class Sums:
    """Sums for the report; amounts in fen, all of ended sales and late notes together."""

    outcomes: Counter[str] = field(default_factory=Counter)
    open_sales: int = 0
    inserted_fen: int = 0
    returned_fen: int = 0
    kept_fen: int = 0
    uncertain_fen: int = 0
    change_fen: int = 0
    refund_fen: int = 0
    retracted_fen: int = 0
    coins_fen: int = 0  # change and refunds that fell as coins, beside those in notes
    fares_fen: int = 0
    rounded_fen: int = 0
    owed_fen: int = 0
    tickets_printed: int = 0
    tickets_taken: int = 0
    tickets_retracted: int = 0
    blanks_wasted: int = 0

    def copy(self) -> Sums:
        return replace(self, outcomes=Counter(self.outcomes))

    def as_dict(self) -> dict[str, Any]:
        return {
            "sales": dict(sorted(self.outcomes.items())),
            "open_sales": self.open_sales,
            "fen": {
                "inserted": self.inserted_fen,
                "returned": self.returned_fen,
                "kept": self.kept_fen,
                "uncertain": self.uncertain_fen,
                "change": self.change_fen,
                "refund": self.refund_fen,
                "coins": self.coins_fen,
                "retracted": self.retracted_fen,
                "fares": self.fares_fen,
                "rounded": self.rounded_fen,
                "owed": self.owed_fen,
            },
            "tickets": {
                "printed": self.tickets_printed,
                "taken": self.tickets_taken,
                "retracted": self.tickets_retracted,
                "wasted": self.blanks_wasted,
            },
        }


@dataclass(slots=True)
class Verdict:
    """`captured_fen`: what came in by card and phone; `hoppers`: number -> (face value in fen, coins by the records); `unsettled`:
    payments that were told to be captured or to go back, and not answered yet; all of a judged directory only."""

    violations: list[Violation] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)
    sales: list[dict[str, Any]] = field(default_factory=list)
    records: int = 0
    digest: str = ""
    captured_fen: int = 0
    hoppers: dict[int, tuple[int, int]] = field(default_factory=dict)
    unsettled: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "records": self.records,
            **self.sums.as_dict(),
            "violations": [str(violation) for violation in self.violations],
        }
