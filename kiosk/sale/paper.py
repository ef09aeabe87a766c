"""What a sale has printed beside its tickets: one slip of everything that is owed, and a receipt for whoever asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kiosk.ports.fact import Fact
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.sale.book import Book, S
from kiosk.sale.facts import ReceiptAsked
from kiosk.sale.intents import Intent, PrintSlip
from kiosk.sale.lines import ChargeLine, Claim

if TYPE_CHECKING:
    from kiosk.sale.count import Counting

TICKETS_COME = (S.PRINTING, S.DELIVERING)
RECEIPT_NOW = (S.TICKETS_OUT, S.PAYING, S.COINS, S.CHANGE_OUT)
RECEIPT_STATES = (*TICKETS_COME, *RECEIPT_NOW)
"""Where a receipt can be asked for: while the tickets come it is a wish, afterwards it is printed."""


def _came_out(fact: SlipPrinted | SlipFailed, book: Book, at: Counting) -> None:
    state = "printed" if isinstance(fact, SlipPrinted) else "failed"
    if fact.slip == book.receipt_name:
        book.receipt = state
        return
    for line in book.slip_lines:
        if line.slip == "printing":
            line.slip = state
    at.patience(book, at.policy.claim_patience_ms)


def _asked(fact: ReceiptAsked, book: Book, at: Counting) -> None:
    """Somebody stands there and reads: what lies out waits once more as long. Before it lies there, the limit has not begun."""
    if book.receipt == "none":
        book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)


PAPER_COUNTERS: Mapping[type[Fact], Callable[[Any, Book, Counting], None]] = {
    SlipPrinted: _came_out,
    SlipFailed: _came_out,
    ReceiptAsked: _asked,
}


class PaperGuards:
    """The `when` of rows about paper."""

    book: Book

    def receipt_due(self) -> bool:
        """Tickets are in the passenger's hands or before them, this machine sold them, and no receipt came out yet."""
        book = self.book
        bought = not book.pickup and bool(book.tickets_in("presented", "taken"))
        return bought and book.receipt in ("none", "wanted", "failed")

    def receipt_can_follow(self) -> bool:
        return not self.book.pickup and self.book.receipt == "none"

    def receipt_wanted(self) -> bool:
        return self.book.receipt == "wanted"

    def slip_waits(self) -> bool:
        """The slip was not ordered yet, because the receipt was on its way; now it is out, or failed."""
        return self.book.slip_waits and self.book.receipt != "printing"


class PaperDeeds(PaperGuards):
    """Actions of `Sale`. The printer takes one order at a time (decision page 077)."""

    _intents: list[Intent]

    def print_slip(self) -> None:
        """One slip tells of all claims, and of a payment that is still to go back."""
        for line in self._told():
            line.slip = "printing"
        self.book.slip_waits = self.book.receipt == "printing"
        if not self.book.slip_waits:
            self.order_slip()

    def order_slip(self) -> None:
        self.book.slip_waits = False
        self._intents.append(PrintSlip(self.book.number, self._told()[0].code))

    def want_receipt(self) -> None:
        """It is printed when the tickets lie out: only then is known which of them came."""
        self.book.receipt = "wanted"

    def print_receipt(self) -> None:
        self.book.receipt = "printing"
        self._intents.append(PrintSlip(self.book.number, self.book.receipt_name))

    def _told(self) -> list[Claim | ChargeLine]:
        return self.book.on_slip or [line for line in self.book.slip_lines if line.code]
