"""Days on which the station's office speaks: every order is answered, nothing is sold under two sets, and the teeth bite."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from kiosk.office import Office, OfficeStep
from simulator.campaign.days import day
from simulator.world.run import Run
from simulator.world.script import Script, Trouble


def spoken(number: int, *orders: Trouble, visits: int = 2, cuts: tuple[int, ...] = ()) -> Run:
    """A day without any other trouble."""
    quiet = replace(day(number, 1, visits=visits), troubles=orders, cuts=cuts, office=True, fill="full")
    return Run(Script.parse(quiet.as_json()))


def facts(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line[9:])["fact"] for line in run.box.lines()]


def test_orders_at_bad_moments_and_power_cuts_are_answered_once() -> None:
    orders = (
        Trouble("office", "set:patient"),
        Trouble("office", "spoiled", "lock?"),
        Trouble("office", "forged", "lock?"),
        Trouble("office", "mode:query_only", "release?"),
        Trouble("office", "registers", "lock?", 2),
        Trouble("office", "brief:careful", "lock?", 2),
        Trouble("station", "restored", "lock?", 2),
        Trouble("office", "soon:hurried", "lock?", 3),
    )
    run = spoken(3, *orders, visits=3, cuts=(40, 90))
    outcome = run.run()
    assert outcome.violations == []
    kinds = Counter(fact["kind"] for fact in facts(run))
    assert kinds["sys.params"] >= 1
    assert kinds["params.staged"] >= 1
    answered = [(fact["seq"], fact["outcome"]) for fact in facts(run) if fact["kind"] == "sys.command"]
    done = [seq for seq, outcome in answered if outcome == "done"]
    assert done
    assert len(done) == len(set(done))
    compared = [each for told in run.box.desk.station.machines.told.values() for each in told.compared]
    assert compared
    assert not any(each.differences for each in compared)
    reasons = {fact["reason"] for fact in facts(run) if fact["kind"] in ("sys.command", "params.refused")}
    assert {"signature", "take_ms: not within 20000..40000"} <= reasons


def test_a_day_without_the_office_hears_nothing_of_it() -> None:
    run = Run(replace(day(3, 1, visits=1), troubles=(), cuts=()))
    assert run.run().violations == []
    assert not {fact["kind"] for fact in facts(run)} & {"sys.params", "params.staged", "sys.command"}
    with pytest.raises(ValueError, match="no office"):
        replace(run.script, troubles=(Trouble("office", "registers"),))


def test_a_set_put_in_force_inside_a_sale_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Office.step

    def hasty(self: Office, wall_ms: int, idle: bool, nobody_in: bool) -> OfficeStep | None:
        return honest(self, wall_ms, idle, True)

    monkeypatch.setattr(Office, "step", hasty)
    violations = spoken(3, Trouble("office", "set:patient", "lock?")).run().violations
    assert any("parameters change inside the sale" in violation for violation in violations)


@pytest.mark.parametrize(
    ("what", "when", "expired", "sale"),
    [
        ("called_off", "renew?", 1, "sold"),
        ("turned", "confirm?", 1, "refunded"),
        ("called_off", "confirm?", 1, "refunded"),
        ("called_off", "print?", 0, "sold"),
    ],
)
def test_a_run_is_called_off_in_the_middle_of_a_sale_and_nobody_loses_a_fen(
    what: str, when: str, expired: int, sale: str
) -> None:
    """Before it is paid the places are gone and the notes come back; what was paid is printed, and may be refunded."""
    run = spoken(4, Trouble("office", what, when))
    outcome = run.run()
    assert outcome.violations == []
    kinds = Counter(step["kind"] for step in run.box.desk.steps)
    assert (kinds["change_released"], kinds["expired"], kinds["change_withdrawn"]) == (1, expired, 1)
    assert outcome.sales[sale] >= 1


@pytest.mark.parametrize("when", ["renew?", "confirm?"])
def test_coaches_more_in_the_middle_of_a_sale_touch_nobody(when: str) -> None:
    run, plain = spoken(4, Trouble("office", "coaches", when)), spoken(4)
    outcome, before = run.run(), plain.run()
    assert (outcome.violations, outcome.sales) == ([], before.sales)
    assert Counter(step["kind"] for step in run.box.desk.steps)["change_released"] == 1
