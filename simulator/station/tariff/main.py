"""`./tvm fares`: published fares against the tariff, one price with its trace, and the linter.

Ends 0 when all is well, 1 on a miss or a finding, 2 for wrong arguments or a file that cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from config import ConfigError
from simulator.station.dated import NoRule, Step
from simulator.station.network import NetworkError
from simulator.station.tariff.asked import add_price_options, price_asked
from simulator.station.tariff.book import TARIFF_DIR, our_tariff
from simulator.station.tariff.ladder import judge_ladder
from simulator.station.tariff.laws import LAWS
from simulator.station.tariff.lint import EXCUSES, Linted, lint_folder, lint_formula
from simulator.station.tariff.money import yuan
from simulator.station.tariff.sheet import SheetError
from simulator.station.tariff.trains import judge_trains

RULE_FILES = ("ordinary.yaml", "lines.yaml", "emu.yaml", "concessions.yaml", EXCUSES)
PUBLISHED_ON = date(2016, 10, 1)


def day(text: str) -> date:
    """An argument `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date YYYY-MM-DD") from None


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tvm fares", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="ladder | trains | price | lint")
    for name, run, told in (
        ("ladder", _ladder, "published fares by distance band: every miss, and how many rows match"),
        ("trains", _trains, "published station prices of trains, as far as the columns allow"),
    ):
        part = commands.add_parser(name, help=told, description=told)
        part.add_argument("file", type=Path, metavar="FILE.csv")
        part.add_argument(
            "--at", type=day, default=PUBLISHED_ON, metavar="DATE", help="day of sale (default 2016-10-01)"
        )
        part.set_defaults(run=run)
    price = commands.add_parser("price", help="one price, with its trace as a table")
    add_price_options(price)
    price.add_argument("--at", type=day, default=None, metavar="DATE", help="day of sale (default: the rules of today)")
    price.set_defaults(run=_price)
    lint = commands.add_parser("lint", help=f"rule sets against the laws: {', '.join(LAWS)}")
    lint.add_argument("files", nargs="*", type=Path, metavar="FILES",
                      help="a folder of rule files, single ones as drafts of the station's, or a fare set by formula "
                           "(default: the station's tariff)")  # fmt: skip
    lint.set_defaults(run=_lint)
    given = parser.parse_args(argv)
    try:
        return int(given.run(given))
    except (ConfigError, NetworkError, NoRule, SheetError, ValueError) as error:
        print(f"tvm fares: {error}", file=sys.stderr)
        return 2


def _ladder(given: argparse.Namespace) -> int:
    judged = judge_ladder(given.file, our_tariff(), given.at)
    for miss in judged.misses:
        print(f"miss {miss}")
    print(f"matched {judged.matched} of {judged.rows}")
    return 1 if judged.misses else 0


def _trains(given: argparse.Namespace) -> int:
    outcome = judge_trains(given.file, our_tariff(), given.at)
    for line in (*outcome.trains, *(f"miss {miss}" for miss in outcome.misses)):
        print(line)
    for reason, rows in outcome.unjudged.most_common():
        print(f"not judged {rows}: {reason}")
    print(
        f"placed {outcome.placed} rows without a distance: one mileage section costs just this, in the order of the stops"
    )
    print(f"matched {outcome.matched} of {outcome.judged}")
    return 1 if outcome.misses else 0


def _price(given: argparse.Namespace) -> int:
    price = price_asked(given, our_tariff())
    rows = [_cells(step) for step in price.steps]
    heading = ("rule", "version", "yuan", "what it did", "rule in words", "规则")
    widths = [max(len(row[at]) for row in (heading, *rows)) for at in range(5)]
    for rule, version, amount, *told in (heading, *rows):
        cells = (rule.ljust(widths[0]), version.ljust(widths[1]), amount.rjust(widths[2]), told[0].ljust(widths[3]))
        print("  ".join((*cells, told[1].ljust(widths[4]), told[2])))
    each = f" = {given.tickets} x {yuan(price.total_fen)}" if given.tickets > 1 else ""
    print(f"total {yuan(price.total_fen * given.tickets)} yuan{each}")
    return 0


def _cells(step: Step) -> tuple[str, ...]:
    amount = "" if step.amount_fen is None else yuan(step.amount_fen)
    return (step.rule, f"v{step.version}", amount, step.did, step.text.en, step.text.zh)


def _lint(given: argparse.Namespace) -> int:
    """Folders and formulas each by themselves; single rule files together, as drafts of the station's tariff."""
    drafts = {path.name: path for path in given.files if path.name in RULE_FILES}
    linted = [(path.name, lint_folder(path) if path.is_dir() else lint_formula(path))
              for path in given.files if path.name not in RULE_FILES]  # fmt: skip
    if drafts or not given.files:
        linted.insert(0, (" with ".join((TARIFF_DIR.name, *drafts)), lint_folder(TARIFF_DIR, drafts)))
    for name, outcome in linted:
        _say(name, outcome)
    return 1 if any(outcome.findings for _, outcome in linted) else 0


def _say(name: str, linted: Linted) -> None:
    for finding in linted.findings:
        print(f"finding {finding}")
    for excuse in dict.fromkeys(excuse.id for _, excuse in linted.excused):
        under = [(finding, each) for finding, each in linted.excused if each.id == excuse]
        worst = max((finding for finding, _ in under), key=lambda finding: finding.by_fen)
        print(f"excused by {excuse}: {len(under)} ladders, worst {worst}\n  {under[0][1].text.en}")
    print(f"{name}: {linted.looked_at} ladders, {len(linted.findings)} findings, {len(linted.excused)} excused")
