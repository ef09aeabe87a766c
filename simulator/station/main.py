"""`./tvm station`: the station computer as a process. Prints one ready line, ends cleanly on SIGTERM."""

from __future__ import annotations

import argparse
import json
import logging
import re
import secrets
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from socket import socket

import uvicorn

from config import ConfigError
from simulator.clock import SharedClock, clock_argument
from simulator.station.collector import settle
from simulator.station.core import RESTORED, Station
from simulator.station.demand import nobody_bought, others_bought
from simulator.station.devices import Enrolled
from simulator.station.faults import Faults
from simulator.station.gtfs.bound import BOUND, bound_of, open_feed
from simulator.station.gtfs.findings import FeedError
from simulator.station.http import build_app
from simulator.station.line import LineServer
from simulator.station.machines.office import Person
from simulator.station.machines.picture_files import InFolder
from simulator.station.machines.roles import ROLES, USUAL
from simulator.station.machines.signing import read_signer
from simulator.station.network import NETWORK_DIR, NetworkError
from simulator.station.seats.stock import StockError
from simulator.station.shell import StationShell
from simulator.station.store import Store, StoreError, open_store
from simulator.station.timetable import station_date
from simulator.station.wire import Step
from simulator.station.world import World
from simulator.web import Server, listen, say_line

log = logging.getLogger("station")

DEFAULT_DATA = Path("var/station")
HOME_STATION = "BXP"
PICTURES = "media"
"""In the data folder, also of a station whose journal is in a database."""
KEEP_ALIVE_S = 120  # longer than a machine is silent, so that no call meets a connection that is being closed


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. Answers 0 when ended by a signal, 1 when it could not start or had to stop, 2 for wrong arguments."""
    if argv and argv[0] == "kill":
        from simulator.station.killing.run import main as kill

        return kill(argv[1:])
    if argv and argv[0] == "move":
        from simulator.station.postgres.moving import main as move

        return move(argv[1:])
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    try:
        with closing(listen(options.port)) as listener, closing(open_store(options.data, options.database)) as store:
            return _run(options, listener, store)
    except (NetworkError, FeedError, StoreError, StockError, ConfigError, OSError, ValueError) as error:
        print(f"station: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, listener: socket, store: Store) -> int:
    steps = list(store.replay())
    world, home = _world(options, store, steps)
    _ = world.rules  # read now: a file that cannot be read must not wait for the first refund
    enrolled = {one.machine: replace(one, station=one.station or home) for one in options.machine}
    if unknown := [one.station for one in enrolled.values() if one.station not in world.network.stations]:
        raise NetworkError(f"no station {unknown[0]}")
    signer = read_signer(options.data, secrets.token_bytes)
    people = {person.name: person for person in options.person}
    files = InFolder(options.data / PICTURES)
    opening = others_bought if options.busy else nobody_bought
    station = Station(world, enrolled, opening, signer, people, key=store.key(), files=files)
    for step in steps:
        if step["kind"] != BOUND:
            station.apply(step)
    if options.restored:
        store.append([RESTORED])
        station.apply(RESTORED)
    settle()
    faults = Faults() if options.lab else None
    trouble: list[str] = []

    def stop(reason: str) -> None:
        log.error("stopping reason=%s", reason)
        trouble.append(reason)
        server.should_exit = True

    shell = StationShell(station, store, options.clock, stop)
    line = None if options.line is None else LineServer(options.line, shell)
    server = Server(
        uvicorn.Config(
            build_app(shell, faults),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=2,
        ),
        (lambda: None) if line is None else line.start,
        shell.leave,
    )
    try:
        server.run(sockets=[listener])
    finally:
        if line is not None:
            line.close()
    return 1 if trouble else 0


def _world(options: argparse.Namespace, store: Store, steps: Sequence[Step]) -> tuple[World, str]:
    """The network data, or the feed, which is told on stderr and as an event; and where machines stand that nobody placed."""
    if options.gtfs is None:
        if bound_of(steps) is not None:
            raise FeedError(f"{options.data} was begun with a GTFS feed; name it with --gtfs")
        return World.load(options.network), HOME_STATION
    today = station_date(options.clock.wall_ms())
    feed, step = open_feed(options.gtfs, steps, today, options.as_of, options.skip_broken, options.home)
    if step is not None:
        store.append([step])
    for line in feed.told:
        print(f"station: {line}", file=sys.stderr)
    say_line(json.dumps({"event": "timetable", "home": feed.home.telecode, "name": feed.home.english}))
    return feed.world, feed.home.telecode


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm station", description="The station computer, on the loopback address.")
    parser.add_argument("--port", type=int, default=8620, help="0 takes a free one (default 8620)")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help=f"where it remembers (default {DEFAULT_DATA})")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="keep the journal in this PostgreSQL, postgresql://USER@HOST/NAME (a password belongs into PGPASSFILE)",
    )
    parser.add_argument("--network", type=Path, default=NETWORK_DIR, help="folder of the network data")
    parser.add_argument(
        "--gtfs",
        type=Path,
        metavar="FILE",
        help="sell this GTFS feed, a zip archive or a folder, in place of the network data",
    )
    parser.add_argument(
        "--as-of",
        type=_date,
        metavar="YYYY-MM-DD",
        help="the day of the feed that is sold as today (default today, else its nearest such weekday)",
    )
    parser.add_argument("--skip-broken", action="store_true", help="sell a feed without its broken rows, and say which")
    parser.add_argument(
        "--home",
        default="",
        metavar="STOP",
        help="id or name of the feed's station machines stand at (default the busiest)",
    )
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    parser.add_argument(
        "--machine",
        type=_machine,
        action="append",
        default=[],
        metavar="ID:TOKEN[:TELECODE[:SEAL]]",
        help=f"an enrolled machine, where it stands (default {HOME_STATION}, or the home of the feed), and its seal, 64 hex "
        "digits (without one the MAC of its records is not checked); may be repeated",
    )
    parser.add_argument(
        "--revoked", action="append", default=[], metavar="ID", help="an enrolled machine that gets no grant"
    )
    parser.add_argument(
        "--person",
        type=_person,
        action="append",
        default=[],
        metavar="NAME:TOKEN[:ROLE]",
        help=f"somebody of the office: {', '.join(ROLES)} (default {USUAL}); may be repeated",
    )
    parser.add_argument(
        "--busy", action="store_true", help="others have bought before; keep it the same for a data folder"
    )
    parser.add_argument(
        "--restored", action="store_true", help="the data is an older backup: begin a new letter of ticket numbers"
    )
    parser.add_argument(
        "--line", type=Path, metavar="PATH", help="the same calls as lines on a Unix socket, made there"
    )
    parser.add_argument("--lab", action="store_true", help="also the calls under /lab: faults and the whole state")
    options = parser.parse_args(argv)
    if options.gtfs is None and (options.as_of or options.skip_broken or options.home):
        parser.error("--as-of, --skip-broken and --home belong to --gtfs")
    options.machine = [replace(one, revoked=one.machine in options.revoked) for one in options.machine]
    if not options.machine and not options.person:
        parser.error("neither a --machine nor a --person who could enrol one")
    return options


def _machine(text: str) -> Enrolled:
    match = re.fullmatch(r"([A-Za-z0-9_-]{1,16}):([!-9;-~]+)(?::([A-Z]{3})?(?::([0-9a-f]{64}))?)?", text)
    if match is None:  # what was given is not repeated: there may be a seal in it
        raise argparse.ArgumentTypeError("expected ID:TOKEN, ID:TOKEN:TELECODE or ID:TOKEN:TELECODE:SEAL")
    return Enrolled(match[1], match[2], match[3] or "", seal=bytes.fromhex(match[4] or ""))


def _person(text: str) -> Person:
    match = re.fullmatch(rf"([A-Za-z0-9_-]{{1,16}}):([!-9;-~]{{8,}})(?::({'|'.join(ROLES)}))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"expected NAME:TOKEN or NAME:TOKEN:ROLE, 8 letters or more, {' or '.join(ROLES)}"
        )
    return Person(match[1], match[2], match[3] or USUAL)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
