"""`./tvm demo`: a whole simulated machine. With a window (or the lab page) for people, or `--headless` with passengers.

Headless it ends 0 when every fen and every ticket is accounted for, else 1; the report says what is not.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from simulator.clock import SharedClock
from simulator.passenger.person import make_plans
from simulator.passenger.visit import Account
from simulator.report import MotionLog, make_report
from simulator.rig import Rig, RigError, Wanted, has_display
from simulator.supervisor import StartError

STATION_ZONE = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES, MORNING = 6, 20, "08:30"
HEADLESS_RATE = 10.0
SETTLE_MS = 300_000
IDLE_TURN_MS = 200


def station_clock(rate: float, at: str) -> SharedClock:
    """The run's clock. `at` HH:MM: that time of today at the station; empty: now, or the morning when trains have left."""
    clock = SharedClock.starting_now(rate)
    today = datetime.fromtimestamp(clock.base_wall_ms / 1000, STATION_ZONE)
    if not at and OPENS <= today.hour < CLOSES:
        return clock
    hour, minute = (int(part) for part in (at or MORNING).split(":"))
    begins = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return replace(clock, base_wall_ms=round(begins.timestamp() * 1000))


def main(argv: Sequence[str]) -> int:
    """0: ended by Ctrl-C, or all is accounted for; 1: something is not, or the machine was lost; 2: wrong arguments."""
    given = _options(argv)
    logging.basicConfig(level=logging.INFO if given.verbose else logging.ERROR, format="%(name)s %(message)s")
    # headless runs begin at the same time of day, or a seed would not fix what can be chosen
    at = given.at or (MORNING if given.headless else "")
    clock = station_clock(given.rate or (HEADLESS_RATE if given.headless else 1.0), at)
    with _directory(given.dir) as directory, _ended_by_signal():
        window = not given.headless and not given.no_window and has_display()
        rig = Rig(directory, clock, Wanted(window, not given.headless, given.lab_port, busy=not given.headless))
        try:
            rig.start(lambda line: print(line, flush=True))
            return _headless(rig, given) if given.headless else _for_people(rig, window)
        except KeyboardInterrupt:
            return 1 if given.headless else 0
        except (StartError, RigError, OSError) as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1
        finally:
            rig.stop()


def _for_people(rig: Rig, window: bool) -> int:
    print("a technician fills the machine ...", flush=True)
    rig.first_act()
    shown = "the screen is the window that opened; notes" if window else "screen, notes"
    print(f"\nready: {shown}, tickets and trouble are on the lab page {rig.lab_url}")
    print(f"files of this run: {rig.directory}\nCtrl-C ends everything", flush=True)
    rig.eyes.close()
    while True:
        rig.supervisor.turn(IDLE_TURN_MS)
        if failed := rig.supervisor.failed():
            raise RigError(f"{', '.join(failed)} ended for good; see {rig.directory / 'logs'}")


def _headless(rig: Rig, given: argparse.Namespace) -> int:
    dice = random.Random(given.seed)
    rig.first_act()
    accounts, motions = list[Account](), MotionLog()
    for number, plan in enumerate(make_plans(given.sales, dice), start=1):
        rig.wait_until_free()
        account = rig.visit(plan, dice)
        accounts.append(account)
        motions.gather(rig.hands().get(f"/api/busy?since_ms={motions.since_ms}"))
        print(f"{number:4} {account.kind:14} {account.outcome}", flush=True)
    rig.wait_until_free()
    ledger = settled_ledger(rig)
    motions.gather(rig.hands().get(f"/api/busy?since_ms={motions.since_ms}"))
    run = {"sales": given.sales, "seed": given.seed, "rate": rig.clock.rate, "starts": rig.supervisor.all_starts()}
    report = make_report(rig.directory / "journal", ledger, motions.devices, accounts, run)
    if given.report is not None:
        given.report.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _summary(report)
    return 1 if report["violations"] else 0


def settled_ledger(rig: Rig) -> dict[str, Any]:
    """The physical count, taken while nothing moves. Raises RigError when something never comes to rest."""
    held: dict[str, Any] = {}

    def rests() -> bool:
        held.update(rig.hands().get("/api/ledger"))
        return not held["moving"]

    rig.serve_until(rests, SETTLE_MS, "a machine at rest")
    return held


def _summary(report: dict[str, Any]) -> None:
    print(f"sales {report['sales']} · fen {report['fen']} · tickets {report['tickets']}")
    print(f"mean real ms per sale {report['times']['mean_ms']}")
    for sentence in report["found"]:
        print(f"NOT ACCOUNTED FOR: {sentence}")
    print(f"violations {report['violations']}")


@contextmanager
def _directory(chosen: Path | None) -> Iterator[Path]:
    """A run's folder: short, for the sockets in it; removed afterwards unless it was chosen."""
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="tvm-") as made:
        yield Path(made)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C, and so does SIGINT when a shell started us with it ignored: all is stopped in order."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm demo", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="no window; synthetic passengers, a report")
    parser.add_argument("--sales", type=int, default=6, metavar="N", help="headless: how many passengers (default 6)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="headless: fixes every choice (default 1)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="headless: write the report there as JSON")
    parser.add_argument(
        "--rate", type=float, default=0.0, help="how fast the day goes, 1 to 10 (default 1, headless 10)"
    )
    parser.add_argument(
        "--at", default="", metavar="HH:MM", help="station time to begin at (default now, mornings if late)"
    )
    parser.add_argument(
        "--lab-port", type=int, default=0, metavar="N", help="port of the lab page (default: a free one)"
    )
    parser.add_argument("--no-window", action="store_true", help="the screen only on the lab page")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="keep the run's files there (a new, short path)")
    parser.add_argument("--verbose", action="store_true", help="log what starts and ends")
    given = parser.parse_args(argv)
    if given.rate and not 1 <= given.rate <= 10:
        parser.error(f"--rate {given.rate} is outside 1 to 10")
    if given.sales < 0:
        parser.error(f"--sales {given.sales} is negative")
    return given


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
