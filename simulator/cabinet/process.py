"""`python -m simulator cabinet`: the cabinet as a process. Prints one ready line, ends cleanly on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from config import ConfigError
from simulator.cabinet.api import build_app
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.mirror import Mirror
from simulator.cabinet.pump import Pump
from simulator.cabinet.settings import CabinetSettings, load
from simulator.clock import SharedClock, clock_argument
from simulator.lab.asking import Asker
from simulator.lab.orders import LabOrders
from simulator.lab.station_switch import StationSwitch
from simulator.web import Server, listen, say_line


def say(event: Mapping[str, Any]) -> None:
    say_line(json.dumps(event, separators=(",", ":")))


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. Answers 0 when ended by a signal, 1 when it could not start, 2 for wrong arguments."""
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    try:
        return _run(options, load(options.config))
    except (ConfigError, OSError) as error:
        print(f"cabinet: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, settings: CabinetSettings) -> int:
    options.dir.mkdir(parents=True, exist_ok=True)
    cabinet = Cabinet(settings, options.clock)
    cabinet.said = say
    listener = listen(options.lab_port)
    pump = Pump(cabinet, options.dir)
    mirror = Mirror(options.mirror_socket) if options.mirror_socket else None
    station = StationSwitch(options.station)
    orders = LabOrders(Asker(options.station), options.home)
    app = build_app(
        cabinet, mirror, station=station, provider_url=options.provider, bank_url=options.bank, orders=orders
    )
    server = Server(
        uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1),
        on_start=lambda: pump.start(asyncio.get_running_loop()),
        on_end=app.state.wake.close,
    )
    try:
        server.run(sockets=[listener])
    finally:
        pump.close()
        listener.close()
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm cabinet", description="All simulated devices of one machine.")
    parser.add_argument("--dir", type=Path, required=True, help="where the links to the ptys are made")
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="what the machine is made of; default: a usual one")
    parser.add_argument(
        "--lab-port", type=int, default=0, metavar="N", help="port of API and lab page; 0 takes a free one"
    )
    parser.add_argument("--mirror-socket", type=Path, metavar="PATH", help="where the mirrored screen is served")
    parser.add_argument(
        "--station", default="", metavar="URL", help="a lab's station whose trouble the page can switch"
    )
    parser.add_argument(
        "--provider", default="", metavar="URL", help="the lab's provider of phone codes, for the page's phone"
    )
    parser.add_argument(
        "--home", default="", metavar="CODE", help="where the machine stands, for orders the station makes"
    )
    parser.add_argument("--bank", default="", metavar="URL", help="where the lab's bank tells its books, for the cards")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
