"""Refunds without a fee: a train that stops midway, a service that was not given, a broken line.

Source: fares and rules, section 4; requirements RULE-F10 to F12, RULE-C6, RULE-S2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from simulator.station.dated import Step
from simulator.station.rules.book import RuleBook
from simulator.station.rules.rows import LostPart
from simulator.station.tariff.money import HALF_YUAN, rounded, yuan

Part = Literal["seat", "aircon", "express", "berth"]


@dataclass(frozen=True, slots=True)
class PartRefund:
    """What comes back, without a fee; `counted_km`: the distance it is reckoned by."""

    refund_fen: int
    counted_km: int
    trace: tuple[Step, ...]


def minimum_km(book: RuleBook, day: date, part: Part = "seat") -> int:
    """The minimum distance of a kind of ticket."""
    return book.carrier_fault.at(day).minimum_km[part]


def stopped_midway(
    book: RuleBook, paid_fen: int, ridden_fare_fen: int, ridden_km: int, day: date, min_km: int | None = None
) -> PartRefund:
    """Carrier's fault, the journey ends on the way: what was not ridden; everything when less than the minimum was ridden."""
    rule = book.carrier_fault.at(day)
    least = rule.minimum_km["seat"] if min_km is None else min_km
    used_fen = 0 if ridden_km < least else min(ridden_fare_fen, paid_fen)
    told = f"{ridden_km} km ridden of at least {least} km: {yuan(paid_fen)} less {yuan(used_fen)}"
    return PartRefund(paid_fen - used_fen, ridden_km, (rule.step(told, used_fen - paid_fen),))


def at_destination(
    book: RuleBook,
    unused_fare_fen: int,
    unused_km: int,
    day: date,
    min_km: int | None = None,
    min_fare_fen: int | None = None,
    paid_fen: int | None = None,
) -> PartRefund:
    """Carrier's fault, settled at the destination: the part not given, counted with at least the minimum distance.

    `min_fare_fen` is the fare of the minimum distance; without it the unused fare is stretched to that distance, in steps of
    half a yuan. `paid_fen` bounds what comes back.
    """
    rule = book.carrier_fault.at(day)
    least = rule.minimum_km["seat"] if min_km is None else min_km
    counted_km = max(unused_km, least)
    back = unused_fare_fen
    if unused_km < least:
        if min_fare_fen is None:
            min_fare_fen = rounded(Fraction(unused_fare_fen * least, max(1, unused_km)), HALF_YUAN)
        back = max(back, min_fare_fen)
    if paid_fen is not None:
        back = min(back, paid_fen)
    told = f"{unused_km} km not used count {counted_km} km: {yuan(back)}"
    return PartRefund(back, counted_km, (rule.step(told, -back),))


def class_difference(
    book: RuleBook,
    paid_fare_fen: int,
    given_fare_fen: int,
    day: date,
    section_km: int | None = None,
    min_km: int | None = None,
    min_difference_fen: int | None = None,
) -> PartRefund:
    """Carrier's fault, a lower class than paid for: the difference of the section comes back, of at least the minimum distance."""
    difference = max(0, paid_fare_fen - given_fare_fen)
    if section_km is None:
        section_km = min_km if min_km is not None else minimum_km(book, day, "berth")
    return at_destination(book, difference, section_km, day, min_km, min_difference_fen)


def part_refundable(book: RuleBook, part: LostPart, day: date) -> tuple[bool, Step]:
    """Line interrupted: whether this part of what was paid comes back."""
    rule = book.interruption.at(day)
    refundable = part not in rule.not_refunded
    return refundable, rule.step(f"{part.replace('_', ' ')}: {'refunded' if refundable else 'not refunded'}")


def interrupted_refund(book: RuleBook, parts_fen: Mapping[LostPart, int], day: date) -> PartRefund:
    """Line interrupted: the sum of the parts that come back, without a fee."""
    judged = [(fen, *part_refundable(book, part, day)) for part, fen in parts_fen.items()]
    return PartRefund(sum(fen for fen, back, _ in judged if back), 0, tuple(step for _, _, step in judged))
