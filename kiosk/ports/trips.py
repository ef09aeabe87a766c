"""What the station computer tells of and takes: stations, trains and their classes, places, orders, as values.

Source: docs/sheets/station-api.md; what happens to them are the facts of `kiosk.ports.station`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StationName:
    """One station of the network. `pinyin` and `initials` are lower case without tones."""

    telecode: str
    name: str
    pinyin: str
    initials: str
    english: str
    city: str
    province: str


@dataclass(frozen=True, slots=True)
class Named:
    """A seat class or passenger type: `code` is the station's, texts in both languages, `rule` says who may have it."""

    code: str
    name: str
    english: str
    rule: str = ""
    rule_english: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    version: str
    stations: tuple[StationName, ...]
    hot: tuple[str, ...]
    classes: tuple[Named, ...]
    passengers: tuple[Named, ...]
    trains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the station allows this machine."""

    max_tickets: int
    sale_days: int
    sale_closes_before_ms: int
    lock_ms: int
    lock_max_ms: int
    renew_ms: int


@dataclass(frozen=True, slots=True)
class ClassOffer:
    """`left`: seats or berths. When there are none, `standing` more people may ride without one, and the prices are theirs."""

    code: str
    price_fen: int
    left: int
    prices: tuple[tuple[str, int], ...]  # (passenger code, fen)
    standing: int = 0

    @property
    def stands(self) -> bool:
        """Whether what can be bought is a standing ticket."""
        return self.left <= 0 < self.standing

    @property
    def room(self) -> int:
        """How many tickets can be bought, with or without a seat."""
        return max(0, self.left if self.left > 0 else self.standing)


@dataclass(frozen=True, slots=True)
class Offer:
    """One train from origin to destination on one date. `depart`, `arrive` as HH:MM of station time, `*_ms` wall time.
    `query_only`: why it is shown and not sold here, in the station's words; `fare`: its price then (`USD 7.75`), if known.
    `cancelled`: the train does not run that day."""

    train: str
    kind: str
    date: str
    origin: str
    destination: str
    depart_ms: int
    arrive_ms: int
    depart: str
    arrive: str
    day_offset: int
    minutes: int
    km: int
    badge: str
    badge_english: str
    closes_ms: int
    classes: tuple[ClassOffer, ...]
    query_only: str = ""
    fare: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class LockedPlace:
    """One place of a lock. `position`: window, aisle, middle, lower, middle_berth, upper, none;
    standing: a coach and no `place`."""

    index: int
    coach: str
    place: str
    position: str
    passenger: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class TicketNumbers:
    """Numbers for one place: the first is used, the others are spares for spoiled blanks."""

    index: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What the passenger chose. `passengers`: one code per place wanted. `wish`: together, window, aisle, none;
    standing: no seats."""

    train: str
    kind: str
    date: str
    origin: str
    destination: str
    seat_class: str
    passengers: tuple[str, ...]
    wish: str
    depart_ms: int
    arrive_ms: int
    depart: str
    arrive: str
    day_offset: int
    price_fen: int  # as shown when chosen; the lock may differ
    closes_ms: int


@dataclass(frozen=True, slots=True)
class OrderedPlace:
    """One place of an order that was bought elsewhere. `state`: open, held (by some machine), collected, unknown."""

    coach: str
    place: str
    position: str
    passenger: str
    price_fen: int
    state: str


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """`number` proves nothing. `state`: open, collected, in_use, unknown, cancelled, departed, wrong_station; `at`: telecode of the
    only station that hands it out, empty: every one. `collected_ms` (wall), `collected_at` (machine): the last time, 0 and empty
    before."""

    number: str
    state: str
    train: str
    kind: str
    date: str
    origin: str
    destination: str
    seat_class: str
    depart_ms: int
    arrive_ms: int
    depart: str
    arrive: str
    day_offset: int
    at: str
    places: tuple[OrderedPlace, ...]
    collected_ms: int
    collected_at: str

    @property
    def open(self) -> tuple[OrderedPlace, ...]:
        """What can still be collected."""
        return tuple(place for place in self.places if place.state == "open")


@dataclass(frozen=True, slots=True)
class StopTime:
    station: str
    arrive: str
    depart: str
    day: int
    km: int


@dataclass(frozen=True, slots=True)
class SignedText:
    """Something the station says in its own name: the exact text, and its signature as hex digits."""

    text: str
    signature: str
