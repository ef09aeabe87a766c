"""Ordinary fares by the distance tariff, in exact integer arithmetic. Source: fares and rules, sections 1 and 3.

Order of calculation (1.1): fare distance, minimum, taper, each component rounded to whole yuan, air-conditioning uplift rounded
again, small fees, insurance taken off, discount. Amounts are fen; every result is a multiple of 50 fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from simulator.station.network import Row

YUAN, HALF_YUAN = 100, 50
RATE_UNITS_PER_YUAN = 100_000 * 100  # rate in 1/100,000 yuan times weighted kilometres in percent


class OrdinaryKind(Row):
    """Supplements of a kind of ordinary train: 0 local, 1 express, 2 fast; air-conditioning as built."""

    supplements: Annotated[int, Field(ge=0, le=2)]
    aircon: Literal["new", "old", "none"]


class OrdinaryTariff(Row):
    """The tables of section 1; distances in km, rates in 1/100,000 yuan per km, money in fen."""

    insurance_taken_off_from: date
    kinds: dict[str, OrdinaryKind]
    sections: list[list[int]]
    taper_percent: list[list[int]]
    minimum_km: dict[Literal["seat", "aircon", "express", "berth"], int]
    rates: dict[str, int]
    aircon_uplift_percent: int
    small_fees_fen: dict[Literal["ticket_fund", "ticket_fund_low", "waiting_room", "berth_booking"], int]
    waiting_room_over_km: int
    low_seat_fen: int


class Discount(Row):
    """What a kind of passenger pays of each part, in percent; without `classes` it holds in all of them."""

    ordinary_percent: int = 100
    berth_percent: int = 100
    emu_second_percent: int = 100
    classes: list[str] = Field(default_factory=list)

    def in_class(self, seat_class: str) -> Discount:
        """This discount, or the full fare where it is not granted."""
        return self if not self.classes or seat_class in self.classes else FULL_FARE


FULL_FARE = Discount()


def fare_distance_km(km: int, sections: list[list[int]]) -> int:
    """The middle of the mileage section of `km` (1.2); `km` >= 1."""
    low, length = next((low, length) for low, length in reversed(sections) if km > low)
    return low + (km - 1 - low) // length * length + length // 2


def weighted_km_percent(km: int, taper: list[list[int]]) -> int:
    """Kilometres times their share of the base rate, in percent (1.3)."""
    ends = [start for start, _ in taper[1:]] + [km]
    return sum(max(0, min(km, end) - start) * percent for (start, percent), end in zip(taper, ends, strict=True))


def whole_yuan_fen(units: int) -> int:
    """Rate units (1/100,000 yuan, percent) to whole yuan, half up, in fen."""
    return (2 * units + RATE_UNITS_PER_YUAN) // (2 * RATE_UNITS_PER_YUAN) * YUAN


def half_yuan_fen(hundredths_of_fen: int) -> int:
    """To the nearest half yuan, ties up: 0.25 -> 0.5, 0.75 -> 1 (section 4, the 0.5 rule)."""
    return (hundredths_of_fen + 2_500) // 5_000 * HALF_YUAN


@dataclass(frozen=True, slots=True)
class OrdinaryFare:
    """A full ordinary fare in its parts, fen."""

    seat: int
    express: int
    aircon: int
    berth: int
    fund: int
    waiting: int
    booking: int
    insurance_off: int

    def total(self, discount: Discount = FULL_FARE) -> int:
        """What a passenger pays (3.1 to 3.3): half fares keep at least half a yuan of the ticket fund."""
        percent, berth_percent = discount.ordinary_percent, discount.berth_percent
        if percent == 100 == berth_percent:
            return self._sum(100, 100) + self.fund + self.waiting - self.insurance_off
        fund = max(HALF_YUAN, half_yuan_fen(self.fund * percent))
        waiting = half_yuan_fen(self.waiting * percent)
        insurance_off = self.insurance_off * percent // (100 * HALF_YUAN) * HALF_YUAN  # rounded down
        return self._sum(percent, berth_percent) + fund + waiting - insurance_off

    def _sum(self, percent: int, berth_percent: int) -> int:
        ride = sum(half_yuan_fen(part * percent) for part in (self.seat, self.express, self.aircon))
        return ride + sum(half_yuan_fen(part * berth_percent) for part in (self.berth, self.booking))


def ordinary_fare(
    tariff: OrdinaryTariff, kind: OrdinaryKind, km: int, seat_class: str, level: str, sold_on: date
) -> OrdinaryFare:
    """The parts of the fare over `km` (>= 1). `level` is the berth level, empty for seats."""
    distance = fare_distance_km(km, tariff.sections)

    def units(rate: str, minimum: str) -> int:
        reach = max(distance, tariff.minimum_km[minimum])  # type: ignore[index]
        return tariff.rates[rate] * weighted_km_percent(reach, tariff.taper_percent)

    def uplifted(fen: int) -> int:
        if kind.aircon != "new":
            return fen
        return (fen * tariff.aircon_uplift_percent + 50 * YUAN) // (100 * YUAN) * YUAN

    soft = seat_class.startswith("soft")
    insurance_tenths = -(-2 * units("hard_seat", "seat") // (10 * RATE_UNITS_PER_YUAN))  # 2 %, up to 0.1 yuan
    seat_units = units("soft_seat" if soft else "hard_seat", "seat") + insurance_tenths * (RATE_UNITS_PER_YUAN // 10)
    seat = uplifted(whole_yuan_fen(seat_units))
    fees = tariff.small_fees_fen
    return OrdinaryFare(
        seat=seat,
        express=kind.supplements * uplifted(whole_yuan_fen(units("express", "express"))),
        aircon=uplifted(whole_yuan_fen(units("aircon", "aircon"))) if kind.aircon != "none" else 0,
        berth=uplifted(whole_yuan_fen(units(f"{seat_class}_{level}", "berth"))) if level else 0,
        fund=fees["ticket_fund_low"] if seat <= tariff.low_seat_fen else fees["ticket_fund"],
        waiting=fees["waiting_room"] if not soft and km > tariff.waiting_room_over_km else 0,
        booking=fees["berth_booking"] if level else 0,
        insurance_off=-(-insurance_tenths // 5) * HALF_YUAN if sold_on >= tariff.insurance_taken_off_from else 0,
    )


def discount_for(discounts: Mapping[str, Discount], passenger: str, seat_class: str) -> Discount:
    """The discount of a kind of passenger in a class; who has none pays in full."""
    return discounts.get(passenger, FULL_FARE).in_class(seat_class)
