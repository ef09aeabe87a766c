"""The price of a place, by the tariff of `simulator.station.tariff`: by distance for K, T and Z, EMU fares for G, D and C, with the
concession of the passenger. Which tariff a train is under the network says. Source: fares and rules, sections 1 to 3."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from config import ConfigError
from simulator.station.dated import NoRule
from simulator.station.network import NetworkError, Row, read_yaml
from simulator.station.tariff.book import Tariff, our_tariff
from simulator.station.tariff.concession import reduced_fare
from simulator.station.tariff.data import Concession, Conditioning, StandingFare, Supplement
from simulator.station.tariff.emu import EmuRide, emu_fare, reduced_emu
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide, full_fare
from simulator.station.timetable import Train, Trip, clock_text

Quoted = tuple[str, int, int, str, str, int, tuple[str, ...]]


class OrdinaryKind(Row):
    """A kind of ordinary train: the supplement it costs, and its air-conditioning."""

    supplement: Supplement
    aircon: Conditioning


class FaresFile(Row):
    """`fares.yaml`: what a train that is named here costs follows the distance; every other one is an EMU train of the tariff."""

    kinds: dict[str, OrdinaryKind]


@dataclass(frozen=True, slots=True)
class Terms:
    """What else is to be known of the prices of a ride. `estimated`: made up from the distance as the crow flies. `query_only`:
    why it is shown and not sold, in one sentence; empty when it is sold. `fare`: the price in its own currency, `USD 7.75`.
    `badge`: what is uncertain, in a word, in both languages."""

    estimated: bool = False
    query_only: str = ""
    fare: str = ""
    badge: tuple[str, str] = ("", "")


AS_PUBLISHED = Terms()


class Prices(Protocol):
    """What places cost. Without side effects."""

    def quote(
        self, trip: Trip, seat_class: str, level: str, passengers: tuple[str, ...], sold_on: date
    ) -> Mapping[str, int]:
        """What each kind of passenger pays for one place, in fen."""

    def price_fen(self, trip: Trip, seat_class: str, level: str, passenger: str, sold_on: date) -> int:
        """What `passenger` pays for one place. `level` is the berth level, empty for seats."""

    def standing(self, seat_class: str, sold_on: date) -> StandingFare | None:
        """The rule by which a ticket without a seat is priced in a class of seats; None: there are none."""

    def terms(self, trip: Trip) -> Terms:
        """Whether the ride is sold here, and what to say of its prices."""


class PriceBook:
    """Prices in fen. Without side effects; answers are remembered per trip, class, level, passengers and period of the tariff."""

    def __init__(self, file: FaresFile, tariff: Tariff) -> None:
        self._kinds = file.kinds
        self._tariff = tariff
        self._quoted: dict[Quoted, dict[str, int]] = {}

    def quote(
        self, trip: Trip, seat_class: str, level: str, passengers: tuple[str, ...], sold_on: date
    ) -> Mapping[str, int]:
        """What each kind of passenger pays for one place; who has no concession pays in full."""
        period = bisect_right(self._tariff.turning_days, sold_on)
        known = (trip.train.key, trip.a, trip.b, seat_class, level, period, passengers)
        if known not in self._quoted:
            self._quoted[known] = self._compute(trip, seat_class, level, passengers, sold_on)
        return self._quoted[known]

    def price_fen(self, trip: Trip, seat_class: str, level: str, passenger: str, sold_on: date) -> int:
        """What `passenger` pays for one place. `level` is the berth level, empty for seats."""
        return self.quote(trip, seat_class, level, (passenger,), sold_on)[passenger]

    def _compute(
        self, trip: Trip, seat_class: str, level: str, passengers: tuple[str, ...], sold_on: date
    ) -> dict[str, int]:
        reduced = {
            code: self._tariff.concession(code, sold_on) for code in passengers if code in self._tariff.passengers
        }
        name = f"{seat_class}_{level}" if level else seat_class
        kind = self._kinds.get(trip.train.fare)
        paid = (
            self._emu(trip, name, reduced, sold_on)
            if kind is None
            else self._ordinary(trip, kind, name, reduced, sold_on)
        )
        return {code: paid.get(code, paid[""]) for code in passengers}

    def _ordinary(
        self, trip: Trip, kind: OrdinaryKind, name: str, reduced: Mapping[str, Concession], sold_on: date
    ) -> dict[str, int]:
        """What is paid with each concession; under "" the full fare."""
        ride = OrdinaryRide((FareSection(trip.km),), kind.supplement, kind.aircon, name)
        full = full_fare(self._tariff.ordinary(sold_on), {}, ride)
        paid = {code: reduced_fare(full, rule, name).total_fen for code, rule in reduced.items()}
        return paid | {"": full.account.total_fen}

    def _emu(self, trip: Trip, name: str, reduced: Mapping[str, Concession], sold_on: date) -> dict[str, int]:
        """The same of an EMU train: published between the two stations, by the time of departure there, else by distance."""
        ride = emu_ride(trip, name)
        paid = {code: reduced_emu(self._tariff, ride, rule, sold_on).total_fen for code, rule in reduced.items()}
        return paid | {"": emu_fare(self._tariff, ride, sold_on).total_fen}

    def standing(self, seat_class: str, sold_on: date) -> StandingFare | None:
        rule = self._tariff.standing(sold_on)
        return rule if rule is not None and seat_class in rule.percent_of_seat else None

    def terms(self, trip: Trip) -> Terms:
        return AS_PUBLISHED

    def check(self, train: Train) -> None:
        """Raises NetworkError when a class of the train has no price on some day the clock may show."""
        for day in (date.min, date.max):
            known = self._classes(train, day)
            for seat_class, layout in train.layouts.items():
                for level in layout.levels or ("",):
                    name = f"{seat_class}_{level}" if level else seat_class
                    if name not in known:
                        raise NetworkError(f"fares: train {train.number}: tariff {train.fare} has no price for {name}")

    def _classes(self, train: Train, day: date) -> Collection[str]:
        """The classes that have a price over any distance."""
        if train.fare in self._kinds:
            return self._tariff.ordinary(day).rates.classes
        try:
            profile = self._tariff.profile(train.fare, day)
        except NoRule as error:
            raise NetworkError(f"fares: train {train.number}: no tariff {train.fare}: {error}") from error
        return (*profile.rate_micro, *profile.percent_of_second)


def emu_ride(trip: Trip, name: str) -> EmuRide:
    """A ride on an EMU train as the tariff knows it; `name` is a class, or a class and a berth level."""
    stops = trip.train.stops
    ends = (stops[trip.a].station, stops[trip.b].station)
    return EmuRide(trip.train.fare, name, trip.km, ends, clock_text(trip.depart_min))


def load_prices(folder: Path, rules: Callable[[], Tariff] = our_tariff) -> PriceBook:
    """Read `fares.yaml` and the tariff, which must hold on any day the clock may show. Raises NetworkError."""
    try:
        tariff = rules()
        for day in (date.min, date.max):
            tariff.ordinary(day)
            for passenger in tariff.passengers:
                tariff.concession(passenger, day)
    except (ConfigError, NoRule) as error:
        raise NetworkError(str(error)) from error
    return PriceBook(read_yaml(folder / "fares.yaml", FaresFile), tariff)
