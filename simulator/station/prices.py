"""The price of a place: the ordinary tariff for K, T and Z, tables and profiles for G, D and C. Source: fares and rules, 2 and 3.

High-speed fares are read from the table of published second-class fares; where it has no row the profile's rate gives the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field

from simulator.station.fares import HALF_YUAN, Discount, OrdinaryTariff, discount_for, half_yuan_fen, ordinary_fare
from simulator.station.network import NetworkError, Row, read_yaml
from simulator.station.timetable import Train, Trip

BAND_KM = 500
PublishedRow = Annotated[tuple[str, str, str, int], Field(strict=False)]  # YAML has lists only


class EmuProfile(Row):
    """Second class by distance: rate in 1/100,000 yuan per km, its share per 500 km begun; other classes in percent of second."""

    rate: int
    taper_percent: list[int]
    percent_of_second: dict[str, int]


class EmuFares(Row):
    profiles: dict[str, EmuProfile]
    published_fen: dict[str, list[PublishedRow]]


class FaresFile(Row):
    ordinary: OrdinaryTariff
    emu: EmuFares
    discounts: dict[str, Discount]


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

    def terms(self, trip: Trip) -> Terms:
        """Whether the ride is sold here, and what to say of its prices."""


class PriceBook:
    """Prices in fen. Without side effects; answers are remembered per trip, class, level, passenger and day of sale."""

    def __init__(self, file: FaresFile) -> None:
        self._ordinary = file.ordinary
        self._profiles = file.emu.profiles
        self._discounts: Mapping[str, Discount] = file.discounts
        self._published: dict[tuple[str, str, frozenset[str]], int] = {
            (seat_class, profile, frozenset((origin, destination))): fen
            for seat_class, rows in file.emu.published_fen.items()
            for profile, origin, destination, fen in rows
        }
        self._known: dict[tuple[str, int, int, str, str, str, bool], int] = {}
        self._quoted: dict[tuple[str, int, int, str, str, bool, tuple[str, ...]], dict[str, int]] = {}

    def quote(
        self, trip: Trip, seat_class: str, level: str, passengers: tuple[str, ...], sold_on: date
    ) -> Mapping[str, int]:
        """What each kind of passenger pays for one place; see `price_fen`."""
        taken_off = sold_on >= self._ordinary.insurance_taken_off_from
        known = (trip.train.key, trip.a, trip.b, seat_class, level, taken_off, passengers)
        if known not in self._quoted:
            self._quoted[known] = {code: self.price_fen(trip, seat_class, level, code, sold_on) for code in passengers}
        return self._quoted[known]

    def price_fen(self, trip: Trip, seat_class: str, level: str, passenger: str, sold_on: date) -> int:
        """What `passenger` pays for one place. `level` is the berth level, empty for seats."""
        taken_off = sold_on >= self._ordinary.insurance_taken_off_from
        known = (trip.train.key, trip.a, trip.b, seat_class, level, passenger, taken_off)
        if known not in self._known:
            self._known[known] = self._compute(trip, seat_class, level, passenger, sold_on)
        return self._known[known]

    def _compute(self, trip: Trip, seat_class: str, level: str, passenger: str, sold_on: date) -> int:
        discount = discount_for(self._discounts, passenger, seat_class)
        kind = self._ordinary.kinds.get(trip.train.fare)
        if kind is not None:
            return ordinary_fare(self._ordinary, kind, trip.km, seat_class, level, sold_on).total(discount)
        full = self.full_emu_fen(trip, f"{seat_class}_{level}" if level else seat_class)
        second = self.full_emu_fen(trip, "second")
        if level:  # the berth's share is the difference to the seat
            seat = half_yuan_fen(second * discount.emu_second_percent)
            return seat + half_yuan_fen((full - second) * discount.berth_percent)
        return half_yuan_fen(full * discount.emu_second_percent)

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
            return half_yuan_fen(self.full_emu_fen(trip, "second") * profile.percent_of_second[name])
        bands = len(profile.taper_percent)
        weighted = sum(_band_km(trip.km, band, bands) * share for band, share in enumerate(profile.taper_percent))
        return max(HALF_YUAN, half_yuan_fen(profile.rate * weighted // 1_000))

    def check(self, train: Train) -> None:
        """Raises NetworkError when a class of the train has no price."""
        profile = self._profiles.get(train.fare)
        if profile is None and train.fare not in self._ordinary.kinds:
            raise NetworkError(f"fares: train {train.number}: no tariff {train.fare}")
        for seat_class, layout in train.layouts.items():
            for level in layout.levels or ("",):
                name = f"{seat_class}_{level}" if level else seat_class
                if name not in (profile.percent_of_second if profile else self._ordinary.rates):
                    raise NetworkError(f"fares: train {train.number}: tariff {train.fare} has no price for {name}")


def _band_km(km: int, band: int, bands: int) -> int:
    """How many of `km` lie in the 500-km band; the last band is open."""
    beyond = km - band * BAND_KM
    return max(0, beyond if band == bands - 1 else min(beyond, BAND_KM))


def load_prices(folder: Path) -> PriceBook:
    """Read `fares.yaml`. Raises NetworkError."""
    return PriceBook(read_yaml(folder / "fares.yaml", FaresFile))
