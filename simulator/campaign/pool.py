"""Work over all cores: units in a fixed order, results as they come, progress with rate and time left, stop and continue.

A unit is done by a forked child that has everything the parent has loaded; its result is a plain value. Where the work was
stopped stands in a file of finished unit numbers, so that a campaign of a million sales can be run in parts.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from simulator.campaign.finished import Finished

TELL_S = 5.0
YOUNG = 200_000
"""So many new objects may gather before cycles are looked for: a day leaves some thousands, and looking is a fifth of its time."""

Unit = Callable[[], dict[str, Any]]


@dataclass(slots=True)
class Progress:
    """What is said while long work runs. `weight`: how much a finished unit counts, in `noun`s."""

    total: int
    noun: str
    told: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)
    done: int = 0
    counted: int = 0
    _began: float = field(default_factory=time.monotonic)
    _next: float = 0.0

    def add(self, weight: int, violations: int) -> None:
        self.done += 1
        self.counted += weight
        now = time.monotonic()
        if now >= self._next or self.done == self.total:
            self._next = now + TELL_S
            spent = max(now - self._began, 1e-9)
            left_s = spent / self.done * (self.total - self.done)
            self.told(
                f"campaign: {self.done} of {self.total} parts, {self.counted} {self.noun}, "
                f"{self.counted / spent:.0f} {self.noun}/s, {violations} violations, {_clock(left_s)} left"
            )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def run_units(
    units: Sequence[Unit], jobs: int, finished: Finished, progress: Progress, enough: Callable[[dict[str, Any]], bool]
) -> None:
    """Do what is not finished yet. Stops early when `enough(result)`; KeyboardInterrupt ends the children and goes on up."""
    left = iter([number for number in range(len(units)) if number not in finished.results])
    progress.total = len(units) - len(finished.results)
    violations = sum(len(result.get("violations", ())) for result in finished.results.values())
    children: dict[Connection, tuple[int, int]] = {}
    try:
        for _ in range(max(1, jobs)):
            _begin(units, left, children)
        while children:
            for pipe in wait(list(children)):
                assert isinstance(pipe, Connection)
                number, pid = children.pop(pipe)
                result = _collect(pipe, pid, number)
                finished.add(number, result)
                violations += len(result.get("violations", ()))
                progress.add(int(result.get("weight", 1)), violations)
                if enough(result):
                    return
                _begin(units, left, children)
    finally:
        for _, pid in children.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _begin(units: Sequence[Unit], left: Iterator[int], children: dict[Connection, tuple[int, int]]) -> None:
    number = next(left, None)
    if number is None:
        return
    ours, theirs = multiprocessing.Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _child(units[number], theirs)
    theirs.close()
    children[ours] = (number, pid)


def _child(unit: Unit, pipe: Connection) -> None:
    """Never returns: a child that fell back into the parent's loop would do its work twice."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.freeze()  # what the parent loaded stays, and stays shared
        gc.set_threshold(YOUNG)
        logging.disable(logging.CRITICAL)  # faults are what a campaign is made of: nobody reads of each
        pipe.send(unit())
        status = 0
    except BaseException as error:  # whatever it is, the parent must hear of it
        pipe.send({"violations": [{"text": f"the run itself failed: {type(error).__name__}: {error}"}]})
    finally:
        pipe.close()
        os._exit(status)


def _collect(pipe: Connection, pid: int, number: int) -> dict[str, Any]:
    try:
        result: dict[str, Any] = pipe.recv()
    except EOFError:
        result = {"violations": [{"text": f"part {number} died without a word"}]}
    pipe.close()
    os.waitpid(pid, 0)
    return result
