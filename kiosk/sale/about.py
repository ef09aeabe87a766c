"""Whether a fact is about this sale, or about another one, or nobody's: facts name what they are about, by number or key."""

from __future__ import annotations

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    NoteDeposited,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.sale.book import Book
from kiosk.sale.deposit import DEPOSIT
from kiosk.stock import Stock

PutIn = NoteOurs | NoteRecycled | NoteDeposited
OfANote = PutIn | NoteJammed | NoteUncertain | NoteReturnUncertain | NoteReturned
"""What becomes of a note after it was seen."""


def about(fact: Fact, book: Book, stock: Stock) -> bool:
    """Not an answer that another sale, or nobody, waited for, and not of a note that somebody else put in."""
    if getattr(fact, "sale", book.key) != book.key or getattr(fact, "bundle", book.number) != book.number:
        return False
    order = getattr(fact, "order", None)
    if isinstance(order, int) and order not in book.orders:
        return False
    payment = getattr(fact, "payment", None)
    if isinstance(payment, int) and all(line.payment != payment for line in book.charges):
        return False
    if isinstance(fact, DEPOSIT) and not set(fact.notes) <= {line.note for line in book.notes}:
        return False
    if isinstance(fact, OfANote) and book.note(fact.note) is None and _somebody_elses(fact, stock):
        return False
    slip = getattr(fact, "slip", book.receipt_name)
    return slip == book.receipt_name or any(line.code == slip for line in book.slip_lines)


def _somebody_elses(fact: OfANote, stock: Stock) -> bool:
    """Of a note that this sale never held: it was seen before the sale began, or claimed in an earlier one. Whoever stands here now
    has not put it in, and is neither credited with it nor owed it."""
    claimed = isinstance(fact, PutIn) and stock.doubts_note(fact.note)
    return claimed or stock.seen_fen(fact.note) > 0
