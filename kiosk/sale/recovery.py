"""After a restart in the middle of a sale: what the devices can still say becomes facts; the rest is said to be unknown.

Nothing is repeated. For every deed whose outcome is missing the device is asked in the order position, last operation,
counters (reliability notes 3); what it proves is fed to the book without deciding, what it cannot say is fed as uncertain
(so that books and auditor hear of it too). Then `Restarted`, which also says what was believed and why, lets the table go
on: what lies out is waited for, whoever is here may say how to go on (rule O), and everything else becomes a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kiosk.ports.coin_hopper import CoinsUncertain
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositPast,
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
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from kiosk.ports.payment import PaymentUncertain, StandingUncertain
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    PrinterPast,
    TicketInTray,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from kiosk.sale.belief import SILENT, UNSURE, Belief
from kiosk.sale.book import Book, S
from kiosk.sale.deposit_past import deposit_beliefs, packed_belief
from kiosk.sale.lines import NoteLine, PayLine

WHY = "power"
MOST = 8
"""So many deeds at most can lie between an intent and the question: a counter that went further is another device's."""
ENDS = (96, 100, 128, 224, 256, 1_000, 1_024, 10_000, 2**15, 2**16, 10**5, 10**6, 10**7, 2**24, 10**8, 10**9, 2**32)
"""Where life counters of devices usually begin again at 0."""


@dataclass(slots=True)
class Told:
    """What the devices said of the past; None: not fitted or silent."""

    acceptor: AcceptorPast | None = None
    dispenser: DispenserPast | None = None
    printer: PrinterPast | None = None
    deposit: DepositPast | None = None
    coins: dict[int, Fact] = field(default_factory=dict)  # order -> what its hopper says became of it
    payments: dict[int, Fact] = field(default_factory=dict)  # payment -> whether its approval still stands
    jammed: bool = False  # the acceptor says since this start that a note sticks in it
    strange: bool = False  # a note of no sale was on its way: what sticks in the acceptor is that one
    blank_stuck: bool = False  # the ticket unit says since this start that a blank sticks in it


Counters = Mapping[str, Mapping[str, int]]
"""Device counters of the `?` records still open: kind of intent -> counters before the deed."""
LARGEST_FEN = 10_000
"""The largest note there is."""


def believe(book: Book, told: Told, before: Counters) -> list[Fact]:
    """One fact for each deed without an outcome, in the order in which they must have happened."""
    return [belief.fact for belief in beliefs(book, told, before)]


def beliefs(book: Book, told: Told, before: Counters) -> list[Belief]:
    """The same with what proved it."""
    return [
        *(_note(line, told, before, book) for line in book.notes if line.state in ("held", "moving", "returning")),
        *deposit_beliefs(book, told.deposit, before),
        *_drawn_in(book, told),
        *_tickets(book, told, before.get("print?", {})),
        *_bundle(book, told.printer),
        *_pays(book, told.dispenser, before.get("pay?", {})),
        *_coins(book, told),
        *_charges(book, told),
    ]


def orphan_belief(note: int, value_fen: int, past: AcceptorPast | None, before: Mapping[str, int]) -> Belief:
    """What became of a note of no sale that was on its way back. `before`: the counters of its intent's record."""
    return _returned_or_not(NoteLine(note, value_fen, "returning"), past, before)


def risen(before: int, after: int) -> int | None:
    """How far a life counter went since, 0..MOST, over its end too. None: it cannot be the same counter."""
    if 0 <= after - before <= MOST:
        return after - before
    over = (end - before + after for end in ENDS if after < before < end)
    return min((steps for steps in over if steps <= MOST), default=None)


def _rise(name: str, before: Mapping[str, int], counters: tuple[tuple[str, int], ...]) -> int | None:
    """The rise of one counter; None when either side lacks it."""
    after = dict(counters)
    return risen(before[name], after[name]) if name in before and name in after else None


# -- notes


def _note(line: NoteLine, told: Told, before: Counters, book: Book) -> Belief:
    past = told.acceptor
    if line.state == "moving":
        counted = before.get("stack?", {})
        packed = packed_belief(line, told.deposit, past, book, counted) if told.deposit is not None else None
        return packed or _stacked_or_not(line, past, counted)
    return _returned_or_not(line, past, before.get("return?", {}))


def _drawn_in(book: Book, told: Told) -> Iterator[Belief]:
    """A note that went into the slot before it was recognised. Whatever moves freely is given back at power-up; when the unit
    is jammed or says nothing, it may be inside: a claim up to the largest note. It gets a number no acceptor gives.
    """
    past = told.acceptor
    jammed = told.jammed or (past is not None and past.position == "jam")
    if told.strange or any(line.state in ("held", "moving", "returning", "jammed", "unknown") for line in book.notes):
        return
    if jammed and (book.drawn_in or book.state in (S.COLLECTING, S.CLOSING)):  # a cancel may have come after it went in
        yield Belief(NoteReturnUncertain(-book.number, LARGEST_FEN), "position")
    elif book.drawn_in and (past is None or past.position == "unknown"):
        yield Belief(NoteReturnUncertain(-book.number, LARGEST_FEN), SILENT if past is None else UNSURE)


def _ours(line: NoteLine, past: AcceptorPast, rise: int | None) -> Belief | None:
    """In the box: the unit credits it itself, or its counter went on by this one note."""
    if past.credited:
        return Belief(NoteOurs(line.note, line.value_fen), "credited")
    return Belief(NoteOurs(line.note, line.value_fen), "counter") if rise == 1 else None


def _stacked_or_not(line: NoteLine, past: AcceptorPast | None, before: Mapping[str, int]) -> Belief:
    """Rows 1 and 2 of the notes: in the box by counter or word; stuck; back by itself; or nobody knows."""
    if past is None:
        return Belief(NoteUncertain(line.note, line.value_fen), SILENT)
    rise = _rise("stacked", before, past.counters)
    if ours := _ours(line, past, rise):
        return ours
    if past.position == "jam":
        return Belief(NoteJammed(line.note, line.value_fen), "position")
    back = NoteReturned(line.note, line.value_fen)
    if past.position in ("path", "escrow"):
        return Belief(back, "position")  # the unit gives back at power-up what was not stacked
    if past.position == "none" and rise == 0:
        return Belief(back, "counter")
    return Belief(NoteUncertain(line.note, line.value_fen), UNSURE)


def _returned_or_not(line: NoteLine, past: AcceptorPast | None, before: Mapping[str, int]) -> Belief:
    """Rows 1 and 3: the escrow is empty and no counter moved."""
    if past is None:
        return Belief(NoteReturnUncertain(line.note, line.value_fen), SILENT)
    if ours := _ours(line, past, _rise("stacked", before, past.counters)):
        return ours
    if past.position in ("none", "path", "escrow"):
        return Belief(NoteReturned(line.note, line.value_fen), "position")
    return Belief(NoteReturnUncertain(line.note, line.value_fen), "position" if past.position == "jam" else UNSURE)


# -- tickets


def _tickets(book: Book, told: Told, before: Mapping[str, int]) -> Iterator[Belief]:
    """Row 6, the blank under way: good and in the tray, certainly not made, or unknown (then it is dumped, decision 002)."""
    past = told.printer
    for ticket in book.tickets_in("printing"):
        key = ticket.keys[-1]
        if past is None:
            yield Belief(TicketUncertain(key, WHY), SILENT)
            continue
        made, spent = _rise("tickets", before, past.counters), _blanks_spent(past, before)
        spent = max(0, spent - book.stuck_blank)  # that one was booked when it jammed
        if past.last_key == key:
            in_tray = past.tray != "empty" and not told.blank_stuck
            yield Belief(TicketInTray(key), "operation") if in_tray else Belief(TicketUncertain(key, WHY), "sensor")
        elif told.blank_stuck and not book.stuck_blank:
            yield Belief(TicketSpoiled(key, max(1, spent), "jam"), "position")
        elif spent:
            yield Belief(TicketSpoiled(key, spent, WHY), "counter")
        elif past.tray == "empty" and (_rise("voided", before, past.counters) is not None or not before):
            yield Belief(TicketSpoiled(key, 0, WHY), "sensor")
        elif made == 0 and _rise("voided", before, past.counters) == 0:
            yield Belief(TicketSpoiled(key, 0, WHY), "counter")  # the tickets in the tray are the ones before it
        else:
            yield Belief(TicketUncertain(key, WHY), UNSURE)


def _blanks_spent(past: PrinterPast, before: Mapping[str, int]) -> int:
    """Blanks voided since the intent, by the unit's own counter; it voids at power-up what it finds in its path."""
    rise = _rise("voided", before, past.counters)
    return (1 if past.voided_at_start else 0) if rise is None else rise


def _bundle(book: Book, past: PrinterPast | None) -> Iterator[Belief]:
    """Where the bundle lies, by the sensors of tray and slot (decision 48). Empty after a retract proves nothing.

    What a recovery believed that was cut short is not asked again: the tickets themselves say what is still open.
    """
    tray, slot = (past.tray, past.slot) if past is not None else ("unknown", "unknown")
    if book.state is S.DELIVERING and book.tickets_in("in_tray"):
        if (tray, slot) != ("tickets", "empty"):  # else none moved: the table dumps them
            yield _delivered(book, tray, slot)
    elif book.tickets_in("presented"):
        if book.state is S.TICKETS_BACK and slot != "tickets":  # only what still lies there may be pulled back again
            yield Belief(TicketRetractUncertain(book.number, WHY), SILENT if past is None else "sensor")
        elif book.state is not S.TICKETS_BACK and (tray, slot) == ("empty", "empty"):
            yield Belief(TicketsTaken(book.number), "sensor")
    elif book.state is S.DUMPING and tray == "empty" and book.tickets_in("in_tray", "unknown"):
        yield Belief(TrayDumped(book.number), "sensor")


def _delivered(book: Book, tray: str, slot: str) -> Belief:
    """`deliver?` without an outcome: all in the slot, all gone, or nobody knows."""
    if tray == "empty" and slot == "tickets":
        return Belief(TicketsPresented(book.number), "sensor")
    if tray == "empty" and slot == "empty":
        return Belief(TicketsTaken(book.number), "sensor")
    return Belief(DeliverUncertain(book.number, WHY), UNSURE)


# -- payments


def _pays(book: Book, past: DispenserPast | None, before: Mapping[str, int]) -> list[Belief]:
    """The last order, if it is still open, and what lies in the outlet."""
    pay = book.pays[-1] if book.pays else None
    if pay is None or pay.state not in ("asked", "out"):
        return []
    found: list[Belief] = []
    if pay.state == "asked":
        counted = before if len(book.pays) == 1 else {name: n for name, n in before.items() if "." not in name}
        found.append(_paid_or_not(pay, past, counted))  # cassettes are counted again only some time after a bundle
        known = found[0].fact
        if not isinstance(known, NotesPresented | NotesShort) or not any(out for _, out, _ in known.counts):
            return found  # nothing of it can lie in the outlet, or nobody knows
    outlet = past.outlet if past is not None else "unknown"
    if book.state is S.CHANGE_BACK and outlet != "notes":
        found.append(Belief(ChangeRetractUncertain(pay.order, WHY), SILENT if past is None else "sensor"))
    elif book.state is not S.CHANGE_BACK and outlet == "empty":
        found.append(Belief(ChangeTaken(pay.order), "sensor"))
    return found


def _coins(book: Book, told: Told) -> Iterator[Belief]:
    """The hopper has compared its counters with those of the order's record; one that is not there any more says nothing."""
    for line in book.coins:
        if line.state == "asked" and line.order in told.coins:
            yield Belief(told.coins[line.order], "counter")
        elif line.state == "asked":
            yield Belief(CoinsUncertain(line.order, line.hopper, 0, line.asked, WHY), SILENT)


def _charges(book: Book, told: Told) -> Iterator[Belief]:
    """Nobody waits any more for the outcome of a payment; of one that was approved the other side says whether it stands."""
    for line in book.charges:
        if line.state == "asked":
            yield Belief(PaymentUncertain(line.payment, "restart"), SILENT)
        elif line.state == "approved" and line.payment in told.payments:
            yield Belief(told.payments[line.payment], "asked")
        elif line.state == "approved":
            yield Belief(StandingUncertain(line.payment, "no answer"), SILENT)


def _paid_or_not(pay: PayLine, past: DispenserPast | None, before: Mapping[str, int]) -> Belief:
    """A remembered payment is this order only if the device's own counter says that one operation came after the intent, or its
    cassettes lack just these notes since. Without either the memory may be of the order before: unknown (decision 005).
    """
    if past is not None:
        if past.last == "none" and not past.counts and _cassettes_lack(before, past):
            return Belief(NotesRefused(pay.order, WHY), "counter")
        proved = _rise("transaction", before, past.counters) == 1 or _cassettes_lack(before, past)
        if proved and past.last == "pay" and _fits(pay, past):
            out = {cassette: presented for cassette, presented, _ in past.counts}
            if all(out.get(cassette) == notes for cassette, notes in pay.asked):
                return Belief(NotesPresented(pay.order, past.counts), "operation")
            return Belief(NotesShort(pay.order, past.counts, "other"), "operation")  # a note may be left in the path
    return Belief(NotesUncertain(pay.order, (), WHY), SILENT if past is None else UNSURE)


def _cassettes_lack(before: Mapping[str, int], past: DispenserPast) -> bool:
    """A unit that counts what lies in each of its cassettes: since the intent exactly `past.counts` has left them."""
    gone = {f"cassette.{number}": presented + rejected for number, presented, rejected in past.counts}
    after, counted = dict(past.counters), [name for name in before if name.startswith("cassette.")]
    return bool(counted) and all(name in after and before[name] - after[name] == gone.get(name, 0) for name in counted)


def _fits(pay: PayLine, past: DispenserPast) -> bool:
    """The remembered operation can be this order: no cassette gave more than was asked."""
    asked = dict(pay.asked)
    return bool(past.counts) and all(out <= asked.get(cassette, 0) for cassette, out, _ in past.counts)
