"""What stands on a ticket, and what its numbers and codes mean.

Source: fares and rules, section 8; requirements RULE-F1, F2, F4, S11, S17, T15, T16, T19, Q14, C12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook


class NotKnown(ValueError):
    """A code or number that the rules do not have."""


def required_fields(book: RuleBook, day: date) -> frozenset[str]:
    """What must stand on the face of a ticket."""
    return frozenset(book.tickets.at(day).face)


def type_code(book: RuleBook, kind: str, day: date) -> str:
    """The key of a ticket type (团 -> Y). Raises NotKnown."""
    codes = book.tickets.at(day).type_codes
    if kind not in codes:
        raise NotKnown(f"no code of ticket type {kind!r}; there are {', '.join(codes)}")
    return codes[kind]


def type_of(book: RuleBook, code: str, day: date) -> str:
    """The ticket type of a key (Y -> 团). Raises NotKnown."""
    codes = book.tickets.at(day).type_codes
    found = next((kind for kind, key in codes.items() if key == code), None)
    if found is None:
        raise NotKnown(f"no ticket type {code!r}; there are {', '.join(codes.values())}")
    return found


def through_km(book: RuleBook, barcode: str, day: date) -> int:
    """The through distance at the end of a barcode. Raises NotKnown when it does not end in so many digits."""
    digits = barcode.strip()[-book.tickets.at(day).barcode_km_digits :]
    if len(digits) < book.tickets.at(day).barcode_km_digits or not (digits.isascii() and digits.isdigit()):
        raise NotKnown(f"barcode {barcode!r} does not end in a distance")
    return int(digits)


def is_suburban(book: RuleBook, km: int, day: date) -> bool:
    """Whether a suburban ticket may be sold over `km`."""
    return km <= book.tickets.at(day).suburban_to_km


def is_emu(book: RuleBook, max_speed_kmh: int, day: date) -> bool:
    """Whether a train of that speed counts as an EMU train."""
    return max_speed_kmh >= book.tickets.at(day).emu_from_kmh


def parity(book: RuleBook, toward_capital: bool, day: date) -> Literal["even", "odd"]:
    """Of the train number, by the direction it runs in."""
    even = (book.tickets.at(day).toward_capital == "even") is toward_capital
    return "even" if even else "odd"


def berth_to(to: str, transfer_at: str | None) -> str:
    """How far a berth is sold: with a change of trains only to where the passenger changes (RULE-F4)."""
    return transfer_at or to


def berth_fits(seat_to: str, seat_class: str, berth_to_station: str, berth_class: str) -> bool:
    """A berth ticket goes to the same station and in the same class as the ticket it belongs to (RULE-T19)."""
    return (seat_to, seat_class) == (berth_to_station, berth_class)


def split_joint_ticket(passengers: int) -> tuple[bool, int]:
    """(the old one is collected, new tickets) when a ticket for several is split (RULE-C12)."""
    if passengers < 1:
        raise ValueError(f"{passengers} passengers")
    return True, passengers


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about the rules in typed parts; what it leaves out is None."""

    topic: str
    low_kmh: int | None = None
    high_kmh: int | None = None
    condition: str | None = None
    outcome: str | None = None


def is_refuted(book: RuleBook, claim: Claim, day: date) -> Step | None:
    """The entry that marks just this sentence as false; None: nothing is known of it, so nothing is said."""
    for rule in book.refuted:
        held = Claim(rule.topic, rule.low_kmh, rule.high_kmh, rule.condition, rule.outcome)
        if held == claim and rule.holds_on(day):
            return rule.step("marked as false by the source")
    return None
