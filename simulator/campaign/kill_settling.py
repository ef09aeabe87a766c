"""Settlements by order of the office between two passengers of `--kills`, and the moment in one at which somebody is killed.

The bank answers in milliseconds, so half of them are told to a slow one; the kill comes from the line on with which the machine
took the order. Whether the batch was over by then is read in the journal.
"""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeVar

from simulator.batches import of_journal
from simulator.rig import Rig
from simulator.timesplit import read_lines

T = TypeVar("T")
VICTIMS: Mapping[str, int] = {"controller": 4, "bank": 4, "mains": 2, "station": 1}
SLOW = "slow:ms=3000:match=05:times=2"
LATEST_MS = {True: 400, False: 40}
"""Real ms after the order was taken, of a slow bank or a usual one."""
TAKEN_MS = 120_000
READY_MS = 1_800_000
TAIL_BYTES = 6_000
FAULT_S = 10.0


class OrderedSettlement:
    """`due` says whether there is anything to settle; `begin` orders it and turns the processes until the kill is due."""

    def __init__(self, rig: Rig, dice: Random) -> None:
        self._rig, self._dice = rig, dice
        self._journal = rig.directory / "journal"

    def due(self) -> bool:
        """A card is in no batch that was settled."""
        taken, told = of_journal(read_lines(self._journal))
        return bool(taken.keys() - told.keys())

    def begin(self) -> bool:
        """Whether the machine took the order; if so, the moment has come. Raises RigError."""
        rig, dice, line, processes = self._rig, self._dice, self._rig.office, self._rig.supervisor
        if line is None:
            return False
        rig.serve_until(lambda: all(map(processes.is_ready, processes.all_starts())), READY_MS, "every process")
        slow = dice.random() < 0.5
        if slow:
            self._heard(lambda: self._fault(SLOW))
        seq = self._heard(lambda: line.command(rig.identity.machine, "settle"))
        if not self._taken(f'"kind":"sys.command","seq":{seq},'):
            return False
        until_ms = rig.clock.mono_ms() + dice.randrange(LATEST_MS[slow])
        while rig.clock.mono_ms() < until_ms:
            rig.turn(1)
        return True

    def under_way(self) -> bool:
        """The order was taken, and no batch was written down since."""
        tail = self._tail()
        return tail.rfind(b'"kind":"sys.command"') > tail.rfind(b'"kind":"batch!"')

    def _heard(self, call: Callable[[], T]) -> T:
        """Whoever was killed last may not be missed yet: it is called until it is back. Raises RigError."""
        held: list[T] = []

        def once() -> bool:
            with contextlib.suppress(OSError):
                held.append(call())
            return bool(held)

        self._rig.serve_until(once, READY_MS, "an answer")
        return held[0]

    def _taken(self, answer: str) -> bool:
        until_ms = self._rig.clock.wall_ms() + TAKEN_MS
        while (at := self._tail().rfind(answer.encode())) < 0 and self._rig.clock.wall_ms() < until_ms:
            self._rig.turn(1)
        return at >= 0 and b'"outcome":"done"' in self._tail()[at:].partition(b"\n")[0]

    def _tail(self) -> bytes:
        """The end of the journal's newest segment; empty before there is one."""
        segments = sorted(self._journal.glob("*.journal"))
        if not segments:
            return b""
        with segments[-1].open("rb") as file:
            file.seek(max(0, segments[-1].stat().st_size - TAIL_BYTES))
            return file.read()

    def _fault(self, order: str) -> None:
        content, head = json.dumps({"on": order}).encode(), {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self._rig.bank_url}/lab/faults", content, head)
        urllib.request.urlopen(asked, timeout=FAULT_S).close()
