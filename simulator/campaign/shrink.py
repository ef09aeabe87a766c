"""A failing script made as short as it gets: whatever can be left out and still fails is left out."""

from __future__ import annotations

from collections.abc import Callable

from simulator.world.run import run
from simulator.world.script import Script

MOST_TRIES = 400


def shrink(script: Script, fails: Callable[[Script], bool] | None = None) -> Script:
    """The shortest failing script that leaving things out finds; `script` itself when it does not fail again."""
    still = fails or (lambda tried: bool(run(tried).violations))
    if not still(script):
        return script
    left = MOST_TRIES
    again = True
    while again and left > 0:
        again = False
        for simpler in script.simpler():
            left -= 1
            if still(simpler):
                script, again = simpler, True
                break
    return script
