"""Rebooking (改签) and change of route: allowed or not, the fee, and how the difference is settled.

Source: fares and rules, section 5; requirements RULE-C2, Q5, Q11, Q19, S16.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.fees import difference_fee, share_fen
from simulator.station.rules.moments import HOUR_MS
from simulator.station.rules.rows import LaterFee, Rebooking
from simulator.station.tariff.money import yuan
from simulator.station.timetable import MINUTE_MS, station_date, wall_ms

Change = Literal["date", "train", "class", "destination"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From an old train to a new one. Moments in wall milliseconds; `already`: changes the ticket has behind it."""

    old_fare_fen: int
    new_fare_fen: int
    old_departs_ms: int
    new_departs_ms: int
    already: int = 0
    group: bool = False
    changes: frozenset[Change] = frozenset({"date", "train"})


@dataclass(frozen=True, slots=True)
class RebookOffer:
    """`pay_fen`: the passenger adds; `back_fen`: gets; `fee_fen` is due besides, `difference_fee_fen` is taken off already.

    The new ticket carries `mark`; `collect_old`: the old one is taken back.
    """

    allowed: bool
    fee_fen: int
    pay_fen: int
    back_fen: int
    difference_fee_fen: int
    mark: str
    trace: tuple[Step, ...]
    collect_old: bool = False


@dataclass(frozen=True, slots=True)
class RebookFee:
    """A fee in fen and its share of the lower fare in percent."""

    fee_fen: int
    percent: int
    trace: tuple[Step, ...]


def offer_rebooking(book: RuleBook, move: Move, at_ms: int) -> RebookOffer:
    """What a move costs at the moment `at_ms`. Not allowed: the trace says why, all amounts are 0."""
    day, before_ms = station_date(at_ms), move.old_departs_ms - at_ms
    stopped = rebook_refused(
        book, before_ms, move.old_departs_ms, day, already=move.already, group=move.group
    ) or train_refused(book, move, at_ms, day)
    if stopped is not None:
        return RebookOffer(False, 0, 0, 0, 0, "", (stopped,))
    days_later = (station_date(move.new_departs_ms) - station_date(move.old_departs_ms)).days
    fee = rebook_fee(book, move.old_fare_fen, move.new_fare_fen, before_ms, days_later, day)
    pay_fen, back_fen, off_fen, settled = settle(book, move.old_fare_fen, move.new_fare_fen, before_ms, day)
    rule = book.rebooking.at(day)
    trace = (*fee.trace, *settled)
    return RebookOffer(True, fee.fee_fen, pay_fen, back_fen, off_fen, rule.mark, trace, rule.collect_old)


def rebook_refused(
    book: RuleBook, before_ms: int, departs_ms: int, day: date, *, already: int, group: bool
) -> Step | None:
    """Why no rebooking at all is done any more; None when it is. `before_ms` < 0: after departure."""
    rule = book.rebooking.at(day)
    if already >= rule.times:
        return rule.step(f"changed {already} times already; {rule.times} is the most")
    if group and before_ms < rule.group_hours * HOUR_MS:
        return rule.step(f"a group less than {rule.group_hours} h before departure")
    if -before_ms > _late_ms(rule, departs_ms):
        return rule.step("too late after departure")
    return None


def _late_ms(rule: Rebooking, departs_ms: int) -> int:
    """How long after departure it is still done; to 24:00 of the ticket's date where the rule names no minutes."""
    if rule.late_minutes is not None:
        return rule.late_minutes * MINUTE_MS
    return wall_ms(station_date(departs_ms), 24 * 60) - 1 - departs_ms


def train_refused(book: RuleBook, move: Move, at_ms: int, day: date) -> Step | None:
    """Why just this train, or this kind of change, is not given."""
    rule, before_ms = book.rebooking.at(day), move.old_departs_ms - at_ms
    if move.new_departs_ms <= at_ms:
        return rule.step("the new train has left")
    if "destination" in move.changes:
        if move.group or before_ms < rule.destination_hours * HOUR_MS:
            return rule.step(
                f"another destination only {rule.destination_hours} h or more before departure, not for groups"
            )
    elif not move.changes <= set(rule.may_change):
        return rule.step(f"only {', '.join(rule.may_change)} may change")
    bound = rule.same_day_below_hours
    last_day = station_date(move.old_departs_ms)
    if bound is not None and before_ms < bound * HOUR_MS and station_date(move.new_departs_ms) > last_day:
        return rule.step(f"less than {bound} h before departure: only trains up to 24:00 of {last_day}")
    return None


def rebook_fee(
    book: RuleBook, old_fare_fen: int, new_fare_fen: int, before_ms: int, days_later: int, day: date
) -> RebookFee:
    """The fee of a move: nothing to the same day or an earlier one, else a share of the lower of both fares.

    `before_ms` is the time left to the old departure, negative after it; `days_later` counts from the old travel date.
    """
    rule = book.rebooking.at(day)
    if min(old_fare_fen, new_fare_fen) < 0:
        raise ValueError(f"fares {old_fare_fen} and {new_fare_fen} fen")
    percent = _later_percent(rule.later_date, before_ms) if days_later > 0 else 0
    lower_fen = min(old_fare_fen, new_fare_fen)
    fee_fen = share_fen(lower_fen, percent, "half_yuan")
    when = "to a later date" if days_later > 0 else "not to a later date"
    told = f"{when}: {percent} % of the lower fare {yuan(lower_fen)} = {yuan(fee_fen)}"
    return RebookFee(fee_fen, percent, (rule.step(told, fee_fen),))


def _later_percent(tiers: tuple[LaterFee, ...], before_ms: int) -> int:
    """Tiers from the longest time down; the one without hours is for after departure, which begins when the clock passes it."""
    for tier in tiers:
        if tier.hours is None or before_ms >= tier.hours * HOUR_MS:
            return tier.percent
    return 0


def settle(
    book: RuleBook, old_fare_fen: int, new_fare_fen: int, before_ms: int, day: date
) -> tuple[int, int, int, tuple[Step, ...]]:
    """(to pay, to give back, fee taken off what is given back, trace) for the difference of two fares."""
    rule = book.rebooking.at(day)
    over = old_fare_fen - new_fare_fen
    if over <= 0:
        return -over, 0, 0, (rule.step(f"difference to pay: {yuan(-over)}", -over),) if over else ()
    if not rule.fee_on_difference:
        return 0, over, 0, (rule.step(f"difference given back: {yuan(over)}", -over),)
    fee = difference_fee(book, over, before_ms, day)
    return (
        0,
        over - fee.fee_fen,
        fee.fee_fen,
        (rule.step(f"difference {yuan(over)} less the fee on it", -over), *fee.trace),
    )


@dataclass(frozen=True, slots=True)
class RouteOffer:
    """A change of route on the way; amounts of the part beyond the fork."""

    allowed: bool
    pay_fen: int
    refund_fen: int
    handling_fee: bool
    trace: tuple[Step, ...]


def change_route(book: RuleBook, old_fare_fen: int, new_fare_fen: int, day: date, *, emu: bool = False) -> RouteOffer:
    """Another route from a fork on: dearer is paid, cheaper gives nothing back; never on EMU trains."""
    rule = book.route_change.at(day)
    if emu and "emu" in rule.not_for:
        return RouteOffer(False, 0, 0, False, (rule.step("not on EMU trains"),))
    more = new_fare_fen - old_fare_fen
    back = -more if more < 0 and rule.refund_when_cheaper else 0
    pay = max(0, more)
    told = rule.step(f"beyond the fork {yuan(old_fare_fen)} became {yuan(new_fare_fen)}", pay - back)
    return RouteOffer(True, pay, back, pay > 0 and rule.handling_fee, (told,))


def berth_to_seat(
    book: RuleBook, berth_fen: int, rest_fen: int, new_fare_fen: int, day: date
) -> tuple[int, int, tuple[Step, ...]]:
    """(to pay, to give back, trace): the berth part is refunded, the rest of the old fare settled against the seat."""
    rule = book.rebooking.at(day)
    more = new_fare_fen - rest_fen - berth_fen
    told = rule.step(f"berth {yuan(berth_fen)} given back, {yuan(rest_fen)} settled against {yuan(new_fare_fen)}", more)
    return max(0, more), max(0, -more), (told,)
