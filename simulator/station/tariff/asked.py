"""The options of `./tvm fares price`, and the price they ask for."""

from __future__ import annotations

import argparse
import re
from datetime import date

from simulator.clock import SharedClock
from simulator.station.tariff.book import Tariff
from simulator.station.tariff.data import CLOCK
from simulator.station.tariff.emu import NOWHERE, EmuRide
from simulator.station.tariff.engine import ADULT, price_of
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide
from simulator.station.tariff.price import Price
from simulator.station.tariff.words import class_words, train_words
from simulator.station.timetable import station_date

CONCESSIONS = {
    "--child": ("child", "a child's fare"),
    "--free-child-in-berth": ("free_child_in_berth", "a free child in a berth of its own"),
    "--student": ("student", "a student's fare"),
    "--soldier": ("soldier", "the fare of disabled soldiers and police"),
}


def fare_section(text: str) -> FareSection:
    """An argument `LINE:KM`."""
    line, found, km = text.rpartition(":")
    if not found or not re.fullmatch(r"\d{1,5}", km, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not LINE:KM")
    return FareSection(int(km), line)


def time_of_day(text: str) -> str:
    """An argument `HH:MM`."""
    if not CLOCK.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no time HH:MM")
    return text


def add_price_options(parser: argparse.ArgumentParser) -> None:
    """What a price depends on; whom it is for; how many."""
    parser.add_argument("--km", type=int, default=0, help="whole km along the route, on lines of the national tariff")
    parser.add_argument("--line", type=fare_section, action="append", default=[], metavar="LINE:KM",
                        help="km over a line with a tariff of its own, beside --km; may stand several times")  # fmt: skip
    parser.add_argument("--train", required=True, help="ordinary, express, fast, D or G, or a train number")
    parser.add_argument(
        "--air", choices=("none", "old", "new"), default="none", help="air-conditioning of ordinary trains"
    )
    parser.add_argument("--class", required=True, dest="seat_class", metavar="CLASS",
                        help="hard-seat, soft-berth-lower, second and so on")  # fmt: skip
    parser.add_argument("--from", dest="origin", default="", metavar="CODE", help="telecode, for published EMU fares")
    parser.add_argument("--to", dest="destination", default="", metavar="CODE", help="telecode")
    parser.add_argument("--departs", type=time_of_day, metavar="HH:MM", help="for floating EMU fares")
    parser.add_argument("--tickets", type=int, default=1, metavar="N", help="so many equal tickets (default 1)")
    who = parser.add_mutually_exclusive_group()
    for option, (passenger, told) in CONCESSIONS.items():
        who.add_argument(option, dest="passenger", action="store_const", const=passenger, default=ADULT, help=told)


def price_asked(given: argparse.Namespace, tariff: Tariff) -> Price:
    """The price of one ticket. Raises NoRule, ValueError."""
    if given.tickets < 1:
        raise ValueError(f"{given.tickets} tickets: at least one")
    sold_on: date = given.at or station_date(SharedClock.starting_now().wall_ms())
    kind = train_words(given.train)
    name = class_words(given.seat_class, on_emu=bool(kind.profile))
    if not kind.profile:
        national = (FareSection(given.km),) if given.km or not given.line else ()
        ride = OrdinaryRide((*national, *given.line), kind.supplement, given.air, name)
        return price_of(tariff, ride, given.passenger, sold_on)
    if bool(given.origin) != bool(given.destination) or given.line:
        raise ValueError("an EMU fare has --km, or --from and --to, or all three, and no --line")
    ends = (given.origin.upper(), given.destination.upper()) if given.origin else NOWHERE
    return price_of(tariff, EmuRide(kind.profile, name, given.km, ends, given.departs or ""), given.passenger, sold_on)
