"""A drafted policy against what was really sold here: whom it would touch, and what that costs. Nothing is changed by it.

Two questions. Of the tickets that are out and may still come back: what would all of them get when the policy begins? And of the
refunds that were made: what would they have got, had it stood then?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from simulator.station.core import Station
from simulator.station.returns import ticket_of
from simulator.station.rules.dry_run import DryRun, judge
from simulator.station.rules.policies import Policy, with_policies

MOST_TICKETS = 50_000
AT_ONCE = 100
"""So many are judged before whoever else asks is served."""


class Trial:
    """`steps` does the work a bit at a time; then `told` has the outcome."""

    def __init__(self, station: Station, policy: Policy, now_ms: int) -> None:
        self._station, self._policy = station, policy
        others = [each for each in station.policies.by_number.values() if each.holds and each.number != policy.number]
        self._before = with_policies(station.world.rules, others)
        self._now = with_policies(station.world.rules, [*others, policy])
        self._at_ms = max(now_ms, policy.override.begins_ms)
        self._out, self._past, self._left_off = DryRun(), DryRun(), 0

    def steps(self) -> Iterator[None]:
        """Yields between bits of work."""
        world = self._station.world
        delivered = list(self._station.sales.delivered.items())
        self._left_off = max(0, len(delivered) - MOST_TICKETS)
        for count, (number, (key, place)) in enumerate(delivered[-MOST_TICKETS:]):
            if count % AT_ONCE == AT_ONCE - 1:
                yield
            sale = self._station.sales.get(key)
            if place in sale.refunded or place in sale.exchanged:
                continue
            ticket = ticket_of(sale, place, world, self._station.sales.runs, self._at_ms)
            if ticket.departs_ms > self._at_ms:
                judge(self._out, ticket, 1, self._at_ms, (self._before, self._now), number)
        yield from self._judge_past()

    def _judge_past(self) -> Iterator[None]:
        world = self._station.world
        as_if = replace(self._before, overrides=(self._policy.as_if_long_ago, *self._before.overrides))
        for count, refund in enumerate(list(self._station.sales.refunds.values())[-MOST_TICKETS:]):
            if count % AT_ONCE == AT_ONCE - 1:
                yield
            if not refund.done:
                continue
            sale = self._station.sales.get(refund.step["sale"])
            for place in refund.step["places"]:
                ticket = ticket_of(sale, place, world, self._station.sales.runs, refund.step["at_ms"])
                judge(self._past, ticket, 1, refund.step["at_ms"], (self._before, as_if), refund.step["key"])

    def told(self) -> dict[str, Any]:
        """Amounts in fen; `at_ms`: the moment at which the tickets that are out were judged."""
        return {
            "number": self._policy.number,
            "at_ms": self._at_ms,
            "left_off": self._left_off,
            "out": _told(self._out),
            "past": _told(self._past),
        }


def _told(run: DryRun) -> dict[str, Any]:
    return {
        "judged": run.judged,
        "people": run.people,
        "affected": sum(change.people for change in run.changes.values()),
        "before_fen": run.before_fen,
        "now_fen": run.now_fen,
        "unjudged": len(run.refused),
        "changes": [
            {"before": before, "now": now, "people": change.people, "more_fen": change.more_fen}
            for (before, now), change in sorted(run.changes.items())
        ],
    }
