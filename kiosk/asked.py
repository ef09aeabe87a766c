"""What the journey asks for, as calls to the station and as the fact that opens a sale."""

from __future__ import annotations

from kiosk.journey.asks import AskOrders, AskStops, AskTrains, StartPickup, StartSale
from kiosk.modes import Mode
from kiosk.ports.station import Station
from kiosk.ports.trips import FoundOrder, Order
from kiosk.sale.facts import Fare, PickupStarted, SaleStarted


def put(ask: AskTrains | AskStops | AskOrders, station: Station) -> None:
    match ask:
        case AskTrains():
            station.ask_trains(ask.request, ask.origin, ask.destination, ask.date, ask.train)
        case AskStops():
            station.ask_stops(ask.request, ask.train, ask.date)
        case AskOrders():
            station.find_orders(ask.request, code=ask.code)


BACK: dict[type, tuple[str, str]] = {StartSale: ("trains", "not_held"), StartPickup: ("pickup", "order_again")}
"""Where the passenger finds the screen when it cannot be begun, and the notice there."""


def able(ask: StartSale | StartPickup, mode: Mode) -> bool:
    return mode.sells if isinstance(ask, StartSale) else bool(mode.pickups)


def started(ask: StartSale | StartPickup, number: int, key: str) -> SaleStarted:
    """A sale, or one in which nothing is to be paid: the tickets of an order that was bought elsewhere."""
    if isinstance(ask, StartSale):
        return SaleStarted(number, key, ask.language, ask.order)
    fares = tuple(Fare(place.coach, place.place, place.price_fen) for place in ask.order.open)
    return PickupStarted(number, key, ask.language, order_of(ask.order), ask.order.number, fares)


def order_of(found: FoundOrder) -> Order:
    """What is left of an order, as an order of which nothing is to be paid; it can be had until its train leaves."""
    return Order(
        train=found.train,
        kind=found.kind,
        date=found.date,
        origin=found.origin,
        destination=found.destination,
        seat_class=found.seat_class,
        passengers=tuple(place.passenger for place in found.open),
        wish="none",
        depart_ms=found.depart_ms,
        arrive_ms=found.arrive_ms,
        depart=found.depart,
        arrive=found.arrive,
        day_offset=found.day_offset,
        price_fen=0,
        closes_ms=found.depart_ms,
    )
