"""Topics of the carrier's fault and of broken lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from simulator.station.rules import carrier
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.times import left_ms
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import Either, Money, Name, Nothing, Number, Said, Truth, Value, plain
from simulator.station.rules.fees import difference_fee
from simulator.station.rules.rows import LostPart
from simulator.station.rules.tickets import Claim, is_refuted

USED = r"(used|ridden|travell?ed|consumed|done)"
UNUSED = r"(unused|not_used|remaining|rest|left|not_ridden|unridden)"
LEAST = r"(min|minimum|least|min_km|minimum_distance|minimum_km)"
PAID = r"(fare_)?(paid|total|price|full)(_fare|_price|_paid|_yuan)?|(ticket_)?fare"
PART_WORDS: tuple[tuple[LostPart, str], ...] = (
    ("penalty_surcharge", r"penalt|surcharge|fine|加收"),
    ("left_during_detour", r"detour|绕"),
    ("used_to_destination", r"used to|to destination|(?<!not )(?<!yet )\b(travell?ed|ridden|used)\b"),
    ("unused", r"unused|not (yet )?(used|ridden|travell?ed|begun)|remaining|未使用"),
)
AMOUNT_NAMES: tuple[tuple[LostPart, str], ...] = (
    ("penalty_surcharge", r".*(penalt|surcharge).*"),
    ("left_during_detour", r".*detour.*"),
    ("used_to_destination", rf"(?!.*unused)(?!.*un_?ridden)(.*_)?{USED}(_.*)?"),
    ("unused", rf"(.*_)?{UNUSED}(_.*)?"),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a journey without order, each told in words."""

    parts: frozenset[LostPart]

    def matches(self, expected: Any) -> bool:
        told = [_part_in(plain(str(one))) for one in (expected if isinstance(expected, list) else [expected])]
        return len(told) == len(self.parts) and set(told) == self.parts

    def __str__(self) -> str:
        return ", ".join(sorted(self.parts)).replace("_", " ")


def _fare_of(part: str) -> tuple[str, ...]:
    return (
        rf"(fare|price|amount)_(of_|for_|at_)?(the_)?{part}(_part|_section|_km|_distance)?",
        rf"{part}(_part)?_(fare|price|amount)",
    )


def midway_topic(ask: Ask) -> Answers:
    """`paid`, `fare_of_ridden_part`, `ridden_km`, `min_km`."""
    paid = ask.need(ask.fen, PAID)
    ridden = ask.need(ask.fen, *_fare_of(USED))
    km = ask.need(ask.whole, rf"{USED}_km|km_{USED}|{USED}_distance")
    back = carrier.stopped_midway(ask.book, paid, ridden, km, ask.day, ask.whole(r"min(imum)?_(km|distance)"))
    return {"refund": Money(back.refund_fen), "fee": Money(0), "full": Truth(back.refund_fen == paid)}


def destination_topic(ask: Ask) -> Answers:
    """`unused_km`, `min_km`, and for amounts `fare_of_unused_part` or `paid` with `fare_of_used_part`, and `fare_of_min_km`."""
    least = ask.whole(r"min(imum)?_(km|distance)")
    km = ask.whole(rf"{UNUSED}_km|km_{UNUSED}|{UNUSED}_distance")
    if km is None:
        total, ridden = ask.whole(r"(trip|total|paid|whole)?_?km"), ask.whole(rf"{USED}_km|km_{USED}|{USED}_distance")
        km = None if total is None or ridden is None else total - ridden
    paid, used = ask.fen(PAID), ask.fen(*_fare_of(USED), f"{USED}_part")
    unused = ask.fen(*_fare_of(UNUSED))
    if unused is None and paid is not None and used is not None:
        unused = paid - used
    if km is None:
        if unused is None:
            raise CaseError("needs unused_km, or the fares of the parts")
        km = least or carrier.minimum_km(ask.book, ask.day)
    at_least = ask.fen(*_fare_of(LEAST))
    back = carrier.at_destination(ask.book, unused or 0, km, ask.day, least, at_least, paid)
    answers: dict[str, Value] = {"counted_km": Number(Fraction(back.counted_km)), "fee": Money(0)}
    if unused is not None:
        answers["refund"] = Money(back.refund_fen)
    return answers


def interrupted_topic(ask: Ask) -> Answers:
    """`case` (a part in words), or amounts by part, or a `claim`; nothing at all: which parts are not refunded."""
    if not ask.given:
        parts = {part: carrier.part_refundable(ask.book, part, ask.day)[0] for part, _ in PART_WORDS}
        back = frozenset(part for part, refundable in parts.items() if refundable)
        return {"not_refunded": Parts(frozenset(parts) - back), "refunded": Parts(back)}
    claim = ask.word("claim|statement")
    if claim is not None:
        return {"claim_true": Truth(_claim_true(ask, claim))}
    amounts = {part: fen for part, name in AMOUNT_NAMES if (fen := ask.fen(name)) is not None}
    if amounts:
        paid = ask.fen(PAID)
        if paid is not None and "unused" not in amounts:
            amounts["unused"] = max(0, paid - sum(amounts.values()))
        return {"refund": Money(carrier.interrupted_refund(ask.book, amounts, ask.day).refund_fen), "fee": Money(0)}
    words = ask.text()
    refundable, step = carrier.part_refundable(ask.book, _part(words), ask.day)
    amount = ask.fen(r"amount|paid|fare|price")
    told: Value = Truth(refundable)
    if amount is not None or not refundable:
        told = Either((Money(amount or 0 if refundable else 0), told))
    return {
        "allowed": Truth(refundable),
        "refundable": Truth(refundable),
        "refund": told,
        "fee": Money(0),
        "rule": Name(step.rule),
    }


def _part(words: str) -> LostPart:
    part = _part_in(words)
    if part is None:
        raise CaseError(f"{words!r}: say penalty part, used to destination, left during a detour or unused")
    return part


def _part_in(words: str) -> LostPart | None:
    return next((part for part, word in PART_WORDS if re.search(word, words)), None)


def _claim_true(ask: Ask, claim: str) -> bool:
    """A claim the source marks as false, in typed parts; or one about a part, which is judged by its rule."""
    condition = (
        "ridden_under_minimum" if re.search(r"(under|below|less than|short of).*minimum|不足起码", claim) else None
    )
    outcome = "full_refund_no_fee" if re.search(r"full refund|refund.*(all|full|everything)|全部", claim) else None
    if condition and outcome:
        if is_refuted(ask.book, Claim("refund_line_interrupted", condition=condition, outcome=outcome), ask.day):
            return False
        raise CaseError(f"nothing is known of the claim {claim!r}")
    said = not re.search(r"\bnot\b|no refund|never|不退", claim)
    return carrier.part_refundable(ask.book, _part(claim), ask.day)[0] is said


def difference_topic(ask: Ask) -> Answers:
    """A lower class than paid for by the carrier's fault: `fare_paid`, `fare_given`, `section_km`, `min_km`; or, with a time before
    departure, the cheaper train of a rebooking: `old_fare`, `new_fare`, `hours_before`."""
    higher = ask.fen(
        r"(?!.*min)(.*_)?(old|paid|higher|upper|dearer|original|soft|first|from|booked|full)(_.*)?", *FIRST
    )
    lower = ask.fen(r"(?!.*min)(.*_)?(new|given|lower|actual|hard|second|to|used|provided|cheaper)(_.*)?", *SECOND)
    difference = ask.fen(r"(fare_)?(difference|diff)(_\w+)?")
    before_ms = left_ms(ask)
    if higher is None and lower is None and difference is None:
        words = ask.text()
        fits = not re.search(r"(under|below|less than) (the )?min|not section", words)
        return {
            "refund": Said("difference", (r"diff",)),
            "fee": Nothing(),
            "allowed": Truth(True),
            "section_counts": Truth(fits),
        }
    if difference is None:
        difference = (higher or 0) - (lower or 0)
    if before_ms is not None:
        fee = difference_fee(ask.book, max(0, difference), before_ms, ask.day)
        return {
            "fee": Money(fee.fee_fen),
            "refund": Money(max(0, difference) - fee.fee_fen),
            "difference": Money(difference),
        }
    least, km = (
        ask.whole(r"min(imum)?_(km|distance)"),
        ask.whole(r"(section_|affected_|changed_|trip_)?(km|distance)(_section)?"),
    )
    at_least = ask.fen(*_fare_of(LEAST), rf"(fare_)?diff(erence)?_(of_|at_|for_)?{LEAST}(_km)?|{LEAST}_diff(erence)?")
    if km is not None and least is None:
        least = carrier.minimum_km(ask.book, ask.day, "berth")
    back = carrier.class_difference(ask.book, max(0, difference), 0, ask.day, km, least, at_least)
    return {"refund": Money(back.refund_fen), "fee": Money(0), "difference": Money(back.refund_fen)}


FIRST = (r"(fare|price)_(a|1)",)
SECOND = (r"(fare|price)_(b|2)",)

TOPICS = {
    "refund_carrier_fault_midway": Topic(midway_topic),
    "refund_carrier_fault_at_destination": Topic(
        destination_topic, names=(("counted_km", r"(?=.*(counted|charged|unused|min)).*"),)
    ),
    "refund_line_interrupted": Topic(
        interrupted_topic, names=(("not_refunded", r"(not|non|no|never)_?(refund|back|given)\w*|kept|lost"),)
    ),
    "refund_line_interrupted_midway": Topic(interrupted_topic),
    "refund_difference": Topic(difference_topic),
}
