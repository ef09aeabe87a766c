"""Machines with a UPS: the mains fail at any moment of a sale, for a while or for longer than a battery lasts; the books agree."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.campaign.days import day
from simulator.campaign.main import main
from simulator.campaign.sabotage import planted
from simulator.campaign.sets import SALES, on_battery
from simulator.campaign.teeth import DIRECTED
from simulator.world.level import Level
from simulator.world.run import Run, run
from simulator.world.script import Script, Trouble

CHANGE = SALES["change"]
LOST = Trouble("people", "mains", "stack?")
DIP_MS, NIGHT_MS, EMPTY_MS = 5_000, 120_000, 1_200_000
WORDS = {"sys.power": "what", "sys.stop": "why", "ups.off!": "result", "sale.cancel": "by"}


def told(script: Script) -> tuple[Run, list[str]]:
    """The run without a violation, and what its journal says of power, in order."""
    made = Run(script)
    assert made.run().violations == []
    facts: list[dict[str, Any]] = [json.loads(line[9:])["fact"] for line in made.box.lines()]
    kinds = [f"{fact['kind']} {fact[WORDS[fact['kind']]]}" for fact in facts if fact["kind"] in WORDS]
    return made, [fact for fact in kinds if not fact.startswith("sys.stop SIG")]


@pytest.mark.parametrize("level", ["port", "bytes"])
@pytest.mark.parametrize(
    ("when", "pause_ms", "words"),
    [
        ("lock?", DIP_MS, ["sys.power lost", "sale.cancel power", "sys.power back"]),
        ("stack?", DIP_MS, ["sys.power lost", "sys.power back"]),
        ("pay?", NIGHT_MS, ["sys.power lost", "sys.power off", "ups.off! set", "sys.stop power"]),
    ],
)
def test_a_sale_ends_and_the_machine_stops_or_goes_on(when: str, pause_ms: int, words: list[str], level: Level) -> None:
    trouble = Trouble("people", "mains", when)
    made, power = told(Script(1, (CHANGE, CHANGE), (trouble,), level=level, pause_ms=pause_ms, ups=True))
    assert power == words
    assert made.box.life.boots == 1 + ("sys.stop power" in words)
    assert made.outcome.visits["bought"] >= 1  # the first of the two may read what is shown instead of the thanks


def test_a_ups_that_is_not_switched_off_goes_empty_and_recovery_begins_the_day() -> None:
    troubles = (Trouble("ups", "shutdown_ignored"), LOST)
    made, power = told(Script(1, (CHANGE, CHANGE), troubles, pause_ms=EMPTY_MS, ups=True))
    assert power[:3] == ["sys.power lost", "sys.power off", "ups.off! unknown"]
    assert "sys.stop power" not in power
    assert (made.box.life.crashes, made.outcome.sales["sold"]) == (["ups"], 2)


def test_a_silent_ups_tells_nobody_and_the_cut_is_a_cut() -> None:
    troubles = (Trouble("ups", "silent"), LOST)
    made, power = told(Script(1, (CHANGE, CHANGE, CHANGE), troubles, pause_ms=EMPTY_MS, ups=True))
    assert power == []
    assert made.outcome.sales["sold"] >= 2


def test_a_ups_that_does_not_come_back_by_itself_is_switched_on_by_hand() -> None:
    troubles = (Trouble("ups", "no_return"), LOST)
    made, power = told(Script(1, (CHANGE, CHANGE), troubles, pause_ms=NIGHT_MS, ups=True))
    assert power[-1] == "sys.stop power"
    assert made.outcome.sales == {"sold": 2}


def test_without_a_ups_the_cabinet_s_switch_says_it() -> None:
    made, power = told(Script(1, (CHANGE,), (LOST,)))
    assert (power, made.box.things.world.ups) == (["sale.cancel mode"], None)


def test_a_script_with_a_ups_is_repeated_from_its_text() -> None:
    script = Script(1, (CHANGE,), (LOST,), ups=True)
    assert Script.parse(script.as_json()) == script
    assert run(script).digest == run(Script.parse(script.as_json())).digest


def test_a_battery_that_is_believed_is_noticed() -> None:
    (script,) = DIRECTED["battery_believed"]
    assert run(script).violations == []
    with planted("battery_believed"):
        (found, *_) = run(script).violations
    assert "invariant 12" in found
    assert "after the mains were lost" in found


def test_random_days_have_mains_that_fail_and_are_else_the_same() -> None:
    usual, battery = day(3, 1), day(3, 1, ups=True)
    assert (battery.plans, battery.cuts, battery.seed) == (usual.plans, usual.cuts, usual.seed)
    assert battery.troubles[: len(usual.troubles)] == usual.troubles
    assert any(each.name == "mains" for each in battery.troubles[len(usual.troubles) :])
    assert all(any(each.name == "mains" for each in lost) for lost in on_battery())


def test_a_few_random_days_balance(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sales", "30", "--ups", "--jobs", "1"]) == 0
    assert "0 violations" in capsys.readouterr().out.replace("violations 0", "0 violations")
