"""A sale in front of any adapter of the payment port: it does as decision page 036 says and keeps what it was told.

The worlds of the adapters (cards, terminal, codes) are this sale with devices, lines and people of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureUncertain,
    Payment,
    PaymentApproved,
    PaymentDeclined,
    PaymentStep,
    ReverseUncertain,
)

KEY = "T07.7f3a91c2.17"
AMOUNT_FEN = 3_800
AGAIN_MS = 5_000


@dataclass
class Paid:
    """What the sale knows of one payment; `asked`: a reversal or capture is under way; `tickets`: they are in a hand; `past`: what
    the adapter said of it after a restart."""

    number: int
    amount_fen: int = AMOUNT_FEN
    way: str = "card"
    auth: Fact | None = None
    ended: Fact | None = None
    past: Fact | None = None
    asked: bool = False
    tickets: bool = False

    @property
    def reference(self) -> str:
        """Empty: never learnt."""
        return self.auth.reference if isinstance(self.auth, PaymentApproved) else ""


class Till(Protocol):
    """What becomes of an approval each world says in `approved`."""

    payments: dict[int, Paid]

    @property
    def port(self) -> Payment | None:
        """None while the machine has no program."""

    def mono_ms(self) -> int:
        """The machine's clock."""

    def after(self, ms: int, deed: Callable[[], None]) -> None:
        """Does it then, whatever else happens."""

    def woken(self) -> None:
        """An order was given: everybody looks."""

    def approved(self, paid: Paid) -> None:
        """What the sale does then."""

    def next_number(self) -> int:
        """101, 201.."""
        return 100 * (len(self.payments) + 1) + 1

    # -- orders

    def begin_payment(self, way: str, amount_fen: int, lasts_ms: int) -> Paid:
        """Begun; nothing else has happened yet."""
        number = self.next_number()
        paid = self.payments[number] = Paid(number, amount_fen, way)
        assert self.port is not None
        self.port.begin(number, KEY, amount_fen, way, "zh", self.mono_ms() + lasts_ms)
        self.woken()
        return paid

    def cancel(self, paid: Paid) -> None:
        assert self.port is not None
        self.port.cancel(paid.number)
        self.woken()

    def capture(self, paid: Paid) -> None:
        """The tickets are in a hand."""
        assert isinstance(paid.auth, PaymentApproved)
        paid.tickets = True
        if self.port is not None:
            paid.asked = True
            self.port.capture(paid.number, KEY, paid.amount_fen, paid.way, paid.reference)
            self.woken()

    def reverse(self, paid: Paid) -> None:
        """Unless tickets are in a hand."""
        if self.port is not None and not paid.tickets:
            paid.asked = True
            self.port.reverse(paid.number, KEY, paid.amount_fen, paid.way, paid.reference)
            self.woken()

    def ask_past(self, paid: Paid) -> None:
        assert self.port is not None
        self.port.stands(paid.number, KEY, paid.amount_fen, paid.way, paid.reference)
        self.woken()

    # -- what it is told

    def told(self, fact: Fact) -> None:
        """One `auth!` for each payment, one end, and what was unknown is asked again. AssertionError: a second word."""
        paid = self.payments.get(getattr(fact, "payment", 0))
        if paid is None or isinstance(fact, PaymentStep):
            return
        if fact.kind == "auth!":
            assert paid.auth is None, f"a second outcome: {fact}"
            paid.auth = fact
            self._outcome(paid, fact)
        elif fact.kind == "auth.past":
            paid.past = fact
        elif fact.result == "unknown":
            paid.asked = False
            again = {ReverseUncertain: self.reverse, CaptureUncertain: self.capture}[type(fact)]  # type: ignore[index]
            self.after(AGAIN_MS, lambda: None if paid.asked or paid.ended else again(paid))
        else:
            declined = (
                isinstance(paid.ended, PaymentDeclined) and paid.asked
            )  # reversed while it ran: both words may come
            assert paid.ended is None or declined or type(fact) is type(paid.ended), f"{paid.ended} and then {fact}"
            paid.ended, paid.asked = fact, False

    def _outcome(self, paid: Paid, fact: Fact) -> None:
        if isinstance(fact, PaymentDeclined):
            paid.ended = fact
        elif isinstance(fact, PaymentApproved):
            self.approved(paid)
        else:
            self.reverse(paid)
