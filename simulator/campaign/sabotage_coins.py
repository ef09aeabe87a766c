"""Planted bugs of change in coins; `simulator.campaign.sabotage` has them in its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.ports import coin_hopper as ch
from kiosk.ports.fact import Fact
from kiosk.reactor import Reactor
from kiosk.sale import coins, count
from kiosk.sale.coins import CoinGuards

Patch = tuple[Any, str, Any]


def _paid_again() -> list[Patch]:
    """An order without an answer counts as one that was never begun."""
    honest = Reactor.report

    def report(self: Reactor, fact: Fact) -> None:
        lost = isinstance(fact, ch.CoinsUncertain)
        honest(self, ch.CoinsRefused(fact.order, fact.hopper, "other") if lost else fact)  # type: ignore[attr-defined]

    return [(Reactor, "report", report)]


def _short_is_paid() -> list[Patch]:
    def short(fact: ch.CoinsShort, book: Any, at: Any) -> None:
        line = coins._line(book, fact.order)
        if line is not None:
            line.state, line.fell, line.reason = "short", line.asked, fact.reason

    return [(count._COUNTERS, ch.CoinsShort, short)]  # type: ignore[list-item]


def _to_an_empty_bay() -> list[Patch]:
    """Coins fall although the notes before them were not taken."""
    return [(CoinGuards, "can_pay_coins", lambda self: self.coins_payable())]


BUGS: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "coins_paid_again": ("Coins of an order that nobody can tell of are paid once more.", _paid_again),
    "short_coins_not_claimed": ("A hopper that gave less than it should counts as having given all.", _short_is_paid),
    "coins_to_an_empty_bay": ("Coins fall though nobody took the notes before them.", _to_an_empty_bay),
}
"""Name -> (what is planted, the patches)."""
