"""Random days: passengers of every kind, faults alone, in pairs and in bursts, power cuts anywhere. One number, one day."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from simulator.campaign.sets import troubles
from simulator.passenger.person import USUAL, make_plan
from simulator.world.level import Level
from simulator.world.script import Script

VISITS = 10
POINTS_PER_VISIT = 60
KINDS = USUAL
ALL_TROUBLES = tuple(troubles())
HOW_MANY = (0, 0, 0, 1, 1, 2, 2, 5)
"""Faults of a day: mostly few; five are a burst."""
CUTS = (0, 0, 1, 1, 2, 3)


def day(number: int, seed: int, level: Level = "port", visits: int = VISITS) -> Script:
    """Day `number` of the campaign with this seed: the same whoever runs it, and in whatever order."""
    dice = Random(f"{seed}.{number}")
    plans = tuple(make_plan(dice.choice(KINDS), dice) for _ in range(visits))
    trouble = dice.sample(ALL_TROUBLES, dice.choice(HOW_MANY))
    placed = tuple(replace(each, nth=1 + dice.randrange(visits)) for each in trouble)
    cuts = sorted(dice.sample(range(1, POINTS_PER_VISIT * visits), dice.choice(CUTS)))
    return Script(
        seed=dice.getrandbits(32),
        plans=plans,
        troubles=placed,
        cuts=tuple(cuts),
        after_cut=dice.choice(("stays", "leaves")),
        level=level,
        pause_ms=dice.choice((5_000, 20_000, 120_000)),
        fill=dice.choice(("full", "full", "full", "lean")),
    )
