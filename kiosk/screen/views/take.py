"""What to take, from where, and what happens to it if nobody does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kiosk.sale.book import Book, S
from kiosk.sale.lines import NoteLine, PayLine
from kiosk.screen import formats
from kiosk.screen.texts import Msg
from kiosk.screen.values import Figure, NoteCount, Outlet, Take, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.progress import change_due, in_coins, is_refund
from kiosk.screen.views.receipt import receipt_key

ORDERS = {"now": Msg("Take now"), "next": Msg("Take next"), "done": Msg("Taken")}


def pay_out(book: Book) -> PayLine | None:
    """The bundle that lies in the outlet."""
    return next((pay for pay in reversed(book.pays) if pay.state == "out"), None)


def notes_of(look: Look, pay: PayLine) -> tuple[NoteCount, ...]:
    """Notes of one bundle by value, largest first."""
    counts: dict[int, int] = {}
    for cassette, presented, _ in pay.counts:
        value = look.shown.cassettes.get(cassette, 0)
        if presented and value:
            counts[value] = counts.get(value, 0) + presented
    return tuple(NoteCount(formats.price(value), count) for value, count in sorted(counts.items(), reverse=True))


def _tickets(look: Look, book: Book, state: str) -> Outlet:
    say = look.say
    count = len(book.tickets_in("presented", "taken", "in_tray"))
    words = say.plural("{n} ticket", "{n} tickets", count)
    return Outlet("tickets", state, say.msg(ORDERS[state]), words, say("Tray below the screen"))


def _money(look: Look, book: Book, state: str, fen: int, refund: bool) -> Outlet:
    say, amount = look.say, formats.amount(fen)
    words = say("Refund {amount}", amount=amount) if refund else say("Change {amount}", amount=amount)
    if look.shown.recycled_fen:  # the unit that takes notes pays too
        return Outlet(
            "change", state, say.msg(ORDERS[state]), words, say("Note slot, right of screen"), opening="insert"
        )
    place = say("Cup below the note slot") if in_coins(look, book, fen) else say("Slot right of the screen")
    return Outlet("change", state, say.msg(ORDERS[state]), words, place)


def _figures(look: Look, book: Book, refund: bool) -> tuple[Figure, ...]:
    """Paid − tickets = change, left to right; nothing to sum when the amount was exact."""
    due = change_due(book)
    if not due:
        return ()
    say = look.say
    fare = 0 if refund else book.put_in_fen - due
    result = say("Refund") if refund else say("Change", "money")
    return (
        Figure(say("Paid"), formats.amount(book.put_in_fen)),
        Figure(say("Tickets", "money"), formats.amount(fare)),
        Figure(result, formats.amount(due), "ok"),
    )


def _title(look: Look, tickets: bool, money: bool, refund: bool) -> Words:
    say = look.say
    if refund:
        return say("Please take your money")
    if tickets and money:
        return say("Please take your tickets and change")
    return say("Please take your tickets") if tickets else say("Please take your change")


def _walk_away(look: Look, take_ms: int) -> tuple[Words, tuple[Words, ...]]:
    say, machine = look.say, look.shown.machine
    head = say("If nothing is taken within {n} seconds", n=take_ms // 1000)
    window, days = machine.window, machine.claim_days
    code = say("A slip with a code pays at window {window}, {n} days.", window=window, n=days)
    if not look.shown.mode.slips:
        code = say("A code on this screen pays at window {window}, {n} days.", window=window, n=days)
    return head, (say("The slot closes. All is kept safe inside and written down."), code)


def _by_value(lines: Iterable[NoteLine]) -> tuple[NoteCount, ...]:
    counts = Counter(line.value_fen for line in lines)
    return tuple(NoteCount(formats.price(value), count) for value, count in sorted(counts.items(), reverse=True))


def own_notes(look: Look) -> Take:
    """The passenger's own notes stick out of the entry; what is still to come of them, or of other notes, is said."""
    book = look.shown.sale
    assert book is not None
    say, lying = look.say, book.notes_in_state("out")
    out_fen = sum(line.value_fen for line in lying)
    more_fen = book.owed_fen + sum(line.value_fen for line in book.notes_in_state("deposited"))
    words = say("Your own notes: {amount}", amount=formats.amount(out_fen))
    label = say.plural("{n} note", "{n} notes", len(lying))
    if more_fen:
        label = say("{n} notes, {amount} more follows", n=len(lying), amount=formats.amount(more_fen))
    walk, lines = _walk_away(look, look.shown.machine.take_ms)
    ring = look.until(book.take_until_ms, look.shown.machine.take_ms) if book.take_until_ms else None
    return Take(
        look.chrome("take", 3, (look.call_staff(),), ring),
        title=say("Please take your money"),
        outlets=(Outlet("notes", "now", say.msg(ORDERS["now"]), words, say("Note slot, right of screen")),),
        figures=(),
        notes_label=label,
        notes=_by_value(lying),
        walk_away=walk,
        walk_away_lines=lines,
        check=say("Count your money before you leave"),
    )


def take(look: Look) -> Take:
    book = look.shown.sale
    assert book is not None
    say, refund = look.say, is_refund(book)
    first = book.state is S.TICKETS_OUT
    pay = pay_out(book)
    out_fen = pay.out_fen if pay else 0
    had_tickets = bool(book.tickets_in("presented", "taken")) and not refund
    money_fen = change_due(book) if first else out_fen
    outlets: list[Outlet] = [_tickets(look, book, "now" if first else "done")] if had_tickets or first else []
    if money_fen:
        outlets.append(_money(look, book, "next" if first else "now", money_fen, refund))
    notes = notes_of(look, pay) if pay and not first else ()
    count = sum(note.count for note in notes)
    label = say.plural("{n} note", "{n} notes", count) if notes else NOTHING
    if notes and book.owed_fen:
        label = say("{n} notes, {amount} more follows", n=count, amount=formats.amount(book.owed_fen))
        if in_coins(look, book, book.owed_fen):
            label = say("{n} notes, then {amount} in coins", n=count, amount=formats.amount(book.owed_fen))
    walk, lines = _walk_away(look, look.shown.machine.take_ms)
    ring = look.until(book.take_until_ms, look.shown.machine.take_ms) if book.take_until_ms else None
    footer = (*(() if refund else receipt_key(look, book)), look.call_staff())
    return Take(
        look.chrome("take", 3 if refund else 4, footer, ring),
        title=_title(look, had_tickets or first, bool(money_fen), refund),
        outlets=tuple(outlets),
        figures=_figures(look, book, refund),
        notes_label=label,
        notes=notes,
        walk_away=walk,
        walk_away_lines=lines,
        check=say("Count your money before you leave")
        if refund
        else say("Check train, date and number of tickets before you leave"),
    )
