"""How fast a campaign is and where its time goes: days of the campaign in this process, the auditor listening, screens made.

Rates are per second of processor time, so that others at work on the machine do not count.
"""

from __future__ import annotations

import gc
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from cProfile import Profile
from dataclasses import replace
from pathlib import Path
from pstats import Stats
from typing import Any

from simulator.auditor import Auditor
from simulator.bench import process
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.campaign.days import day
from simulator.world.crash_images import crash_images
from simulator.world.judge import RULES
from simulator.world.level import Level
from simulator.world.prepared import SECRET, prepared
from simulator.world.run import Run

ROOT = str(Path(__file__).resolve().parents[3]) + os.sep
SEED = 1
SHARES: dict[str, tuple[str, ...]] = {
    "screen": ("kiosk/screen/", "kiosk/showing", "kiosk/service"),
    "journal": ("kiosk/journal", "kiosk/records", "kiosk/past", "kiosk/storage", "simulator/world/disk"),
    "station": ("simulator/station/", "drivers/station_http/", "simulator/world/station", "simulator/world/calls"),
    "devices": ("simulator/fronts/", "drivers/", "simulator/devices/", "simulator/cabinet/", "simulator/world/wire",
                "simulator/world/things", "simulator/world/port_level", "simulator/world/byte_level"),
    "auditor": ("simulator/audit", "simulator/world/judge"),
    "people": ("simulator/passenger/", "simulator/world/people"),
    "reactor": ("kiosk/reactor", "kiosk/clock", "simulator/world/machine", "simulator/world/points"),
    "sale": ("kiosk/",),
}  # fmt: skip
"""Share -> beginnings of the paths that belong to it; the first that fits counts, everything else is `other`."""

Function = tuple[str, int, str]
CALLERS = 4
"""So many calls up the time of a function outside of the project is followed to who asked for it."""


def measure_campaign(bench: Bench) -> list[Figure]:
    prepared()
    with _quiet():
        lines = list[bytes]()
        port = _rate(bench, "port", bench.amount.campaign, lines.append)
        figures = [
            measured("campaign_port", *port),
            measured("campaign_plain", *_rate(bench, "port", bench.amount.campaign, lambda line: None, plain=True)),
            measured("campaign_bytes", *_rate(bench, "bytes", max(1, bench.amount.campaign // 6), lambda line: None)),
            measured("auditor_line", [_per_line_us(lines)] if lines else [], f"{len(lines)} lines"),
            measured("crash_images", [_images_per_s(bench)]),
        ]
        bench.say("campaign: where the time goes")
        spent = profiled(lambda: _days("port", max(1, bench.amount.campaign // 3), lambda line: None))
    return [*figures, *(measured(f"share_{name}", [percent]) for name, percent in shares(spent).items())]


@contextmanager
def _quiet() -> Iterator[None]:
    """Faults are what a campaign is made of: nobody reads of each."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _cpu_s() -> float:
    return process.cpu_ns(os.getpid()) / process.NS


def _rate(
    bench: Bench, level: Level, days: int, heard: Callable[[bytes], None], plain: bool = False
) -> tuple[list[float], str]:
    """Passengers per second of processor time; in the note how many of them came to a sale."""
    bench.say(f"campaign: {days} days, {level} level{', nothing goes wrong' * plain}")
    gc.collect()
    begun_s = _cpu_s()
    passengers, sales = _days(level, days, heard, plain)
    spent_s = _cpu_s() - begun_s
    return [passengers / spent_s], f"{passengers} passengers, {sum(sales.values())} sales in {spent_s:.1f} s"


def _days(level: Level, days: int, heard: Callable[[bytes], None], plain: bool = False) -> tuple[int, Counter[str]]:
    """(passengers, sales by outcome) of so many days; `plain`: without faults and power cuts."""
    passengers, sales = 0, Counter[str]()
    for number in range(days):
        script = day(number, SEED, level)
        run = Run(replace(script, troubles=(), cuts=()) if plain else script)
        outcome = run.run()
        for line in run.box.lines() if number == 0 else ():
            heard(line)
        passengers += sum(outcome.visits.values())
        sales += outcome.sales
    return passengers, sales


def _per_line_us(lines: list[bytes]) -> float:
    """The auditor alone, on the lines of one day from the first line of the machine's life on."""
    auditor = Auditor(RULES, secret=SECRET)
    begun_s = _cpu_s()
    for line in lines:
        auditor.hear(line)
    return (_cpu_s() - begun_s) * 1e6 / len(lines)


def _images_per_s(bench: Bench) -> float:
    bench.say(f"campaign: {bench.amount.images} crash images")
    begun_s = _cpu_s()
    report = crash_images(bench.amount.images, SEED)
    return report.count / (_cpu_s() - begun_s)


# -- where the time goes


def profiled(work: Callable[[], object]) -> Mapping[Function, Any]:
    """cProfile's raw figures of `work`: function -> (calls, calls, own s, s, callers)."""
    profile = Profile()
    profile.runcall(work)
    stats: Any = Stats(profile)
    figures: Mapping[Function, Any] = stats.stats
    return figures


def shares(spent: Mapping[Function, Any]) -> dict[str, float]:
    """Per cent of the time by share; the time of what is not ours goes to who called it."""
    total: dict[str, float] = dict.fromkeys((*SHARES, "other"), 0.0)
    for function, (_, _, own_s, _, _) in spent.items():
        for name, seconds in _shared(spent, function, own_s, CALLERS):
            total[name] += seconds
    whole = sum(total.values()) or 1.0
    return {name: 100 * seconds / whole for name, seconds in total.items()}


def _shared(spent: Mapping[Function, Any], function: Function, own_s: float, left: int) -> Iterator[tuple[str, float]]:
    if not own_s:
        return
    name = share_of_path(function[0])
    callers: Mapping[Function, Any] = spent[function][4] if function in spent else {}
    weight = sum(each[2] for each in callers.values())
    if name or not left or not weight:
        yield name or "other", own_s
        return
    for caller, each in callers.items():
        yield from _shared(spent, caller, own_s * each[2] / weight, left - 1)


def share_of_path(path: str) -> str:
    """The share a source belongs to; `other` for the project's rest, empty for what is not the project's."""
    if not path.startswith(ROOT) or f"{os.sep}.venv{os.sep}" in path:
        return ""
    inside = path.removeprefix(ROOT).replace(os.sep, "/")
    return next((name for name, heads in SHARES.items() if inside.startswith(heads)), "other")
