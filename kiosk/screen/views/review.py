"""The order as the station holds it: places, prices, rules; agreed before any money."""

from __future__ import annotations

from kiosk.sale.book import Book
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.shown import MachineSeen
from kiosk.screen.texts import Both
from kiosk.screen.values import InfoCard, Key, Notice, Review, ReviewRow, Words
from kiosk.screen.views.card import journey_card
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.places import coach_words, place_name, position, seat_row
from kiosk.screen.views.seat import ICONS

LAST_MINUTE_MS = 60_000


def rounding_words(look: Look, book: Book) -> Words:
    """The half yuan, told before the first note (decision 3)."""
    if not book.rounding_fen:
        return NOTHING
    if book.rounding_fen < 0:
        return look.say("Rounded down by {amount} for you", amount=formats.amount(-book.rounding_fen))
    return look.say("Rounded up by {amount}: notes only", amount=formats.amount(book.rounding_fen))


def _rows(look: Look, book: Book) -> tuple[ReviewRow, ...]:
    rows = []
    for place in book.places:
        who = look.passenger(place.passenger)
        rule = look.say.both(Both(who.rule, who.rule_english)) if who.rule else look.say("Full fare")
        rows.append(
            ReviewRow(
                ICONS.get(place.passenger, "person"),
                look.say.both(Both(who.name, who.english)),
                place_name(place).of(look.language),
                position(look, place),
                formats.amount(place.price_fen),
                rule,
            )
        )
    if book.rounding_fen:
        rounded = formats.amount(book.rounding_fen)
        note = look.say("In your favour") if book.rounding_fen < 0 else look.say("Notes only")
        rows.append(ReviewRow("cash", look.say("Rounding"), "", NOTHING, rounded, note))
    return tuple(rows)


def _refunds(look: Look, book: Book) -> tuple[InfoCard, ...]:
    say = look.say
    freed = say("Tickets freed") if book.order.wish == "standing" else say("Seats freed")
    return (
        InfoCard("check", "ok", say("Before you pay"), say("Cancel free"), freed),
        InfoCard("swap", "warn", say("Before departure"), say("Refund less a fee"), say("At the window")),
        InfoCard("cross", "danger", say("After departure"), say("No refund"), say("Rebook at the window")),
    )


def _changed(look: Look, book: Book) -> Notice | None:
    """The station holds at another price than the list had: old and new, agreed again."""
    if book.price_fen == book.order.price_fen:
        return None
    old, new = formats.amount(book.order.price_fen), formats.amount(book.price_fen)
    words = look.say("The price has changed from {old} to {new}", old=old, new=new)
    return Notice(words, "warn", "warn", look.say("Please check it before you pay."))


def _pay(look: Look, book: Book) -> Key:
    say, mode = look.say, look.shown.mode
    words = say("Pay {amount}", amount=formats.amount(book.due_fen))
    why = NOTHING
    limit = mode.only_cash_up_to_fen
    if mode.no_way:
        why = say("No cash can be taken now")
    elif limit is not None and book.due_fen > limit:
        why = say("Cash works up to {amount}", amount=formats.price(limit))
    elif look.left_ms(book.lock_until_ms) < LAST_MINUTE_MS:  # neither slot nor reader takes anything any more
        why = say("Too little time is left")
    return Key(T.PAY, words, "right", "primary", enabled=why == NOTHING, why=why)


def last_minute(look: Look, book: Book) -> Notice | None:
    if look.left_ms(book.lock_until_ms) >= LAST_MINUTE_MS:
        return None
    more = (
        look.say("Otherwise {amount} is given back.", amount=formats.amount(book.put_in_fen))
        if book.put_in_fen
        else NOTHING
    )
    return Notice(look.say("Less than a minute left: the seats will be released"), "warn", "clock", more)


PAY_MS = 60_000
"""What inserting notes takes, roughly; with the printing it tells whether the end comes too late."""


def printed_ms(machine: MachineSeen, book: Book) -> int:
    """People's time from now until the last ticket is printed, roughly."""
    return PAY_MS + len(book.places) * machine.ticket_ms


def closing_soon(look: Look, book: Book) -> Notice | None:
    """Said before the first note: the sale of this train would be closed before the tickets are printed (decision 6)."""
    if book.put_in_fen or look.shown.now_wall_ms + printed_ms(look.shown.machine, book) < book.order.closes_ms:
        return None
    words = look.say("This train is closed for sale at {time}", time=look.clock.time(book.order.closes_ms))
    more = look.say("Your tickets may be printed only after that. Please pay without delay.")
    return Notice(words, "warn", "clock", more)


def no_seat(look: Look, book: Book) -> Notice | None:
    """Said again where it is agreed, with the coach."""
    if book.order.wish != "standing":
        return None
    words = look.say("Standing ticket: you have no seat on this train")
    return Notice(words, "warn", "person", coach_words(look, book.places))


def review(look: Look) -> Review:
    book = look.shown.sale
    assert book is not None
    say = look.say
    footer = (
        Key(T.CHANGE_ORDER, say("Change"), "back"),
        Key(T.CANCEL, say("Cancel order"), "cross", "danger"),
        _pay(look, book),
    )
    return Review(
        look.chrome(
            "review", 3, footer, notice=last_minute(look, book) or closing_soon(look, book) or no_seat(look, book)
        ),
        title=say("Check your order"),
        journey=journey_card(look, book.order, book.order.seat_class),
        lock_words=say("Seats held for you") if book.order.wish != "standing" else say("Tickets held for you"),
        lock=look.until(book.lock_until_ms, book.lock_span_ms),
        coach=coach_words(look, book.places),
        row=seat_row(look, book.places),
        rows=_rows(look, book),
        total_label=say.plural("Total, {n} ticket", "Total, {n} tickets", len(book.places)),
        total=formats.amount(book.due_fen),
        refund_title=say("What can be refunded"),
        refunds=_refunds(look, book),
        consent=say("By paying you accept the ticket and refund rules."),
        changed=_changed(look, book),
    )
