"""Payments that nobody has settled yet: the machine's affair, whatever became of their sales (decision page 036).

A fold of the journal, so it is the same after a restart. What is to be captured or to go back is asked for again 5, 15 and 60
seconds after an answer that says nothing, then every five minutes, until the other side says done or refused.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from kiosk.ports.fact import Fact
from kiosk.ports.payment import BatchSettled, CaptureRefused, PaymentApproved, ReverseRefused, Taken
from kiosk.records import Record
from kiosk.sale.intents import CapturePayment, ClaimAdd, Intent, ReversePayment, UnpaidAdd

AGAIN_MS = (5_000, 15_000, 60_000, 300_000)
"""The machine's own time."""
SILENT_MS = 30_000
"""After a question that nobody answered at all."""
IN_BATCH = ("captured", "kept")
"""Fates of what the bank has booked: ours, and what it would not give back."""
MOST_IN_BATCH = 10_000
"""A terminal settles by itself (page 049) and nobody says so here: what is older is forgotten."""
KEPT = 64
"""So many payments that are over are remembered: a word may come late."""


@dataclass(slots=True)
class OpenPayment:
    """`deed`: capture, reverse, or empty while its sale decides. `due_ms`: mono time of this start at which it is asked for."""

    payment: int
    sale: int
    key: str
    amount_fen: int
    way: str
    reference: str = ""
    deed: str = ""
    tries: int = 0
    due_ms: int = 0
    wall_ms: int = 0  # of its approval

    def intent(self) -> Intent:
        kind = CapturePayment if self.deed == "capture" else ReversePayment
        return kind(self.sale, self.key, self.payment, self.amount_fen, self.way, self.reference)


@dataclass(slots=True)
class Unsettled:
    """`open`: by number. `over`: those that are settled, and how: declined, captured, reversed, kept, contested. `references`: of
    the last that were approved, oldest first. `in_batch`: cards that the bank has as ours, until the batch of their reference was
    settled (decision page 070); with `differs`, the last batch of which the bank had other sums, a `Books` of the payment port.
    `ordered`: of those in a batch and those still open, the ones that were there when the office ordered a settlement (decision
    page 073). `last`: the batch that was settled last, and when by the wall clock."""

    open: dict[int, OpenPayment] = field(default_factory=dict)
    over: dict[int, tuple[OpenPayment, str]] = field(default_factory=dict)
    references: dict[str, None] = field(default_factory=dict)
    in_batch: dict[int, Taken] = field(default_factory=dict)
    differs: str = ""
    ordered: set[int] = field(default_factory=set)
    last: tuple[BatchSettled, int] | None = None

    def knows(self, reference: str) -> bool:
        """It is that of a payment that was approved here, among the last ones: what the other side tells of it is no news."""
        return reference in self.references

    @property
    def undecided(self) -> bool:
        """Some payment is open."""
        return bool(self.open)

    def taken(self) -> list[Taken]:
        """Of all batches that were not settled."""
        return list(self.in_batch.values())

    # -- folding

    def hear(self, fact: Record, now_ms: int, wall_ms: int) -> None:
        """The fact of one line. `now_ms`: mono time, 0 for a line of an earlier start."""
        kind, result = fact["kind"], fact.get("result", "")
        if kind == "batch!":
            self._batch_over(fact, wall_ms)
            return
        if kind == "sys.command" and (fact["name"], fact["outcome"]) == ("settle", "done"):
            self.ordered = {*self.in_batch, *self.open}
            return
        line = self.open.get(fact["payment"]) if kind in ("auth!", "capture!", "reverse!") else None
        if line is None:
            return
        if kind == "auth!":
            line.reference = fact.get("reference", "") or line.reference
            line.wall_ms = wall_ms
            self._remember(line.reference)
            if result == "declined" and not line.deed:
                self._settled(line, "declined")
        elif kind[:-1] != line.deed:
            return
        elif result == "unknown":
            line.due_ms = now_ms + AGAIN_MS[min(max(line.tries, 1), len(AGAIN_MS)) - 1]
        else:
            self._settled(line, _FATES[kind, result])

    def _batch_over(self, fact: Record, wall_ms: int) -> None:
        begins = fact["begins"]
        self.in_batch = {n: each for n, each in self.in_batch.items() if not each.reference.startswith(begins)}
        self.ordered &= {*self.in_batch, *self.open}
        self.differs = "" if fact["balanced"] else begins
        self.last = BatchSettled(begins, fact["balanced"], fact["count"], fact["amount_fen"]), wall_ms

    def book(self, intents: Sequence[Record], now_ms: int) -> None:
        """The intents of the same line."""
        for record in intents:
            kind = record["kind"]
            if kind == "auth?":
                self.open[record["payment"]] = OpenPayment(
                    record["payment"], record["sale"], record["key"], record["amount_fen"], record["way"]
                )
            elif kind in ("capture?", "reverse?"):
                self._asked(record, now_ms)
            elif kind == "sale.end":
                self._sale_over(record["sale"])

    def _asked(self, record: Record, now_ms: int) -> None:
        number = record["payment"]
        self.in_batch.pop(number, None)
        line = self.open.get(number)
        if line is None:
            line = self.over.pop(number)[0] if number in self.over else _line_of(record)
            self.open[number], line.tries = line, 0
        line.deed, line.tries, line.due_ms = record["kind"][:-1], line.tries + 1, now_ms + SILENT_MS

    def _remember(self, reference: str) -> None:
        if reference:
            self.references[reference] = None
        while len(self.references) > KEPT:
            del self.references[next(iter(self.references))]

    def _sale_over(self, sale: int) -> None:
        """A sale leaves no payment undecided; if one did, the money would go back."""
        for line in self.open.values():
            if line.sale == sale and not line.deed:
                line.deed = "reverse"

    def _settled(self, line: OpenPayment, fate: str) -> None:
        del self.open[line.payment]
        self.over[line.payment] = line, fate
        if fate in IN_BATCH and line.way == "card" and line.reference:
            self.in_batch[line.payment] = Taken(line.payment, line.amount_fen, line.reference, line.wall_ms)
            while len(self.in_batch) > MOST_IN_BATCH:
                self._forget(next(iter(self.in_batch)))
        else:
            self.ordered.discard(line.payment)
        if len(self.over) > KEPT:
            del self.over[next(iter(self.over))]

    def _forget(self, payment: int) -> None:
        del self.in_batch[payment]
        self.ordered.discard(payment)

    def begin(self) -> None:
        """A new start: mono times of the last one mean nothing, and everything is asked for at once."""
        for line in self.open.values():
            line.due_ms = line.tries = 0

    # -- what follows

    @property
    def reversing(self) -> bool:
        """A payment is still to go back."""
        return any(line.deed == "reverse" for line in self.open.values())

    def due(self, now_ms: int) -> OpenPayment | None:
        return next((line for line in self.open.values() if line.deed and line.due_ms <= now_ms), None)

    def next_wake(self) -> int | None:
        """Mono ms; None when everything is settled."""
        return min((line.due_ms for line in self.open.values() if line.deed), default=None)

    def owed_for(self, fact: Fact, secret: bytes) -> tuple[Intent, ...]:
        """What follows from a word about a payment of no running sale; to be asked before the word is folded in."""
        match fact:
            case PaymentApproved() if fact.payment in self.over:
                line, fate = self.over[fact.payment]
                if fate in ("declined", "reversed"):
                    return (
                        ReversePayment(line.sale, line.key, line.payment, line.amount_fen, line.way, fact.reference),
                    )
            case CaptureRefused() if fact.payment in self.open and self.open[fact.payment].deed == "capture":
                line = self.open[fact.payment]
                return (UnpaidAdd(line.sale, line.payment, line.amount_fen, line.reference),)
            case ReverseRefused() if fact.payment in self.open and self.open[fact.payment].deed == "reverse":
                code = b32encode(hmac.digest(secret, f"payment:{fact.payment}".encode(), "sha256")[:5]).decode()
                return (ClaimAdd(0, code, self.open[fact.payment].amount_fen, True, "reversal"),)
        return ()


_FATES = {
    ("capture!", "done"): "captured",
    ("capture!", "refused"): "contested",
    ("reverse!", "done"): "reversed",
    ("reverse!", "refused"): "kept",
}


def _line_of(record: Record) -> OpenPayment:
    return OpenPayment(
        record["payment"], record["sale"], record["key"], record["amount_fen"], record["way"], record["reference"]
    )
