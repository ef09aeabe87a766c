"""Every planted bug is caught; without it the same script is clean."""

from __future__ import annotations

import pytest

from simulator.campaign.main import main
from simulator.campaign.sabotage import SABOTAGE, planted
from simulator.campaign.sets import SALES
from simulator.campaign.teeth import hunt
from simulator.world.run import run
from simulator.world.script import Script


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, bug in SABOTAGE.items() if not bug.monkey])
def test_a_planted_bug_is_caught(name: str) -> None:
    caught = hunt(name)
    assert caught is not None, f"nobody noticed: {SABOTAGE[name].says}"
    assert run(caught.script).violations == []


def test_a_bug_is_gone_when_it_is_taken_out_again() -> None:
    script = Script(1, (SALES["cancel"],))
    with planted("kept_after_cancel"):
        assert run(script).violations
    assert run(script).violations == []


def test_there_are_enough_of_them_and_their_names_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-sabotage"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SABOTAGE) >= 15
    assert all(len(line.split(maxsplit=1)[1]) > 20 for line in lines)


def test_a_script_is_repeated_by_the_command_that_a_violation_prints(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--sabotage", "rounding_not_booked", "--repeat", Script(1, (SALES["change"],)).as_json()]
    assert main(words) == 1
    assert "VIOLATION invariant 2" in capsys.readouterr().out
    assert main(words[2:]) == 0


def test_what_is_no_script_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--repeat", "{}"]) == 2
    assert "not a script" in capsys.readouterr().err
