"""JSON of the station computer as values of the port, strictly: what is not exactly right is Malformed, never half a value.

Source: station-api sheet. Keys we do not know are passed over, so that a newer station can say more. No I/O in here.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_type_hints

from kiosk.ports.trips import (
    ClassOffer,
    FoundOrder,
    Limits,
    LockedPlace,
    Named,
    Network,
    Offer,
    Order,
    OrderedPlace,
    SignedText,
    StationName,
    StopTime,
    TicketNumbers,
)

Kind = TypeVar("Kind")
LATEST_MS = 10**14
"""The year 5138."""
MOST_DAYS = 3_650
LONG_DAY = len("2026-11-22")
HOUR = re.compile("[0-9]{2}:[0-9]{2}")


class Malformed(ValueError):
    """An answer that is not what the sheet says."""


def get(raw: Any, key: str, kind: type[Kind]) -> Kind:
    """`raw[key]`, exactly of that type (True is no number)."""
    if type(raw) is not dict:
        raise Malformed(f"an object with {key} expected")
    value = raw.get(key)
    if type(value) is not kind:
        raise Malformed(f"{key}: {kind.__name__} expected, {type(value).__name__} came")
    return value


def amount(raw: Any, key: str) -> int:
    """A whole number that is not negative: money, counts, durations."""
    value = raw.get(key) if type(raw) is dict else None
    if type(value) is not int:
        value = get(raw, key, int)  # says what is wrong
    if value < 0:
        raise Malformed(f"{key}: {value} is negative")
    return value


def moment(raw: Any, key: str) -> int:
    """Wall time in ms that every calendar can name: somebody will want to read it."""
    wall_ms = amount(raw, key)
    if wall_ms > LATEST_MS:
        raise Malformed(f"{key}: {wall_ms} is no time of ours")
    return wall_ms


def texts(raw: Any, key: str) -> tuple[str, ...]:
    items = get(raw, key, list)
    if any(type(item) is not str for item in items):
        raise Malformed(f"{key}: a list of text expected")
    return tuple(items)


def flat(kind: type[Kind], raw: Any, **given: Any) -> Kind:
    """A dataclass of ints and strings from keys of the same names; `given` fields are taken as they are."""
    known = raw if type(raw) is dict else {}
    for name, wanted, optional in _shape(kind):  # type: ignore[arg-type]
        if name in given:
            continue
        value = known.get(name, MISSING)
        if type(value) is wanted:
            given[name] = value
        elif value is not MISSING or not optional or known is not raw:
            given[name] = get(raw, name, wanted)  # says what is wrong
    return kind(**given)


@cache
def _shape(kind: type) -> tuple[tuple[str, type, bool], ...]:
    """Name, type, and whether it may be absent, of each field."""
    types = get_type_hints(kind)
    parts = fields(kind)
    return tuple((part.name, types[part.name], part.default is not MISSING) for part in parts)


def network(raw: Any) -> Network:
    named = {key: tuple(flat(Named, item) for item in get(raw, key, list)) for key in ("classes", "passengers")}
    return Network(
        version=get(raw, "version", str),
        stations=tuple(flat(StationName, item) for item in get(raw, "stations", list)),
        hot=texts(raw, "hot"),
        classes=named["classes"],
        passengers=named["passengers"],
        trains=texts(raw, "trains"),
    )


def limits(raw: Any) -> Limits:
    for part in fields(Limits):
        amount(raw, part.name)
    if raw["sale_days"] > MOST_DAYS:
        raise Malformed(f"sale_days: more than {MOST_DAYS}")
    return flat(Limits, raw)


def _class_offer(raw: Any) -> ClassOffer:
    """When the seats are gone and people may stand, the prices are those of standing tickets."""
    seats, stands = _prices(raw), raw.get("standing")
    code, left, price_fen = get(raw, "class", str), amount(raw, "left"), amount(raw, "price_fen")
    if stands is None or left:
        return ClassOffer(code, price_fen, left, seats)
    return ClassOffer(code, amount(stands, "price_fen"), 0, _prices(stands), amount(stands, "left"))


def _prices(raw: Any) -> tuple[tuple[str, int], ...]:
    prices = get(raw, "prices", dict)
    for code, fen in prices.items():
        if type(fen) is not int or fen < 0:
            amount(prices, code)  # says what is wrong
    return tuple(prices.items())


def offers(raw: Any) -> tuple[Offer, ...]:
    """Answer to `availability:query`."""
    return tuple(_offer(item) for item in get(raw, "trains", list))


def _offer(raw: Any) -> Offer:
    classes = tuple(_class_offer(offer) for offer in get(raw, "classes", list))
    found = flat(Offer, raw, badge_english=raw.get("badge_english", ""), classes=classes)
    moment(raw, "closes_ms")
    return _dated(found, raw)


Train = TypeVar("Train", Offer, FoundOrder)


def _dated(train: Train, raw: Any) -> Train:
    """Its day and times stand on the ticket; they have to be some."""
    try:
        whole = len(train.date) == LONG_DAY and bool(date.fromisoformat(train.date))
    except ValueError:
        whole = False
    if not whole or not (HOUR.fullmatch(train.depart) and HOUR.fullmatch(train.arrive)):
        raise Malformed("date, depart, arrive: no day, or no time of day")
    moment(raw, "depart_ms")
    moment(raw, "arrive_ms")
    return train


def stops(raw: Any) -> tuple[StopTime, ...]:
    """Answer to `trains/{number}`; a time that is null at an end of the line becomes an empty text."""
    found = []
    for item in get(raw, "stops", list):
        ends = {key: "" for key in ("arrive", "depart") if type(item) is dict and item.get(key, "") is None}
        found.append(flat(StopTime, item, **ends))
    return tuple(found)


def places(raw: Any, wanted: int) -> tuple[LockedPlace, ...]:
    """Places of a lock: as many as asked for, numbered from 0, and their prices are the total."""
    found = tuple(flat(LockedPlace, item) for item in get(raw, "places", list))
    if [place.index for place in found] != list(range(wanted)):
        raise Malformed(f"places: {wanted} places numbered from 0 expected, {[place.index for place in found]} came")
    if any(place.price_fen < 0 for place in found):
        raise Malformed("places: a negative price")
    if any((place.position == "standing") != (not place.place) for place in found):
        raise Malformed("places: a seat without a name, or a name for none")
    if sum(place.price_fen for place in found) != amount(raw, "total_fen"):
        raise Malformed("total_fen is not the sum of the places")
    return found


def orders(raw: Any) -> tuple[FoundOrder, ...]:
    """Answer to `orders:find`: at least one order, each with a place."""
    found = tuple(_order(item) for item in get(raw, "orders", list))
    if not found or not all(order.places for order in found):
        raise Malformed("orders: one at least, with its places, expected")
    return found


def _order(raw: Any) -> FoundOrder:
    places = tuple(flat(OrderedPlace, item) for item in get(raw, "places", list))
    if any(place.price_fen < 0 for place in places):
        raise Malformed("places: a negative price")
    found = flat(FoundOrder, raw, number=get(raw, "order", str), seat_class=get(raw, "class", str), places=places)
    moment(raw, "collected_ms")
    return _dated(found, raw)


def left_of_order(raw: Any, most: int) -> tuple[LockedPlace, ...]:
    """Places of a lock that collects an order: as many as are left of it, and nothing to pay."""
    found = places(raw, min(most, len(get(raw, "places", list))))
    if not found or amount(raw, "total_fen"):
        raise Malformed("places of an order, and nothing to pay, expected")
    return found


def longest_ms(raw: Any) -> int:
    """How long a lock can last from now, renewals included. In the answer `limit_ms` and `expires_ms` are points in time of
    the station's clock, so only their difference means anything here."""
    left_ms = amount(raw, "limit_ms") - amount(raw, "expires_ms") + amount(raw, "remaining_ms")
    if left_ms < amount(raw, "remaining_ms"):
        raise Malformed("limit_ms lies before expires_ms")
    return left_ms


def tickets(raw: Any) -> tuple[TicketNumbers, ...]:
    """Ticket numbers per place; no number may stand twice anywhere."""
    found = tuple(
        TicketNumbers(index=amount(item, "place"), numbers=texts(item, "numbers")) for item in get(raw, "tickets", list)
    )
    numbers = [number for ticket in found for number in ticket.numbers]
    if not all(ticket.numbers for ticket in found) or len(set(numbers)) != len(numbers) or "" in numbers:
        raise Malformed("tickets: each place needs numbers of its own")
    if len({ticket.index for ticket in found}) != len(found):
        raise Malformed("tickets: a place stands twice")
    return found


def lock_body(machine: str, sale: str, order: Order) -> dict[str, Any]:
    return {
        "key": sale,
        "machine": machine,
        "train": order.train,
        "date": order.date,
        "origin": order.origin,
        "destination": order.destination,
        "class": order.seat_class,
        "passengers": list(order.passengers),
        "wish": order.wish,
    }


def packed(raw: Any, key: str) -> bytes:
    """Bytes that came as base64."""
    try:
        return b64decode(get(raw, key, str), validate=True)
    except ValueError as error:
        raise Malformed(f"{key}: no base64") from error


def signed(raw: Any, key: str) -> tuple[SignedText, ...]:
    """Entries that the station signed, as they came."""
    return tuple(flat(SignedText, item) for item in get(raw, key, list))
