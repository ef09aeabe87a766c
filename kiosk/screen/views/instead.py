"""The question that follows a refusal: what is offered instead of the places that are gone, agreed or not by one tap."""

from __future__ import annotations

from kiosk.journey.propose import fewer, proposed
from kiosk.journey.state import total_of
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Dialog, Journey, Key, Words
from kiosk.screen.views.card import journey_card
from kiosk.screen.views.look import Look

REASONS = {
    "sold_out": Msg("These seats were just sold"),
    "closed": Msg("Sale for this train has just closed"),
    "not_running": Msg("This train does not run"),
}


def _fewer(look: Look) -> Dialog | None:
    say, state = look.say, look.journey
    cut, cell, offer = fewer(state), state.class_offer, state.offer
    if cut is None or cell is None or offer is None:
        return None
    left = state.notice_left
    keys = (
        Key(T.DECLINE, say("Change the order"), "back"),
        Key(T.AGREE, say.plural("Take {n} ticket", "Take {n} tickets", left), "check", "primary"),
    )
    reason = say.plural("Only {n} ticket left", "Only {n} tickets left", left)
    more = say.plural("You asked for {n} ticket", "You asked for {n} tickets", state.seats)
    price = formats.amount(total_of(cell, cut))
    return Dialog(
        reason,
        more,
        keys,
        icon="person",
        journey=journey_card(look, offer),
        tickets=_tickets(look, cell.code, left),
        price=price,
    )


def _tickets(look: Look, seat_class: str, count: int) -> Words:
    """`2nd class · 2 tickets`."""
    counted = look.say.plural("{n} ticket", "{n} tickets", count)
    named = look.say.both(look.seat_class(seat_class))
    return Words(f"{named.main} · {counted.main}", f"{named.small} · {counted.small}")


def instead(look: Look) -> Dialog | None:
    """The question, or None when nothing is offered."""
    say, state = look.say, look.journey
    if state.instead == "fewer":
        return _fewer(look)
    found = proposed(state) if state.instead else None
    if found is None:
        return None
    short = REASONS.get(state.notice)
    reason = say.msg(short) if short else say.plural("Only {n} ticket left", "Only {n} tickets left", state.notice_left)
    same = found.offer.train == state.chosen
    head = say("Still to be had: another class of the same train") if same else say("The nearest train with seats")
    other = say("Choose who travels") if state.step == "seat" else say("All trains")
    keys = (Key(T.DECLINE, other, "back"), Key(T.AGREE, say("Take this one"), "right", "primary"))
    price = formats.amount(total_of(found.cell, state.passengers) or found.cell.price_fen)
    shown: Journey = journey_card(look, found.offer)
    tickets = _tickets(look, found.cell.code, max(1, state.seats))
    return Dialog(reason, head, keys, icon="train", journey=shown, tickets=tickets, price=price)
