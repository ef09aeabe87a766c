"""What stands on a receipt, taken from the book of its sale: what was bought, paid and is to come back."""

from __future__ import annotations

from datetime import date

from kiosk.ports.trips import LockedPlace, Named, Network, Order, StationName
from kiosk.print.slips import ReceiptFacts
from kiosk.sale.book import Book
from kiosk.screen import formats
from kiosk.screen.texts import Both


def receipt_facts(book: Book, network: Network) -> ReceiptFacts:
    """Of the tickets that were handed over; what others cost comes back, and stands there as change."""
    given = book.tickets_in("in_tray", "presented", "taken")
    due_fen = book.fare_of(given)
    return ReceiptFacts(
        trip=_trip(book.order, network),
        lines=tuple((_bought(ticket.place, network), ticket.place.price_fen) for ticket in given),
        due_fen=due_fen,
        paid_fen=book.given_fen,
        change_fen=max(0, book.given_fen - due_fen),
        rounding_fen=book.final_rounding_fen,
    )


def _trip(order: Order, network: Network) -> Both:
    stations = {station.telecode: station for station in network.stations}
    origin, destination = _station(stations, order.origin), _station(stations, order.destination)
    when, seat = formats.day(date.fromisoformat(order.date)), _named(network.classes, order.seat_class)
    return Both(
        f"{order.train} {origin.zh} → {destination.zh} {when.zh} {order.depart} {seat.zh}",
        f"{order.train} {origin.en} → {destination.en}, {when.en} {order.depart}, {seat.en}",
    )


def _bought(place: LockedPlace, network: Network) -> Both:
    who = _named(network.passengers, place.passenger)
    return Both(
        f"{who.zh} {place.coach}车{place.place or '无座'}",
        f"{who.en}, coach {place.coach} {place.place or 'no seat'}",
    )


def _station(stations: dict[str, StationName], code: str) -> Both:
    return Both(stations[code].name, stations[code].english) if code in stations else Both(code, code)


def _named(group: tuple[Named, ...], code: str) -> Both:
    return next((Both(named.name, named.english) for named in group if named.code == code), Both(code, code))
