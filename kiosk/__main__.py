"""`python -m kiosk run|screen|probe|provision`: picks the command and imports only what that command needs."""

from __future__ import annotations

import argparse
import ctypes
import gc
import logging
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import config
from kiosk.errors import TvmError

SWITCH_S = 0.000_5
"""A worker thread with an answer of the station waits for the loop no longer than this (Python's own 5 ms are too long)."""


POWER_GOES = 75
"""Exit status of a controller that stopped on battery: the UPS cuts the power, so nobody starts it again before that. For the
unit file: `RestartPreventExitStatus=75` (docs/decisions/026)."""

M_MMAP_THRESHOLD, LARGE_BYTES = -3, 1 << 20
"""glibc's name for the size from which a block goes back to the system when freed. By itself it learns to keep ever larger
ones: what a log-in needs (7 MB), the pictures of a sliding screen."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 2 set up wrongly (one line on stderr says how), 75 stopped because the UPS cuts the power."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = words.pop(0) if words else ""
    commands = {"run": run, "screen": screen, "probe": probe, "provision": provision}
    if command not in commands:
        print(f"kiosk: {command!r} is none of {', '.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[command](words)
    except (TvmError, config.ConfigError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 2


def screen(words: Sequence[str]) -> int:
    from kiosk.ui.main import main as ui_main

    _return_large_blocks()
    return ui_main(list(words))


def run(words: Sequence[str]) -> int:
    """The controller, until SIGTERM. Prints `ready` when the loop runs."""
    _without_guessing()
    from kiosk.assembly import build
    from kiosk.settings import read

    parser = argparse.ArgumentParser(prog="tvm run")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--clock", default="", metavar="RATE:WALL_MS:MONO_MS", help="shared clock of the lab")
    parser.add_argument(
        "--trace", type=Path, help="write when facts came and bytes left, in microseconds (lab and bench)"
    )
    options = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("transitions").setLevel(logging.WARNING)  # every row of every trigger is too much, even for a log
    _return_large_blocks()
    machine = build(read(options.config), options.clock, options.trace)

    def stop(signum: int, frame: FrameType | None) -> None:
        machine.reactor.report_soon(lambda: machine.controller.stop(signal.Signals(signum).name))

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()  # modules and tables stay for ever: looking through them costs 10 ms, in the middle of a sale
    print("ready", flush=True)
    try:
        machine.reactor.run()
    finally:
        machine.close()
    return POWER_GOES if machine.controller.stopped == "power" else 0


def _without_guessing() -> None:
    """requests guesses encodings by tables of 3 MB when it finds them; answers of the station are read as bytes of JSON."""
    sys.modules.setdefault("charset_normalizer", None)  # type: ignore[arg-type]  # None: it cannot be imported
    warnings.filterwarnings("ignore", message="Unable to find acceptable character detection dependency")


def _return_large_blocks() -> None:
    with suppress(OSError, AttributeError):  # another C library: then it is as it is there
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def probe(words: Sequence[str]) -> int:
    """Our driver against a real device: identify, state, counters. Moves nothing."""
    from kiosk.probe import probe as probe_device

    parser = argparse.ArgumentParser(prog="tvm probe")
    parser.add_argument("model")
    parser.add_argument("path")
    parser.add_argument("--baud", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args(words)
    return probe_device(options.model, options.path, options.baud, options.seconds)


def provision(words: Sequence[str]) -> int:
    """Make identity and journal of a machine in a new directory, with its first operators."""
    from kiosk.identity import new_operator
    from kiosk.identity import provision as make

    parser = argparse.ArgumentParser(prog="tvm provision")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--machine", required=True, metavar="ID")
    parser.add_argument("--token", default="", help="what the station gave at enrolment")
    parser.add_argument("--station-key", default="", metavar="HEX", help="the station's public key, told at enrolment")
    parser.add_argument("--seal", default="", metavar="HEX", help="what records are sealed with, told at enrolment")
    parser.add_argument(
        "--operator",
        action="append",
        default=[],
        metavar="NUMBER:NAME:ENGLISH:ROLE:PIN",
        help="may be given several times",
    )
    options = parser.parse_args(words)
    operators = []
    for text in options.operator:
        parts = text.split(":")
        if len(parts) != 5:
            parser.error(f"--operator {text!r}: five parts are asked for")
        operators.append(new_operator(*parts))
    made = make(options.directory, options.machine, options.token, operators, options.station_key, options.seal)
    print(f"machine {made.machine} epoch {made.epoch} operators {len(operators)} in {options.directory}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
