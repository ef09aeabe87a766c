"""A card that somebody pushes in while the machine begins: the reader's gate is open until it has been met.

Found by the monkey with cards (part 4 of seed 3): the reader refused to push out what it was still drawing in, the driver had asked
once, and the card lay in there for good, told by nobody.
"""

from __future__ import annotations

from random import Random

import pytest

from simulator.world.prepared import prepared
from simulator.world.run import FILLS

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
