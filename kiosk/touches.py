"""What a touch during a sale means: a fact for its table, or nothing when it does not fit the state."""

from __future__ import annotations

from kiosk.journey.asks import Reads, ToSale
from kiosk.modes import Mode
from kiosk.ports.fact import Fact
from kiosk.sale.book import Book, S
from kiosk.sale.facts import (
    Agreed,
    AgreedToChoose,
    Cancelled,
    ClaimSeen,
    Continued,
    LookChosen,
    MoneyBack,
    OtherWay,
    PayBy,
    ReceiptAsked,
    SlipAgain,
)
from kiosk.sale.paper import RECEIPT_STATES
from kiosk.screen import targets as T


def fact_of(ask: ToSale | Reads, book: Book, mode: Mode) -> Fact | None:
    if isinstance(ask, Reads):
        return LookChosen(ask.language, ask.contrast, ask.large_text)
    return sale_fact(ask.target, book, mode)


def reads_of(book: Book) -> Reads:
    return Reads(book.language, book.contrast, book.large_text)


def sale_fact(target: str, book: Book, mode: Mode) -> Fact | None:
    """A machine that stopped selling takes no money: who agrees, or wants to put in more, gets back what is in."""
    match target, book.state:
        case T.PAY, S.REVIEWING:
            return _agreed(book, mode) if mode.sells else Cancelled("mode")
        case ((T.PAY_CASH | T.PAY_CARD | T.PAY_CODE | T.PAY_SCAN), (S.CHOOSING | S.COLLECTING)):
            return _paid_by(T.PAY_BY[target], book, mode)
        case T.OTHER_WAY, S.AUTHORISING:
            return OtherWay()
        case ((T.CANCEL | T.CHANGE_ORDER), (S.REVIEWING | S.CHOOSING | S.COLLECTING | S.AUTHORISING)):
            return Cancelled("passenger" if target == T.CANCEL else "change_order")
        case T.CONTINUE, S.RESUMING:
            pays_more = book.can_go_on and book.missing_fen > 0
            return Continued() if "cash" in mode.ways or not pays_more else MoneyBack()  # more of what is in already
        case T.MONEY_BACK, S.RESUMING:
            return MoneyBack()
        case T.CLAIM_DONE, S.CLAIM:
            return ClaimSeen()
        case T.RECEIPT, state if state in RECEIPT_STATES:
            return ReceiptAsked()
        case T.SLIP_AGAIN, S.CLAIM:
            return SlipAgain()
    return None


def ways(book: Book, mode: Mode) -> tuple[str, ...]:
    """How this order can be paid now: notes only up to the limit of cash, a card or phone only before the first note."""
    return tuple(
        way
        for way in mode.ways
        if (book.due_fen <= mode.cash_limit_fen if way == "cash" else not book.given_fen and not book.claims)
    )


def _agreed(book: Book, mode: Mode) -> Fact:
    """Who has one way only is not asked."""
    found = ways(book, mode)
    if all(way == "cash" for way in found):
        return Agreed()
    return PayBy(found[0]) if len(found) == 1 else AgreedToChoose()


def _paid_by(way: str, book: Book, mode: Mode) -> Fact | None:
    if not mode.sells:
        return Cancelled("mode") if book.state is S.CHOOSING else None
    taken = way in ways(book, mode) and (book.state is S.CHOOSING or way != "cash")
    return PayBy(way) if taken else None
