"""The provider's books as somebody reads them who counts: what was paid through one machine, and what went back.

Reads the snapshot that `GET /ledger` tells. Money in fen; an order's name ends in the number of the machine's payment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.provider.ledger import PAYMENT

Snapshot = Mapping[str, Any]
STATES = {"open": "open", "paid": "captured", "closed": "closed", "declined": "closed", "refunded": "reversed"}
"""State of an order -> the auditor's word. What a code was paid for is the machine's until it is refunded."""


def payments(snapshot: Snapshot, merchant: str) -> dict[int, tuple[str, int, int]]:
    """Number of each payment of a machine -> (state, amount, how often somebody paid it)."""
    times = Counter(each["name"] for each in booked(snapshot, merchant) if each["kind"] == PAYMENT)
    return {
        int(order["name"].rpartition(".")[2]): (
            "kept" if order["refund_refused"] else STATES[order["state"]],
            order["amount_fen"],
            times[order["name"]],
        )
        for order in snapshot["orders"]
        if order["merchant"] == merchant
    }


def booked(snapshot: Snapshot, merchant: str) -> Sequence[Mapping[str, Any]]:
    return [each for each in snapshot["bookings"] if each["merchant"] == merchant]


def sums(snapshot: Snapshot, merchant: str) -> dict[str, int]:
    """`orders`: how many codes were asked for. `paid_fen`, `refunded_fen`: what was booked; `turned_away`: payments that phones
    wanted and did not get."""
    fen: Counter[str] = Counter()
    for each in booked(snapshot, merchant):
        fen[each["kind"]] += each["amount_fen"]
    paid_fen = fen.pop(PAYMENT, 0)
    return {
        "orders": sum(order["merchant"] == merchant for order in snapshot["orders"]),
        "paid_fen": paid_fen,
        "refunded_fen": fen.total(),
        "turned_away": sum(each["merchant"] == merchant for each in snapshot["attempts"]),
    }


def conserved(snapshot: Snapshot) -> bool:
    """What the payers opened with is still there: in their accounts, or with the merchants."""
    paid_fen = sum(each["amount_fen"] * (1 if each["kind"] == PAYMENT else -1) for each in snapshot["bookings"])
    held_fen = sum(payer["balance_fen"] for payer in snapshot["payers"])
    return bool(held_fen + paid_fen == sum(payer["opened_fen"] for payer in snapshot["payers"]))
