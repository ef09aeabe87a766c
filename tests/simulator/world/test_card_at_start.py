"""A card that somebody pushes in while the machine begins: the reader's gate is open until it has been met.

Found by the monkey with cards (part 4 of seed 3): the reader refused to push out what it was still drawing in, the driver had asked
once, and the card lay in there for good, told by nobody.
"""

from __future__ import annotations

from random import Random

import pytest

from drivers.crt310.driver import Crt310
from simulator.passenger.person import Kind, Plan
from simulator.world.prepared import prepared
from simulator.world.run import FILLS, Run
from simulator.world.script import Script, Trouble

OUT_MS = 120_000


@pytest.mark.parametrize("after_ms", [0, 200, 300, 400, 500, 600, 800])
def test_it_comes_out_again_or_is_captured(after_ms: int) -> None:
    box = prepared(FILLS["cards"]["full"], machine="cards").box(Random(1))
    cards = box.things.cards
    assert cards is not None
    box.restore_power()
    box.settle(after_ms, lambda: False)
    cards.next_person("common")
    pushed = cards.use("insert")
    assert pushed or after_ms >= 400  # later the gate is shut
    box.settle(OUT_MS, lambda: False)
    assert cards.inside() == 0


def unplugged_with_a_card_in() -> list[str]:
    """Violations of a day on which the reader's cable is out while the bank is asked, and the day ends as it is back."""
    plan = Plan(Kind.FORGET_CHANGE, 1, 60_000, pays="card")
    out = Trouble("link:card_reader", "out", "step.waiting")
    return Run(Script(1, (plan,), (out,), machine="cards", fill="full")).run().violations


def test_the_end_of_a_day_waits_for_a_card_that_the_reader_has_only_just_found() -> None:
    """Found by 20,000 sales with cards: the day was judged while the reader was being met again."""
    assert unplugged_with_a_card_in() == []


def test_a_reader_that_leaves_such_a_card_where_it_is_and_says_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Crt310, "_notice", lambda self, places: None)
    assert any("a card lies in the reader" in violation for violation in unplugged_with_a_card_in())
