"""`./tvm acquirer`: the bank host of the lab as a process. Prints where it listens, ends cleanly on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI

from simulator.acquirer.accounts import lab_accounts
from simulator.acquirer.faults import FAULTS, FaultError, Faults, Order
from simulator.acquirer.host import Acquirer
from simulator.acquirer.keys import DOUBLE, LAB, SINGLE, KeysRefused, LabKeys
from simulator.acquirer.lab import build_app, server_of
from simulator.acquirer.ledger import Ledger
from simulator.acquirer.line import Line
from simulator.acquirer.profile import MERCHANT, Profile
from simulator.clock import SharedClock, clock_argument
from simulator.one_file import LedgerError
from simulator.web import LOOPBACK, listen, say_line

log = logging.getLogger("acquirer")

DEFAULT_LEDGER = Path("var/acquirer.sqlite")
DEFAULT_PORT = 8630
MOST_DIGITS = 12


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. 0 when ended by a signal, 1 when it could not start or had to stop, 2 for wrong arguments."""
    options = _options(argv)
    if options.faults:
        for name, sentence in FAULTS.items():
            print(f"{name:18} {sentence}")
        return 0
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    try:
        keys = LabKeys(options.environment, mac_bytes=options.mac_key)
        options.ledger.parent.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(options.ledger)
    except (KeysRefused, LedgerError, OSError) as error:
        print(f"acquirer: {error}", file=sys.stderr)
        return 1
    try:
        return asyncio.run(_run(options, keys, ledger))
    except OSError as error:
        print(f"acquirer: {error}", file=sys.stderr)
        return 1
    finally:
        ledger.close()


async def _run(options: argparse.Namespace, keys: LabKeys, ledger: Ledger) -> int:
    if wrong := ledger.wrong():
        print(f"acquirer: the ledger does not add up: {'; '.join(wrong)}", file=sys.stderr)
        return 1
    ended = asyncio.Event()
    trouble: list[str] = []

    def stop(reason: str) -> None:
        log.error("stopping reason=%s", reason)
        trouble.append(reason)
        ended.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    faults = Faults()
    for order in options.fault:
        faults.switch_on(order)
    profile = Profile(terminals=dict(options.terminal) or Profile().terminals)
    accounts = lab_accounts(dict(options.opened))
    line = Line(Acquirer(keys, ledger, profile, accounts), faults, options.clock.wall_ms, stop)
    opened = {standing.name: standing.opened_fen for standing in accounts.values()}
    lab = None if options.lab is None else await _open_lab(options.lab, build_app(ledger, faults, opened))
    server = await asyncio.start_server(line.serve, sock=listen(options.port))
    port = server.sockets[0].getsockname()[1]
    print("acquirer: LAB KEYS: published test values, no real card belongs here", file=sys.stderr)
    say_line(f"ready tcp://{LOOPBACK}:{port}")
    await ended.wait()
    server.close()
    if lab is not None:
        lab.cancel()
    return 1 if trouble else 0


async def _open_lab(port: int, app: FastAPI) -> asyncio.Task[None]:
    """Serving when it returns; its address is told as an event."""
    listener = listen(port)
    listener.listen()  # who is told the address may call at once
    say_line(json.dumps({"event": "lab", "url": f"http://{LOOPBACK}:{listener.getsockname()[1]}"}))
    return asyncio.create_task(server_of(app).serve(sockets=[listener]))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tvm acquirer", description="The bank host of the lab, on the loopback address, with published test keys."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"0 takes a free one (default {DEFAULT_PORT})")
    parser.add_argument(
        "--ledger", type=Path, default=DEFAULT_LEDGER, metavar="FILE", help=f"its memory (default {DEFAULT_LEDGER})"
    )
    parser.add_argument(
        "--environment", default=LAB, help="must be lab, which is the default: anything else is refused"
    )
    parser.add_argument(
        "--mac-key", type=int, choices=(SINGLE, DOUBLE), default=DOUBLE, help=f"bytes of a MAC key (default {DOUBLE})"
    )
    parser.add_argument(
        "--terminal",
        type=_terminal,
        action="append",
        default=[],
        metavar="ID[:MERCHANT]",
        help="8 characters, and 15 of its merchant; may be repeated (default TVM00001)",
    )
    parser.add_argument(
        "--fault",
        type=_order,
        action="append",
        default=[],
        metavar="NAME[:key=value..]",
        help="misbehave; keys ms, code, match (message type), times; may be repeated",
    )
    parser.add_argument(
        "--opened",
        type=_opened,
        action="append",
        default=[],
        metavar="NAME=FEN",
        help="what an account is opened with, when it is used for the first time; may be repeated",
    )
    parser.add_argument("--lab", type=int, metavar="PORT", help="also the calls under /lab: faults and the whole state")
    parser.add_argument("--faults", action="store_true", help="list the faults it can play, and end")
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    return parser.parse_args(argv)


def _terminal(text: str) -> tuple[str, str]:
    terminal, _, merchant = text.partition(":")
    if not (text.isascii() and text.isprintable() and len(terminal) == 8 and len(merchant) in (0, 15)):
        raise argparse.ArgumentTypeError(f"{text!r}: expected 8 characters, or 8, a colon and 15")
    return terminal, merchant or MERCHANT


def _opened(text: str) -> tuple[str, int]:
    name, _, fen = text.partition("=")
    if name not in {standing.name for standing in lab_accounts().values()}:
        raise argparse.ArgumentTypeError(f"{text!r}: no such account")
    if not (fen.isascii() and fen.isdigit() and len(fen) <= MOST_DIGITS):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a name, = and fen")
    return name, int(fen)


def _order(text: str) -> Order:
    try:
        return Order.parse(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
