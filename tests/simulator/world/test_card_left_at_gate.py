"""A card that the reader never drew in, and that nobody takes again: its owner gave up and went.

Found by 20,000 sales with cards (part 67 of seed 1): with a dead motor the card stuck in the gate for good. The driver took it for
one that somebody holds against a shut gate, so nobody was told, and no other card had a way in.
"""

from __future__ import annotations

import pytest

from drivers.crt310 import driver
from simulator.passenger.person import Kind, Plan
from simulator.world.run import Outcome, Run
from simulator.world.script import Script, Trouble


def left_in_a_dead_reader() -> Outcome:
    """A day with one visitor, who leaves his card in the gate of a reader whose motor died after he had chosen."""
    plan = Plan(Kind.EXACT, 1, 40_000, leave_at="pay.card", pays="card", manner="forgotten")
    dead = Trouble("card_reader", "motor_dead", "lock?")
    return Run(Script(1, (plan,), (dead,), machine="cards", fill="full")).run()


def test_people_are_called_to_it() -> None:
    outcome = left_in_a_dead_reader()
    assert outcome.violations == []
    assert outcome.visits["technician done"] == 1


def test_a_driver_that_takes_it_for_somebodys_hand_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "HANGS_MS", 1 << 40)
    assert any("a card lies in the reader" in violation for violation in left_in_a_dead_reader().violations)
