"""How long a ticket is valid, and what follows when it ends on the way. Source: fares and rules, sections 5 and 6."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook


@dataclass(frozen=True, slots=True)
class ValidFor:
    """`days` counted from the travel day; the last of them ends at 24:00."""

    days: int
    last_day: date
    trace: tuple[Step, ...]

    @property
    def until(self) -> str:
        """`2010-05-05T24:00`."""
        return f"{self.last_day.isoformat()}T24:00"


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket that replaces another one: from where it is reckoned, to where, whether a handling fee is due."""

    begins_at: tuple[str, ...]
    to: str
    handling_fee: bool
    valid: ValidFor | None
    trace: tuple[Step, ...]


def valid_days(book: RuleBook, km: int, travel_day: date, sold_on: date | None = None) -> ValidFor:
    """Days of a ticket over `km` (>= 1) by the rule of the day of sale, which is the travel day unless told."""
    if km < 1:
        raise ValueError(f"{km} km")
    rule = book.validity.at(sold_on or travel_day)
    further = 0 if rule.further_km is None else -(-max(0, km - rule.first_km) // rule.further_km)
    days = rule.first_days + further
    last = travel_day + timedelta(days=days - 1)
    return ValidFor(days, last, (rule.step(f"{km} km: {days} days from {travel_day}, to {last} 24:00"),))


def after_rebooking(book: RuleBook, km: int, new_day: date, rebooked_on: date | None = None) -> ValidFor:
    """Validity of a rebooked ticket: the days count from the new travel day."""
    return valid_days(book, km, new_day, rebooked_on)


def expired_on_the_way(book: RuleBook, destination: str, day: date) -> NewTicket:
    """Validity ended before the destination: a new ticket from where it ended or from the next stop, with a handling fee."""
    told = book.validity.at(day).step("validity ended on the way: new ticket from there or the next stop")
    return NewTicket(("expiry_station", "next_stop"), destination, True, None, (told,))


def mis_sold(book: RuleBook, turn_back_at: str, right_destination: str, day: date, km: int | None = None) -> NewTicket:
    """Sold to a wrong destination and not to be reached in time: reckoned anew from where the passenger turns back, without a fee.

    `km`: from there to the right destination; with it the validity is told, counted from `day`.
    """
    told = book.validity.at(day).step(f"validity anew from {turn_back_at} to {right_destination}")
    valid = None if km is None else valid_days(book, km, day)
    return NewTicket((turn_back_at,), right_destination, False, valid, (told, *(valid.trace if valid else ())))


def after_interruption(book: RuleBook, reopened_on: date, waited_days: int) -> tuple[date, int, Step]:
    """(last day to travel on, days added to the validity, why): a ticket waits for a broken line (RULE-S7)."""
    rule = book.interruption.at(reopened_on)
    last = reopened_on + timedelta(days=rule.valid_after_reopening_days)
    return last, waited_days, rule.step(f"to {last}, validity longer by the {waited_days} days of waiting")
