"""After a restart in the middle of a sale: what the devices can still say becomes facts; the rest is said to be unknown.

Nothing is repeated. For every deed whose outcome is missing the device is asked in the order position, last operation,
counters (reliability notes 3); what it proves is fed to the book without deciding, what it cannot say is fed as uncertain
(so that books and auditor hear of it too). Then `Restarted` lets the table end the sale: tickets in the tray are dumped and
voided, outlets emptied, everything uncertain or owed becomes a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.ports.note_dispenser import (
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesShort,
    NotesUncertain,
)
from kiosk.ports.ticket_printer import (
    PrinterPast,
    TicketInTray,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsTaken,
    TicketUncertain,
)
from kiosk.sale.book import Book, NoteLine, PayLine, S

WHY = "power"


@dataclass(slots=True)
class Told:
    """What the devices said of the past; None: not fitted or silent."""

    acceptor: AcceptorPast | None = None
    dispenser: DispenserPast | None = None
    printer: PrinterPast | None = None


Counters = Mapping[str, Mapping[str, int]]
"""Device counters of the `?` records still open: kind of intent -> counters before the deed."""


def believe(book: Book, told: Told, before: Counters) -> list[Fact]:
    """One fact for each deed without an outcome, in the order in which they must have happened."""
    return [
        *(_note(line, told.acceptor, before) for line in book.notes if line.state in ("held", "moving", "returning")),
        *_tickets(book, told.printer, before.get("print?", {})),
        *_slot(book, told.printer),
        *_pays(book, told.dispenser, before.get("pay?", {})),
    ]


def _note(line: NoteLine, past: AcceptorPast | None, before: Counters) -> Fact:
    if line.state == "moving":
        return _stacked_or_not(line, past, before.get("stack?", {}))
    return _returned_or_not(line, past, before.get("return?", {}))


def _counted(past: AcceptorPast, before: Mapping[str, int]) -> bool | None:
    """Whether the device's own counter says that a note was stacked since; None: it has no such counter."""
    after = dict(past.counters)
    if "stacked" in before and "stacked" in after:
        return after["stacked"] != before["stacked"]
    return None


def _stacked_or_not(line: NoteLine, past: AcceptorPast | None, before: Mapping[str, int]) -> Fact:
    """Row 2 of the notes: in the box by counter or word; stuck; back by itself; or nobody knows."""
    if past is None:
        return NoteUncertain(line.note, line.value_fen)
    counted = _counted(past, before)
    if past.credited or counted:
        return NoteOurs(line.note, line.value_fen)
    if past.position == "jam":
        return NoteJammed(line.note, line.value_fen)
    if past.position in ("path", "escrow") or (counted is False and past.position == "none"):
        return NoteReturned(line.note, line.value_fen)  # the unit gives back at power-up what was not stacked
    return NoteUncertain(line.note, line.value_fen)


def _returned_or_not(line: NoteLine, past: AcceptorPast | None, before: Mapping[str, int]) -> Fact:
    """Row 3: the escrow is empty and no counter moved."""
    if past is not None:
        counted = _counted(past, before)
        if past.credited or counted:
            return NoteOurs(line.note, line.value_fen)
        if past.position in ("none", "path", "escrow"):
            return NoteReturned(line.note, line.value_fen)
    return NoteReturnUncertain(line.note, line.value_fen)


def _tickets(book: Book, past: PrinterPast | None, before: Mapping[str, int]) -> list[Fact]:
    """The blank under way: good and in the tray, certainly not made, or unknown (then it is dumped, decision 002)."""
    facts: list[Fact] = []
    for ticket in book.tickets_in("printing"):
        key = ticket.keys[-1]
        spent = _blanks_spent(past, before)
        if past is not None and past.last_key == key:
            facts.append(TicketInTray(key))
        elif past is not None and (spent or past.tray == "empty"):
            facts.append(TicketSpoiled(key, spent, WHY))
        else:
            facts.append(TicketUncertain(key, WHY))
    return facts


def _blanks_spent(past: PrinterPast | None, before: Mapping[str, int]) -> int:
    """Blanks voided since the intent, by the unit's own counter; it voids at power-up what it finds in its path."""
    if past is None:
        return 0
    after = dict(past.counters)
    if "voided" in before and "voided" in after:
        return max(0, after["voided"] - before["voided"])
    return 1 if past.voided_at_start else 0


def _slot(book: Book, past: PrinterPast | None) -> list[Fact]:
    """Where the bundle lies, by the sensors of tray and slot (decision 48). Empty after a retract proves nothing."""
    if past is None:
        return []
    empty = past.slot == "empty"
    if book.state is S.DELIVERING and past.tray == "empty" and past.slot == "tickets":
        return [TicketsPresented(book.number)]
    if book.state in (S.DELIVERING, S.TICKETS_OUT) and empty and past.tray == "empty":
        return [TicketsTaken(book.number)]
    if book.state is S.TICKETS_BACK and empty and book.tickets_in("presented"):
        return [TicketRetractUncertain(book.number, WHY)]
    return []


def _pays(book: Book, past: DispenserPast | None, before: Mapping[str, int]) -> list[Fact]:
    """The last order, if it is still open, and what lies in the outlet."""
    pay = book.pays[-1] if book.pays else None
    if pay is None or pay.state not in ("asked", "out"):
        return []
    facts: list[Fact] = []
    if pay.state == "asked":
        facts.append(_paid_or_not(pay, past, before))
        known = facts[0]
        if not isinstance(known, NotesPresented | NotesShort) or not any(out for _, out, _ in known.counts):
            return facts  # nothing of it can lie in the outlet, or nobody knows
    if past is not None and past.outlet == "empty":
        retracting = book.state is S.CHANGE_BACK
        facts.append(ChangeRetractUncertain(pay.order, WHY) if retracting else ChangeTaken(pay.order))
    return facts


def _paid_or_not(pay: PayLine, past: DispenserPast | None, before: Mapping[str, int]) -> Fact:
    """A remembered payment is this order only if the device's own counter says that one operation came after the intent.

    Without such a counter the memory may be of the order before: then the outcome stays unknown (decision 005).
    """
    if past is not None:
        after = dict(past.counters)
        proved = "transaction" in before and after.get("transaction", before["transaction"]) != before["transaction"]
        if proved and past.last == "pay" and _fits(pay, past):
            out = {cassette: presented for cassette, presented, _ in past.counts}
            if all(out.get(cassette) == notes for cassette, notes in pay.asked):
                return NotesPresented(pay.order, past.counts)
            return NotesShort(pay.order, past.counts, "other")  # a note may be left in the path
    return NotesUncertain(pay.order, (), WHY)


def _fits(pay: PayLine, past: DispenserPast) -> bool:
    """The remembered operation can be this order: no cassette gave more than was asked."""
    asked = dict(pay.asked)
    return bool(past.counts) and all(out <= asked.get(cassette, 0) for cassette, out, _ in past.counts)
