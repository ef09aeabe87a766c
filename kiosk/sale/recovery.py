"""After a restart in the middle of a sale: what the devices can still say becomes facts; the rest stays unknown.

Nothing is repeated. For every deed whose outcome is missing the device is asked in the order position, last operation,
counters (reliability notes 3); what it proves is fed to the book without deciding, then `Restarted` lets the table end the
sale: tickets in the tray are dumped and voided, outlets emptied, everything uncertain or owed becomes a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import AcceptorPast, NoteOurs, NoteReturned, NoteUncertain
from kiosk.ports.note_dispenser import ChangeTaken, DispenserPast, NotesPresented, NotesShort
from kiosk.ports.ticket_printer import PrinterPast, TicketInTray, TicketSpoiled, TicketsTaken
from kiosk.sale.book import Book, NoteLine, PayLine, S


@dataclass(slots=True)
class Told:
    """What the devices said of the past; None: not fitted or silent."""

    acceptor: AcceptorPast | None = None
    dispenser: DispenserPast | None = None
    printer: PrinterPast | None = None


Counters = Mapping[str, Mapping[str, int]]
"""Device counters of the `?` records still open: kind of intent -> counters before the deed."""


def believe(book: Book, told: Told, before: Counters) -> list[Fact]:
    """The facts that can be proved, in the order they must have happened."""
    return [
        *_note(book, told.acceptor, before),
        *_tickets(book, told.printer),
        *_pays(book, told.dispenser, before.get("pay?", {})),
    ]


def _note(book: Book, past: AcceptorPast | None, before: Counters) -> list[Fact]:
    line = book.moving_note
    if line is None or past is None:
        return []
    if line.state == "moving":
        return [_stacked_or_not(line, past, before.get("stack?", {}))]
    if past.position in ("none", "path", "escrow"):
        return [NoteReturned(line.note, line.value_fen)]  # the unit gives back at power-up what was not stacked
    return [NoteUncertain(line.note, line.value_fen)]


def _stacked_or_not(line: NoteLine, past: AcceptorPast, before: Mapping[str, int]) -> Fact:
    after = dict(past.counters)
    counted = None
    if "stacked" in before and "stacked" in after:
        counted = after["stacked"] != before["stacked"]
    if past.credited or counted:
        return NoteOurs(line.note, line.value_fen)
    if past.position in ("path", "escrow") or (counted is False and past.position == "none"):
        return NoteReturned(line.note, line.value_fen)
    return NoteUncertain(line.note, line.value_fen)


def _tickets(book: Book, past: PrinterPast | None) -> list[Fact]:
    facts: list[Fact] = []
    for ticket in book.tickets_in("printing"):
        key = ticket.keys[-1]
        if past is None:
            continue
        if past.last_key == key:
            facts.append(TicketInTray(key))
        elif past.voided_at_start or past.tray == "empty":
            facts.append(TicketSpoiled(key, 1 if past.voided_at_start else 0, "power"))
    out = book.state in (S.DELIVERING, S.TICKETS_OUT, S.TICKETS_BACK)
    if past is not None and out and past.slot == "empty" and past.tray == "empty":
        facts.append(TicketsTaken(book.number))
    return facts


def _pays(book: Book, past: DispenserPast | None, before: Mapping[str, int]) -> list[Fact]:
    """A remembered payment is this order only if the device's own counter says that one operation came after the intent.

    Without such a counter the memory may be of the order before: then the outcome stays unknown.
    """
    facts: list[Fact] = []
    if past is None:
        return facts
    after = dict(past.counters)
    proved = "transaction" in before and after.get("transaction", before["transaction"]) != before["transaction"]
    for pay in book.pays:
        if pay.state == "asked" and proved and past.last == "pay" and _fits(pay, past):
            out = {cassette: presented for cassette, presented, _ in past.counts}
            whole = all(out.get(cassette) == notes for cassette, notes in pay.asked)
            facts.append(
                NotesPresented(pay.order, past.counts) if whole else NotesShort(pay.order, past.counts, "power")
            )
        if (pay.state == "out" or facts) and past.outlet == "empty":
            facts.append(ChangeTaken(pay.order))
    return facts


def _fits(pay: PayLine, past: DispenserPast) -> bool:
    """The remembered operation can be this order: no cassette gave more than was asked."""
    asked = dict(pay.asked)
    return bool(past.counts) and all(out <= asked.get(cassette, 0) for cassette, out, _ in past.counts)
