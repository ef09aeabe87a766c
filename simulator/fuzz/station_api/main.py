"""`./tvm fuzz station-api`: every call in turn, again and again, until the time is over.

Ends 0 without a finding, 1 with one, which is printed with the seed that repeats it, 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from kiosk.clock import RealClock

NEEDS = "needs the packages of requirements-test.lock: call it as ./tvm fuzz station-api"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tvm fuzz station-api", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="so long at least (default 60)")
    parser.add_argument("--examples", type=int, default=10, help="cases of each call in a round (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default 1)")
    given = parser.parse_args(argv)
    if given.seconds <= 0 or given.examples < 1:
        parser.error("--seconds and --examples are more than 0")
    try:
        from simulator.fuzz.station_api.round import play
    except ImportError as error:
        print(f"tvm fuzz station-api: {error.name}: {NEEDS}", file=sys.stderr)
        return 2
    clock = RealClock()
    began_ms, asked = clock.mono_ms(), 0
    for seed in count(given.seed):
        with tempfile.TemporaryDirectory(prefix="tvm-fuzz-") as folder:
            try:
                asked += play(Path(folder), given.examples, seed)
            except KeyboardInterrupt:
                return 0
            except Exception as error:
                print(f"{error}\nrepeat it: ./tvm fuzz station-api --examples {given.examples} --seed {seed}")
                return 1
        passed_ms = clock.mono_ms() - began_ms
        print(f"fuzz station-api: seed {seed}, {asked} calls, {passed_ms // 1_000} s, 0 findings", flush=True)
        if passed_ms >= given.seconds * 1_000:
            return 0
    return 0
