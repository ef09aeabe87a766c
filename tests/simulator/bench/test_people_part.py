"""Seconds and touches of each kind of passenger, measured in virtual time."""

from __future__ import annotations

from random import Random

import pytest

from simulator.bench.figures import BY_NAME
from simulator.bench.parts.people import Visits, figures_of
from simulator.passenger.person import CASH_KINDS, Kind, make_plan
from simulator.passenger.visit import Account
from simulator.world.script import Script


def test_every_kind_has_two_rows() -> None:
    rows = {name for name, row in BY_NAME.items() if row.part == "people"}
    assert rows == {f"{what}_{kind.name.lower()}" for kind in CASH_KINDS for what in ("seconds", "touches")}


def test_figures_are_of_those_who_bought() -> None:
    bought = Account("slow", "bought", begun_ms=1_000, ended_ms=5_000, touches=8, tickets=2)
    gone = Account("slow", "nothing_found", begun_ms=0, ended_ms=90_000, touches=30)
    seconds, touches = figures_of(Kind.SLOW, [bought, gone], 0)
    assert (seconds.value, touches.value, seconds.note) == (4.0, 8.0, "1 of 2 bought; 2 tickets")
    seconds, _ = figures_of(Kind.SLOW, [gone], 2)
    assert (seconds.value, seconds.note) == (90.0, "0 of 1 bought; 0 tickets; 2 VIOLATIONS")


@pytest.mark.parametrize("kind", [Kind.FOREIGNER, Kind.EVERYTHING, Kind.FEED, Kind.RETURN])
def test_a_visit_in_virtual_time_is_the_same_each_time_and_breaks_nothing(kind: Kind) -> None:
    def visited() -> tuple[list[Account], list[str]]:
        day = Visits(Script(1, (make_plan(kind, Random(3)),)))
        return day.accounts, day.run().violations

    accounts, violations = visited()
    assert violations == []
    assert (accounts, violations) == visited()
    assert accounts[0].outcome in {
        Kind.FOREIGNER: ("bought",), Kind.EVERYTHING: ("bought",), Kind.FEED: ("cancelled",), Kind.RETURN: ("claim",),
    }[kind]  # fmt: skip
