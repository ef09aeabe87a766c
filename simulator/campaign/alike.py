"""Whether two versions of the machine behave alike: one word for the journals of many random days.

What a campaign proved of one version holds for another that prints the same word (docs/campaigns).
"""

from __future__ import annotations

from hashlib import sha256

from simulator.campaign.days import VISITS, day
from simulator.world.level import Level, Machine
from simulator.world.run import run

SHOWN = 16
"""Hexadecimal digits."""


def digest(days: int, seed: int, level: Level = "port", machine: Machine = "usual") -> str:
    """Of the first `days` (at least 1) days of the campaign with this seed."""
    word = sha256()
    for number in range(days):
        word.update(run(day(number, seed, level, VISITS, machine=machine)).digest.encode())
    return word.hexdigest()[:SHOWN]
