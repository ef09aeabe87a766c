"""Children: which ticket, what it pays, whom it travels with.

Source: fares and rules, section 3.1; requirements RULE-F5, T13, T20, Q9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.rows import TicketKind
from simulator.station.tariff import answers
from simulator.station.tariff.data import COMPONENTS, Component


@dataclass(frozen=True, slots=True)
class ChildTicket:
    """The kind of ticket a child of this height or age needs."""

    kind: TicketKind
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ChildPays:
    """Share of each ticket, 0 to 1, only those that are paid; `mark` stands on the ticket, empty without one."""

    shares: Mapping[Component, Fraction]
    mark: str
    trace: tuple[Step, ...]


def by_height(book: RuleBook, height_mm: int, day: date) -> ChildTicket:
    """By height, on the day of travel."""
    rule = book.child_heights.at(day)
    child = height_mm < rule.child_to_mm or (rule.inclusive and height_mm == rule.child_to_mm)
    kind: TicketKind = "free" if height_mm < rule.free_under_mm else "child" if child else "full"
    return ChildTicket(kind, (rule.step(f"{height_mm} mm: {kind}"),))


def by_age(book: RuleBook, birth: date, travel_day: date) -> ChildTicket:
    """By the age on the travel day, on real-name trains; NoRule before there was such a rule."""
    rule = book.child_ages.at(travel_day)
    years = age_on(birth, travel_day)
    kind: TicketKind = (
        "free" if years < rule.free_under_years else "child" if years < rule.child_under_years else "full"
    )
    return ChildTicket(kind, (rule.step(f"{years} years on {travel_day}: {kind}"),))


def age_on(birth: date, day: date) -> int:
    """Whole years; who was born on 29 February has the birthday on 1 March of other years. Raises ValueError before birth."""
    if day < birth:
        raise ValueError(f"born {birth}, travels {day}")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def free_children(book: RuleBook, adults: int, free_size: int, day: date) -> tuple[int, int, Step]:
    """(free, with a child ticket, why) of `free_size` children that are small or young enough, with so many adults."""
    rule = book.child_terms.at(day)
    free = min(free_size, adults * rule.free_per_adult)
    return free, free_size - free, rule.step(f"{adults} adults take {free} of {free_size} free children")


def pays(book: RuleBook, kind: TicketKind, day: date, *, own_berth: bool = False, aircon: bool = True) -> ChildPays:
    """What is paid for a passenger with that kind of ticket; `aircon`: whether the train has air conditioning."""
    terms = book.child_terms.at(day)
    if kind == "full":
        shares: dict[Component, Fraction] = dict.fromkeys(COMPONENTS, Fraction(1))
        left_out = {"berth": not own_berth, "aircon": not aircon}
        return ChildPays({part: share for part, share in shares.items() if not left_out.get(part)}, "", ())
    price = answers.child(kind == "free", own_berth, aircon, day)
    alone = kind == "free" and own_berth
    mark = terms.own_berth_mark if alone else terms.child_mark if kind == "child" else ""
    return ChildPays(price.pays, mark, (*price.steps, terms.step(f"mark on the ticket: {mark or 'none'}")))


def travels_with(
    book: RuleBook, child_class: str, adult_class: str, child_km: int, adult_km: int, day: date
) -> tuple[bool, Step]:
    """Whether a child's ticket fits the adult's: the same class, and not beyond the adult's destination."""
    rule = book.child_terms.at(day)
    fits = child_class == adult_class and child_km <= adult_km
    return fits, rule.step(f"{child_class} over {child_km} km beside {adult_class} over {adult_km} km")
