"""Batches of cards, folded by the station from a machine's records: its own sums beside those the machine told the bank.

A third reading: the machine sums up its books, the bank its ledger, and here the same lines are added up once more (page 073).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
ENDS = {("capture!", "done"), ("reverse!", "refused")}
"""What makes a payment the machine's: it was captured, or the bank would not give it back."""
OVER = {("capture!", "refused"), ("reverse!", "done"), ("auth!", "declined")}


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch of which the bank was told, on the line `seq`: `count` and `amount_fen` as the machine told, `own_count` and
    `own_fen` as its lines come to here; `balanced`: the bank said that its own sums are the same."""

    seq: int
    day: str
    wall_ms: int
    batch: str
    count: int
    amount_fen: int
    balanced: bool
    own_count: int
    own_fen: int

    @property
    def agrees(self) -> bool:
        return self.balanced and (self.count, self.amount_fen) == (self.own_count, self.own_fen)


@dataclass(slots=True)
class Batches:
    """`settled`: in the order in which they were. `taken`: payment -> (reference, fen), of no settled batch yet."""

    settled: list[Settled] = field(default_factory=list)
    taken: dict[int, tuple[str, int]] = field(default_factory=dict)
    _asked: dict[int, int] = field(default_factory=dict)  # card payment that has no end yet -> fen
    _named: dict[int, str] = field(default_factory=dict)  # of these, what the bank calls it

    def copy(self) -> Batches:
        return Batches(list(self.settled), dict(self.taken), dict(self._asked), dict(self._named))

    def asked(self, intent: Record) -> None:
        """`auth?`, or a deed asked anew of one that had an end."""
        number = intent["payment"]
        if intent["way"] == "card":
            self.taken.pop(number, None)
            self._asked[number] = intent["amount_fen"]
            if reference := intent.get("reference", ""):
                self._named[number] = reference

    def hear(self, fact: Record) -> None:
        """`auth!`, `capture!`, `reverse!`. Raises KeyError for one that lacks its parts."""
        number, what = fact["payment"], (fact["kind"], fact.get("result", ""))
        if number not in self._asked:
            return
        if reference := fact.get("reference", ""):
            self._named[number] = reference
        if what not in ENDS and what not in OVER:
            return
        amount_fen, name = self._asked.pop(number), self._named.pop(number, "")
        if what in ENDS and name:
            self.taken[number] = name, amount_fen

    def settle(self, fact: Record, seq: int, day: str, wall_ms: int) -> None:
        """`batch!`. Raises KeyError or ValueError for one that lacks its parts."""
        begins, count, balanced = fact["begins"], fact["count"], fact["balanced"]
        if type(begins) is not str or type(count) is not int or type(balanced) is not bool:
            raise ValueError(f"batch {begins!r} {count!r} {balanced!r}")
        own = [self.taken.pop(number)[1] for number, (name, _) in list(self.taken.items()) if name.startswith(begins)]
        self.settled.append(
            Settled(seq, day, wall_ms, begins.rstrip("-"), count, fact["amount_fen"], balanced, len(own), sum(own))
        )
