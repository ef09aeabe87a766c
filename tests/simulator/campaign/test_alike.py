"""One word for the journals of days: the same for the same machine, another one for a machine that does something else."""

from __future__ import annotations

import pytest

from simulator.campaign.alike import digest
from simulator.campaign.main import main
from simulator.campaign.sabotage import planted


def test_the_same_days_have_the_same_word_and_a_changed_machine_another() -> None:
    word = digest(1, 1)
    assert digest(1, 1) == word
    assert digest(1, 2) != word
    with planted("rounding_not_booked"):
        assert digest(1, 1) != word


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--digest", "1", "--seed", "3", "--machine", "bulk"]) == 0
    assert capsys.readouterr().out == f"1 days, seed 3, bulk: {digest(1, 3, machine='bulk')}\n"
