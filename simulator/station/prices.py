"""The price of a place: the ordinary tariff for K, T and Z, tables and profiles for G, D and C. Source: fares and rules, 2 and 3.

Ordinary fares and concessions are those of `simulator.station.tariff`. High-speed fares are read from the table of published
second-class fares; where it has no row the profile's rate gives the default.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field

from config import ConfigError
from simulator.station.dated import NoRule
from simulator.station.network import NetworkError, Row, read_yaml
from simulator.station.tariff.book import Tariff, our_tariff
from simulator.station.tariff.concession import reduced_fare
from simulator.station.tariff.data import Concession, Conditioning, StandingFare, Supplement
from simulator.station.tariff.distance import weighted_percent_km
from simulator.station.tariff.emu import reduced_fen
from simulator.station.tariff.money import HALF_YUAN, part_fen, rounded
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide, full_fare
from simulator.station.timetable import Train, Trip

BAND_KM = 500
PublishedRow = Annotated[tuple[str, str, str, int], Field(strict=False)]  # YAML has lists only
Quoted = tuple[str, int, int, str, str, int, tuple[str, ...]]


class OrdinaryKind(Row):
    """A kind of ordinary train: the supplement it costs, and its air-conditioning."""

    supplement: Supplement
    aircon: Conditioning


class EmuProfile(Row):
    """Second class by distance: rate in 1/100,000 yuan per km, its share per 500 km begun; other classes in percent of second."""

    rate: int
    taper_percent: list[int]
    percent_of_second: dict[str, int]


class EmuFares(Row):
    profiles: dict[str, EmuProfile]
    published_fen: dict[str, list[PublishedRow]]


class FaresFile(Row):
    kinds: dict[str, OrdinaryKind]
    emu: EmuFares


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
        self._profiles = file.emu.profiles
        self._published: dict[tuple[str, str, frozenset[str]], int] = {
            (seat_class, profile, frozenset((origin, destination))): fen
            for seat_class, rows in file.emu.published_fen.items()
            for profile, origin, destination, fen in rows
        }
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
            self._emu(trip, name, level, reduced)
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

    def _emu(self, trip: Trip, name: str, level: str, reduced: Mapping[str, Concession]) -> dict[str, int]:
        """The same of an EMU train: of a berth, the difference to second class is the berth's share."""
        full = self.full_emu_fen(trip, name)
        seat = self.full_emu_fen(trip, "second") if level else full
        granted = {code: rule for code, rule in reduced.items() if rule.granted_in(name)}
        return {code: reduced_fen(full, seat, rule) for code, rule in granted.items()} | {"": full}

    def standing(self, seat_class: str, sold_on: date) -> StandingFare | None:
        rule = self._tariff.standing(sold_on)
        return rule if rule is not None and seat_class in rule.percent_of_seat else None

    def terms(self, trip: Trip) -> Terms:
        return AS_PUBLISHED

    def full_emu_fen(self, trip: Trip, name: str) -> int:
        """The full fare of an EMU class (or class and berth level): published, else by the profile; at least half a yuan."""
        stops, fare = trip.train.stops, trip.train.fare
        ends = frozenset((stops[trip.a].station, stops[trip.b].station))
        if (name, fare, ends) in self._published:
            return self._published[name, fare, ends]
        profile = self._profiles[fare]
        if name != "second":
            return part_fen(self.full_emu_fen(trip, "second"), profile.percent_of_second[name])
        bands = tuple((band * BAND_KM, share) for band, share in enumerate(profile.taper_percent))
        weighted = weighted_percent_km(trip.km, bands)
        return max(HALF_YUAN, rounded(Fraction(profile.rate * weighted, 100_000), HALF_YUAN))

    def check(self, train: Train) -> None:
        """Raises NetworkError when a class of the train has no price."""
        profile = self._profiles.get(train.fare)
        if profile is None and train.fare not in self._kinds:
            raise NetworkError(f"fares: train {train.number}: no tariff {train.fare}")
        known = profile.percent_of_second if profile else self._tariff.ordinary(date.max).rates.classes
        for seat_class, layout in train.layouts.items():
            for level in layout.levels or ("",):
                name = f"{seat_class}_{level}" if level else seat_class
                if name not in known:
                    raise NetworkError(f"fares: train {train.number}: tariff {train.fare} has no price for {name}")


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
