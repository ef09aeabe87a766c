"""`./tvm station`: the station computer as a process. Prints one ready line, ends cleanly on SIGTERM."""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from simulator.clock import SharedClock, clock_argument
from simulator.station.core import RESTORED, Station, World
from simulator.station.demand import nobody_bought, others_bought
from simulator.station.devices import Enrolled
from simulator.station.faults import Faults
from simulator.station.http import StationShell, build_app
from simulator.station.inventory import InventoryError
from simulator.station.network import NETWORK_DIR, NetworkError
from simulator.station.store import Store, StoreError
from simulator.web import Server, listen

log = logging.getLogger("station")

DEFAULT_DATA = Path("var/station")
HOME_STATION = "BXP"
KEEP_ALIVE_S = 120  # longer than a machine is silent, so that no call meets a connection that is being closed


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. Answers 0 when ended by a signal, 1 when it could not start or had to stop, 2 for wrong arguments."""
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    try:
        return _run(options)
    except (NetworkError, StoreError, InventoryError, OSError) as error:
        print(f"station: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    enrolled = {one.machine: one for one in options.machine}
    listener = listen(options.port)
    store = Store(options.data)
    station = Station(World.load(options.network), enrolled, others_bought if options.busy else nobody_bought)
    for step in store.replay():
        station.apply(step)
    if options.restored:
        store.append([RESTORED])
        station.apply(RESTORED)
    faults = Faults() if options.lab else None
    trouble: list[str] = []

    def stop(reason: str) -> None:
        log.error("stopping reason=%s", reason)
        trouble.append(reason)
        server.should_exit = True

    shell = StationShell(station, store, options.clock, stop)
    server = Server(
        uvicorn.Config(
            build_app(shell, faults),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=2,
        )
    )
    try:
        server.run(sockets=[listener])
    finally:
        store.close()
    return 1 if trouble else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm station", description="The station computer, on the loopback address.")
    parser.add_argument("--port", type=int, default=8620, help="0 takes a free one (default 8620)")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help=f"where it remembers (default {DEFAULT_DATA})")
    parser.add_argument("--network", type=Path, default=NETWORK_DIR, help="folder of the network data")
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    parser.add_argument(
        "--machine",
        type=_machine,
        action="append",
        required=True,
        metavar="ID:TOKEN[:TELECODE]",
        help=f"an enrolled machine and the station it stands at (default {HOME_STATION}); may be repeated",
    )
    parser.add_argument(
        "--revoked", action="append", default=[], metavar="ID", help="an enrolled machine that gets no grant"
    )
    parser.add_argument(
        "--busy", action="store_true", help="others have bought before; keep it the same for a data folder"
    )
    parser.add_argument(
        "--restored", action="store_true", help="the data is an older backup: begin a new letter of ticket numbers"
    )
    parser.add_argument("--lab", action="store_true", help="also the calls under /lab: faults and the whole state")
    options = parser.parse_args(argv)
    options.machine = [
        Enrolled(one.machine, one.token, one.station, revoked=one.machine in options.revoked) for one in options.machine
    ]
    return options


def _machine(text: str) -> Enrolled:
    match = re.fullmatch(r"([A-Za-z0-9_-]{1,16}):([!-9;-~]+)(?::([A-Z]{3}))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected ID:TOKEN or ID:TOKEN:TELECODE")
    return Enrolled(match[1], match[2], match[3] or HOME_STATION)


if __name__ == "__main__":
    sys.exit(main())
