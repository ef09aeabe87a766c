"""The linter for rule sets: every ladder of a tariff and every formula of a set against the laws, less what is excused.

An excuse is data: the law, the ladders it is for (a pattern), by how much at most, and a written reason. One that excuses nothing
is a finding of its own, so that reasons do not outlive what they explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from config import Range, load
from simulator.station.dated import DAY, Dated, NoRule
from simulator.station.tariff.book import OrdinaryRules, Tariff, read_tariff
from simulator.station.tariff.concession import reduced_fare
from simulator.station.tariff.data import Conditioning, Fen, Supplement
from simulator.station.tariff.distance import section_km
from simulator.station.tariff.emu import SECOND, EmuRide, emu_fare, reduced_emu
from simulator.station.tariff.formula import FormulaSet, Size, read_formula
from simulator.station.tariff.laws import Finding, Ladder, Law, check_ladder, check_matrix
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide, full_fare

FURTHEST_KM = 4_700
LINE_KM = 2_000
EMU_STEP_KM = 20
EXCUSES = "excuses.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse(Dated):
    """Why a law is broken where `where` (a pattern of ladder names) says, by at most so much. `text` is the reason."""

    law: Law
    where: Annotated[str, Range(1)]
    at_most_fen: Fen

    def covers(self, finding: Finding) -> bool:
        return finding.law == self.law and fnmatchcase(finding.where, self.where) and finding.by_fen <= self.at_most_fen


@dataclass(frozen=True, slots=True)
class ExcusesFile:
    """`excuses.yaml`."""

    excuses: tuple[Excuse, ...] = ()


@dataclass
class Linted:
    """What came out: ladders looked at, findings, and findings with the excuse that covers them."""

    looked_at: int = 0
    findings: list[Finding] = field(default_factory=list)
    excused: list[tuple[Finding, Excuse]] = field(default_factory=list)


def lint_folder(folder: Path, drafts: Mapping[str, Path] = MappingProxyType({})) -> Linted:
    """A rule set like `config/tariff`, in each of its periods; `drafts` by file name stand for files of it. Raises ConfigError."""
    excuses = drafts.get(EXCUSES, folder / EXCUSES)
    written = load(excuses, ExcusesFile).excuses if excuses.exists() else ()
    return lint_ladders(ladders(read_tariff(folder, drafts)), written)


def lint_ladders(wanted: Iterable[Ladder], excuses: Sequence[Excuse]) -> Linted:
    """Check ladders; what an excuse covers is set apart, an excuse that covers nothing is a finding."""
    linted = Linted()
    for ladder in wanted:
        linted.looked_at += 1
        for finding in check_ladder(ladder):
            excuse = next((each for each in excuses if each.covers(finding)), None)
            if excuse:
                linted.excused.append((finding, excuse))
            else:
                linted.findings.append(finding)
    used = {excuse.id for _, excuse in linted.excused}
    idle = [excuse for excuse in excuses if excuse.id not in used]
    linted.findings += [
        Finding(excuse.law, excuse.where, Fraction(0), f"excuse {excuse.id} explains nothing: take it out")
        for excuse in idle
    ]
    return linted


def ladders(tariff: Tariff) -> Iterator[Ladder]:
    """Every ladder of a tariff, once for each period in which its rules are the same."""
    seen: set[str] = set()
    first = min(tariff.turning_days, default=date(2000, 1, 1)) - DAY
    for day in (first, *tariff.turning_days):
        reduced = [tariff.concession(name, day) for name in tariff.passengers_on(day)]
        profiles = tariff.profiles_on(day)
        for made, rules in (
            (ordinary_ladders, [_ordinary(tariff, day), *(tariff.line(name, day) for name in tariff.lines_on(day))]),
            (emu_ladders, [tariff.profile(name, day) for name in profiles]),
            (
                published_ladders,
                [tariff.published(name, ends, day) for name in profiles for ends in tariff.published_ends(name)],
            ),
        ):
            told = repr((made.__name__, rules, reduced))
            if told not in seen:
                seen.add(told)
                yield from made(tariff, day)


def _ordinary(tariff: Tariff, day: date) -> OrdinaryRules | None:
    """None on a day before the ordinary tariff begins."""
    try:
        return tariff.ordinary(day)
    except NoRule:
        return None


def ordinary_ladders(tariff: Tariff, day: date) -> Iterator[Ladder]:
    """All kinds of ordinary trains and classes; lines with a rule of their own for the two ends of the kinds."""
    rules = _ordinary(tariff, day)
    if rules is None:
        return
    kinds = [(supplement, aircon) for supplement in rules.supplements.times for aircon in rules.aircon.percent]
    for supplement, aircon in kinds:
        for name in rules.rates.classes:
            yield ordinary_ladder(tariff, day, supplement, aircon, name)
    for line in tariff.lines_on(day):
        for supplement, aircon in (kinds[0], kinds[-1]):
            for name in rules.rates.classes:
                yield ordinary_ladder(tariff, day, supplement, aircon, name, line)


def ordinary_ladder(
    tariff: Tariff, day: date, supplement: Supplement, aircon: Conditioning, name: str, line: str = ""
) -> Ladder:
    """Fares of one class over distance, `line` empty: of the national tariff."""
    rules = tariff.ordinary(day)
    lines = {line: tariff.line(line, day)} if line else {}
    granted = {who: tariff.concession(who, day) for who in tariff.passengers_on(day)}
    where = f"{supplement} {aircon} {name}" + (f" {line}" if line else "") + f" at {day}"
    last_km: list[int] = []
    adult: list[int] = []
    reduced: dict[str, list[int]] = {who: [] for who in granted}
    while not last_km or last_km[-1] < (LINE_KM if line else FURTHEST_KM):
        last_km.append(section_km((last_km[-1] if last_km else 0) + 1, rules.sections.rows)[1])
        full = full_fare(rules, lines, OrdinaryRide((FareSection(last_km[-1], line),), supplement, aircon, name))
        adult.append(full.account.total_fen)
        for who, rule in granted.items():
            reduced[who].append(reduced_fare(full, rule, name).total_fen)
    return Ladder(where, last_km, adult, reduced, stepped=not line or lines[line].by_section)


def emu_ladders(tariff: Tariff, day: date) -> Iterator[Ladder]:
    """The defaults of each profile, every class, in steps of 20 km."""
    for name in tariff.profiles_on(day):
        profile = tariff.profile(name, day)
        for seat_class in (*profile.rate_micro, *profile.percent_of_second):
            rides = [EmuRide(name, seat_class, km) for km in range(EMU_STEP_KM, FURTHEST_KM // 2, EMU_STEP_KM)]
            yield _emu_ladder(tariff, day, f"{name} {seat_class} at {day}", rides)


def published_ladders(tariff: Tariff, day: date) -> Iterator[Ladder]:
    """Published fares, one step each: concessions at least can be compared."""
    for name in tariff.profiles_on(day):
        for ends in tariff.published_ends(name):
            if rule := tariff.published(name, ends, day):
                for seat_class in {SECOND, *rule.fares_fen, *rule.ratio_percent}:
                    for departs in ("", *(slot.starts for slot in rule.slots)):
                        ride = EmuRide(name, seat_class, ends=ends, departs=departs)
                        yield _emu_ladder(tariff, day, f"{rule.id} {seat_class} {departs}".strip(), [ride])


def _emu_ladder(tariff: Tariff, day: date, where: str, rides: Sequence[EmuRide]) -> Ladder:
    return Ladder(
        where,
        [ride.km for ride in rides],
        [emu_fare(tariff, ride, day).total_fen for ride in rides],
        {
            who: [reduced_emu(tariff, ride, tariff.concession(who, day), day).total_fen for ride in rides]
            for who in tariff.passengers_on(day)
        },
    )


def lint_formula(path: Path) -> Linted:
    """A fare set by formula. Raises ConfigError."""
    fares = read_formula(path)
    linted = Linted()
    for seat_class in dict.fromkeys(row.seat_class for row in fares.rows):
        for student in (False, True):
            sizes = [size for size in ADULT_FIRST if _written(fares, seat_class, size, student)]
            for size in sizes:
                where = f"{fares.id} {seat_class} {size} {'student' if student else 'other'}"
                linted.looked_at += 1
                linted.findings += check_matrix(where, len(fares.stations), _fares(fares, seat_class, size, student))
    return linted


ADULT_FIRST: tuple[Size, ...] = ("adult", "child")


def _written(fares: FormulaSet, seat_class: str, size: Size, student: bool) -> bool:
    return any(row.fits(seat_class, size, student) for row in fares.rows)


def _fares(fares: FormulaSet, seat_class: str, size: Size, student: bool) -> Callable[[int, int], Fraction]:
    return lambda start, end: fares.fare_fen(seat_class, size, student, start, end)
