"""Every crash point of a run in one pass: at each point the process forks, and in the child the power fails there.

The common beginning of all these runs happens once. Inside a child the same goes on for its own recovery, `depth` deep. A
child's result comes back through a pipe; the parent waits for it, so that a unit keeps one core busy and not more.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from simulator.world.points import Points
from simulator.world.prepared import Prepared
from simulator.world.run import Outcome, Run
from simulator.world.script import Script

MOST_TOLD = 20
CALLS = frozenset({"lock?", "renew?", "release?", "confirm?", "state?", "printed?", "void?"})
"""Intents that leave the machine at once: a call that was made is on its way whatever happens here."""
STARTING = frozenset(
    {
        "sys.boot",
        "device.ready",
        "acceptor.past",
        "dispenser.past",
        "printer.past",
        "cabinet.seen",
        "fault",
        "ack",
        "box",
    }
)
"""Lines of a start that decide nothing: a cut there is a longer pause."""


@dataclass(slots=True)
class Tally:
    """Results of many runs. `found`: (violation, script that shows it), at most `MOST_TOLD`."""

    runs: int = 0
    points: int = 0
    violations: int = 0
    found: list[tuple[str, str]] = field(default_factory=list)
    sales: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome, script: Script) -> None:
        self.runs += 1
        self.violations += len(outcome.violations)
        self.sales += outcome.sales
        self.found += [(text, script.as_json()) for text in outcome.violations[: MOST_TOLD - len(self.found)]]

    def join(self, other: Tally) -> None:
        self.runs += other.runs
        self.points += other.points
        self.violations += other.violations
        self.sales += other.sales
        self.found += other.found[: MOST_TOLD - len(self.found)]


class ForkingPoints(Points):
    """`depth`: how many cuts one run has at most. `tally` gathers what the children found. `due()`: whether a first cut can
    show something that the run without troubles does not show."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.tally = Tally()
        self.made: tuple[int, ...] = ()
        self.due: Callable[[], bool] = lambda: True
        self._depth = depth
        self._pipe: int | None = None
        self._last = ""
        self._torn = False  # the cut that was made tore a line: what follows is shown by the points beside it

    def _chosen(self, name: str) -> bool:
        """Leaves out what another point shows: of things that move together all but the first; a device's order that only
        waits to be carried out; in a recovery what decides nothing, and lines not yet durable, for a line that a cut tears is
        there or not, as before or after it.
        """
        again, self._last = name == self._last, name
        word, _, rest = name.partition(" ")
        if len(self.made) >= self._depth or (again and "->" in name) or (word == "did" and rest not in CALLS):
            return False
        if self.made:
            return not self._torn and word != "append" and rest not in STARTING
        return self.due()

    def _pass(self, name: str) -> bool:
        self.count += 1
        if not self._chosen(name):
            return False
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            if self._pipe is not None:
                os.close(self._pipe)
            self._pipe, self.tally = writing, Tally()
            self.made = (*self.made, self.count)
            self._torn = name.startswith("append")
            return True
        os.close(writing)
        self._gather(reading, pid)
        return False

    def _gather(self, reading: int, pid: int) -> None:
        with os.fdopen(reading, "rb") as pipe:
            sent = pipe.read()
        os.waitpid(pid, 0)
        if sent:
            self.tally.join(pickle.loads(sent))  # from our own child
        else:
            self.tally.violations += 1
            self.tally.found.append((f"the run cut at {self.made} and {self.count} died without a word", ""))

    @property
    def in_child(self) -> bool:
        return self._pipe is not None

    def report(self) -> NoReturn:
        """A child's last deed."""
        assert self._pipe is not None
        sent = pickle.dumps(self.tally)
        while sent:
            sent = sent[os.write(self._pipe, sent) :]
        os._exit(0)


def every_cut(script: Script, base: Prepared | None, depth: int) -> Tally:
    """All runs of `script` with no cut, one, ... `depth` cuts. Cuts before a trouble begins are left to the script without."""
    points = ForkingPoints(depth)
    run = Run(script, base, points)
    if script.troubles:
        points.due = lambda: run.outcome.played > 0
    try:
        outcome = run.run()
        points.tally.add(outcome, replace(script, cuts=points.made))
        points.tally.points += points.count if not points.made else 0
    except BaseException as error:
        if not points.in_child:
            raise
        points.tally.violations += 1
        points.tally.found.append((f"the run itself failed: {type(error).__name__}: {error}", script.as_json()))
    if points.in_child:
        points.report()
    return points.tally
