"""The train list: five cards a page (four with large text), each with its classes, and why one cannot be bought."""

from __future__ import annotations

from kiosk.journey.choose import DEPARTS, cheapest, listed, page_of
from kiosk.journey.find import KINDS, filter_kinds
from kiosk.journey.state import FEW, selling_state
from kiosk.ports.trips import ClassOffer, Offer
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Key, SeatChip, TrainCard, Trains, Words
from kiosk.screen.views.card import family_of
from kiosk.screen.views.instead import instead
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.notices import notice_of

STATES = {
    "sold_out": Msg("Sold out"),
    "departed": Msg("Departed"),
    "closed": Msg("Sale closed"),
    "cancelled": Msg("Does not run"),
}
SORTS = {"depart": Msg("Earliest"), "price": Msg("Cheapest"), "duration": Msg("Fastest")}
NOT_IN_YUAN = Msg("Fare not in yuan: not sold at this machine")
NO_FARE = Msg("No fare known: not sold at this machine")
CHIPS = 3


def left_words(look: Look, cell: ClassOffer, open_: bool = True) -> Words:
    if not open_ or not cell.room:
        return look.say("None", "seats")
    if cell.stands:
        return look.say("Standing") if cell.room > FEW else look.say("Standing {n}", n=cell.room)
    return look.say("Available") if cell.left > FEW else look.say("{n} left", n=cell.left)


def left_level(cell: ClassOffer, open_: bool = True) -> str:
    """Standing is never "ok": it is what is left when the seats are gone."""
    if not open_ or not cell.room:
        return "none"
    return "few" if cell.stands or cell.left <= FEW else "ok"


def day_offset(look: Look, days: int) -> Words:
    return look.say("+{n} d", "day offset", n=days) if days else NOTHING


def _chip(look: Look, cell: ClassOffer, open_: bool) -> SeatChip:
    words = look.say.both(look.seat_class(cell.code))
    return SeatChip(words, formats.price(cell.price_fen), left_words(look, cell, open_), left_level(cell, open_))


def _card(look: Look, offer: Offer, prefix: str = T.TRAIN) -> TrainCard:
    """`prefix` of its target: a train of the list, or a number whose stations are asked for."""
    say = look.say
    state = selling_state(offer, look.shown.now_wall_ms)
    words = say.msg(STATES[state]) if state in STATES else NOTHING
    if state == "query_only":
        words = say.msg(NOT_IN_YUAN if offer.fare else NO_FARE)
    lowest = cheapest(offer)
    price, note = offer.fare, NOTHING if offer.fare else say("Price unknown")
    if lowest is not None:
        price, note = formats.price(lowest), say("from", "price")
    return TrainCard(
        key=Key(f"{prefix}{offer.train}", Words(offer.train), enabled=state == "open", why=words),
        number=offer.train,
        family=family_of(offer.kind),
        depart=offer.depart,
        arrive=offer.arrive,
        day_offset=day_offset(look, offer.day_offset),
        origin=say.both(look.station(offer.origin)),
        destination=say.both(look.station(offer.destination)),
        duration=say.both(formats.duration(offer.minutes)),
        badge=say.both(Both(offer.badge, offer.badge_english)),
        price=price,
        price_note=note,
        state=state,
        state_words=words,
        seats=tuple(_chip(look, cell, state in ("open", "sold_out")) for cell in offer.classes[:CHIPS]),
    )


def _filters(look: Look) -> tuple[Key, ...]:
    """Kinds of trains, only available ones, departure window, order. The last two go to their next choice at a tap."""
    say, state = look.say, look.journey
    network = look.shown.network
    found = filter_kinds(network.trains if network else ())
    ours = {"all": say("All"), "G": say("G trains"), "D": say("D trains"), "K": say("K Z T trains")}
    kinds = ours if found == tuple(KINDS) else {"all": ours["all"], **{kind: Words(kind) for kind in found}}
    chips = [
        Key(f"{T.KIND}{kind}", words, "", "chip", selected=state.kind == ("" if kind == "all" else kind))
        for kind, words in (kinds.items() if found else ())
    ]
    chips.append(Key(T.AVAILABLE, say("Available", "filter"), "", "chip", selected=state.available))
    hours = DEPARTS[state.departs]
    window = say("Any time") if not state.departs else say("{first}–{end} h", "hours", first=hours[0], end=hours[1])
    chips.append(Key(T.DEPARTS, window, "", "chip", selected=bool(state.departs)))
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
    if state == "none" and look.journey.step == "next":
        return say("No train leaves from here any more today")
    return say("No direct train on this day") if state == "none" else NOTHING


def _pages(look: Look, page: int, pages: int) -> tuple[Key, Key]:
    say = look.say
    up = Key(T.PREVIOUS, say("Prev", "page"), "up", enabled=page > 0, why=say("This is the first page"))
    return up, Key(T.NEXT, say("Next", "page"), "down", enabled=page < pages - 1, why=say("This is the last page"))


def _told(look: Look, count: int, page: int, pages: int) -> Words:
    return look.say.plural(
        "Page {page} of {pages} · {n} train · as of {time}",
        "Page {page} of {pages} · {n} trains · as of {time}",
        count, page=page + 1, pages=pages, time=look.clock.time(look.journey.listed_wall_ms),
    )  # fmt: skip


def trains(look: Look) -> Trains:
    """The trains of one day to one station; or, without a destination, the next departures from here."""
    say, state = look.say, look.journey
    board = state.step == "next"
    offers = listed(state, look.shown.now_wall_ms)
    size = 4 if state.large_text else 5
    page, pages = page_of(offers, state.page, size)
    seen = state.listing if state.listing != "idle" else "loading"
    if seen == "list" and not offers:
        seen = "loading" if state.asking else "none"
    retry = Key(T.SHOW_TRAINS, say("Try again"), "refund", "primary", enabled=not state.waiting, busy=state.waiting)
    other = Key(T.DATE, say("Another day"), "calendar", "primary")
    if board:
        other = Key(T.DESTINATION, say("By destination"), "pin", "primary")
    more = {"list": _pages(look, page, pages), "offline": (retry,), "none": (other,)}.get(seen, ())
    footer = (look.back(), look.home(), *more)
    reason = notice_of(look)
    notice = None if seen == "offline" else reason
    prefix = T.NUMBER if board else T.TRAIN
    return Trains(
        look.chrome("trains", 1, footer, idle=True, notice=notice, dialog=instead(look)),
        origin=say.both(look.station(state.origin)),
        destination=say("All directions") if board else say.both(look.station(state.destination)),
        date=Key("" if board else T.DATE, say.both(look.day(state.date)), "calendar"),
        filters=_filters(look),
        state=seen,
        message=_message(look, seen),
        cards=tuple(_card(look, offer, prefix) for offer in offers[page * size : (page + 1) * size])
        if seen == "list"
        else (),
        page=_told(look, len(offers), page, pages) if seen == "list" else NOTHING,
    )
