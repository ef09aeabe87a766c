"""A journal that is turned every few lines: what a start reads from the newest state line is what all lines come to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

import kiosk.turning
from kiosk.assembly import Assembled
from kiosk.journal import Journal
from kiosk.kept import plain
from kiosk.past import Folding, Past
from simulator.campaign.days import day
from simulator.campaign.forks import every_cut
from simulator.campaign.sets import SALES
from simulator.campaign.work import Work
from simulator.world.level import Machine
from simulator.world.run import Run
from simulator.world.script import Script
from tests.simulator.campaign.apart import judged

FEW = 40


@pytest.fixture(autouse=True)
def turned_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk.turning, "TURN_LINES", FEW)


def empty(made: Assembled) -> Folding:
    turning = made.controller._p.turning
    assert turning is not None
    return turning._make()


def states(run: Run) -> list[dict[str, Any]]:
    bodies = [json.loads(line[9:]) for line in run.box.lines()]
    return [body["fact"] for body in bodies if body["fact"]["kind"] == "sys.state"]


def read_both_ways(run: Run) -> Iterator[Any]:
    """What a start comes to that reads from the newest state line, and one that reads everything."""
    box, made = run.box, run.box.made
    assert made is not None
    for whole in (False, True):
        folding = empty(made)
        journal = Journal.__new__(AllLines) if whole else Journal.__new__(Journal)
        Journal.__init__(journal, box.disk.copy(), box.identity.epoch, box.identity.secret, folding.hear)
        folding.done()
        yield journal.seq, journal.boot, journal.head, plain(Past, folding._past)


class AllLines(Journal):
    def _newest_state(self, fits: object) -> int:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["usual", "bulk", "coins", "cards", "collect"])
def test_random_days_are_the_same_from_a_state_line_on(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(4):
        made = Run(day(number, 7, "port", 12, machine=machine))
        outcome = made.run()
        assert outcome.violations == []
        assert len(states(made)) > 1
        short, whole = read_both_ways(made)
        assert short == whole
    assert "not turned" not in caplog.text, "a day came to a stock that is not the machine's"


def each_cut(script: Script) -> dict[str, Any]:
    kiosk.turning.TURN_LINES = FEW  # in a process of its own
    tally = every_cut(script, None, 1)
    return {"weight": tally.runs, "violations": [{"text": text, "script": shown} for text, shown in tally.found]}


@pytest.mark.slow
def test_power_cuts_at_every_point_of_days_in_which_it_is_turned() -> None:
    script = Script(1, (SALES["change"], SALES["cancel"], SALES["exact"]), after_cut="stays")
    made = Run(script)
    assert made.run().violations == []
    assert states(made)
    verdict = judged(Work("turned", "runs", [partial(each_cut, script)]))
    assert verdict.found == []
    assert verdict.counted > 100
