"""`./tvm demo`: a whole simulated machine. With a window (or the lab page) for people, or `--headless` with passengers.

Headless it ends 0 when every fen and every ticket is accounted for, else 1; the report says what is not.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from simulator.auditor import Orders
from simulator.balance import settled
from simulator.batches import table
from simulator.clock import SharedClock
from simulator.demo_hall import REPORTED_MS, bearers, last_place, report_of, same_order, seekers, serve_passengers
from simulator.endings import in_the_way
from simulator.fittings import ADDED, COLLECT, FITTINGS, FOR_PEOPLE, MIXED, MIXED_FOR_PEOPLE, fitting
from simulator.hall import Hall
from simulator.passenger.person import make_plans
from simulator.passenger.visit import Account
from simulator.programs import Wanted
from simulator.report import MotionLog, PhoneBooks, make_report, orders_of
from simulator.rig import Rig, RigError, has_display
from simulator.settling import settle
from simulator.supervisor import StartError

STATION_ZONE = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES, MORNING = 6, 20, "08:30"
HEADLESS_RATE = 10.0
SETTLE_MS = 300_000
IDLE_TURN_MS = 200
MOST_MACHINES = 4
OFFICE = ("wang", "li")  # two, for parameters are released by another person than their author


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
        settles = any(fitting(name).cards for name in given.fitted)  # at the end of a run, by order
        office = tuple(f"{name}:{secrets.token_hex(6)}" for name in OFFICE) if settles or not given.headless else ()
        machines = [_wanted(given, window, number, office) for number in range(given.machines)]
        run = _one_machine if len(machines) == 1 else _several_machines
        try:
            return run(directory, clock, machines, given)
        except KeyboardInterrupt:
            return 1 if given.headless else 0
        except (StartError, RigError, OSError) as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1


def _wanted(given: argparse.Namespace, window: bool, number: int, office: Sequence[str] = ()) -> Wanted:
    """How machine `number` (from 0) is set up; each has a lab page of its own, on ports that follow each other."""
    fitted = fitting(given.fitted[number])
    lab_port = given.lab_port and given.lab_port + number
    people, timetable = not given.headless, _timetable(given)
    more = Wanted(
        window, people, lab_port, busy=people, timetable=timetable, fitted=fitted, office=office, crowd=not people
    )
    return replace(more, database=given.database)


def _say_office(url: str, wanted: Wanted) -> None:
    people = " · ".join(" ".join(person.split(":")) for person in wanted.office)
    _say(f"the station's console: {url}/console/  name and token: {people}")


def _say(line: str) -> None:
    print(line, flush=True)


def _one_machine(directory: Path, clock: SharedClock, machines: Sequence[Wanted], given: argparse.Namespace) -> int:
    rig = Rig(directory, clock, machines[0])
    try:
        rig.start(_say)
        return _headless(rig, given) if given.headless else _for_people(rig, machines[0])
    finally:
        rig.stop()


def _several_machines(
    directory: Path, clock: SharedClock, machines: Sequence[Wanted], given: argparse.Namespace
) -> int:
    hall = Hall(directory, clock, machines)
    try:
        hall.start(_say)
        _say("a technician fills each machine ...")
        hall.first_act()
        return _headless_hall(hall, given) if given.headless else _hall_for_people(hall, given, machines[0])
    finally:
        hall.stop()


def _hall_for_people(hall: Hall, given: argparse.Namespace, wanted: Wanted) -> int:
    print(
        f"\nready: {'their screens are the windows that opened' if wanted.window else 'their screens'} and the lab pages"
    )
    for rig in hall.rigs:
        print(f"  {rig.identity.machine}  {rig.lab_url}")
        rig.eyes.close()
    if hall.station is not None:
        _say_office(hall.station.url, wanted)
    if given.last_place:
        print(f"one place is left of {last_place(hall)}: try to buy it at two machines")
    print(f"files of this run: {hall.directory}\nCtrl-C ends everything", flush=True)
    while True:
        for each in (hall.supervisor, *(rig.supervisor for rig in hall.rigs)):
            each.turn(IDLE_TURN_MS // (1 + len(hall.rigs)))
            if failed := each.failed():
                raise RigError(f"{', '.join(failed)} ended for good; see the logs in {hall.directory}")


def _headless_hall(hall: Hall, given: argparse.Namespace) -> int:
    plans = make_plans(given.sales, random.Random(given.seed), hall.phones, hall.cards, hall.collects)
    if given.last_place:
        sought = last_place(hall)
        _say(f"one place is left of {sought}")
        plans = [*seekers(sought), *plans]
    if given.same_order:
        _say(f"two people come at once with the paper of order {same_order(hall)}")
        plans = [*bearers(), *plans]
    told = lambda name, number, account: _say(f"{name} {number:4} {account.kind:14} {account.outcome}")
    lines = serve_passengers(hall, plans, lambda number: random.Random(f"{given.seed}.{number}"), told)
    run = {"sales": len(plans), "seed": given.seed, "rate": hall.clock.rate, "fitted": given.fitted}
    report = report_of(hall, lines, run)
    for name, part in report["machines"].items():
        _say(f"{name}: sales {part['sales']} · fen {part['fen']} · violations {part['violations']}")
    return _told(report, given)


def _timetable(given: argparse.Namespace) -> tuple[str, ...]:
    """The words that make the station sell a GTFS feed; it judges feed, day and home itself."""
    if given.gtfs is None:
        return ()
    as_of = ("--as-of", given.as_of) if given.as_of else ()
    home = ("--home", given.home) if given.home else ()
    return ("--gtfs", str(given.gtfs.resolve()), *as_of, *home, *["--skip-broken"] * given.skip_broken)


def _for_people(rig: Rig, wanted: Wanted) -> int:
    print("a technician fills the machine ...", flush=True)
    rig.first_act()
    shown = "the screen is the window that opened; notes" if wanted.window else "screen, notes"
    print(f"\nready: {shown}, tickets and trouble are on the lab page {rig.lab_url}")
    _say_office(rig.station_url, wanted)
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
    plans = make_plans(given.sales, dice, bool(rig.provider_url), rig.takes_cards, rig.collects)
    for number, plan in enumerate(plans, start=1):
        rig.wait_until_free()
        account = rig.visit(plan, dice)
        accounts.append(account)
        motions.gather(rig.hands().get(f"/api/busy?since_ms={motions.since_ms}"))
        print(f"{number:4} {account.kind:14} {account.outcome}", flush=True)
    rig.wait_until_free()
    batches = settle(rig, rig.serve_until)
    books, bank = rig.provider_books(), rig.bank_books()
    ledger = settled_ledger(rig)
    motions.gather(rig.hands().get(f"/api/busy?since_ms={motions.since_ms}"))
    run = {"sales": given.sales, "seed": given.seed, "rate": rig.clock.rate, "starts": rig.supervisor.all_starts()}
    phones = PhoneBooks(books, rig.identity.machine) if books is not None else None
    cards = rig.card_books(bank)
    orders = settled_orders(rig) if rig.collects else None
    journal = rig.directory / "journal"
    report = make_report(journal, ledger, motions.devices, accounts, run, phones, cards, orders, batches)
    return _told(report, given)


def _told(report: Mapping[str, Any], given: argparse.Namespace) -> int:
    """Write the report where it is wanted, and say the sum of it; answers the exit status."""
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


def settled_orders(rig: Rig) -> Orders:
    """What the station believes of the orders it handed out here, once it has heard the end of everything."""
    machine = rig.identity.machine
    rig.serve_until(lambda: settled(rig.station_state(), [machine]), REPORTED_MS, "the last report to the station")
    return orders_of(rig.station_state(), machine)


def _summary(report: Mapping[str, Any]) -> None:
    print(f"sales {report['sales']} · fen {report['fen']} · tickets {report['tickets']}")
    if why := in_the_way(report["ended"], report["faults"]):
        print(f"what stood in the way: {why}")
    print(f"mean real ms per sale {report['times']['mean_ms']}")
    for kind, told in report["kinds"].items():
        print(
            f"  {kind:14} {told['visits']:3} visits {told['bought']:3} bought"
            f" {told['mean_s']:6.1f} s {told['mean_touches']:5.1f} touches"
        )
    for name in ("ways", "coins", "pickups", "phones", "cards"):
        if name in report:
            print(f"{name} {report[name]}")
    for name, part in report.get("machines", {"": report}).items():
        for line in table(part["batches"]) if part.get("batches") else ():
            print(f"{name} {line}".strip())
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
    parser.add_argument("--machines", type=int, default=1, metavar="N", help="so many machines at one station (1 to 4)")
    parser.add_argument(
        "--fitted", type=_fitted, action="append", default=[], metavar="NAME",
        help=f"how a machine is fitted out, once for each in turn: {', '.join(sorted(FITTINGS))}, each also with "
        f"{' and '.join(f'+{each}' for each in ADDED)} (default {FOR_PEOPLE}, headless usual; "
        f"without it several machines are {' and '.join(MIXED)} in turn)",
    )  # fmt: skip
    parser.add_argument(
        "--last-place", action="store_true", help="the window sells a class but for one place, which two people want"
    )
    parser.add_argument(
        "--same-order",
        action="store_true",
        help="headless: two people come with the paper of one order, at two machines",
    )
    parser.add_argument("--no-window", action="store_true", help="the screen only on the lab page")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="keep the run's files there (a new, short path)")
    parser.add_argument("--gtfs", type=Path, metavar="FILE", help="sell this GTFS feed, a zip archive or a folder")
    parser.add_argument("--as-of", default="", metavar="YYYY-MM-DD", help="the day of the feed that is sold as today")
    parser.add_argument(
        "--home", default="", metavar="STOP", help="id or name of the feed's station the machine stands at"
    )
    parser.add_argument("--skip-broken", action="store_true", help="sell the feed without its broken rows")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="the station keeps its journal in this PostgreSQL, where it has none yet",
    )
    parser.add_argument("--verbose", action="store_true", help="log what starts and ends")
    given = parser.parse_args(argv)
    if given.rate and not 1 <= given.rate <= 10:
        parser.error(f"--rate {given.rate} is outside 1 to 10")
    if given.gtfs is None and (given.as_of or given.home or given.skip_broken):
        parser.error("--as-of, --home and --skip-broken belong to --gtfs")
    if not 1 <= given.machines <= MOST_MACHINES:
        parser.error(f"--machines {given.machines} is outside 1 to {MOST_MACHINES}")
    if len(given.fitted) > given.machines:
        parser.error(f"{len(given.fitted)} times --fitted for {given.machines} machines")
    rest = _rest(given)
    given.fitted = [*given.fitted, *(rest[at % len(rest)] for at in range(given.machines - len(given.fitted)))]
    if given.last_place and (given.machines < 2 or given.gtfs is not None):
        parser.error("--last-place needs --machines 2 or more, and the network's own trains")
    collecting = [name for name in given.fitted if fitting(name).collects]
    if given.same_order and not (given.headless and len(collecting) == given.machines >= 2):
        parser.error(f"--same-order needs --headless, --machines 2 or more, and each of them fitted with {COLLECT}")
    if given.sales < 0:
        parser.error(f"--sales {given.sales} is negative")
    return given


def _fitted(name: str) -> str:
    try:
        fitting(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return name


def _rest(given: argparse.Namespace) -> Sequence[str]:
    """How machines are fitted that nothing was said of: for people with every way to pay; headless as a seed has always meant."""
    if given.machines > 1 and not given.fitted:
        return MIXED if given.headless else MIXED_FOR_PEOPLE
    return ("usual",) if given.headless or given.fitted else (FOR_PEOPLE,)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
