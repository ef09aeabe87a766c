"""The emergency drill: a night of four policies, as many refunds as wanted, each judged twice and summed to the fen.

One judge is the engine, by `config/rules/examples/emergency-night.yaml` over the rules of every day; the other is `second`, which
reads the same night from this page: it shares no code and no data with the engine. Every moment at which something begins or ends
is met on the millisecond, before and after.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from simulator.station.rules.book import RULES_DIR, RuleBook, load_rules
from simulator.station.rules.dry_run import open_policy
from simulator.station.rules.moments import HOUR_MS
from simulator.station.rules.refunds import Ticket, offer_refund
from simulator.station.timetable import wall_ms

NIGHT = RULES_DIR / "examples" / "emergency-night.yaml"
EVENING_MS = wall_ms(date(2026, 11, 21), 18 * 60)
MIDNIGHT_MS = EVENING_MS + 6 * HOUR_MS
MORNING_MS = EVENING_MS + 12 * HOUR_MS
EDGES_MS = tuple(EVENING_MS + hours * HOUR_MS for hours in (2, 4, 6, 8, 11))
LEFT_MS = tuple(hours * HOUR_MS for hours in (0, 24, 48, 192))
DAYS_MS = 24 * HOUR_MS
Judged = tuple[str, int, int]
"""By what (a policy, `rules` or `refused`), fee and refund in fen."""


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that is handed in at `at_ms`; moments in wall ms."""

    fare_fen: int
    bought_ms: int
    departs_ms: int
    at_ms: int
    wuhan: bool


@dataclass(slots=True)
class Drill:
    """Sums by what judged: refunds, fees and money paid back; `wrong`: where the two judges do not agree."""

    refunds: Counter[str] = field(default_factory=Counter)
    fee_fen: Counter[str] = field(default_factory=Counter)
    refund_fen: Counter[str] = field(default_factory=Counter)
    fares_fen: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, fare_fen: int, judged: Judged) -> None:
        by, fee_fen, refund_fen = judged
        self.refunds[by] += 1
        self.fee_fen[by] += fee_fen
        self.refund_fen[by] += refund_fen
        self.fares_fen += fare_fen if by != "refused" else 0

    @property
    def exact(self) -> bool:
        """Every fen of the tickets that came back is a fee or was paid back."""
        return not self.wrong and self.fares_fen == self.fee_fen.total() + self.refund_fen.total()


def night_rules(rules: Path = RULES_DIR, night: Path = NIGHT) -> RuleBook:
    """The rules of every day with the policies of the night over them. Raises ConfigError."""
    return open_policy(night, load_rules(rules))


def case(dice: Random) -> Case:
    """One in four moments is an edge, or the millisecond before or after one."""
    at_ms = (
        dice.choice(EDGES_MS) + dice.randint(-1, 1) if dice.random() < 0.25 else dice.randrange(EVENING_MS, MORNING_MS)
    )
    left_ms = (
        dice.choice(LEFT_MS) + dice.randint(-1, 1)
        if dice.random() < 0.25
        else dice.randrange(-6 * HOUR_MS, 10 * DAYS_MS)
    )
    bought_ms = (
        dice.choice(EDGES_MS) + dice.randint(-1, 1) if dice.random() < 0.25 else at_ms - dice.randrange(20 * DAYS_MS)
    )
    fare_fen = 50 * dice.choice((1, 4, 5, 39, 40, 41, dice.randrange(1, 4_000)))
    return Case(fare_fen, min(bought_ms, at_ms), at_ms + left_ms, at_ms, dice.random() < 0.5)


def by_engine(book: RuleBook, one: Case) -> Judged:
    cities = ("北京", "武汉") if one.wuhan else ("北京", "上海")
    ticket = Ticket(fare_fen=one.fare_fen, departs_ms=one.departs_ms, bought_ms=one.bought_ms, cities=cities)
    offer = offer_refund(book, ticket, one.at_ms)
    by = (offer.policy or "rules") if offer.allowed else "refused"
    return by, offer.fee_fen, offer.refund_fen


def second(one: Case) -> Judged:
    """The night as a person would judge it, hour by hour from 18:00; fares are whole half yuan, so half of one rounds up."""
    hours, bought_h = (one.at_ms - EVENING_MS) / HOUR_MS, (one.bought_ms - EVENING_MS) / HOUR_MS
    left_h = (one.departs_ms - one.at_ms) / HOUR_MS
    gone = left_h <= 0
    if hours >= 6 and bought_h < 6 and not gone:
        return _taken(one, "E3", 0)
    if 2 <= hours < 6 and one.wuhan and not gone:
        return _taken(one, "E1", 0)
    if hours >= 4 and bought_h < 4 and not gone:
        return _taken(one, "E2", 5)
    if 8 <= hours <= 11:  # until 05:00, that moment too
        return _taken(one, "E4", 10)
    if gone or one.fare_fen <= 200:
        return "refused", 0, 0
    percent = 0 if left_h >= 192 else 5 if left_h >= 48 else 10 if left_h >= 24 else 20
    by, fee_fen, _ = _taken(one, "rules", percent)
    fee_fen = min(one.fare_fen, max(fee_fen, 200)) if percent else 0
    return by, fee_fen, one.fare_fen - fee_fen


def _taken(one: Case, by: str, percent: int) -> Judged:
    fee_fen = (one.fare_fen * percent + 2_500) // 5_000 * 50
    return by, fee_fen, one.fare_fen - fee_fen


def run(book: RuleBook, refunds: int, seed: int) -> Drill:
    """So many refunds, each by both judges."""
    drill, dice = Drill(), Random(seed)
    for _ in range(refunds):
        one = case(dice)
        judged, other = by_engine(book, one), second(one)
        drill.add(one.fare_fen, judged)
        if judged != other:
            drill.wrong.append(f"{one}: the engine says {judged}, the other judge {other}")
    return drill
