"""The refund offer: may this ticket be given back, now and here, and what comes back. Source: fares and rules, section 4.

Order: what the ticket went through, then policies that win over the section (4.1), then small fares, place, group and time,
then the fee. Every answer carries the rules it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.carrier import stopped_midway
from simulator.station.rules.fees import refund_fee, share_fen
from simulator.station.rules.moments import HOUR_MS
from simulator.station.rules.rebooking import rebook_refused
from simulator.station.rules.rows import Override, Refusal
from simulator.station.tariff.money import yuan
from simulator.station.timetable import station_date, wall_ms

Place = Literal["sale", "boarding", "other"]
Advice = Literal["", "rebook"]
BackTo = Literal["means_of_payment", "cash_at_station"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket to be given back. Moments in wall milliseconds of the station.

    `departs_ms`: printed for the boarding station. `cities`: of its two ends. `paper_ms`: when it was paid in cash or
    taken as paper. `moved_with_ms`: time left to the old departure when it was rebooked (negative: after it). `mark`:
    what it went through. `unused_fare_fen`: of the part not ridden, when illness ends a journey. `cancelled`: its train
    does not run. `insurance_fen`: travel insurance bought with it. `cash`: it was paid in cash. `reopened_ms`: when the
    closed station entrance opened again. `called_off`: the carrier itself cancelled the run, or
    ended it on the way; `ridden`: fare and km up to there.
    """

    fare_fen: int
    departs_ms: int
    bought_ms: int | None = None
    cities: tuple[str, ...] = ()
    paper_ms: int | None = None
    moved_with_ms: int | None = None
    mark: Refusal | None = None
    ill_or_injured: bool = False
    unused_fare_fen: int | None = None
    insurance_fen: int = 0
    cash: bool = False
    group: bool = False
    cancelled: bool = False
    reopened_ms: int | None = None
    called_off: bool = False
    ridden: tuple[int, int] = (0, 0)

    @property
    def travel_day(self) -> date:
        return station_date(self.departs_ms)


@dataclass(frozen=True, slots=True)
class RefundOffer:
    """`refund_fen` + `fee_fen` = the fare when allowed; both 0 when not. `policy`: the override that decided, or empty.

    `insurance_fen` comes back besides. `back_to`: cash goes back in cash at a station, all else the way it was paid.
    """

    allowed: bool
    fee_fen: int
    refund_fen: int
    trace: tuple[Step, ...]
    policy: str = ""
    advice: Advice = ""
    insurance_fen: int = 0
    back_to: BackTo = "means_of_payment"


def offer_refund(book: RuleBook, ticket: Ticket, at_ms: int, place: Place | None = None) -> RefundOffer:
    """What is given back for `ticket` at the moment `at_ms`. `place` None: where it is asked does not matter (online)."""
    day = station_date(at_ms)
    if ticket.called_off:
        # carrier's fault wins over whatever bars a refund, and knows no deadline and no place
        back = stopped_midway(book, ticket.fare_fen, *ticket.ridden, day)
        return _given(ticket, 0, back.refund_fen, back.trace)
    barred = mark_refused(book, ticket, day)
    if barred is not None:
        return _refused(barred)
    policy = override_for(book, ticket, at_ms, place)
    if policy is not None:
        fee_fen = share_fen(ticket.fare_fen, policy.fee_percent, "half_yuan")
        told = policy.step(f"bought in time: {policy.fee_percent} % fee of {yuan(ticket.fare_fen)}", fee_fen)
        insurance_fen = ticket.insurance_fen if policy.insurance_too else 0
        return _given(ticket, fee_fen, ticket.fare_fen - fee_fen, (told,), policy.id, insurance_fen)
    stopped = _bounds(book, ticket, at_ms, day, place)
    if stopped is not None:
        return stopped
    into_spring = ticket.moved_with_ms is not None and book.in_spring_festival(ticket.travel_day)
    given_back = ticket.unused_fare_fen if ticket.unused_fare_fen is not None else ticket.fare_fen
    before_ms = max(0, ticket.departs_ms - at_ms)  # illness on the way: as at departure
    fee = refund_fee(book, given_back, before_ms, day, moved_with_ms=ticket.moved_with_ms, into_spring=into_spring)
    return _given(ticket, fee.fee_fen, given_back - fee.fee_fen, fee.trace)


def _given(
    ticket: Ticket, fee_fen: int, refund_fen: int, trace: tuple[Step, ...], policy: str = "", insurance_fen: int = 0
) -> RefundOffer:
    back_to: BackTo = "cash_at_station" if ticket.cash else "means_of_payment"
    return RefundOffer(True, fee_fen, refund_fen, trace, policy, insurance_fen=insurance_fen, back_to=back_to)


def mark_refused(book: RuleBook, ticket: Ticket, day: date) -> Step | None:
    """Why what the ticket went through bars a refund; None when it does not."""
    rule = book.non_refundable.at(day)
    mark = ticket.mark
    if mark is None and ticket.moved_with_ms is not None and ticket.moved_with_ms < 0:
        mark = "rebooked_after_departure"
    if mark is None or mark not in rule.cases or (ticket.ill_or_injured and mark in rule.excused_by_illness):
        return None
    return rule.step(f"not refunded: {mark.replace('_', ' ')}")


def small_fare_refused(book: RuleBook, fare_fen: int, day: date) -> Step | None:
    """The 2-yuan rule: so small a fare is not given back; None for others."""
    rule = book.non_refundable.at(day)
    if fare_fen > rule.fare_at_most_fen:
        return None
    return rule.step(f"not refunded: {yuan(fare_fen)} is not more than {yuan(rule.fare_at_most_fen)}")


def place_refused(book: RuleBook, place: Place | None, day: date) -> Step | None:
    """A counter that is neither where the ticket was sold nor where it boards gives nothing back."""
    rule = book.refund_places.at(day)
    return None if place is None or place in rule.places else rule.step("neither place of sale nor boarding station")


def group_refused(book: RuleBook, before_ms: int, day: date) -> Step | None:
    """A group comes early enough, or not at all."""
    rule = book.refund_places.at(day)
    late = before_ms < rule.group_hours * HOUR_MS
    return rule.step(f"a group less than {rule.group_hours} h before departure") if late else None


def override_for(book: RuleBook, ticket: Ticket, at_ms: int, place: Place | None = None) -> Override | None:
    """The policy of the highest priority that covers this ticket at this moment; None: the ordinary rules."""
    return next((rule for rule in book.overrides if _covers(rule, ticket, at_ms, place)), None)


def _covers(rule: Override, ticket: Ticket, at_ms: int, place: Place | None) -> bool:
    if at_ms < rule.begins_ms or (rule.ends_ms is not None and at_ms > rule.ends_ms):
        return False
    if rule.sold_to_ms is not None and (ticket.bought_ms is None or ticket.bought_ms > rule.sold_to_ms):
        return False
    if rule.cities and not set(rule.cities) & set(ticket.cities):
        return False
    if at_ms <= deadline_ms(rule, ticket):
        return True
    return at_ms <= late_deadline_ms(rule, ticket) and (place is None or place in rule.late_places)


def deadline_ms(rule: Override, ticket: Ticket) -> int:
    """The last moment at which anybody may come: the day named, or departure; later when the train does not run."""
    last = ticket.departs_ms - 1 if rule.until_ms is None else rule.until_ms
    if ticket.cancelled and rule.cancelled_days is not None:
        last = max(last, _end_of(ticket.travel_day + timedelta(days=rule.cancelled_days)))
    return last


def late_deadline_ms(rule: Override, ticket: Ticket) -> int:
    """The last moment for who paid in cash or took a paper ticket in time; -1 for everybody else."""
    last = rule.late_ms
    if last is None or rule.paper_by_ms is None or ticket.paper_ms is None or ticket.paper_ms > rule.paper_by_ms:
        return -1
    if ticket.reopened_ms is not None and rule.closed_entrance_days is not None:
        last = max(last, _end_of(station_date(ticket.reopened_ms) + timedelta(days=rule.closed_entrance_days)))
    return last


def _end_of(day: date) -> int:
    return wall_ms(day, 24 * 60) - 1


def _bounds(book: RuleBook, ticket: Ticket, at_ms: int, day: date, place: Place | None) -> RefundOffer | None:
    """What stops a refund by the ordinary rules: a small fare, the wrong place, a late group, a train that has left."""
    before_ms = ticket.departs_ms - at_ms
    for step in (
        small_fare_refused(book, ticket.fare_fen, day),
        place_refused(book, place, day),
        group_refused(book, before_ms, day) if ticket.group else None,
    ):
        if step is not None:
            return _refused(step)
    if before_ms > 0 or ticket.ill_or_injured:
        return None
    left = book.non_refundable.at(day).step("not refunded: the train has left")
    rebookable = rebook_refused(book, before_ms, ticket.departs_ms, day, already=0, group=ticket.group) is None
    return _refused(left, "rebook" if rebookable and ticket.moved_with_ms is None else "")


def _refused(step: Step, advice: Advice = "") -> RefundOffer:
    return RefundOffer(False, 0, 0, (step,), advice=advice)
