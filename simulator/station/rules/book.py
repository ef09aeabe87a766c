"""The rule book: every dated table of `config/rules/`, read strictly and checked for gaps and overlaps when it is opened."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import config
from simulator.station.dated import Dated, NoRule, Table
from simulator.station.rules import rows

RULES_DIR = Path(__file__).resolve().parents[3] / "config" / "rules"
Kind = TypeVar("Kind")
Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class RefundsFile:
    fees: tuple[rows.RefundFee, ...]
    non_refundable: tuple[rows.NonRefundable, ...]
    interruption: tuple[rows.Interruption, ...]
    carrier_fault: tuple[rows.CarrierFault, ...]
    places: tuple[rows.RefundPlaces, ...]


@dataclass(frozen=True, slots=True)
class OverridesFile:
    overrides: tuple[rows.Override, ...] = ()


@dataclass(frozen=True, slots=True)
class RebookingFile:
    rebooking: tuple[rows.Rebooking, ...]
    route_change: tuple[rows.RouteChange, ...]


@dataclass(frozen=True, slots=True)
class ValidityFile:
    validity: tuple[rows.Validity, ...]


@dataclass(frozen=True, slots=True)
class ConcessionsFile:
    child_heights: tuple[rows.ChildHeight, ...]
    child_ages: tuple[rows.ChildAge, ...]
    child_terms: tuple[rows.ChildTerms, ...]
    students: tuple[rows.StudentTerms, ...]
    groups: tuple[rows.GroupTerms, ...]


@dataclass(frozen=True, slots=True)
class TicketsFile:
    tickets: tuple[rows.TicketTerms, ...]
    refuted: tuple[rows.Refuted, ...]


@dataclass(frozen=True, slots=True)
class CalendarFile:
    spring_festival: tuple[rows.Period, ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules. Tables answer `at(day)`; overrides and refuted sentences are lists, the calendar knows its years."""

    refund_fees: Table[rows.RefundFee]
    non_refundable: Table[rows.NonRefundable]
    interruption: Table[rows.Interruption]
    carrier_fault: Table[rows.CarrierFault]
    refund_places: Table[rows.RefundPlaces]
    rebooking: Table[rows.Rebooking]
    route_change: Table[rows.RouteChange]
    validity: Table[rows.Validity]
    child_heights: Table[rows.ChildHeight]
    child_ages: Table[rows.ChildAge]
    child_terms: Table[rows.ChildTerms]
    students: Table[rows.StudentTerms]
    groups: Table[rows.GroupTerms]
    tickets: Table[rows.TicketTerms]
    overrides: tuple[rows.Override, ...]
    refuted: tuple[rows.Refuted, ...]
    spring_periods: tuple[rows.Period, ...]

    def in_spring_festival(self, day: date) -> bool:
        """Whether `day` lies in the Spring Festival travel season. Raises NoRule for a year the calendar does not have."""
        if not any(period.first.year == day.year for period in self.spring_periods):
            raise NoRule(f"calendar: the Spring Festival season of {day.year} is not written down")
        return any(period.first <= day <= period.last for period in self.spring_periods)

    def in_force(self, day: date) -> list[tuple[str, Dated]]:
        """(topic, rule) of all that holds on `day`, overrides included; tables without an entry are left out."""
        found: list[tuple[str, Dated]] = []
        for part in fields(self):
            held = getattr(self, part.name)
            entries = list(held) if isinstance(held, Table | tuple) else []
            found += [(part.name, one) for one in entries if isinstance(one, Dated) and one.holds_on(day)]
        return found


def ordered(overrides: tuple[rows.Override, ...], source: Path) -> tuple[rows.Override, ...]:
    """The highest priority first. Raises ConfigError when an id or a priority stands twice."""
    for names in ([one.id for one in overrides], [one.priority for one in overrides]):
        if len(set(names)) < len(names):
            raise config.ConfigError(f"{source}: an id or a priority stands twice among {names}")
    return tuple(sorted(overrides, key=lambda one: -one.priority))


def load_rules(folder: Path = RULES_DIR) -> RuleBook:
    """Read `config/rules/` or a folder like it. Raises ConfigError with file and place."""

    def read(name: str, kind: type[Kind]) -> Kind:
        return config.load(folder / name, kind)

    def table(name: str, entries: tuple[Row, ...]) -> Table[Row]:
        return Table(f"{folder / name}", entries)

    refunds = read("refunds.yaml", RefundsFile)
    rebooking = read("rebooking.yaml", RebookingFile)
    concessions = read("concessions.yaml", ConcessionsFile)
    tickets = read("tickets.yaml", TicketsFile)
    periods = read("calendar.yaml", CalendarFile).spring_festival
    if any(after.first <= one.last for one, after in pairwise(periods)):
        raise config.ConfigError(f"{folder / 'calendar.yaml'}: spring_festival: seasons go in order and do not overlap")
    overrides = ordered(read("overrides.yaml", OverridesFile).overrides, folder / "overrides.yaml")
    return RuleBook(
        refund_fees=table("refunds.yaml: fees", refunds.fees),
        non_refundable=table("refunds.yaml: non_refundable", refunds.non_refundable),
        interruption=table("refunds.yaml: interruption", refunds.interruption),
        carrier_fault=table("refunds.yaml: carrier_fault", refunds.carrier_fault),
        refund_places=table("refunds.yaml: places", refunds.places),
        rebooking=table("rebooking.yaml: rebooking", rebooking.rebooking),
        route_change=table("rebooking.yaml: route_change", rebooking.route_change),
        validity=table("validity.yaml: validity", read("validity.yaml", ValidityFile).validity),
        child_heights=table("concessions.yaml: child_heights", concessions.child_heights),
        child_ages=table("concessions.yaml: child_ages", concessions.child_ages),
        child_terms=table("concessions.yaml: child_terms", concessions.child_terms),
        students=table("concessions.yaml: students", concessions.students),
        groups=table("concessions.yaml: groups", concessions.groups),
        tickets=table("tickets.yaml: tickets", tickets.tickets),
        overrides=overrides,
        refuted=tickets.refuted,
        spring_periods=periods,
    )


@lru_cache(1)
def the_rules() -> RuleBook:
    """The book of `config/rules/`, read once."""
    return load_rules()
