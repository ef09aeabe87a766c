"""A new policy against past refunds: whom it would have judged otherwise, and what that costs. Nothing is changed by it.

A file of past refunds has one JSON object a line: `fare_fen`, `bought`, `departs`, `refund_at` (moments), and where they apply
`people`, `cities`, `paper_at`, `cancelled`, `group`, `moved_hours` (left to the old departure when it was rebooked).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

import config
from simulator.station.dated import NoRule
from simulator.station.rules.book import OverridesFile, RuleBook, load_rules, ordered
from simulator.station.rules.moments import HOUR_MS, parse_moment
from simulator.station.rules.refunds import RefundOffer, Ticket, offer_refund


def _moment(text: str) -> str:
    parse_moment(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]


class PastRefund(BaseModel):
    """One line; unknown fields and other types are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    fare_fen: Annotated[int, Field(ge=0, le=100_000_000)]
    bought: Moment
    departs: Moment
    refund_at: Moment
    people: Annotated[int, Field(ge=1, le=10_000)] = 1
    cities: list[str] = []
    paper_at: Moment | None = None
    cancelled: bool = False
    group: bool = False
    moved_hours: Annotated[int, Field(ge=-1_000, le=10_000)] | None = None

    def ticket(self) -> Ticket:
        return Ticket(
            fare_fen=self.fare_fen,
            departs_ms=parse_moment(self.departs),
            bought_ms=parse_moment(self.bought),
            cities=tuple(self.cities),
            paper_ms=None if self.paper_at is None else parse_moment(self.paper_at),
            cancelled=self.cancelled,
            group=self.group,
            moved_with_ms=None if self.moved_hours is None else self.moved_hours * HOUR_MS,
        )


@dataclass(slots=True)
class Change:
    """All refunds that went from one rule to another: so many people, and what they get more (below 0: less), in fen."""

    people: int = 0
    refunds: int = 0
    more_fen: int = 0


@dataclass(slots=True)
class DryRun:
    """`changes` by (rule before, rule now); `refused` tells each line that could not be judged."""

    judged: int = 0
    people: int = 0
    before_fen: int = 0
    now_fen: int = 0
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def open_policy(path: Path, base: RuleBook) -> RuleBook:
    """A folder of rules, or a single file of overrides laid over `base`. Raises ConfigError."""
    if path.is_dir():
        return load_rules(path)
    return replace(base, overrides=ordered(config.load(path, OverridesFile).overrides, path))


def dry_run(before: RuleBook, now: RuleBook, lines: Iterable[str], name: str) -> DryRun:
    """Judge every past refund by both books."""
    run = DryRun()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            past = PastRefund.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            run.refused.append(f"{name}:{number}: {'.'.join(map(str, first['loc'])) or 'line'}: {first['msg']}")
            continue
        at_ms = parse_moment(past.refund_at)
        judge(run, past.ticket(), past.people, at_ms, (before, now), f"{name}:{number}")
    return run


def judge(run: DryRun, ticket: Ticket, people: int, at_ms: int, books: tuple[RuleBook, RuleBook], name: str) -> None:
    """One refund by both books, before and now; a day for which nothing is written down is told among `refused`."""
    try:
        old, new = (offer_refund(book, ticket, at_ms) for book in books)
    except NoRule as error:
        run.refused.append(f"{name}: {error}")
        return
    run.judged += 1
    run.people += people
    run.before_fen += old.refund_fen * people
    run.now_fen += new.refund_fen * people
    if (old.refund_fen, old.allowed) != (new.refund_fen, new.allowed):
        change = run.changes.setdefault((_judged_by(old), _judged_by(new)), Change())
        change.people += people
        change.refunds += 1
        change.more_fen += (new.refund_fen - old.refund_fen) * people


def _judged_by(offer: RefundOffer) -> str:
    return offer.trace[-1].rule + ("" if offer.allowed else " refused")


def told(run: DryRun) -> Iterator[str]:
    """The report, line by line; money in yuan and fen."""
    for (old, new), change in sorted(run.changes.items()):
        yield f"{old} -> {new}: {change.people} people, {change.refunds} refunds, {_yuan(change.more_fen)} yuan"
    affected = sum(change.people for change in run.changes.values())
    yield f"judged {run.judged} refunds of {run.people} people; {affected} people affected"
    yield f"paid back {_yuan(run.before_fen)} -> {_yuan(run.now_fen)} yuan, {_yuan(run.now_fen - run.before_fen)} more"


def _yuan(fen: int) -> str:
    return f"{'-' * (fen < 0)}{abs(fen) // 100}.{abs(fen) % 100:02d}"
