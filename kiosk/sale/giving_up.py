"""What the table has the station told when an order, or a part of it, is given up: places free, tickets void."""

from __future__ import annotations

from kiosk.sale.book import Book
from kiosk.sale.intents import Intent, ReleaseLock, TicketVoid, VoidSale
from kiosk.sale.lines import TicketLine


class GivingUp:
    """Actions of `Sale`: they only add intents, and write down that the station was told."""

    book: Book
    _intents: list[Intent]
    _wall_ms: int

    def say_closed(self) -> None:
        """Why it ends, if that is why: this train is not sold any more."""
        if self._wall_ms >= self.book.order.closes_ms:
            self.book.why_ending = self.book.why_ending or "closed"

    def void_failed(self) -> None:
        self._void(self.book.tickets_in("void"), "print")

    def release(self) -> None:
        """The places are free again; not those of a sale that the station confirmed, or was told of before."""
        if not self.book.confirmed and not self.book.given_up:
            self.book.given_up = True
            self._intents.append(ReleaseLock(self.book.number, self.book.key))

    def let_go(self) -> None:
        """The station keeps nothing of this sale: a lock that was never confirmed is released, anything else void by key."""
        book = self.book
        if book.places and not (book.confirms or book.confirmed or book.given_up):
            self.release()
        else:
            self.void_sale()

    def void_sale(self) -> None:
        """Nothing of this sale may count at the station: tickets that nobody holds are void there too."""
        book = self.book
        if not book.confirmed:
            book.given_up = True
            self._intents.append(VoidSale(book.number, book.key, (), book.why_ending or "unknown"))
            return
        self._void(book.tickets_in("void", "unknown", "retracted"), book.why_ending or "print")

    def _void(self, tickets: list[TicketLine], reason: str) -> None:
        fresh = [ticket for ticket in tickets if not ticket.voided]
        for ticket in fresh:
            ticket.voided = True
            blank = ticket.keys[-1] if ticket.keys else ""
            self._intents.append(TicketVoid(self.book.number, ticket.place.index, ticket.number, blank, reason))
        if fresh:
            places = tuple(ticket.place.index for ticket in fresh)
            self._intents.append(VoidSale(self.book.number, self.book.key, places, reason))
