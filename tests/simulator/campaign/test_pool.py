"""Work over all cores: results come back whole, what was done is not done again, a child that dies is told."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simulator.campaign.finished import Finished, version
from simulator.campaign.judge import Campaign, Verdict
from simulator.campaign.pool import Progress, run_units
from simulator.campaign.work import Work


def unit(number: int, bad: bool = False) -> dict[str, Any]:
    violations = [{"text": f"wrong {number}", "script": ""}] if bad else []
    return {"weight": 10, "violations": violations, "sales": {"sold": number}}


def dies() -> dict[str, Any]:
    os._exit(3)


def campaign(work: Work, state: Path | None = None, first_only: bool = False) -> tuple[Verdict, list[str]]:
    lines: list[str] = []
    verdict = Campaign(work, 2, state, first_only).run(Progress(0, work.noun, lines.append))
    return verdict, lines


def test_every_unit_is_done_once_and_added_up() -> None:
    verdict, lines = campaign(Work("a", "sales", [partial(unit, number) for number in range(7)]))
    assert (verdict.counted, verdict.sales["sold"], verdict.violations) == (70, 21, 0)
    assert "7 of 7 parts, 70 sales" in lines[-1]


def test_what_is_finished_is_not_done_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = Finished(state, "a")
    first.add(0, unit(0) | {"sales": {"sold": 1_000}})
    state.write_text(state.read_text() + '{"unit": 1, "res')  # it was stopped while this was written
    verdict, _ = campaign(Work("a", "sales", [partial(unit, number) for number in range(3)]), state)
    assert (verdict.counted, verdict.sales["sold"]) == (30, 1_003)
    assert set(Finished(state, "a").results) == {0, 1, 2}  # the torn line spoilt no other


def test_the_verdict_says_which_versions_did_what(tmp_path: Path) -> None:
    state = tmp_path / "state"
    result = json.dumps(unit(0))
    state.write_text(f'a\n{{"unit": 0, "by": "12345678f", "result": {result}}}\n')
    verdict, _ = campaign(Work("a", "sales", [partial(unit, number) for number in range(3)]), state)
    assert verdict.by == {"12345678f": 1, version(): 2}
    assert f"parts 1 by 12345678f, 2 by {version()}" in verdict.line()


def test_a_state_file_of_other_work_is_refused(tmp_path: Path) -> None:
    Finished(tmp_path / "state", "a").add(0, unit(0))
    with pytest.raises(ValueError, match="not of 'b'"):
        Campaign(Work("b", "sales", []), 1, tmp_path / "state")


def test_a_unit_that_dies_is_a_violation() -> None:
    verdict, _ = campaign(Work("a", "sales", [partial(unit, 1), dies]))
    assert (verdict.violations, verdict.found[0][0]) == (1, "part 1 died without a word")


def test_the_first_find_ends_a_hunt() -> None:
    units = [partial(unit, number, number == 2) for number in range(200)]
    verdict, _ = campaign(Work("a", "sales", list(units)), first_only=True)
    assert verdict.violations == 1
    assert verdict.counted < 200


def test_an_interrupt_ends_the_children_and_keeps_what_was_done() -> None:
    finished, told = Finished(None, "a"), []

    def enough(result: dict[str, Any]) -> bool:
        told.append(result)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_units(
            [partial(unit, number) for number in range(5)], 2, finished, Progress(0, "sales", lambda line: None), enough
        )
    assert len(finished.results) == len(told) == 1
