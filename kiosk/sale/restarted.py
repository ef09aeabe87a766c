"""What a restart changes in the book of a sale, and what whoever stands there says to it (reliability notes 3, rule O)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.ports.fact import Fact
from kiosk.sale import charge, coins, deposit
from kiosk.sale import facts as sf
from kiosk.sale.book import Book, S
from kiosk.sale.lines import Claim

if TYPE_CHECKING:
    from kiosk.sale.count import Counting

GOES_ON = (S.COLLECTING, S.CONFIRMING, S.ASKING, S.KEEPING, S.PRINTING, S.RESUMING)
"""Where a purchase can go on after a restart. Elsewhere it was ending, or a bundle was on its way: only money follows."""


def restarted(fact: sf.Restarted, book: Book, at: Counting) -> None:
    """Doubts become claims; monotonic limits of the start before are counted anew (reliability notes 3, rule O)."""
    _limits_anew(fact, book, at)
    book.absent = True
    _doubts(book, at)
    book.pause_ms, book.resume_open = fact.pause_ms, 0 <= fact.pause_ms <= at.policy.resume_ms
    book.unattended = not book.resume_open
    if not (book.resume_open and book.state in GOES_ON and book.can_go_on):
        _no_purchase(book, "restart")


def reads(fact: sf.LookChosen, book: Book, at: Counting) -> None:
    """So that a restart shows the sale as before."""
    book.language, book.contrast, book.large_text = fact.language, fact.contrast, fact.large_text


def _limits_anew(fact: sf.Restarted, book: Book, at: Counting) -> None:
    lived_ms = at.now_ms - round(max(0, fact.pause_ms) / at.rate)
    shift = lived_ms - book.lived_ms
    book.lock_until_ms, book.lock_limit_ms = book.lock_until_ms + shift, book.lock_limit_ms + shift
    book.lived_ms = lived_ms
    book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)
    book.patience_until_ms = book.answer_until_ms = book.ask_again_ms = book.resume_until_ms = 0


def _no_purchase(book: Book, why: str) -> None:
    """No more tickets come of it; those that lie in the tray are dumped by the table."""
    book.why_ending = book.why_ending or why
    for ticket in book.tickets_in("waiting"):
        ticket.state = "void"


def _doubts(book: Book, at: Counting) -> None:
    book.receipt = "none" if book.receipt in ("wanted", "printing") else book.receipt
    book.slip_waits = False
    for claim in book.claims:
        claim.slip = "none" if claim.slip in ("printing", "failed") else claim.slip  # may be repeated (decision 48)
    for line in book.notes:
        if line.state in ("held", "moving", "returning"):
            line.state = "unknown"
            book.claims.append(Claim(at.new_code(), line.value_fen, "note_unknown", exact=False))
    deposit.doubts(book, at)
    charge.doubts(book, at)
    coins.doubts(book, at)
    for pay in book.pays:
        if pay.state == "asked":
            pay.state, pay.uncertain_fen = "unknown", pay.asked_fen
            book.claims.append(Claim(at.new_code(), pay.asked_fen, "pay_unknown", exact=False))
    for ticket in book.tickets_in("printing"):
        ticket.state = "unknown"


def goes_on(fact: sf.Continued, book: Book, at: Counting) -> None:
    """Somebody is here: tickets if they can still be had, else what is owed."""
    book.asks_anew = book.confirmed
    book.absent = book.resume_open = False
    book.resume_until_ms = 0
    if not book.can_go_on:
        _no_purchase(book, "restart")


def money_back(fact: sf.MoneyBack, book: Book, at: Counting) -> None:
    book.absent = book.resume_open = False
    book.resume_until_ms = 0
    _no_purchase(book, "passenger")


def nobody(fact: Fact, book: Book, at: Counting) -> None:
    book.resume_until_ms = 0
    book.unattended = True
    book.went_away()
    _no_purchase(book, "restart")
