"""Refund fees by the time left before departure. Source: fares and rules, section 4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.rows import RefundFee, Rounding
from simulator.station.tariff.money import HALF_YUAN, YUAN, rounded, yuan

STEP_FEN: dict[Rounding, int] = {"half_yuan": HALF_YUAN, "whole_yuan": YUAN}


@dataclass(frozen=True, slots=True)
class Fee:
    """0 <= `fee_fen` <= the amount it is taken of; `percent` before rounding and minimum."""

    fee_fen: int
    percent: int
    trace: tuple[Step, ...]


def share_fen(amount_fen: int, percent: int, rounding: Rounding) -> int:
    """`percent` of an amount, ties up, in the steps of the rule."""
    return rounded(Fraction(amount_fen * percent, 100), STEP_FEN[rounding])


def refund_fee(
    book: RuleBook,
    fare_fen: int,
    before_ms: int,
    day: date,
    *,
    moved_with_ms: int | None = None,
    into_spring: bool = False,
) -> Fee:
    """The fee for giving back a ticket of `fare_fen`, `before_ms` before the departure printed for the boarding station.

    `day` is the day of the refund. For a rebooked ticket `moved_with_ms` is the time that was left to the old departure
    when it was rebooked, `into_spring` whether it now travels in the Spring Festival period. Raises ValueError for a negative
    fare or time: after departure there is no refund by tiers.
    """
    if fare_fen < 0 or before_ms < 0:
        raise ValueError(f"no fee of {fare_fen} fen, {before_ms} ms before departure")
    rule = book.refund_fees.at(day)
    percent, why = _percent(rule, before_ms, moved_with_ms, into_spring)
    return _charged(rule, fare_fen, percent, why)


def difference_fee(book: RuleBook, difference_fen: int, before_ms: int, day: date) -> Fee:
    """The fee on what a cheaper train leaves over; after departure its own share (section 4, rebooking to a cheaper train)."""
    rule = book.refund_fees.at(day)
    if before_ms >= 0:
        return refund_fee(book, difference_fen, before_ms, day)
    percent = rule.difference_after_departure_percent
    if percent is None:
        percent = rule.tiers[-1].percent
    return _charged(rule, difference_fen, percent, "after departure")


def _percent(rule: RefundFee, before_ms: int, moved_with_ms: int | None, into_spring: bool) -> tuple[int, str]:
    tier = next(tier for tier in rule.tiers if tier.reached(before_ms))
    if moved_with_ms is not None and into_spring and rule.spring_percent is not None:
        return rule.spring_percent, "rebooked into the Spring Festival period"
    moved = moved_with_ms is not None and not tier.reached(moved_with_ms)
    if tier.percent == 0 and moved and rule.moved_percent is not None:
        return rule.moved_percent, "moved into the free time by rebooking"
    return tier.percent, f"{'more than ' if tier.over else 'from '}{tier.hours} h before departure"


def _charged(rule: RefundFee, amount_fen: int, percent: int, why: str) -> Fee:
    if percent == 0:
        return Fee(0, 0, (rule.step(f"{why}: free", 0),))
    fee_fen = share_fen(amount_fen, percent, rule.rounding)
    told = f"{why}: {percent} % of {yuan(amount_fen)} = {yuan(fee_fen)}"
    if fee_fen < rule.minimum_fen:
        told += f", at least {yuan(rule.minimum_fen)}"
    fee_fen = max(fee_fen, rule.minimum_fen)
    if fee_fen > amount_fen:
        told += f", at most the fare {yuan(amount_fen)}"
    fee_fen = min(fee_fen, amount_fen)
    return Fee(fee_fen, percent, (rule.step(told, fee_fen),))
