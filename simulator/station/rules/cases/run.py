"""Run a file of cases: one JSON object a line, with id, rules_as_of, topic, input, expected.

A line that cannot be used is told with file and line, and the rest still runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.station.dated import NoRule
from simulator.station.rules.book import RuleBook
from simulator.station.rules.cases import (
    carrier_topics,
    child_topics,
    people_topics,
    rebook_topics,
    refund_topics,
    ticket_topics,
)
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.moments import parse_day

TOPICS: dict[str, Topic] = {
    **refund_topics.TOPICS,
    **carrier_topics.TOPICS,
    **rebook_topics.TOPICS,
    **child_topics.TOPICS,
    **people_topics.TOPICS,
    **ticket_topics.TOPICS,
}
LONGEST_LINE = 100_000
MOST_POSITIONS = 10_000


@dataclass(frozen=True, slots=True)
class Case:
    """One line that can be asked."""

    id: str
    day: date
    topic: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is empty for a pass; `unused`: input fields that nothing looked at."""

    id: str
    why: str
    unused: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.why


def run_file(path: Path, book: RuleBook) -> Iterator[Outcome]:
    """An outcome for each line that is not empty. Raises OSError and UnicodeDecodeError for a file that is no text."""
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = read_case(line)
            if case.id in seen:
                raise CaseError(f"id {case.id} stands twice")
        except CaseError as error:
            yield Outcome(f"{path.name}:{number}", str(error))
            continue
        seen.add(case.id)
        yield _told_line(run_case(case, book), path, number)


def _told_line(outcome: Outcome, path: Path, number: int) -> Outcome:
    if outcome.passed:
        return outcome
    return Outcome(outcome.id, f"{path.name}:{number}: {outcome.why}", outcome.unused)


def read_case(line: str) -> Case:
    """One line as a case. Raises CaseError."""
    if len(line) > LONGEST_LINE:
        raise CaseError(f"{len(line)} characters; a case has at most {LONGEST_LINE}")
    try:
        told = json.loads(line, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise CaseError(f"not JSON: {error}") from error
    if not isinstance(told, dict):
        raise CaseError("an object expected")
    for name, kind in (("id", str), ("rules_as_of", str), ("topic", str), ("input", dict), ("expected", dict)):
        if not isinstance(told.get(name), kind):
            raise CaseError(f"{name}: {'missing' if name not in told else f'{kind.__name__} expected'}")
    try:
        day = parse_day(told["rules_as_of"])
    except ValueError as error:
        raise CaseError(f"rules_as_of: {told['rules_as_of']!r} is no date") from error
    if not told["expected"]:
        raise CaseError("expected: nothing is expected")
    return Case(told["id"], day, told["topic"], _in_yuan(told["input"]), _in_yuan(told["expected"]))


def _in_yuan(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are told in fen (`fare_fen`) as those in yuan (`fare`)."""

    def yuan(value: Any) -> Any:
        if isinstance(value, list):
            return [yuan(one) for one in value]
        return Decimal(value) / 100 if isinstance(value, int) and not isinstance(value, bool) else value

    return {
        name.removesuffix("_fen"): yuan(value) if name.endswith("_fen") else value for name, value in fields.items()
    }


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def run_case(case: Case, book: RuleBook) -> Outcome:
    """Ask the topic's public functions and compare every expected field."""
    topic = TOPICS.get(case.topic)
    if topic is None:
        return Outcome(case.id, f"no topic {case.topic!r}; known: {', '.join(sorted(TOPICS))}")
    used: set[str] = set()
    try:
        positions = spread(case.given, topic)
        answers = [topic.answer(Ask(given, case.day, book, used)) for given in positions or [dict(case.given)]]
        wrong = [
            _compare(topic, name, told, answers, paired=positions is not None) for name, told in case.expected.items()
        ]
    except (NoRule, ValueError, ArithmeticError) as error:
        return Outcome(case.id, f"cannot be asked: {error}")
    except (TypeError, LookupError) as error:  # a shape nobody thought of fails alone and ends no run
        return Outcome(case.id, f"cannot be asked: the input has a shape that is not understood ({error})")
    unused = tuple(name for name in case.given if name not in used)
    return Outcome(case.id, "; ".join(one for one in wrong if one), unused)


def spread(given: Mapping[str, Any], topic: Topic) -> list[dict[str, Any]] | None:
    """The input by position: lists pair up, a single value goes with each; None when nothing is a list.

    A field that is a list in itself pairs up only when lists stand in it, or as the topic says.
    """
    lists = {name: value for name, value in given.items() if isinstance(value, list)}
    kept = {name for name in lists if re.fullmatch(topic.whole, name.lower())}
    lengths = {len(value) for name, value in lists.items() if name not in kept and len(value) != 1}
    if len(lengths) > 1:
        raise CaseError(f"lists of different length: {', '.join(f'{name} {len(one)}' for name, one in lists.items())}")
    nested = {name for name in kept if lists[name] and all(isinstance(one, list) for one in lists[name])}
    if topic.whole_alone:
        nested |= {name for name in kept if len(lists[name]) in lengths}
    paired = {name: value for name, value in lists.items() if name not in kept or name in nested}
    if not paired:
        return None
    count = max(len(value) for value in paired.values())
    if not 0 < count <= MOST_POSITIONS or any(len(value) not in (1, count) for value in paired.values()):
        raise CaseError(f"{count} positions, and lists that do not pair up with them")
    return [
        {name: (value[at % len(value)] if name in paired else value) for name, value in given.items()}
        for at in range(count)
    ]


def _compare(topic: Topic, name: str, told: Any, answers: list[Answers], *, paired: bool) -> str:
    """What is wrong with one expected field; empty when nothing is. One told value counts for all positions."""
    values = [one[topic.pick(one, name)] for one in answers]
    if not paired:
        one = told[0] if isinstance(told, list) and len(told) == 1 and not values[0].matches(told) else told
        return "" if values[0].matches(one) else f"{name} is {values[0]}, expected {_shown(told)}"
    each = told if isinstance(told, list) and len(told) == len(values) else [told] * len(values)
    if isinstance(told, list) and len(told) != len(values) and not all(value.matches(told) for value in values):
        return f"{name}: {len(values)} positions, {len(told)} expected"
    wrong = [at for at, (value, want) in enumerate(zip(values, each, strict=True)) if not value.matches(want)]
    return "; ".join(f"{name}[{at}] is {values[at]}, expected {_shown(each[at])}" for at in wrong[:5])


def _shown(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, default=str)
