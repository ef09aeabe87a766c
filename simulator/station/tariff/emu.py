"""Fares of EMU trains: published between two stations (floating with the time of departure), else the profile's default.

Source: fares and rules, section 2: railways set these fares themselves, so tables win and formulas give defaults only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from simulator.station.dated import NoRule
from simulator.station.tariff.book import Tariff
from simulator.station.tariff.data import Concession, Profile, PublishedFares
from simulator.station.tariff.distance import weighted_percent_km
from simulator.station.tariff.money import HALF_YUAN, number, part_fen, rounded, yuan
from simulator.station.tariff.ordinary import FURTHEST_KM, MICRO_PER_FEN
from simulator.station.tariff.price import Account, Price

SECOND = "second"
NOWHERE = ("", "")


@dataclass(frozen=True, slots=True)
class EmuRide:
    """What is bought. `ends` are telecodes, empty where only the distance (1 to 20,000 km, 0: unknown) is known;
    `departs` is the time at the first of them, HH:MM, empty: any."""

    profile: str
    seat_class: str
    km: int = 0
    ends: tuple[str, str] = NOWHERE
    departs: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.km <= FURTHEST_KM:
            raise ValueError(f"{self.km} km: an EMU ride has up to {FURTHEST_KM} km")
        if not self.km and self.ends == NOWHERE:
            raise ValueError("an EMU ride has a distance or two stations")


def emu_fare(tariff: Tariff, ride: EmuRide, sold_on: date) -> Account:
    """The full fare with its trace. Raises NoRule when the class has no price there, or there is no such profile."""
    account = Account()
    published = tariff.published(ride.profile, ride.ends, sold_on) if ride.ends != NOWHERE else None
    if published is None or not _by_table(account, published, ride):
        _by_distance(account, tariff.profile(ride.profile, sold_on), ride)
    return account


def _by_table(account: Account, rule: PublishedFares, ride: EmuRide) -> bool:
    """Whether the published row prices this class."""
    ends = "-".join(ride.ends)
    slot = next((slot for slot in rule.slots if ride.departs and slot.starts <= ride.departs < slot.before), None)
    second = slot.second_fen if slot else rule.fares_fen.get(SECOND, 0)
    at = f" leaving {slot.starts} to {slot.before}" if slot else ""
    if ride.seat_class == SECOND and second:
        account.tell(rule.step(f"{ends} second{at}", second))
    elif ride.seat_class in rule.ratio_percent:
        ratio = rule.ratio_percent[ride.seat_class]
        low, high = rule.bounds_fen.get(ride.seat_class, (0, 10_000_000))
        fen = min(max(part_fen(second, ratio), low), high)
        account.tell(
            rule.step(
                f"{ends} {ride.seat_class}{at}: {number(Fraction(ratio, 100))} x {yuan(second)}, within its bounds", fen
            )
        )
    elif ride.seat_class in rule.fares_fen:
        account.tell(rule.step(f"{ends} {ride.seat_class}", rule.fares_fen[ride.seat_class]))
    else:
        return False
    return True


def _by_distance(account: Account, rule: Profile, ride: EmuRide) -> None:
    """The default: own rate of the class, or a ratio to second class; to the half yuan, at least half a yuan."""
    if not ride.km:
        raise NoRule(
            f"{ride.seat_class} of {ride.profile} is not published there, and without a distance there is no default"
        )
    ratio = rule.percent_of_second.get(ride.seat_class)
    if ratio is None and ride.seat_class not in rule.rate_micro:
        known = ", ".join((*rule.rate_micro, *rule.percent_of_second))
        raise NoRule(f"no class {ride.seat_class!r} on {ride.profile}; known: {known}")
    name = SECOND if ratio is not None else ride.seat_class
    rate = rule.rate_micro[name]
    weighted = weighted_percent_km(ride.km, rule.taper)
    fen = max(HALF_YUAN, rounded(Fraction(rate * weighted, 100 * MICRO_PER_FEN), HALF_YUAN))
    did = f"{name} {number(Fraction(rate, 1_000_000))} x {number(Fraction(weighted, 100))} km, rounded {yuan(fen)}"
    account.tell(rule.step(did, fen))
    if ratio is not None:
        raised = part_fen(fen, ratio)
        account.tell(
            rule.step(f"{ride.seat_class}: {number(Fraction(ratio, 100))} x {yuan(fen)} = {yuan(raised)}", raised - fen)
        )


def reduced_emu(tariff: Tariff, ride: EmuRide, rule: Concession, sold_on: date) -> Price:
    """The fare under a concession; of a berth, the difference to second class is the berth's share (3.1, 3.2)."""
    account = emu_fare(tariff, ride, sold_on)
    full = account.total_fen
    if not rule.granted_in(ride.seat_class):
        account.tell(rule.step(f"not granted in {ride.seat_class}"))
        return account.price()
    seat = full
    if is_berth(ride.seat_class):
        second = EmuRide(ride.profile, SECOND, ride.km, ride.ends, ride.departs)
        seat = min(full, emu_fare(tariff, second, sold_on).total_fen)
    paid = reduced_fen(full, seat, rule)
    did = f"seat {yuan(seat)} at {rule.percent.emu} %"
    did += f", berth {yuan(full - seat)} at {rule.percent.berth} %" if full > seat else ""
    account.tell(rule.step(f"{did}: {yuan(paid)}", paid - full))
    return account.price()


def is_berth(seat_class: str) -> bool:
    return "berth" in seat_class


def reduced_fen(full_fen: int, seat_fen: int, rule: Concession) -> int:
    """What is paid of a full fare whose seat alone costs `seat_fen`; the concession is granted in that class."""
    return part_fen(seat_fen, rule.percent.emu) + part_fen(full_fen - seat_fen, rule.percent.berth)
