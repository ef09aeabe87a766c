"""What the station's office hears of the settlements it orders (decision page 073): why there is none, where one is, and what the
last one came to."""

from __future__ import annotations

from typing import Any

from kiosk.payment.unsettled import Unsettled
from kiosk.ports.payment import Payment


def nothing_to_settle(payment: Payment | None, unsettled: Unsettled) -> str:
    """Why an order to settle is refused: `unsupported` where nobody is told of batches (cash and phones alone, a terminal that
    closes its days by itself), `nothing` when no card was taken since the last one. Empty: there is something, or may be soon."""
    if payment is None or not payment.settles:
        return "unsupported"
    cards = bool(unsettled.in_batch) or any(line.way == "card" for line in unsettled.open.values())
    return "" if cards else "nothing"


def settlement_of(unsettled: Unsettled, waits: bool, skew_ms: int) -> dict[str, Any]:
    """For the machine's status. `ordered`: where an order of the office is: `sale` (heard, and somebody buys or stands at the open
    cabinet), `payment` (the end of a payment is not known yet), `bank` (to be told, or not answered yet), empty: there is none.
    `count`, `amount_fen`: cards that no batch has taken up. `last`: the batch settled last, {batch, balanced, count, amount_fen,
    at_ms}, by the station's clock; None before the first."""
    told: dict[str, Any] = {
        "ordered": _ordered(unsettled, waits),
        "count": len(unsettled.in_batch),
        "amount_fen": sum(each.amount_fen for each in unsettled.in_batch.values()),
        "last": None,
    }
    if unsettled.last is not None:
        batch, wall_ms = unsettled.last
        parts = {"balanced": batch.balanced, "count": batch.count, "amount_fen": batch.amount_fen}
        told["last"] = {"batch": batch.begins.rstrip("-"), **parts, "at_ms": wall_ms + skew_ms}
    return told


def _ordered(unsettled: Unsettled, waits: bool) -> str:
    if waits:
        return "sale"
    if not unsettled.ordered:
        return ""
    return "payment" if unsettled.undecided else "bank"
