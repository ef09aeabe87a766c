"""What a touch during a sale means: a fact for its table, or nothing when it does not fit the state."""

from __future__ import annotations

from kiosk.modes import Mode
from kiosk.ports.fact import Fact
from kiosk.sale.book import Book, S
from kiosk.sale.facts import Agreed, Cancelled, ClaimSeen, Continued, MoneyBack, SlipAgain
from kiosk.screen import targets as T


def sale_fact(target: str, book: Book, mode: Mode) -> Fact | None:
    """A machine that stopped selling takes no money: who agrees, or wants to put in more, gets back what is in."""
    match target, book.state:
        case T.PAY, S.REVIEWING:
            return Agreed() if mode.sells else Cancelled("mode")
        case ((T.CANCEL | T.CHANGE_ORDER), (S.REVIEWING | S.COLLECTING)):
            return Cancelled("passenger" if target == T.CANCEL else "change_order")
        case T.CONTINUE, S.RESUMING:
            pays_more = book.can_go_on and book.missing_fen > 0
            return Continued() if mode.sells or not pays_more else MoneyBack()
        case T.MONEY_BACK, S.RESUMING:
            return MoneyBack()
        case T.CLAIM_DONE, S.CLAIM:
            return ClaimSeen()
        case T.SLIP_AGAIN, S.CLAIM:
            return SlipAgain()
    return None
