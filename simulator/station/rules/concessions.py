"""Students and groups.

Source: fares and rules, sections 3.2 and 3.3; requirements RULE-F13, F14, F17, F18, C5, S9, Q4, T7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.rows import StudentBar, StudentTrip
from simulator.station.tariff import answers
from simulator.station.tariff.money import part_fen, yuan


@dataclass(frozen=True, slots=True)
class Quota:
    """Discounted trips left of the year that began on `since`."""

    remaining: int
    since: date
    trace: tuple[Step, ...]


def student_quota(book: RuleBook, used: int, day: date, unused_before: int = 0) -> Quota:
    """Trips left after `used` of this year; what an earlier year left over (`unused_before`) lapsed."""
    if used < 0 or unused_before < 0:
        raise ValueError(f"{used} trips used, {unused_before} left over")
    rule = book.students.at(day)
    month, first = (int(part) for part in rule.year_begins.split("-"))
    since = date(day.year - ((day.month, day.day) < (month, first)), month, first)
    left = max(0, rule.trips - used)
    told = f"{used} of {rule.trips} trips used since {since}; {unused_before} of before lapsed"
    return Quota(left, since, (rule.step(told),))


def student_trip(
    book: RuleBook, trip: StudentTrip | None, bars: Sequence[StudentBar], day: date
) -> tuple[bool, tuple[Step, ...]]:
    """Whether a student ticket is sold: for this trip (None: not asked), with none of the reasons against it."""
    rule = book.students.at(day)
    against = [bar for bar in bars if bar in rule.barred]
    allowed = not against and (trip is None or trip in rule.allowed)
    told = ", ".join(bar.replace("_", " ") for bar in against) or (trip or "any trip").replace("_", " ")
    return allowed, (rule.step(f"{told}: {'student ticket' if allowed else 'full fare'}"),)


def reissued_card(book: RuleBook, reissued: date, travel: date) -> tuple[bool, tuple[Step, ...]]:
    """A card that was issued again gives no student ticket for the rest of that year."""
    same_year = student_quota(book, 0, reissued).since == student_quota(book, 0, travel).since
    return student_trip(book, None, ["reissued_this_year"] if same_year else [], travel)


def split_ticket(book: RuleBook, legs: int, day: date) -> tuple[int, int, Step]:
    """(trips taken off, leg whose seller takes them off, counted from 1, why) of a journey bought in several tickets."""
    rule = book.students.at(day)
    return 1, 1, rule.step(f"{legs} tickets are one trip, marked by the seller of the first")


def student_emu_fare(book: RuleBook, full_fen: int, seat_class: str, day: date) -> tuple[int, tuple[Step, ...]]:
    """The fare of an EMU seat for a student, in steps of half a yuan; `seat_class` in the tariff's words (`second`)."""
    share = answers.discount("student", [f"emu {seat_class}"], day)
    fare = part_fen(full_fen, int(share.factors[0] * 100))
    return fare, (*share.steps, book.students.at(day).step(f"{yuan(full_fen)} becomes {yuan(fare)}", fare))


@dataclass(frozen=True, slots=True)
class GroupFree:
    """So many go free; `positions` of the fares that are not paid (counted from 0), `pay_fen` for the rest."""

    free: int
    positions: tuple[int, ...]
    pay_fen: int
    trace: tuple[Step, ...]


def group_free(book: RuleBook, size: int, spring_festival: bool, day: date) -> tuple[int, Step]:
    """How many of a group go free."""
    if size < 0:
        raise ValueError(f"a group of {size}")
    rule = book.groups.at(day)
    if spring_festival and not rule.in_spring:
        return 0, rule.step("in the Spring Festival period nobody goes free")
    free = 0 if size < rule.first_at else 1 + (size - rule.first_at) // rule.further
    return free, rule.step(f"{size} passengers: {free} free")


def group_choice(
    book: RuleBook, fares_fen: Sequence[int], day: date, free: int | None = None, spring_festival: bool = False
) -> GroupFree:
    """Whose fares a group does not pay: the highest; `free` None: as many as its size gives. Ties by position."""
    given, step = group_free(book, len(fares_fen), spring_festival, day)
    count = min(given if free is None else free, len(fares_fen))
    order = sorted(range(len(fares_fen)), key=lambda at: (-fares_fen[at], at))
    positions = tuple(sorted(order[:count]))
    pay_fen = sum(fares_fen) - sum(fares_fen[at] for at in positions)
    told = book.groups.at(day).step(f"the {count} highest fares are free, {yuan(pay_fen)} to pay", pay_fen)
    return GroupFree(count, positions, pay_fen, (step, told))
