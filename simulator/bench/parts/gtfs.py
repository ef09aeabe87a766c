"""How long a published feed takes from nothing to a timetable that sells: a fresh Python reads it, imports and all.

Processor time, so that others at work on the machine do not count; the note says what the wall clock said.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured, skipped
from simulator.programs import ROOT
from simulator.rig import RigError

DATA = "TVM_TEST_DATA"
"""Environment: the folder of published data; without it, the one beside the clone."""
FEEDS = {
    "gtfs_german": ("gtfs-db-longdistance-2019/db-fernverkehr-2019.zip", "2019-03-15"),
    "gtfs_caltrain": ("gtfs-caltrain-2016/caltrain-2016-04.zip", "2016-04-12"),
}
READER = """
import os, sys
from datetime import date
from pathlib import Path
from simulator.station.gtfs.feed import load_feed
feed = load_feed(Path(sys.argv[1]), date(2026, 11, 21), date.fromisoformat(sys.argv[2]), skip_broken=True)
print(f"{len(feed.world.timetable.trains)} trains", flush=True)
os._exit(0)
"""
"""It ends without tidying up: taking the timetable apart again is no part of reading it."""


def data_folder() -> Path:
    """Where published feeds lie, if they do."""
    return Path(os.environ.get(DATA) or ROOT.parent / "shared" / "data")


def measure_gtfs(bench: Bench) -> list[Figure]:
    figures = list[Figure]()
    for name, (file, as_of) in FEEDS.items():
        path = data_folder() / file
        if not path.is_file():
            figures += skipped([name], f"{path.name} is not there; {DATA} may name the folder of published feeds")
            continue
        bench.say(f"gtfs: {path.name}")
        times = [_load(bench, path, as_of) for _ in range(bench.amount.starts)]
        wall = ", ".join(f"{wall_ms:.0f}" for _, wall_ms, _ in times)
        figures.append(measured(name, [cpu_ms for cpu_ms, _, _ in times], f"{times[0][2]}; wall clock {wall} ms"))
    return figures


def _load(bench: Bench, path: Path, as_of: str) -> tuple[float, float, str]:
    """Processor ms, wall ms and what the reader said."""
    begun_s, begun_us = _children_s(), bench.clock.mono_us()
    words = (sys.executable, "-c", READER, str(path), as_of)
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    if done.returncode:
        raise RigError(f"{path.name}: {done.stderr.strip()[-500:]}")
    return (_children_s() - begun_s) * 1000, (bench.clock.mono_us() - begun_us) / 1000, done.stdout.strip()


def _children_s() -> float:
    """Processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
