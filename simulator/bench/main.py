"""`./tvm bench [--only PART] [--json FILE]`: runs the parts one after the other and prints one table.

Ends 0 when everything asked for was measured, whatever the figures are; 1 when something could not be; 2 for wrong
arguments. What needs a display is left out where there is none. Ctrl-C ends it and prints what there is so far.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from simulator.bench import process
from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import PARTS, Figure, as_json, table
from simulator.bench.parts import MEASURES
from simulator.demo import station_clock
from simulator.rig import RigError
from simulator.supervisor import StartError

QUICK = Amount(nominal=2, instant=4, idle_s=10, starts=1, calls=20, repaints=10, people=2, campaign=6, images=400,
               seats=10_000, records=30_000, peer_sales=40, locks=2_000)  # fmt: skip


def main(argv: Sequence[str]) -> int:
    given = _options(argv)
    logging.basicConfig(level=logging.ERROR, format="%(name)s %(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended like Ctrl-C: every process is stopped in order
    parts = [part for part in MEASURES if part in (given.only or PARTS)]
    figures, failed = list[Figure](), list[str]()
    begun = process.load()
    with ExitStack() as stack:
        bench = Bench(_directory(given.dir, stack), station_clock(1.0, ""), _amount(given), stack, _say)
        try:
            for number, part in enumerate(parts, start=1):
                _say(f"part {number} of {len(parts)}: {part}")
                try:
                    figures += MEASURES[part](bench)
                except (StartError, RigError, OSError) as error:
                    failed.append(f"{part}: {error}")
                    _say(f"could not be measured: {failed[-1]}")
        except KeyboardInterrupt:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # once is enough: what was started is being ended
            failed.append("stopped")
    run = {"load_before": begun, "load_after": process.load(), "failed": failed, **_amounts(given)}
    print(table(figures))
    print(f"load before {begun}; after {run['load_after']}")
    for line in failed:
        print(f"not measured: {line}")
    if given.json is not None:
        given.json.write_text(json.dumps(as_json(figures, run), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


def _directory(chosen: Path | None, stack: ExitStack) -> Path:
    """Where the machines' files lie: short, for the sockets in it; removed afterwards unless it was chosen."""
    if chosen is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tvm-")))
    chosen.mkdir(parents=True)
    return chosen.resolve()


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


def _amount(given: argparse.Namespace) -> Amount:
    usual = QUICK if given.quick else Amount()
    return Amount(
        nominal=given.sales or usual.nominal,
        instant=2 * given.sales or usual.instant,
        idle_s=given.idle or usual.idle_s,
        starts=usual.starts,
        calls=usual.calls,
        repaints=usual.repaints,
        people=usual.people,
        campaign=usual.campaign,
        images=usual.images,
        seats=usual.seats,
        records=usual.records,
        peer_sales=usual.peer_sales,
        locks=usual.locks,
    )


def _amounts(given: argparse.Namespace) -> dict[str, int]:
    amount = _amount(given)
    return {"nominal_sales": amount.nominal, "instant_sales": amount.instant, "idle_s": amount.idle_s}


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], metavar="PART", help="as --only")
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument(
        "--sales",
        type=int,
        default=0,
        metavar="N",
        help="passengers at nominal speeds, and twice as many with devices that take no time (default 8)",
    )
    parser.add_argument(
        "--idle", type=int, default=0, metavar="S", help="seconds of idling that are measured (default 30)"
    )
    parser.add_argument(
        "--dir", type=Path, metavar="DIR", help="keep journals, traces and logs there (a new, short path)"
    )
    parser.add_argument("--quick", action="store_true", help="few samples: whether it runs, not how fast")
    given = parser.parse_args(argv)
    given.only = [*(given.only or ()), *given.part]
    if given.sales < 0 or given.idle < 0:
        parser.error("less than nothing cannot be measured")
    return given


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
