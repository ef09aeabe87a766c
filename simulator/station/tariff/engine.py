"""The price of a ride for a passenger on a day of sale, with its trace. Source: fares and rules, sections 1 to 3."""

from __future__ import annotations

from datetime import date

from simulator.station.tariff.book import Tariff
from simulator.station.tariff.concession import reduced_fare
from simulator.station.tariff.emu import EmuRide, emu_fare, reduced_emu
from simulator.station.tariff.ordinary import OrdinaryRide, full_fare
from simulator.station.tariff.price import Price

ADULT = "adult"


def price_of(tariff: Tariff, ride: OrdinaryRide | EmuRide, passenger: str, sold_on: date) -> Price:
    """What `passenger` pays for one place. Raises NoRule for a class, line, profile, passenger or day without a rule."""
    rule = None if passenger == ADULT else tariff.concession(passenger, sold_on)
    if isinstance(ride, EmuRide):
        return reduced_emu(tariff, ride, rule, sold_on) if rule else emu_fare(tariff, ride, sold_on).price()
    lines = {section.line: tariff.line(section.line, sold_on) for section in ride.sections if section.line}
    full = full_fare(tariff.ordinary(sold_on), lines, ride)
    return reduced_fare(full, rule, ride.seat_class) if rule else full.account.price()
