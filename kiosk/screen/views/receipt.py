"""The key that asks for a receipt, from the first ticket that is printed to the last thing that is taken."""

from __future__ import annotations

from kiosk.sale.book import Book
from kiosk.sale.paper import RECEIPT_NOW, RECEIPT_STATES
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Key
from kiosk.screen.views.look import Look

DONE = {
    "wanted": (Msg("A receipt comes, too"), "check"),
    "printing": (Msg("Printing the receipt"), "printer"),
    "printed": (Msg("Receipt printed"), "check"),
}


def receipt_key(look: Look, book: Book) -> tuple[Key, ...]:
    """One receipt for each sale, for whoever wants it, and a second try when it did not come out. No key where none can follow:
    for money that goes back, and for orders that were bought elsewhere."""
    say = look.say
    if book.pickup or book.state not in RECEIPT_STATES:
        return ()
    missed = (
        book.receipt == "wanted" and book.state in RECEIPT_NOW
    )  # the tickets were gone before anybody saw them lie out
    if book.receipt in DONE and not missed:
        said, icon = DONE[book.receipt]
        return (Key(T.RECEIPT, say.msg(said), icon, enabled=False, why=say("Right of the screen")),)
    words = say("Receipt: try again") if book.receipt == "failed" else say("Print a receipt")
    return (Key(T.RECEIPT, words, "printer", enabled=look.shown.mode.slips, why=say("No slip can be printed")),)
