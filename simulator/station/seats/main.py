"""`./tvm seats`: the seat inventory by itself.

cases FILE      cases as JSON lines through the engine: pass or fail for each, `passed N of M`, exit 1 on a fail
check JOURNAL   an independent reading of a seat journal: exit 1 when a place was sold twice
kill            a process that sells is killed again and again, and its journal judged; exit 1 when anything is wrong
serve DIR       commands as JSON lines on stdin, answers on stdout when they are durable
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from simulator.clock import SharedClock
from simulator.station.seats.cases import judge
from simulator.station.seats.checker import Checker
from simulator.station.seats.clerk import Clerk
from simulator.station.seats.engine import Engine
from simulator.station.seats.journal import JournalError
from simulator.station.seats.killing import PLACES, SEGMENTS, STOCKS, kill_often
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.stock import Stock
from simulator.station.seats.store import SeatStore


def main(argv: Sequence[str]) -> int:
    given = _options(argv)
    try:
        status: int = given.run(given)
    except (OSError, JournalError) as error:
        print(f"tvm seats: {error}", file=sys.stderr)
        return 1
    return status


def _cases(given: argparse.Namespace) -> int:
    verdicts = judge(given.file.read_text(encoding="utf-8").splitlines())
    for verdict in verdicts:
        print(f"{verdict.name} {'FAIL ' + verdict.wrong if verdict.wrong else 'pass'}")
    passed = sum(not verdict.wrong for verdict in verdicts)
    print(f"passed {passed} of {len(verdicts)}")
    return 0 if verdicts and passed == len(verdicts) else 1


def _check(given: argparse.Namespace) -> int:
    checker = Checker()
    checker.read(given.journal.read_bytes())
    for line in checker.wrong:
        print(line)
    print(f"{checker.records} records, {checker.sold_places} places sold, {len(checker.wrong)} wrong")
    return 1 if checker.wrong else 0


def _kill(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="tvm-seats-") as folder:
        outcome = kill_often(Path(folder), given.kills, Random(given.seed), _say)
    for line in outcome.wrong:
        print(line)
    print(
        f"{outcome.kills} kills, {outcome.answers} answers ({outcome.repeated} repeated), {outcome.confirmed} confirmed, "
        f"{outcome.records} records, {len(outcome.wrong)} wrong"
    )
    return 1 if outcome.wrong else 0


def _serve(given: argparse.Namespace) -> int:
    engine, clock = Engine(), SharedClock.starting_now()
    make: Callable[[str], Stock] = lambda name: Stock(plain_layout(given.places), given.segments)
    store = SeatStore(given.dir, engine, make)
    for note in store.notes:
        print(f"seats: {note}", file=sys.stderr)
    for number in range(given.stocks):
        if (name := f"T{number}") not in engine.stocks:
            engine.open(name, make(name))
    store.commit()
    if store.replayed >= given.snapshot_after:
        store.snapshot()
    try:
        Clerk(store, clock.wall_ms).serve(sys.stdin.fileno(), sys.stdout.fileno())
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    store.close()
    return 0


def _say(line: str) -> None:
    print(f"seats: {line}", file=sys.stderr, flush=True)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tvm seats", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = parser.add_subparsers(required=True, metavar="WORD")
    cases = words.add_parser("cases", help="judge a file of cases")
    cases.add_argument("file", type=Path, metavar="FILE")
    cases.set_defaults(run=_cases)
    check = words.add_parser("check", help="read a seat journal with other eyes")
    check.add_argument("journal", type=Path, metavar="JOURNAL")
    check.set_defaults(run=_check)
    kill = words.add_parser("kill", help="kill -9 under load")
    kill.add_argument("--kills", type=_number(1, 10_000), default=10, metavar="N", help="how often (default 10)")
    kill.add_argument("--seed", type=int, default=1, metavar="S", help="of the client's choices (default 1)")
    kill.set_defaults(run=_kill)
    serve = words.add_parser("serve", help="sell places on stdin and stdout")
    serve.add_argument("dir", type=Path, metavar="DIR", help="where journal and snapshot lie")
    serve.add_argument(
        "--stocks", type=_number(1, 100_000), default=STOCKS, metavar="N", help="T0, T1, ... are on sale"
    )
    serve.add_argument("--places", type=_number(1, 10_000), default=PLACES, metavar="N", help="places of each")
    serve.add_argument("--segments", type=_number(1, 63), default=SEGMENTS, metavar="N", help="segments of each")
    serve.add_argument(
        "--snapshot-after",
        type=_number(1, 1_000_000_000),
        default=100_000,
        metavar="N",
        help="a start that read so many records spares the next one the trouble (default 100000)",
    )
    serve.set_defaults(run=_serve)
    return parser.parse_args(argv)


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value}: expected {least} to {most}")
        return value

    return number


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
