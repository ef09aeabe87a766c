"""`./tvm provider`: the provider of phone codes as a process. Prints where it listens, ends cleanly on SIGTERM."""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from simulator.clock import SharedClock, clock_argument
from simulator.one_file import LedgerError
from simulator.provider.faults import FAULTS, FaultError, Faults, Ordered
from simulator.provider.http import Shell
from simulator.provider.ledger import Ledger
from simulator.provider.payers import LAB_PAYERS
from simulator.provider.provider import Provider
from simulator.web import Server, listen

log = logging.getLogger("provider")

DEFAULT_DATA = Path("var/provider")
DEFAULT_PORT = 8640
LAB_MERCHANT = "T07"
LAB_KEY = hashlib.sha256(b"lab key of phone codes").digest()
"""Published: no real wallet belongs here."""
KEEP_ALIVE_S = 120


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. 0 when ended by a signal, 1 when it could not start or had to stop, 2 for wrong arguments."""
    options = _options(argv)
    if options.faults:
        for name, sentence in FAULTS.items():
            print(f"{name:16} {sentence}")
        return 0
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    try:
        options.data.mkdir(parents=True, exist_ok=True)
        return _run(options)
    except (LedgerError, OSError) as error:
        print(f"provider: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    keys = dict(options.merchant) or {LAB_MERCHANT: LAB_KEY}
    payers = {payer.name: payer.opened_fen for payer in LAB_PAYERS.values()}
    faults = Faults()
    for ordered in options.fault:
        faults.switch_on(ordered)
    trouble: list[str] = []

    def stop(reason: str) -> None:
        log.error("stopping reason=%s", reason)
        trouble.append(reason)
        server.should_exit = True

    def opened() -> Provider:
        return Provider(Ledger(options.data / "ledger.sqlite", payers), keys)

    listener = listen(options.port)
    shell = Shell(opened, faults, options.clock.wall_ms, stop, options.lab)
    if wrong := shell.provider.ledger.wrong():
        shell.provider.ledger.close()
        print(f"provider: the ledger does not add up: {'; '.join(wrong)}", file=sys.stderr)
        return 1
    server = Server(
        uvicorn.Config(
            shell,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=1,
        )
    )
    try:
        server.run(sockets=[listener])
    finally:
        shell.provider.ledger.close()
    return 1 if trouble else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tvm provider", description="The provider of phone codes of the lab, on the loopback address."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"0 takes a free one (default {DEFAULT_PORT})")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help=f"where it remembers (default {DEFAULT_DATA})")
    parser.add_argument(
        "--merchant",
        type=_merchant,
        action="append",
        default=[],
        metavar="ID:KEY",
        help=f"a machine and its key, 64 hex digits; may be repeated (default {LAB_MERCHANT} with the lab's key)",
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="NAME[:key=value..]",
        help="misbehave; keys ms, match (part of the path), times; may be repeated",
    )
    parser.add_argument("--lab", action="store_true", help="also the call /lab/faults")
    parser.add_argument("--faults", action="store_true", help="list the faults it can play, and end")
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    return parser.parse_args(argv)


def _merchant(text: str) -> tuple[str, bytes]:
    match = re.fullmatch(r"([A-Za-z0-9_-]{1,32}):([0-9a-fA-F]{64})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected ID:KEY, the key as 64 hex digits")
    return match[1], bytes.fromhex(match[2])


def _fault(text: str) -> Ordered:
    try:
        return Ordered.parse(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
