"""The train list: five cards a page (four with large text), each with its classes, and why one cannot be bought."""

from __future__ import annotations

from kiosk.journey.choose import cheapest, listed, page_of
from kiosk.journey.state import FEW, selling_state
from kiosk.ports.station import ClassOffer, Offer, Order
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Journey, Key, SeatChip, TrainCard, Trains, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.notices import notice_of

STATES = {
    "sold_out": Msg("Sold out"),
    "departed": Msg("Departed"),
    "closed": Msg("Sale closed"),
}
SORTS = {"depart": Msg("Earliest"), "price": Msg("Cheapest"), "duration": Msg("Fastest")}
CHIPS = 3


def family_of(kind: str) -> str:
    """Colour of the number pill: G, D or other."""
    return {"G": "G", "C": "G", "D": "D"}.get(kind, "other")


def left_words(look: Look, left: int) -> Words:
    if left <= 0:
        return look.say("None", "seats")
    return look.say("Available") if left > FEW else look.say("{n} left", n=left)


def left_level(left: int) -> str:
    return "none" if left <= 0 else "few" if left <= FEW else "ok"


def day_offset(look: Look, days: int) -> Words:
    return look.say("+{n} d", "day offset", n=days) if days else NOTHING


def journey_card(look: Look, trip: Offer | Order, seat_class: str = "", date: Words | None = None) -> Journey:
    """The chosen train in one card."""
    say = look.say
    offer = look.journey.offer
    badge = Both(offer.badge, offer.badge_english) if offer and offer.train == trip.train else Both("", "")
    return Journey(
        number=trip.train,
        family=family_of(trip.kind),
        date=date or say.both(look.day(trip.date)),
        depart=trip.depart,
        arrive=trip.arrive,
        origin=say.both(look.station(trip.origin)),
        destination=say.both(look.station(trip.destination)),
        duration=say.both(formats.duration((trip.arrive_ms - trip.depart_ms) // 60_000)),
        seat_class=say.both(look.seat_class(seat_class)) if seat_class else NOTHING,
        badge=say.both(badge),
    )


def _chip(look: Look, cell: ClassOffer, open_: bool) -> SeatChip:
    left = cell.left if open_ else 0
    words = look.say.both(look.seat_class(cell.code))
    return SeatChip(words, formats.price(cell.price_fen), left_words(look, left), left_level(left))


def _card(look: Look, offer: Offer) -> TrainCard:
    say = look.say
    state = selling_state(offer, look.shown.now_wall_ms)
    words = say.msg(STATES[state]) if state in STATES else NOTHING
    lowest = cheapest(offer)
    return TrainCard(
        key=Key(f"{T.TRAIN}{offer.train}", Words(offer.train), enabled=state == "open", why=words),
        number=offer.train,
        family=family_of(offer.kind),
        depart=offer.depart,
        arrive=offer.arrive,
        day_offset=day_offset(look, offer.day_offset),
        origin=say.both(look.station(offer.origin)),
        destination=say.both(look.station(offer.destination)),
        duration=say.both(formats.duration(offer.minutes)),
        badge=say.both(Both(offer.badge, offer.badge_english)),
        price=formats.price(lowest) if lowest is not None else "",
        price_note=say("from", "price") if lowest is not None else say("Price unknown"),
        state=state,
        state_words=words,
        seats=tuple(_chip(look, cell, state in ("open", "sold_out")) for cell in offer.classes[:CHIPS]),
    )


def _filters(look: Look) -> tuple[Key, ...]:
    say, state = look.say, look.journey
    kinds = (("all", say("All")), ("G", say("High-speed G")), ("D", say("EMU D")))
    chips = [
        Key(f"{T.KIND}{kind}", words, "", "chip", selected=state.kind == ("" if kind == "all" else kind))
        for kind, words in kinds
    ]
    chips.append(Key(T.AVAILABLE, say("Only available"), "", "chip", selected=state.available))
    chips.append(Key(T.SORT, say.msg(SORTS[state.sort]), "sort", "chip"))
    return tuple(chips)


def _message(look: Look, state: str) -> Words:
    say = look.say
    if state == "loading":
        return say("Asking the station for trains and prices")
    if state == "offline":
        return say("The station does not answer. Please try again in a moment.")
    if state == "none" and look.journey.offers:
        return say("No train fits these filters")
    return say("No direct train on this day") if state == "none" else NOTHING


def trains(look: Look) -> Trains:
    say, state = look.say, look.journey
    offers = listed(state, look.shown.now_wall_ms)
    size = 4 if state.large_text else 5
    page, pages = page_of(offers, state.page, size)
    seen = state.listing if state.listing != "idle" else "loading"
    if seen == "list" and not offers:
        seen = "none"
    first = say("This is the first page")
    last = say("This is the last page")
    up = Key(T.PREVIOUS, say("Previous page"), "up", enabled=page > 0, why=first)
    down = Key(T.NEXT, say("Next page"), "down", enabled=page < pages - 1, why=last)
    retry = Key(T.SHOW_TRAINS, say("Try again"), "refund", "primary", enabled=not state.waiting, busy=state.waiting)
    other_day = Key(T.DATE, say("Another day"), "calendar", "primary")
    more = {"list": (up, down), "offline": (retry,), "none": (other_day,)}.get(seen, ())
    footer = (look.back(), look.home(), *more)
    told = say.plural(
        "Page {page} of {pages} · {n} train · as of {time}",
        "Page {page} of {pages} · {n} trains · as of {time}",
        len(offers), page=page + 1, pages=pages, time=look.clock.time(state.listed_wall_ms),
    )  # fmt: skip
    return Trains(
        look.chrome("trains", 1, footer, idle=True, notice=None if seen == "offline" else notice_of(look)),
        origin=say.both(look.station(state.origin)),
        destination=say.both(look.station(state.destination)),
        date=Key(T.DATE, say.both(look.day(state.date)), "calendar"),
        filters=_filters(look),
        state=seen,
        message=_message(look, seen),
        cards=tuple(_card(look, offer) for offer in offers[page * size : (page + 1) * size]) if seen == "list" else (),
        page=told if seen == "list" else NOTHING,
    )
