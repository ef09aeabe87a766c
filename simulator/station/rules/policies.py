"""Refund policies that the office gives itself: drafted by one person, released by another, withdrawn by one; folded from steps.

A released policy is an override (fares and rules, 4.1) that wins over all of `config/rules/` and over earlier ones of its kind, for
as long as it stands. Offers are judged by the book of their moment, so every machine follows with its next question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from simulator.station.dated import Text
from simulator.station.rules.book import RuleBook
from simulator.station.rules.moments import parse_day, parse_moment
from simulator.station.rules.rows import Override
from simulator.station.wire import Refused, Step

KINDS = frozenset({"policy_drafted", "policy_released", "policy_withdrawn"})
FIRST_PRIORITY = 1_000_000
LONG_AGO = "1990-01-01T00:00"


@dataclass(frozen=True)
class Policy:
    """`body` as it was drafted: text_zh, text_en, begins, ends, bought_before, refund_until, cities, fee_percent."""

    number: int
    body: Mapping[str, Any]
    by: str
    reason: str
    drafted_ms: int
    released_by: str = ""
    released_ms: int = 0
    withdrawn_by: str = ""
    withdrawn_ms: int = 0

    @property
    def holds(self) -> bool:
        """Released and not withdrawn; whether its time has come is the rule's own business."""
        return bool(self.released_by) and not self.withdrawn_by

    @cached_property
    def override(self) -> Override:
        return override_of(self.number, self.body)

    @property
    def as_if_long_ago(self) -> Override:
        """The same policy as if it had stood all the time, for what is past already."""
        unbound: dict[str, Any] = {"valid_from": None, "valid_to": None, "ends": None, "refund_until": None}
        return replace(self.override, begins=LONG_AGO, **unbound)


def override_of(number: int, body: Mapping[str, Any]) -> Override:
    """Raises ValueError with the reason when the body makes no rule."""
    begins_ms = parse_moment(body["begins"])
    for name in ("ends", "refund_until"):
        if body[name] and parse_moment(body[name]) <= begins_ms:
            raise ValueError(f"{name}: {body[name]} is not after {body['begins']}")
    return Override(
        id=f"P{number}",
        valid_from=parse_day(body["begins"]),
        valid_to=parse_day(body["ends"]) if body["ends"] else None,
        source="the office",
        text=Text(body["text_zh"], body["text_en"]),
        priority=FIRST_PRIORITY + number,
        begins=body["begins"],
        ends=body["ends"] or None,
        bought_before=body["bought_before"] or None,
        cities=tuple(body["cities"]),
        fee_percent=body["fee_percent"],
        refund_until=body["refund_until"] or None,
    )


class Policies:
    """All of them by number."""

    def __init__(self) -> None:
        self.by_number: dict[int, Policy] = {}
        self._book: tuple[RuleBook, RuleBook] | None = None

    def copy(self) -> Policies:
        other = Policies()
        other.by_number = dict(self.by_number)
        return other

    def book(self, base: RuleBook) -> RuleBook:
        """`base` with what is released laid over it, the newest first."""
        if self._book is None or self._book[0] is not base:
            self._book = base, with_policies(base, [each for each in self.by_number.values() if each.holds])
        return self._book[1]

    def get(self, number: int) -> Policy:
        """Refuses 404 no_such_policy."""
        found = self.by_number.get(number)
        if found is None:
            raise Refused(404, "no_such_policy", f"no policy {number}")
        return found

    def draft(self, body: dict[str, Any], reason: str, by: str, now_ms: int) -> Step:
        """Refuses 422 out_of_range for a body that makes no rule."""
        number = max(self.by_number, default=0) + 1
        try:
            override_of(number, body)
        except (ValueError, OverflowError) as error:
            raise Refused(422, "out_of_range", str(error)) from error
        said = {"kind": "policy_drafted", "at_ms": now_ms, "number": number, "body": body}
        return {**said, "reason": reason, "by": by}

    def release(self, number: int, by: str, now_ms: int) -> Step:
        """Refuses 403 same_person, 409 released, 409 withdrawn."""
        found = self.get(number)
        _refuse_withdrawn(found)
        if found.released_by:
            raise Refused(409, "released", f"policy {number} is released")
        if found.by == by:
            raise Refused(403, "same_person", f"{by} wrote it; another person releases it")
        return {"kind": "policy_released", "at_ms": now_ms, "number": number, "by": by}

    def withdraw(self, number: int, reason: str, by: str, now_ms: int) -> Step:
        """One person takes back a draft, or what two have released: then what stood before holds again. Refuses 409 withdrawn."""
        _refuse_withdrawn(self.get(number))
        return {"kind": "policy_withdrawn", "at_ms": now_ms, "number": number, "reason": reason, "by": by}

    def apply(self, step: Step) -> None:
        number, by, at_ms = step["number"], step["by"], step["at_ms"]
        if step["kind"] == "policy_drafted":
            self.by_number[number] = Policy(number, step["body"], by, step["reason"], at_ms)
        elif step["kind"] == "policy_released":
            self.by_number[number] = replace(self.by_number[number], released_by=by, released_ms=at_ms)
        else:
            self.by_number[number] = replace(self.by_number[number], withdrawn_by=by, withdrawn_ms=at_ms)
        self._book = None

    def describe(self) -> list[dict[str, Any]]:
        """Every policy, the newest first."""
        return [{**asdict(each), "holds": each.holds} for _, each in sorted(self.by_number.items(), reverse=True)]


def with_policies(base: RuleBook, policies: list[Policy]) -> RuleBook:
    """The newest policy wins over the older ones, and each over the book's own."""
    newest = sorted((each.override for each in policies), key=lambda one: -one.priority)
    return replace(base, overrides=(*newest, *base.overrides))


def _refuse_withdrawn(policy: Policy) -> None:
    if policy.withdrawn_by:
        raise Refused(409, "withdrawn", f"{policy.withdrawn_by} withdrew policy {policy.number}")
