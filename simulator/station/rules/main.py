"""`./tvm rules`: cases from a file, what is in force, a new policy against past refunds, the emergency drill.

Ends 0 when all is well, 1 when a case failed or a line could not be judged, 2 for unusable files.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from config import ConfigError
from simulator.clock import SharedClock
from simulator.station.rules.book import RULES_DIR, load_rules
from simulator.station.rules.cases.run import run_file
from simulator.station.rules.drill import night_rules, run
from simulator.station.rules.dry_run import dry_run, open_policy, told
from simulator.station.tariff.money import yuan
from simulator.station.timetable import station_date


def main(argv: Sequence[str]) -> int:
    """Exit status of `cases FILE`, `show [--at DATE]`, `dry-run OLD NEW --sales FILE` and `drill`."""
    given = _options(argv)
    try:
        if given.do == "cases":
            return cases(given.file, given.rules)
        if given.do == "dry-run":
            return compare(given.old, given.new, given.sales, given.rules)
        if given.do == "drill":
            return practise(given.refunds, given.seed, given.rules)
        return show(given.at or station_date(SharedClock.starting_now().wall_ms()), given.rules)
    except (ConfigError, OSError, UnicodeDecodeError) as error:
        print(f"rules: {error}", file=sys.stderr)
        return 2


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm rules", description=__doc__)
    parser.add_argument("--rules", type=Path, default=RULES_DIR, metavar="DIR", help="another folder of rules")
    commands = parser.add_subparsers(dest="do", required=True)
    put = commands.add_parser("cases", help="put the cases of a JSON-lines file to the rules")
    put.add_argument("file", type=Path)
    dry = commands.add_parser("dry-run", help="whom a new policy would have judged otherwise")
    for name in ("old", "new"):
        dry.add_argument(name, type=Path, help="a folder of rules, or a file of overrides laid over ours")
    dry.add_argument("--sales", type=Path, required=True, metavar="FILE", help="past refunds, one JSON object a line")
    shown = commands.add_parser("show", help="what is in force")
    shown.add_argument("--at", type=date.fromisoformat, metavar="DATE", help="on that day (default today)")
    drill = commands.add_parser("drill", help="a night of four policies, every refund judged twice")
    drill.add_argument("--refunds", type=_number, default=1_000_000, metavar="N", help="so many (default 1000000)")
    drill.add_argument("--seed", type=int, default=1, help="fixes everything (default 1)")
    return parser.parse_args(argv)


def _number(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 100_000_000:
        raise argparse.ArgumentTypeError(f"{value}: expected 1 to 100,000,000")
    return value


def practise(refunds: int, seed: int, folder: Path = RULES_DIR) -> int:
    """Sums by what judged, and whether both judges and the sums agree; a line for each of the first that do not."""
    clock = SharedClock.starting_now()
    began_ms, outcome = clock.wall_ms(), run(night_rules(folder), refunds, seed)
    for by in sorted(outcome.refunds):
        told = f"{yuan(outcome.refund_fen[by])} yuan back, {yuan(outcome.fee_fen[by])} yuan of fees"
        print(f"{by:8} {outcome.refunds[by]:9,} refunds, {told}")
    for line in outcome.wrong[:10]:
        print(f"wrong: {line}")
    verdict = "totals exact" if outcome.exact else f"{len(outcome.wrong)} judged wrong, totals NOT exact"
    print(f"{refunds:,} refunds in {(clock.wall_ms() - began_ms) / 1_000:.1f} s, {verdict}")
    return 0 if outcome.exact else 1


def cases(file: Path, folder: Path = RULES_DIR) -> int:
    """Pass or fail of each case, and `passed N of M`."""
    outcomes = []
    for one in run_file(file, load_rules(folder)):
        outcomes.append(one)
        unused = f"  (not looked at: {', '.join(one.unused)})" if one.unused else ""
        print(f"{'pass' if one.passed else 'FAIL'} {one.id}{': ' if one.why else ''}{one.why}{unused}")
    passed = sum(one.passed for one in outcomes)
    print(f"passed {passed} of {len(outcomes)}")
    return 0 if passed == len(outcomes) else 1


def compare(old: Path, new: Path, sales: Path, folder: Path = RULES_DIR) -> int:
    """People and money affected, for each pair of rules; lines that cannot be judged are told."""
    base = load_rules(folder)
    lines = sales.read_text(encoding="utf-8-sig").split("\n")
    outcome = dry_run(open_policy(old, base), open_policy(new, base), lines, sales.name)
    for line in outcome.refused:
        print(f"rules: {line}", file=sys.stderr)
    print("\n".join(told(outcome)))
    return 1 if outcome.refused else 0


def show(day: date, folder: Path = RULES_DIR) -> int:
    """One line for each rule that holds on `day`: topic, id and version, period, texts, source."""
    for topic, rule in load_rules(folder).in_force(day):
        period = f"{rule.valid_from or 'ever'} to {rule.valid_to or 'now on'}"
        print(
            f"{topic:15} {rule.id:5} v{rule.version}  {period:24}  {rule.text.zh}\n{'':48}{rule.text.en}  [{rule.source}]"
        )
    return 0
