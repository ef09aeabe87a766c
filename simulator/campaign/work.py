"""What a campaign does, cut into units that take a second or some: lists of closures in a fixed order, with a name."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

from simulator.campaign import monkey
from simulator.campaign.days import VISITS, day
from simulator.campaign.forks import Tally, every_cut
from simulator.campaign.pool import Unit
from simulator.campaign.sets import SALES, pairs, sales_of, singles, troubles_in_pairs
from simulator.world.level import Level, Machine
from simulator.world.run import run
from simulator.world.script import Script

T = TypeVar("T")
DAYS_PER_UNIT = 20
MOST_CUTS = 2  # of one run: the second falls in the recovery from the first
PAIRS_PER_UNIT = 10
TYPICAL = next(iter(SALES))
TYPICAL_SLICES, OTHER_SLICES, PAIR_SLICES = 16, 160, 5_987
"""The tests do one part of so many each day. Pairs by a prime: else a slice would have the same sale or fault again and again."""


@dataclass(frozen=True, slots=True)
class Work:
    """`name` says what the units are, for a state file; `noun` what is counted."""

    name: str
    noun: str
    units: list[Unit]


def _result(tally: Tally) -> dict[str, Any]:
    return {
        "weight": tally.runs,
        "points": tally.points,
        "violations": [{"text": text, "script": script} for text, script in tally.found],
        "count": tally.violations,
        "sales": dict(tally.sales),
    }


def _cuts(script: Script, depth: int) -> dict[str, Any]:
    gc.disable()  # a child lives for milliseconds; collecting would only copy shared pages
    return _result(every_cut(script, None, depth))


def _many_cuts(scripts: list[Script], depth: int) -> dict[str, Any]:
    gc.disable()
    tally = Tally()
    for script in scripts:
        tally.join(every_cut(script, None, depth))
    return _result(tally)


def _days(
    first: int, count: int, seed: int, level: Level, visits: int, machine: Machine, ups: bool, office: bool
) -> dict[str, Any]:
    tally = Tally()
    for number in range(first, first + count):
        script = day(number, seed, level, visits, ups, machine, office)
        outcome = run(script)
        tally.add(outcome, script)
    result = _result(tally)
    result["weight"] = count * visits
    return result


def exhaustive(seed: int, only: str = "", machine: Machine = "usual", cuts: int = MOST_CUTS) -> Work:
    """One fault x every crash point; with two `cuts` x every crash inside recovery. ValueError for a sale nobody knows."""
    sales = sales_of(machine)
    if only and only not in sales:
        raise ValueError(f"no typical sale {only!r}; known are {', '.join(sales)}")
    scripts = [script for sale in sales if only in ("", sale) for script in singles(sale, seed, machine)]
    name = f"exhaustive seed={seed} only={only or 'all'} scripts={len(scripts)}{_of(machine)}"
    name += "" if cuts == MOST_CUTS else f" cuts={cuts}"
    return Work(name, "runs", [partial(_cuts, script, cuts) for script in scripts])


def pairs_of(sale: str, seed: int) -> Work:
    """Every pair of faults x every crash point of one typical sale."""
    if sale not in SALES:
        raise ValueError(f"no typical sale {sale!r}; known are {', '.join(SALES)}")
    scripts = pairs(sale, seed)
    units = [partial(_many_cuts, scripts[at : at + PAIRS_PER_UNIT], 1) for at in range(0, len(scripts), PAIRS_PER_UNIT)]
    return Work(f"pairs of {sale} seed={seed}", "runs", list(units))


def random_days(
    sales: int, seed: int, level: Level, machine: Machine = "usual", ups: bool = False, office: bool = False
) -> Work:
    """Days until there were at least `sales` passengers. `ups`: of machines with one, whose mains fail; `office`: of machines that
    the station's office gives orders."""
    visits = VISITS if level == "port" else 5
    per_unit = DAYS_PER_UNIT if level == "port" else 4
    days = -(-sales // visits)
    units = [
        partial(_days, first, min(per_unit, days - first), seed, level, visits, machine, ups, office)
        for first in range(0, days, per_unit)
    ]
    return Work(
        f"days level={level} seed={seed} sales={sales}{_of(machine, ups)}{' office' if office else ''}",
        "sales",
        list(units),
    )


def _of(machine: Machine, ups: bool = False) -> str:
    return f"{'' if machine == 'usual' else f' machine={machine}'}{' ups' if ups else ''}"


def monkeys(events: int, seed: int, part: int | None = None, machine: Machine = "usual", ups: bool = False) -> Work:
    """So many events of the monkey; `part` alone when it is given. Raises ValueError for a part that is not there."""
    found = monkey.units(events, seed, part, machine, ups)
    if not found:
        raise ValueError(f"{events} events have no part {part}")
    return Work(
        f"monkey seed={seed} events={events} part={'all' if part is None else part}{_of(machine, ups)}", "events", found
    )


def slice_of(day: int, everything: Sequence[T], slices: int) -> list[T]:
    """Every so many-th, as far apart as they can be; another slice each day, all of them in `slices` days."""
    return list(everything[day % slices :: slices])


def daily(seed: int) -> Work:
    """The slice of the tests: of the typical sale the run without a fault complete and a part of the faults; less of the other
    sales; a little of the pairs. All of it: `--exhaustive` and `--pairs SALE`."""
    plain, *typical = singles(TYPICAL, seed)
    others = [script for sale in SALES if sale != TYPICAL for script in singles(sale, seed)]
    two = [
        (sale, pair) for sale in SALES for pair in troubles_in_pairs()
    ]  # a script of each would cost more than the slice
    today = date.today().toordinal()
    deep = [plain, *slice_of(today, typical, TYPICAL_SLICES), *slice_of(today, others, OTHER_SLICES)]
    units: list[Unit] = [partial(_cuts, script, MOST_CUTS) for script in deep]
    some = slice_of(today, two, PAIR_SLICES)
    units += [partial(_cuts, Script(seed, (SALES[sale],), pair), 1) for sale, pair in some]
    return Work(f"daily seed={seed} {date.today()}", "runs", units)
