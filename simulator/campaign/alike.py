"""Whether two versions of the machine behave alike: one word for the journals of random days, or of the exhaustive sets.

What a campaign proved of one version holds for another that prints the same word (docs/campaigns).
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from simulator.campaign.days import VISITS, day
from simulator.campaign.sets import sales_of, singles
from simulator.world.level import Level, Machine
from simulator.world.run import run

SHOWN = 16
"""Hexadecimal digits."""
CUTS: tuple[tuple[int, ...], ...] = ((), (15,), (30, 38))
"""Crash points of the runs of one script: none, one, and one more while it recovers."""


def digest(days: int, seed: int, level: Level = "port", machine: Machine = "usual") -> str:
    """Of the first `days` (at least 1) days of the campaign with this seed."""
    word = sha256()
    for number in range(days):
        word.update(run(day(number, seed, level, VISITS, machine=machine)).digest.encode())
    return word.hexdigest()[:SHOWN]


def digest_of_sets(scripts: int, seed: int, machine: Machine = "usual") -> str:
    """Of so many scripts (at least 1) of the exhaustive sets, spread over them all, each with the `CUTS`."""
    known = [script for sale in sales_of(machine) for script in singles(sale, seed, machine)]
    word = sha256()
    for at in range(min(scripts, len(known))):
        script = known[at * len(known) // min(scripts, len(known))]
        for cuts in CUTS:
            word.update(run(replace(script, cuts=cuts)).digest.encode())
    return word.hexdigest()[:SHOWN]
