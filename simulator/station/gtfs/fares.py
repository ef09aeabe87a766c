"""What a ride of a feed costs: by its own fares (fare_attributes.txt, fare_rules.txt), else by our tariff over its distance.

A fare in another currency is shown and not sold: the machine takes yuan. A fare for every passenger is the same, the tables know
no others. The tariff over a distance as the crow flies, or beside fares of the feed, is an estimate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from simulator.station.gtfs.cells import cents_of, shortened
from simulator.station.gtfs.findings import Findings
from simulator.station.gtfs.table import Tables
from simulator.station.gtfs.trips import Route
from simulator.station.prices import AS_PUBLISHED, Prices, Terms
from simulator.station.tariff.data import StandingFare
from simulator.station.timetable import Trip

OURS = "CNY"
ESTIMATED = Terms(estimated=True, badge=("票价估算", "Fare estimated"))
NO_FARE = Terms(query_only="the timetable has no fare for this ride", badge=("无票价", "No fare"))
MOST_KNOWN = 50_000


@dataclass(frozen=True, slots=True)
class Fare:
    """A row of fare_attributes.txt; `cents` in hundredths of `currency`; `agency` empty: of any."""

    id: str
    cents: int
    currency: str
    agency: str


@dataclass
class FareTables:
    """Rules by (origin zone, destination zone), either of them empty for any: the fare and the route it is for, empty for any.
    `through` are rules that name the zones a ride passes; `anywhere` are fares without rules."""

    fares: dict[str, Fare] = field(default_factory=dict)
    rules: dict[tuple[str, str], list[tuple[Fare, str]]] = field(default_factory=dict)
    through: dict[tuple[str, str, str, str], set[str]] = field(default_factory=dict)
    anywhere: list[Fare] = field(default_factory=list)

    @property
    def foreign(self) -> bool:
        """Whether there are fares and none of them is in yuan: then a ride without one is not sold at a guess."""
        return bool(self.fares) and all(fare.currency != OURS for fare in self.fares.values())

    def applying(self, route: Route, zones: Sequence[str]) -> list[Fare]:
        """Fares of a ride on `route` whose calls lie in `zones`, from the first to the last."""
        first, last = zones[0], zones[-1]
        fits = list(self.anywhere)
        for pair in {(first, last), (first, ""), ("", last), ("", "")}:
            fits += [fare for fare, of_route in self.rules.get(pair, ()) if of_route in ("", route.id)]
        for (fare_id, of_route, origin, destination), passed in self.through.items():
            if of_route in ("", route.id) and origin in ("", first) and destination in ("", last):
                fits += [self.fares[fare_id]] * (passed == set(zones))
        return [fare for fare in fits if fare.agency in ("", route.agency)]


def read_fares(tables: Tables, findings: Findings, routes: Mapping[str, Route], broken_routes: set[str]) -> FareTables:
    """Both tables; none at all is no defect."""
    found, broken, ruled = FareTables(), set[str](), set[str]()
    columns = ("fare_id", "price", "currency_type")
    for line, (fare, price, currency, agency) in tables.rows("fare_attributes.txt", columns, ("agency_id",)):
        fare, currency = fare.strip(), currency.strip().upper()
        try:
            if not fare:
                raise ValueError("no fare_id")
            if fare in found.fares:
                findings.bad("fare_attributes.txt", line, f"fare {shortened(fare)} stands twice")
                continue
            if not re.fullmatch("[A-Z]{3}", currency):
                raise ValueError(f"{shortened(currency) or 'nothing'} is no currency code")
            found.fares[fare] = Fare(fare, cents_of(price), currency, agency.strip())
        except ValueError as error:
            findings.bad("fare_attributes.txt", line, str(error))
            broken.add(fare)
    more = ("route_id", "origin_id", "destination_id", "contains_id")
    for line, cells in tables.rows("fare_rules.txt", ("fare_id",), more):
        fare, route, origin, destination, contains = (cell.strip() for cell in cells)
        ruled.add(fare)  # a fare one of whose rules is broken does not hold everywhere
        if fare in broken or route in broken_routes:
            findings.hanging["fare rules"] += 1
        elif fare not in found.fares or (route and route not in routes):
            what = f"no fare {shortened(fare)}" if fare not in found.fares else f"no route {shortened(route)}"
            findings.bad("fare_rules.txt", line, what)
        elif contains:
            found.through.setdefault((fare, route, origin, destination), set()).add(contains)
        else:
            found.rules.setdefault((origin, destination), []).append((found.fares[fare], route))
    found.anywhere = [fare for fare in found.fares.values() if fare.id not in ruled]
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """What the price of a ride depends on: the route of its train, the zone of each call, how its km are known."""

    route: Route
    zones: tuple[str, ...]
    estimated: bool


class FeedPrices(Prices):
    """Prices of the trains in `ways`, by key. `tariff` is for rides that no fare of the feed applies to."""

    def __init__(self, tables: FareTables, ways: Mapping[str, Way], tariff: Prices) -> None:
        self._tables, self._ways, self._tariff = tables, ways, tariff
        self._known: dict[tuple[str, int, int], Fare | None] = {}

    def fare(self, trip: Trip) -> Fare | None:
        """The cheapest fare that applies: in yuan if there is one, else in another currency; None when none does."""
        ride = (trip.train.key, trip.a, trip.b)
        if ride not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            way = self._ways[trip.train.key]
            fits = self._tables.applying(way.route, way.zones[trip.a : trip.b + 1]) if self._tables.fares else []
            self._known[ride] = min(
                fits, key=lambda fare: (fare.currency != OURS, fare.cents, fare.currency), default=None
            )
        return self._known[ride]

    def quote(
        self, trip: Trip, seat_class: str, level: str, passengers: tuple[str, ...], sold_on: date
    ) -> Mapping[str, int]:
        return {code: self.price_fen(trip, seat_class, level, code, sold_on) for code in passengers}

    def price_fen(self, trip: Trip, seat_class: str, level: str, passenger: str, sold_on: date) -> int:
        """The feed's fare, or the tariff. Rides that are only shown have a price of no use: `terms` says so."""
        fare = self.fare(trip)
        if fare is not None and fare.currency == OURS:
            return fare.cents
        return self._tariff.price_fen(trip, seat_class, level, passenger, sold_on)

    def standing(self, seat_class: str, sold_on: date) -> StandingFare | None:
        """A feed does not say how many may stand."""
        return None

    def terms(self, trip: Trip) -> Terms:
        fare = self.fare(trip)
        if fare is not None and fare.currency == OURS:
            return AS_PUBLISHED
        if fare is None and self._tables.foreign:
            return NO_FARE
        if fare is None:
            made_up = self._ways[trip.train.key].estimated or bool(self._tables.fares)
            return ESTIMATED if made_up else AS_PUBLISHED
        price = f"{fare.currency} {fare.cents // 100}.{fare.cents % 100:02d}"
        why = f"the fare is {price}; this machine sells in {OURS} only"
        return Terms(query_only=why, fare=price)
