"""The bank's books as somebody reads them who counts: what was paid at one terminal, and what went back.

Reads the snapshot that `GET /lab/state` tells. Money in fen; a trace is the number of the machine's payment (decision page 042),
until that has gone through 900,000 of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

Snapshot = Mapping[str, Any]
STATES = {"booked": "captured", "reversed": "reversed", "barred": "closed", "declined": "closed"}
"""State of a booking -> the auditor's word. What was approved is the machine's until it is reversed."""
PAID = ("booked", "reversed")


def booked(snapshot: Snapshot, terminal: str) -> Sequence[Mapping[str, Any]]:
    return [each for each in snapshot["bookings"] if each["terminal"] == terminal]


def payments(snapshot: Snapshot, terminal: str) -> dict[int, tuple[str, int, int]]:
    """Number of each payment of a terminal -> (state, amount, how often it was booked)."""
    return {
        each["trace"]: (STATES.get(each["state"], "kept"), each["amount_fen"], int(each["state"] in PAID))
        for each in booked(snapshot, terminal)
    }


def sums(snapshot: Snapshot, terminal: str) -> dict[str, int]:
    """`asked`: how many purchases came. `paid_fen`: what was ever booked, `reversed_fen`: what went back; `declined`: purchases
    that were refused."""
    fen = dict.fromkeys(PAID, 0)
    own = booked(snapshot, terminal)
    for each in own:
        if each["state"] in fen:
            fen[each["state"]] += each["amount_fen"]
    return {
        "asked": len(own),
        "paid_fen": sum(fen.values()),
        "reversed_fen": fen["reversed"],
        "declined": sum(each["state"] == "declined" for each in own),
    }


def balances(snapshot: Snapshot, names: Collection[str]) -> dict[str, int]:
    """What is on each of these accounts; one that nobody has used yet has what it was opened with, one nobody knows nothing."""
    used = {each["name"]: each["balance_fen"] for each in snapshot["accounts"]}
    return {name: used.get(name, snapshot["opened"].get(name, 0)) for name in names}


def conserved(snapshot: Snapshot) -> bool:
    """What the accounts were opened with is still there: on them, or with the merchants."""
    names = snapshot["opened"]
    moved_fen = sum(each["moved_fen"] for each in snapshot["bookings"])
    return not snapshot["wrong"] and sum(balances(snapshot, names).values()) + moved_fen == sum(names.values())
