"""`./tvm test`: the whole check of this project, each step with its result; the tests come last."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.clock import SharedClock

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "chromium": "chromium"}
"""Program the slow tests call -> Debian package."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tool of the environment we run in. `shown`: its output is always shown, not only when it fails."""

    name: str
    tool: str
    arguments: tuple[str, ...] = ()
    shown: bool = False

    def command(self) -> list[str]:
        return [str(Path(sys.executable).parent / self.tool), *self.arguments]


def steps(quick: bool, workers: int, only: Sequence[str]) -> list[Step]:
    """What is run, in this order. `only`: paths for the tests, all when empty."""
    marked = ("-m", "not slow") if quick else ()
    return [
        Step("format", "ruff", ("format", "--check", ".")),
        Step("lint", "ruff", ("check", ".")),
        Step("types", "mypy"),
        Step("imports", "lint-imports"),
        Step("tests", "pytest", ("-n", str(workers), *marked, *only), shown=True),
    ]


def missing_packages() -> list[str]:
    """Debian packages whose programs are not here."""
    return [package for program, package in SYSTEM_PROGRAMS.items() if shutil.which(program) is None]


def surroundings() -> dict[str, str]:
    """What the tools find in their environment: ours, but compiled modules are kept. Each worker, and each of the hundreds
    of processes that tests start, would else compile all it imports anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(step: Step, clock: SharedClock) -> bool:
    """Run one step in the project's folder; True when it passed."""
    print(f"-- {step.name} ...", flush=True)
    begun_ms = clock.mono_ms()
    done = subprocess.run(
        step.command(),
        cwd=ROOT,
        env=surroundings(),
        stdout=None if step.shown else subprocess.PIPE,
        stderr=None if step.shown else subprocess.STDOUT,
        check=False,
    )
    passed = done.returncode == 0
    if not passed and done.stdout:
        sys.stdout.buffer.write(done.stdout)
    if not (step.shown and passed):  # the last line of a good run is the tests' own summary
        print(
            f"-- {step.name} {'ok' if passed else 'FAILED'} ({(clock.mono_ms() - begun_ms) / 1000:.1f} s)", flush=True
        )
    return passed


def main(argv: Sequence[str]) -> int:
    """0 when every step passed, 1 otherwise; later steps are run even if an early one failed."""
    parser = argparse.ArgumentParser(prog="tvm test", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the slow tests (processes, browser, X server)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="test processes (default 2)")
    parser.add_argument("only", nargs="*", metavar="PATH", help="tests to run instead of all")
    given = parser.parse_args(argv)
    if (missing := missing_packages()) and not given.quick:
        print(f"-- some slow tests need programs that are not here: apt-get install {' '.join(missing)}")
    clock = SharedClock.starting_now()
    failed = [step.name for step in steps(given.quick, given.workers, given.only) if not run(step, clock)]
    if failed:
        print(f"-- not passed: {', '.join(failed)}")
    return 1 if failed else 0
