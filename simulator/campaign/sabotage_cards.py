"""Planted bugs of payments by card, in the adapter too; `simulator.campaign.sabotage` has them in its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.card_pay.bank import Outcome
from drivers.card_pay.driver import CardPay
from drivers.card_pay.visit import Visit
from drivers.epp.codec import Key
from drivers.epp.entry import Entry, Phase
from kiosk.ports import payment as pp
from kiosk.ports.fact import Fact

Patch = tuple[Any, str, Any]


def _time_out_is_paid() -> list[Patch]:
    """The bank's silence counts as its yes."""
    honest = Visit._judged

    def judged(self: Visit, done: Any, outcome: Outcome) -> tuple[Fact, bool]:
        told, wanted = honest(self, done, outcome)
        lost = isinstance(told, pp.PaymentUncertain) and outcome.trouble == "no answer"
        return (pp.PaymentApproved(self.wish.payment, "000001-000000000001") if lost else told), wanted

    return [(Visit, "_judged", judged)]


def _reversal_dropped() -> list[Patch]:
    """What the adapter was told to take back it says it took back, and asks nobody."""

    def reverse(self: CardPay, now_ms: int) -> None:
        while self._reversals:
            self._report(pp.PaymentReversed(self._reversals.popleft().wish.payment, moved=False))

    return [(CardPay, "_reverse", reverse)]


def _tamper_ignored() -> list[Patch]:
    """Cards are offered though the pad says that it was opened."""
    honest = CardPay._missing

    def missing(self: CardPay) -> str:
        why = honest(self)
        return "" if why in ("pad", "keys") else why

    return [(CardPay, "_missing", missing)]


def _clear_key_ends_the_entry() -> list[Patch]:
    """No passenger of the campaign presses that key: who mistypes waits for the bank's no."""
    honest = Entry.key

    def key(self: Entry, byte: int) -> None:
        if byte == Key.CLEAR and self.phase is Phase.OPEN:
            self.phase = Phase.OVER
        else:
            honest(self, byte)

    return [(Entry, "key", key)]


MONKEY_BUGS: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "clear_key_ends_the_entry": (
        "The clear key of the PIN pad ends the entry, and nobody is told: the card waits inside.",
        _clear_key_ends_the_entry,
    ),
}
"""The same of what no script shows: only a monkey presses such a key."""
BUGS: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "card_time_out_is_paid": ("The bank's silence counts as its yes.", _time_out_is_paid),
    "card_reversal_dropped": ("What should go back is told as gone back, and the bank never asked.", _reversal_dropped),
    "pad_tamper_ignored": ("Cards are offered though the PIN pad was broken open.", _tamper_ignored),
}
"""Name -> (what is planted, the patches)."""
