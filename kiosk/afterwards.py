"""Where the passenger finds the screen when a sale is over, and what is said there."""

from __future__ import annotations

from kiosk.sale.book import Book


def afterwards(book: Book) -> tuple[str, str]:
    """(where the journey goes on, name of its notice) for a sale that ended."""
    if book.why_ending == "change_order":
        return "seat", ""
    if book.why_ending in ("timeout", "service", "restart", "screen"):
        return "attract", _notice(book)
    if book.pickup and not book.given_fen:
        return _picked_up(book)
    paid = book.put_in_fen or book.tickets or _goes_back(book)
    if book.why_ending == "closed" and not paid:
        return "trains", "closed"
    return "thanks" if paid else "home", _notice(book)


def _picked_up(book: Book) -> tuple[str, str]:
    """What was not handed over waits for its passenger; of what may have been, people know more than the machine."""
    if book.tickets_in("unknown"):
        return "home", "order_unknown"
    if book.tickets and len(book.tickets_in("taken")) == len(book.tickets):
        return "thanks", ""
    if book.why_ending == "closed":
        return "home", "order_departed"
    return "home", "order_rest" if book.tickets_in("taken") else "order_later"


def _goes_back(book: Book) -> str:
    """What is said of a payment by card or phone that went back, or is still to; empty: nothing was paid so."""
    if book.going_back:
        return "going_back"
    return "sent_back" if any(line.moved for line in book.charges) else ""


def _notice(book: Book) -> str:
    if book.claims:
        return "claim"
    if book.unpaid_fen:
        return "unpaid"
    if book.tickets_in("taken"):
        return "coins" if any(line.fell for line in book.coins) else ""
    if back := _goes_back(book):
        return back
    if book.paid_out_fen:
        return "refunded"
    return "lock_expired" if book.why_ending == "lock_expired" else "cancelled"
