"""The chosen train as a value: number, times, stations, what it is called."""

from __future__ import annotations

from kiosk.ports.trips import Offer, Order
from kiosk.screen import formats
from kiosk.screen.texts import Both
from kiosk.screen.values import Journey, Words
from kiosk.screen.views.look import NOTHING, Look


def family_of(kind: str) -> str:
    """Colour of the number pill: G, D or other."""
    return {"G": "G", "C": "G", "D": "D"}.get(kind, "other")


def class_words(look: Look, order: Order) -> Both:
    """The class of an order; who stands reads there that he has no seat."""
    named = look.seat_class(order.seat_class)
    return Both(f"{named.zh} 无座", f"{named.en}, no seat") if order.wish == "standing" else named


def held_words(look: Look, order: Order) -> Words:
    """What the lock keeps for whoever pays now: no seat for who stands."""
    return look.say("Tickets held for") if order.wish == "standing" else look.say("Seats held for")


def journey_card(look: Look, trip: Offer | Order, seat_class: str = "", date: Words | None = None) -> Journey:
    """The chosen train in one card."""
    say = look.say
    offer = look.journey.offer
    named = class_words(look, trip) if isinstance(trip, Order) else look.seat_class(seat_class)
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
        seat_class=say.both(named) if seat_class else NOTHING,
        badge=say.both(badge),
    )
