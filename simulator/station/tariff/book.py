"""The tariff as read from a folder of rule files, and what of it holds on a day of sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar

from config import ConfigError, Range, load
from simulator.station.dated import Dated, NoRule, Table
from simulator.station.tariff.data import (
    Aircon,
    Booking,
    Concession,
    Insurance,
    Line,
    Minimum,
    Profile,
    PublishedFares,
    Rates,
    Sections,
    StandingFare,
    Supplements,
    Taper,
    TicketFund,
    WaitingRoom,
)

TARIFF_DIR = Path(__file__).resolve().parents[3] / "config" / "tariff"
Code = Annotated[str, Range(3, 3)]
Ends = tuple[str, frozenset[str]]  # profile, both telecodes


@dataclass(frozen=True, slots=True)
class OrdinaryFile:
    """`ordinary.yaml`."""

    sections: tuple[Sections, ...]
    taper: tuple[Taper, ...]
    minimum: tuple[Minimum, ...]
    rates: tuple[Rates, ...]
    supplements: tuple[Supplements, ...]
    aircon: tuple[Aircon, ...]
    insurance: tuple[Insurance, ...]
    ticket_fund: tuple[TicketFund, ...]
    waiting_room: tuple[WaitingRoom, ...]
    booking: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class LinesFile:
    """`lines.yaml`."""

    lines: Mapping[str, tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class ConcessionsFile:
    """`concessions.yaml`, by kind of passenger."""

    concessions: Mapping[str, tuple[Concession, ...]]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """Fares between two stations (telecodes, either way) over time."""

    profile: str
    ends: tuple[Code, Code]
    versions: tuple[PublishedFares, ...]


@dataclass(frozen=True, slots=True)
class EmuFile:
    """`emu.yaml`."""

    profiles: Mapping[str, tuple[Profile, ...]]
    published: tuple[PublishedRow, ...]


@dataclass(frozen=True, slots=True)
class StandingRules:
    """`standing.yaml`."""

    standing: tuple[StandingFare, ...]


@dataclass(frozen=True, slots=True)
class OrdinaryRules:
    """The rules of the ordinary tariff that hold on one day."""

    sections: Sections
    taper: Taper
    minimum: Minimum
    rates: Rates
    supplements: Supplements
    aircon: Aircon
    insurance: Insurance
    ticket_fund: TicketFund
    waiting_room: WaitingRoom
    booking: Booking


Kind = TypeVar("Kind", bound=Dated)


class Tariff:
    """All versions of all rules. Raises ConfigError where periods of a rule overlap or leave a gap.

    What is asked for by a day raises NoRule when nothing holds then, or when there is no such line, profile or passenger.
    """

    def __init__(
        self,
        ordinary: OrdinaryFile,
        lines: LinesFile,
        emu: EmuFile,
        concessions: ConcessionsFile,
        standing: StandingRules,
    ) -> None:
        self._starts: set[date] = set()
        self._sections = self._table("ordinary: sections", ordinary.sections)
        self._taper = self._table("ordinary: taper", ordinary.taper)
        self._minimum = self._table("ordinary: minimum", ordinary.minimum)
        self._rates = self._table("ordinary: rates", ordinary.rates)
        self._supplements = self._table("ordinary: supplements", ordinary.supplements)
        self._aircon = self._table("ordinary: aircon", ordinary.aircon)
        self._insurance = self._table("ordinary: insurance", ordinary.insurance)
        self._ticket_fund = self._table("ordinary: ticket_fund", ordinary.ticket_fund)
        self._waiting_room = self._table("ordinary: waiting_room", ordinary.waiting_room)
        self._booking = self._table("ordinary: booking", ordinary.booking)
        self._lines = {name: self._table(f"line {name}", versions) for name, versions in lines.lines.items()}
        self._profiles = {name: self._table(f"EMU {name}", versions) for name, versions in emu.profiles.items()}
        self._concessions = {
            name: self._table(f"passenger {name}", versions) for name, versions in concessions.concessions.items()
        }
        self._standing = self._table("standing", standing.standing)
        self._published: dict[Ends, Table[PublishedFares]] = {}
        for row in emu.published:
            self._publish(row)
        self._days: dict[date, OrdinaryRules] = {}

    def _table(self, name: str, versions: tuple[Kind, ...]) -> Table[Kind]:
        self._starts |= {version.valid_from for version in versions if version.valid_from}
        return Table(name, versions)

    def _publish(self, row: PublishedRow) -> None:
        name, key = " ".join((row.profile, *row.ends)), (row.profile, frozenset(row.ends))
        if row.profile not in self._profiles:
            raise ConfigError(f"EMU fares {name}: no profile {row.profile}")
        if key in self._published:
            raise ConfigError(f"EMU fares {name} stand twice")
        self._published[key] = self._table(f"EMU fares {name}", row.versions)

    @property
    def passengers(self) -> tuple[str, ...]:
        """Kinds of passengers with a concession."""
        return tuple(self._concessions)

    def passengers_on(self, day: date) -> tuple[str, ...]:
        """Those of them whose concession holds that day."""
        return _holding(self._concessions, day)

    def lines_on(self, day: date) -> tuple[str, ...]:
        return _holding(self._lines, day)

    def profiles_on(self, day: date) -> tuple[str, ...]:
        return _holding(self._profiles, day)

    @property
    def turning_days(self) -> tuple[date, ...]:
        """The days on which some rule begins, oldest first."""
        return tuple(sorted(self._starts))

    def ordinary(self, day: date) -> OrdinaryRules:
        """The rules of the distance tariff on a day of sale."""
        if day not in self._days:
            self._days[day] = OrdinaryRules(
                self._sections.at(day),
                self._taper.at(day),
                self._minimum.at(day),
                self._rates.at(day),
                self._supplements.at(day),
                self._aircon.at(day),
                self._insurance.at(day),
                self._ticket_fund.at(day),
                self._waiting_room.at(day),
                self._booking.at(day),
            )
        return self._days[day]

    def line(self, name: str, day: date) -> Line:
        return _found("line", self._lines, name).at(day)

    def profile(self, name: str, day: date) -> Profile:
        return _found("EMU profile", self._profiles, name).at(day)

    def published(self, profile: str, ends: tuple[str, str], day: date) -> PublishedFares | None:
        """Published fares between two stations; None when only the profile's default is known that day."""
        versions = self._published.get((profile, frozenset(ends)), ())
        return next((version for version in versions if version.holds_on(day)), None)

    def published_ends(self, profile: str) -> tuple[tuple[str, str], ...]:
        """The pairs of telecodes with published fares."""
        return tuple((min(ends), max(ends)) for name, ends in self._published if name == profile)

    def standing(self, day: date) -> StandingFare | None:
        """What a ticket without a seat costs; None on days that no rule is known for."""
        return next((rule for rule in self._standing if rule.holds_on(day)), None)

    def concession(self, passenger: str, day: date) -> Concession:
        return _found("passenger", self._concessions, passenger).at(day)


def _found(what: str, tables: Mapping[str, Table[Kind]], name: str) -> Table[Kind]:
    if name not in tables:
        near = get_close_matches(name, tables, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(tables))}"
        raise NoRule(f"no {what} {name!r}{hint}")
    return tables[name]


def _holding(tables: Mapping[str, Table[Kind]], day: date) -> tuple[str, ...]:
    """Names of the tables that have an entry for the day."""
    return tuple(name for name, versions in tables.items() if any(version.holds_on(day) for version in versions))


def read_tariff(folder: Path, drafts: Mapping[str, Path] = MappingProxyType({})) -> Tariff:
    """The rule files of a folder, `drafts` by file name in the place of some of them.

    Raises ConfigError for anything wrong in them, with file and line.
    """

    def at(name: str) -> Path:
        return drafts.get(name, folder / name)

    return Tariff(
        load(at("ordinary.yaml"), OrdinaryFile),
        load(at("lines.yaml"), LinesFile),
        load(at("emu.yaml"), EmuFile),
        load(at("concessions.yaml"), ConcessionsFile),
        load(at("standing.yaml"), StandingRules),
    )


@cache
def our_tariff() -> Tariff:
    """The tariff that comes with the station."""
    return read_tariff(TARIFF_DIR)
