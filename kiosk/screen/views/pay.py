"""Paying with notes: what is due, in and missing; which notes are taken now and why others are not."""

from __future__ import annotations

from dataclasses import replace

from kiosk.sale.book import Book, S
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Denomination, Dialog, Figure, Key, Notice, PayCash, Words
from kiosk.screen.views.card import class_words, held_words, journey_card
from kiosk.screen.views.look import NOTHING, Look, joined
from kiosk.screen.views.review import last_minute, rounding_words

WHY_NOT = {
    "no_change": Msg("No change for it"),
    "no_refund": Msg("Could not be given back"),
    "too_many": Msg("Too many notes"),
    "paid": Msg("Already paid"),
    "unknown": Msg("Not read here"),
}
REFUSED = {
    "no_change": Msg("Note given back: there is no change for it"),
    "no_refund": Msg("Note given back: it could not be refunded"),
    "too_many": Msg("Note given back: too many notes in one order"),
    "paid": Msg("Note given back: all is paid"),
    "inhibited": Msg("Note given back: this value is not taken now"),
    "not_now": Msg("Note given back: this value is not taken now"),
    "unknown": Msg("Note given back: it could not be recognised"),
    "other": Msg("Note given back: it could not be recognised"),
    "unreadable": Msg("Note given back: please smooth it and try again"),
    "double": Msg("Note given back: one note at a time, please"),
    "folded": Msg("Note given back: please unfold it"),
}
SLOT_NOTES = {
    "insert": Msg("Insert when green. Do not fold."),
    "moving": Msg("One moment, the note is being checked"),
    "full": Msg("No note can be taken now"),
    "closed": Msg("No more notes, please wait"),
}
CHANGE = {
    "ok": (Msg("Change available"), "ok"),
    "part_change": (Msg("Little change left"), "warn"),
    "no_change": (Msg("No change: exact amount only"), "warn"),
    "off": (Msg("No cash now"), "danger"),
}
INSERT = Msg("Insert notes one at a time")
TITLES = {"closed": Msg("No more notes, please wait"), "full": Msg("No note can be taken now")}
"""What the slot's state asks for; `INSERT` while notes are taken."""
MORE_TIME_MS = 20_000
SINGLE_CHIPS = 8


def slot_state(look: Look, book: Book) -> str:
    """insert, moving, full or closed."""
    if book.moving_note is not None or look.shown.note_moving:
        return "moving"
    if book.state is not S.COLLECTING or book.no_more_notes or look.left_ms(book.lock_until_ms) <= 0:
        return "closed"
    return "insert" if book.accepted_fen else "full"


def denominations(look: Look, book: Book) -> tuple[Denomination, ...]:
    made = []
    for value in look.shown.note_values_fen:
        accepted = value in book.accepted_fen
        reason = WHY_NOT.get(book.refused.get(value, ""), SLOT_NOTES["full"])
        if book.state is not S.COLLECTING or book.no_more_notes:
            accepted, reason = False, SLOT_NOTES["closed"]
        made.append(Denomination(formats.price(value), accepted, NOTHING if accepted else look.say.msg(reason)))
    return tuple(made)


def received(book: Book) -> tuple[str, ...]:
    """Notes one by one in the order they came; from nine on, counted by value."""
    values = [line.value_fen for line in book.notes if line.state in ("ours", "deposited", "keeping")]
    if len(values) <= SINGLE_CHIPS:
        return tuple(formats.price(value) for value in values)
    return tuple(f"{formats.price(value)} × {values.count(value)}" for value in sorted(set(values), reverse=True))


def ticket_words(look: Look, book: Book) -> Words:
    """`二等座 × 2 成人` / `2nd class × 2 Adult`: class and who travels."""
    who = [place.passenger for place in book.places] or list(book.order.passengers)
    parts = []
    for code in dict.fromkeys(who):
        named = look.passenger(code)
        parts.append(Both(f"{named.name} {who.count(code)}", f"{named.english} {who.count(code)}"))
    return look.say.both(joined([class_words(look, book.order), *parts], " · "))


def _change_due(look: Look, book: Book) -> Words:
    """With too much inserted, the change is named at once."""
    over = book.put_in_fen - book.due_fen
    return look.say("Change {amount}", amount=formats.amount(over)) if over > 0 else NOTHING


def _promise(look: Look, book: Book) -> Words:
    """What a cancel gives back, told before the first note (decision 2)."""
    if look.shown.recycled_fen:
        values = ", ".join(formats.price(value) for value in look.shown.recycled_fen)
        return look.say("Cancel gives your own notes back; {values} in other notes", values=values)
    if look.shown.same_notes:
        return look.say("Cancel gives your own notes back")
    return look.say("Cancel gives back the same amount, perhaps in other notes")


def asks_for_more_time(look: Look, book: Book) -> bool:
    """The last seconds before money goes back because nobody does anything."""
    if book.state not in (S.COLLECTING, S.CHOOSING) or not book.patience_until_ms:
        return False
    return look.left_ms(book.patience_until_ms) <= MORE_TIME_MS


def dialog(look: Look, book: Book, cancel: Key) -> Dialog | None:
    if not asks_for_more_time(look, book):
        return None
    more = NOTHING
    if book.put_in_fen:
        more = look.say("Otherwise {amount} is given back.", amount=formats.amount(book.put_in_fen))
    return look.more_time(look.until(book.patience_until_ms, MORE_TIME_MS), cancel, more)


def no_more_charges(look: Look, book: Book) -> Words:
    """Why the sale would begin no payment by card or phone any more; nothing while it would (`Sale.may_charge`)."""
    if book.given_fen:
        return look.say("Not with notes in")
    if book.charged_out:
        return look.say("It was tried too often")
    if look.left_ms(book.charge_last_ms) <= 0:
        return look.say("Too little time is left")
    return NOTHING


def _other_way(look: Look, book: Book) -> Key:
    """By phone while no note is in; the key keeps its place where that cannot be done."""
    key = Key(T.PAY_CODE, look.say("Pay by QR"), "qr")
    if "code" not in look.shown.mode.fitted_ways:
        return look.later(key)
    why = no_more_charges(look, book)
    if not why.main and (book.moving_note is not None or "code" not in look.shown.mode.other_ways):
        why = look.say("Not now")
    return replace(key, enabled=why == NOTHING, why=why)


def pay_cash(look: Look) -> PayCash:
    book = look.shown.sale
    assert book is not None
    say = look.say
    closing = book.state is not S.COLLECTING
    words = say("Cancel and refund") if book.put_in_fen else say("Cancel order")
    wait = say("The last note comes to rest first")
    cancel = Key(T.CANCEL, words, "cross", "danger", enabled=not closing, why=wait)
    code = _other_way(look, book)
    asked = dialog(look, book, cancel)
    running = bool(book.patience_until_ms) and asked is None and not closing
    ring = look.until(book.patience_until_ms, book.patience_span_ms) if running else None
    slot = slot_state(look, book)
    change, level = CHANGE.get(look.shown.mode.cash, CHANGE["off"])
    refusal = None
    if book.last_refusal and not closing:
        text = REFUSED.get(book.last_refusal, REFUSED["unknown"])
        refusal = Notice(say.msg(text), "warn", "warn")
    return PayCash(
        look.chrome("pay.cash", 3, (cancel, code, look.help()), ring, asked, last_minute(look, book)),
        journey=journey_card(look, book.order, book.order.seat_class),
        tickets=ticket_words(look, book),
        lock_words=held_words(look, book.order),
        lock=look.until(book.lock_until_ms, book.lock_span_ms),
        title=say.msg(TITLES.get(slot, INSERT)),
        total=Figure(say("Total"), formats.amount(book.due_fen), "ink", rounding_words(look, book)),
        inserted=Figure(say("Inserted"), formats.amount(book.put_in_fen), "ok"),
        remaining=Figure(say("Still to pay"), formats.amount(book.missing_fen), "brand", _change_due(look, book)),
        percent=min(100, book.put_in_fen * 100 // book.due_fen) if book.due_fen > 0 else 100,
        accepted_title=say("Accepted now"),
        change_note=say.msg(change),
        change_level=level,
        denominations=denominations(look, book),
        slot=slot,
        slot_title=say("Note slot: right of the screen"),
        slot_note=say.msg(SLOT_NOTES[slot]),
        received_title=say("Received"),
        received=received(book),
        promise=_promise(look, book),
        refusal=refusal,
    )
