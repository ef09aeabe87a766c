"""The same bench as in virtual time (`tests.simulator.fronts.harness.Bench`), on real ptys and a real clock.

The twins sit behind their own pty hosts, the drivers open the ports by name through pyserial; one loop turns both ends.
Motion is fast, the line's own time-outs are real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.link.serial_link import serial_opener
from kiosk.clock import RealClock
from kiosk.ports.fact import Fact
from kiosk.reactor import Reactor
from simulator.pty_host import PtyHost
from tests.simulator.fronts.harness import Rig

LOOK_MS = 10
LONGEST_MS = 60_000


class _Board:
    """A pty host as a channel of the loop."""

    def __init__(self, host: PtyHost) -> None:
        self.host = host
        self.fd = host.fileno()

    def fileno(self) -> int:
        return self.fd

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        self.host.serve_readable(now_ms)

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""


@dataclass(repr=False)
class PtyBench:
    """One start of the program on the ports of `rig`'s twins. Use as a context: the ports are given back at its end."""

    rig: Rig
    facts: list[Fact] = field(default_factory=list)

    def __enter__(self) -> PtyBench:
        self._clock = RealClock()
        self.twins: dict[str, Any] = dict(self.rig.twins(1))
        self._reactor = Reactor(self._clock)
        self._reactor.run_application(self)
        self._hosts: dict[str, PtyHost] = {}
        self._boards: dict[str, _Board] = {}
        fitted = self.rig.by_bytes(self._reactor.report, self.twins, 1)
        self.it = fitted.subject
        for joint in fitted.joints:
            self._hosts[joint.name] = PtyHost(self.twins[joint.name])
            self._listen(joint.name)
            self._reactor.add(joint.participant, serial_opener(self._hosts[joint.name].path, joint.baud or 9_600))
        return self

    def __exit__(self, *wrong: object) -> None:
        self._reactor.close()
        for name, host in self._hosts.items():
            self._forget(name)
            host.close()

    def _listen(self, name: str) -> None:
        self._boards[name] = _Board(self._hosts[name])
        self._reactor.add_channel(self._boards[name])

    def _forget(self, name: str) -> None:
        board = self._boards.pop(name, None)
        if board is not None:
            self._reactor.remove_channel(board)

    # -- the loop

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.facts.append(fact)

    def poll(self, now_ms: int) -> int | None:
        wakes = [host.serve_timers(now_ms) for host in self._hosts.values()]
        return min([now_ms + LOOK_MS, *(max(now_ms + 1, wake) for wake in wakes if wake is not None)])

    # -- what a script may do

    @property
    def now_ms(self) -> int:
        return self._clock.mono_ms()

    def do(self, act: Callable[[], Any]) -> Any:
        done = act()
        self._reactor.nudge()
        return done

    def run(self, span_ms: int) -> None:
        end_ms = self.now_ms + span_ms
        while self.now_ms < end_ms:
            self._reactor.turn()

    def until(self, what: type[Fact] | Callable[[], bool], longest_ms: int = LONGEST_MS) -> Fact | None:
        """Runs until such a fact is heard from now on, or the question is answered with yes. Fails when it never is."""
        seen, end_ms = len(self.facts), self.now_ms + longest_ms
        while self.now_ms < end_ms:
            if isinstance(what, type):
                for fact in self.facts[seen:]:
                    if isinstance(fact, what):
                        return fact
            elif what():
                return None
            self._reactor.turn()
        raise AssertionError(f"pty: waited {longest_ms} ms for {what}; heard {self.facts[-8:]}")
