"""One word for the journals of days: the same for the same machine, another one for a machine that does something else."""

from __future__ import annotations

import pytest

from simulator.campaign.alike import digest, digest_of_sets
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


def test_scripts_of_the_exhaustive_sets_have_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    word = digest_of_sets(3, 1)
    assert digest_of_sets(4, 1) != word
    with planted("rounding_not_booked"):
        assert digest_of_sets(3, 1) != word
    assert main(["--exhaustive", "--digest", "3"]) == 0
    assert capsys.readouterr().out == f"3 scripts, seed 1, usual: {word}\n"
