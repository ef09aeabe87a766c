"""Planted bugs of payments by phone; `simulator.campaign.sabotage` has them in its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kiosk.restart
from drivers.card_pay import settlement
from kiosk.payment.unsettled import Unsettled
from kiosk.ports import payment as pp
from kiosk.ports.fact import Fact
from kiosk.reactor import Reactor
from kiosk.restart import Restart
from kiosk.sale import charge, count, recovery
from kiosk.sale.belief import Belief
from kiosk.sale.book import Book

Patch = tuple[Any, str, Any]


def _reversal_dropped() -> list[Patch]:
    return [(Unsettled, "due", lambda self, now_ms: None), (Unsettled, "next_wake", lambda self: None)]


def _late_approval_is_paid() -> list[Patch]:
    """What comes after the time-out counts as paid: nobody takes it back."""

    def approved(fact: pp.PaymentApproved, book: Any, at: Any) -> None:
        line = charge._line(book, fact.payment)
        if line is not None and line.state in ("asked", "declined"):
            line.state, line.reference = "approved", fact.reference

    return [
        (count._COUNTERS, pp.PaymentApproved, approved),  # type: ignore[list-item]
        (Unsettled, "owed_for", lambda self, fact, secret: ()),
    ]


def _unknown_is_paid() -> list[Patch]:
    honest = Reactor.report

    def report(self: Reactor, fact: Fact) -> None:
        known = isinstance(fact, pp.PaymentUncertain)
        honest(self, pp.PaymentApproved(fact.payment, "") if known and isinstance(fact, pp.PaymentUncertain) else fact)

    return [(Reactor, "report", report)]


def _paid_twice() -> list[Patch]:
    """What nobody can tell of is begun once more, with another code."""
    honest = Reactor.report

    def report(self: Reactor, fact: Fact) -> None:
        honest(self, pp.PaymentDeclined(fact.payment, "other") if isinstance(fact, pp.PaymentUncertain) else fact)

    return [(Reactor, "report", report)]


def _former_approval_stands() -> list[Patch]:
    """After a restart the sale goes on with an approval as if nothing had been between."""
    honest = recovery.beliefs

    def beliefs(book: Book, told: recovery.Told, before: recovery.Counters) -> list[Belief]:
        return [each for each in honest(book, told, before) if each.fact.kind != "auth.past"]

    return [(Restart, "ask_payment", lambda self, payment: None), (kiosk.restart, "beliefs", beliefs)]


def _settlement_leaves_one_out() -> list[Patch]:
    """The first card of a day is in no sum."""
    honest = Unsettled.taken

    def taken(self: Unsettled) -> list[pp.Taken]:
        return honest(self)[1:]

    return [(Unsettled, "taken", taken), *DAYS_END_AT_ONCE]


def _ordered_settlement_forgotten() -> list[Patch]:
    """The office is told that it will be done."""
    return [(settlement.Settlement, "_wanted", lambda self, found, ordered: False)]


DAYS_END_AT_ONCE: list[Patch] = [
    (settlement.Settlement, "_is_over", lambda self, wall_ms: True),
    (settlement, "QUIET_MS", 1_000),
    (settlement, "LOOK_MS", 1_000),
    (settlement, "AGAIN_MS", (1_000, 1_000)),
]
"""No bug: the bank is told between two passengers, for they come one right after the other, and no campaign has a midnight."""
BUGS: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "reversal_dropped": ("A payment that should go back is asked for once, and then forgotten.", _reversal_dropped),
    "late_approval_is_paid": (
        "An approval after the time-out counts as paid: nobody sends it back.",
        _late_approval_is_paid,
    ),
    "former_approval_stands": (
        "After a restart tickets are given for an approval that nobody asked after.",
        _former_approval_stands,
    ),
    "settlement_leaves_one_out": (
        "At the end of a day the bank is told the sums without the first card.",
        _settlement_leaves_one_out,
    ),
    "ordered_settlement_forgotten": (
        "The office's order to settle is answered as done, and nobody tells the bank.",
        _ordered_settlement_forgotten,
    ),
    "unknown_payment_is_paid": ("A payment without an answer counts as approved.", _unknown_is_paid),
    "payment_begun_again": ("A payment without an answer is begun once more: a code is paid twice.", _paid_twice),
}
"""Name -> (what is planted, the patches)."""
