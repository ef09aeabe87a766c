"""`./tvm campaign`: sales by the million with faults and power cuts, judged by the auditor.

Without options: the daily slice of the tests. `--exhaustive`: one fault, every crash point, every crash while it recovers,
complete (`--cuts 1`: without those); `--pairs SALE`: every two faults and every crash point of that sale. `--sales N`: random
days. What is found is shrunk, and the one command that repeats it is printed. Ends 0 without a violation, 1 with, 2 for wrong
arguments; Ctrl-C ends it, `--state FILE` goes on.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from simulator.campaign import kills
from simulator.campaign.alike import digest, digest_of_sets
from simulator.campaign.finished import version
from simulator.campaign.judge import Campaign, Verdict
from simulator.campaign.sabotage import SABOTAGE, planted
from simulator.campaign.shrink import shrink
from simulator.campaign.work import MOST_CUTS, Work, daily, exhaustive, monkeys, pairs_of, random_days
from simulator.world.level import FITTED, MACHINES, level_of
from simulator.world.run import run
from simulator.world.script import Script


def main(argv: Sequence[str]) -> int:
    given = _options(argv)
    logging.basicConfig(level=logging.ERROR)  # every simulated fault would be a line
    if given.list_sabotage:
        for name, bug in SABOTAGE.items():
            print(f"{name:28} {bug.says}")
        return 0
    if given.kills:
        return kills.main(given.kills, given.seed, given.machine)
    with planted(given.sabotage) if given.sabotage else nullcontext():
        if given.digest:
            return _digest(given)
        if given.repeat:
            return _repeat(given.repeat)
        return _campaign(given)


def _digest(given: argparse.Namespace) -> int:
    if given.exhaustive:
        word, what = digest_of_sets(given.digest, given.seed, given.machine), "scripts"
    else:
        word, what = digest(given.digest, given.seed, given.level, given.machine), "days"
    print(f"{given.digest} {what}, seed {given.seed}, {given.machine}: {word}")
    return 0


def _campaign(given: argparse.Namespace) -> int:
    try:
        campaign = Campaign(
            _work(given), given.jobs or os.cpu_count() or 1, given.state, first_only=bool(given.sabotage)
        )
    except (ValueError, OSError) as error:
        print(f"campaign: {error}", file=sys.stderr)
        return 2
    verdict = campaign.run()
    print(verdict.line())
    if verdict.found:
        _tell(verdict, given.sabotage)
    return 1 if verdict.violations else 0


def _work(given: argparse.Namespace) -> Work:
    if given.exhaustive:
        return exhaustive(given.seed, given.only, given.machine, given.cuts)
    if given.pairs:
        return pairs_of(given.pairs, given.seed)
    if given.monkey:
        return monkeys(given.monkey, given.seed, given.part, given.machine, given.ups)
    if given.sales:
        return random_days(given.sales, given.seed, given.level, given.machine, given.ups, given.office)
    return daily(given.seed)


def _tell(verdict: Verdict, sabotage: str) -> None:
    """The first violations, the shortest script that still fails, the command that repeats it."""
    print(f"commit {version()}")
    for text, _ in verdict.found[:10]:
        print(f"VIOLATION {text}")
    first = next((script for _, script in verdict.found if script), "")
    if not first:
        return
    shortest = shrink(Script.parse(first))
    planted_too = f"--sabotage {sabotage} " if sabotage else ""
    print(f"repeat it: ./tvm campaign {planted_too}--repeat '{shortest.as_json()}'")


def _repeat(text: str) -> int:
    try:
        script = Script.parse(text)
    except ValueError as error:
        print(f"campaign: --repeat: {error}", file=sys.stderr)
        return 2
    outcome = run(script)
    print(f"crash points {outcome.points}, power cuts at {', '.join(outcome.crashes) or 'none'}")
    print(f"visits {dict(outcome.visits)} · sales {dict(outcome.sales)} · digest {outcome.digest[:16]}")
    for violation in outcome.violations:
        print(f"VIOLATION {violation}")
    print(f"violations {len(outcome.violations)}")
    return 1 if outcome.violations else 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm campaign", description=__doc__)
    parser.add_argument("--exhaustive", action="store_true", help="every single fault x cut x cut while recovering")
    parser.add_argument("--only", default="", metavar="SALE", help="with --exhaustive: this typical sale only")
    parser.add_argument(
        "--cuts",
        type=int,
        choices=range(1, MOST_CUTS + 1),
        default=MOST_CUTS,
        help="with --exhaustive: most cuts of a run (2: while recovering, too)",
    )
    parser.add_argument(
        "--pairs", default="", metavar="SALE", help="every pair of faults x every cut of this typical sale"
    )
    parser.add_argument("--sales", type=int, default=0, metavar="N", help="random days with N passengers in all")
    parser.add_argument("--monkey", type=int, default=0, metavar="N", help="N random touches, keys and device events")
    parser.add_argument(
        "--part", type=int, metavar="P", help="with --monkey: this part only, as a violation printed it"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="fixes everything (default 1)")
    parser.add_argument("--level", choices=("port", "bytes"), default="port", help="with drivers and wires, or without")
    parser.add_argument(
        "--machine",
        choices=[name for name in MACHINES if name not in FITTED],
        default="usual",
        help="bulk: a unit with a bulk escrow takes and pays notes; pay: phones pay too; collect: orders are picked up; "
        "coins: hoppers pay change in coins; cards: cards and phones pay too",
    )
    parser.add_argument(
        "--fitted",
        choices=FITTED,
        help="with --sales or --exhaustive: the usual machine with this acceptor or dispenser, as in the demo",
    )
    parser.add_argument(
        "--ups", action="store_true", help="with --sales, --monkey: machines with a UPS, and the mains fail"
    )
    parser.add_argument("--office", action="store_true", help="with --sales: the station's office gives orders")
    parser.add_argument("--jobs", type=int, default=0, metavar="J", help="processes at once (default: all cores)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="go on where an earlier run with this file stopped")
    parser.add_argument(
        "--sabotage", choices=sorted(SABOTAGE), default="", metavar="NAME", help="plant a bug; stop when caught"
    )
    parser.add_argument("--list-sabotage", action="store_true", help="the names of the bugs")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="real processes, N of them killed")
    parser.add_argument(
        "--digest",
        type=int,
        default=0,
        metavar="N",
        help="one word for the journals of N days, with --exhaustive of N of its scripts: alike is what prints the same",
    )
    parser.add_argument("--repeat", default="", metavar="SCRIPT", help="run one script, as a violation printed it")
    given = parser.parse_args(argv)
    if given.ups and not (given.sales or given.monkey):
        parser.error("--ups belongs to --sales or --monkey")
    if given.office and not given.sales:
        parser.error("--office belongs to --sales")
    if given.cuts != MOST_CUTS and not given.exhaustive:
        parser.error("--cuts belongs to --exhaustive")
    if given.fitted:
        if given.machine != "usual" or not (given.sales or given.exhaustive):
            parser.error("--fitted belongs to --sales or --exhaustive, of the usual machine")
        if given.level == "port" != level_of(given.fitted):
            parser.error(f"no front plays {given.fitted}: with --level bytes")
        given.machine = given.fitted
    if min(given.sales, given.kills, given.monkey, given.part or 0, given.digest) < 0:
        parser.error("a number of sales, kills, events, parts or days is not negative")
    return given


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
