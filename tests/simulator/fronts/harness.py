"""One device twice in virtual time: its driver on wires to its twins, and its front on equal twins, under the same script.

A script is a function of a `Bench`: hands and faults on the twins, orders to the port, time, power cuts, pulled plugs. What
it must not do is ask which level it runs at. `both` plays it at both levels; the facts have to be the same, their times not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from kiosk.clock import VirtualClock
from kiosk.ports.fact import Fact, Participant, Report
from kiosk.reactor import Reactor
from simulator.devices.twin import Twin
from simulator.world.wire import Wire

START_MS = 1_000_000
DARK_MS = 20_000
LONGEST_MS = 180_000


@dataclass(frozen=True, slots=True)
class Joint:
    """A driver on its line: `name` says which twin is at the other end. A front has no line: `baud` None."""

    name: str
    participant: Participant
    baud: int | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one start of the program puts together. `subject` has the port; joints are added in this order."""

    subject: Any
    joints: Sequence[Joint]


@dataclass(frozen=True, slots=True)
class Rig:
    """`twins` makes the fresh devices of one bench from a seed; the fits get the report, the twins and the boot's number (1..).

    `left` says how matter lies when a script is over: it too has to be the same at both levels.
    """

    twins: Callable[[int], Mapping[str, Any]]
    by_bytes: Callable[[Report, Mapping[str, Any], int], Fitted]
    by_port: Callable[[Report, Mapping[str, Any], int], Fitted]
    left: Callable[[Mapping[str, Any]], Any] = lambda twins: None


class _Host:
    """Keeps one twin turning and moves its bytes."""

    def __init__(self, clock: VirtualClock, wire: Wire, twin: Twin) -> None:
        self.wire, self._clock, self._twin = wire, clock, twin
        self._due_ms: int | None = None
        wire.device.arrived = self._heard

    def _heard(self) -> None:
        self._twin.receive(self.wire.device.take(), self._clock.mono_ms())
        self.turn()

    def turn(self) -> None:
        due_ms = self._twin.poll(self._clock.mono_ms())
        made = self._twin.take_output()
        if made and self.wire.plugged:
            self.wire.device.write(made)
        if due_ms is not None and due_ms != self._due_ms:
            self._due_ms = due_ms
            self._clock.at(due_ms, lambda: self._woken(due_ms))

    def _woken(self, due_ms: int) -> None:
        if self._due_ms == due_ms:
            self._due_ms = None
            self.turn()


@dataclass(repr=False)
class Bench:
    """`facts` of all boots in order, `times` beside them; `answer` is asked about each and may give orders to `it`."""

    rig: Rig
    level: Literal["bytes", "port"]
    seed: int = 1
    answer: Callable[[Fact], None] = lambda fact: None
    facts: list[Fact] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    boots: int = 0
    it: Any = None  # the port of the device: driver or front of this boot

    def __post_init__(self) -> None:
        self.clock = VirtualClock(START_MS, START_MS)
        self.dice = Random(self.seed)
        self.twins = dict(self.rig.twins(self.seed))
        self.wires: dict[str, Wire] = {}
        self._hosts: list[_Host] = []
        self.reactor: Reactor | None = None
        self.start()

    # -- the program

    def start(self) -> None:
        """A new program on the twins as they are."""
        self.boots += 1
        self.reactor = reactor = Reactor(self.clock)
        reactor.run_application(self)
        fit = self.rig.by_bytes if self.level == "bytes" else self.rig.by_port
        fitted = fit(reactor.report, self.twins, self.boots)
        self.it = fitted.subject
        for joint in fitted.joints:
            if self.level == "bytes" and joint.baud is not None:
                reactor.add(joint.participant, self._wire(joint).open)
            else:
                reactor.add(joint.participant)
        reactor.nudge()

    def _wire(self, joint: Joint) -> Wire:
        if joint.name not in self.wires:
            self.wires[joint.name] = Wire(self.clock, self.dice, joint.baud or 0, joint.name)
            self._hosts.append(_Host(self.clock, self.wires[joint.name], self.twins[joint.name]))
        return self.wires[joint.name]

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.facts.append(fact)
        self.times.append(now_ms)
        self.answer(fact)

    def poll(self, now_ms: int) -> int | None:
        return None

    # -- what a script may do

    @property
    def now_ms(self) -> int:
        return self.clock.mono_ms()

    def do(self, act: Callable[[], Any]) -> Any:
        """A hand, a switched fault, or an order to `it`; everybody looks at once."""
        done = act()
        self.nudge()
        return done

    def nudge(self) -> None:
        for host in self._hosts:
            host.turn()
        if self.reactor is not None:
            self.reactor.nudge()

    def run(self, span_ms: int) -> None:
        """Time passes, with or without a program."""
        end_ms = self.now_ms + span_ms
        self.clock.at(end_ms, _nothing)
        while self.now_ms < end_ms:
            self._step(end_ms)

    def until(self, what: type[Fact] | Callable[[], bool], longest_ms: int = LONGEST_MS) -> Fact | None:
        """Runs until such a fact is heard from now on, or the question is answered with yes. Fails when it never is."""
        seen, end_ms = len(self.facts), self.now_ms + longest_ms
        self.clock.at(end_ms, _nothing)
        while self.now_ms < end_ms:
            if isinstance(what, type):
                for fact in self.facts[seen:]:
                    if isinstance(fact, what):
                        return fact
            elif what():
                return None
            self._step(end_ms)
        raise AssertionError(f"{self.level}: waited {longest_ms} ms for {what}; heard {self.facts[-8:]}")

    def _step(self, end_ms: int) -> None:
        if self.reactor is not None:
            self.reactor.turn()
        else:
            self.clock.wait(end_ms)

    def cut(self, dark_ms: int = DARK_MS) -> None:
        """Mains of the whole machine: the program is gone, then everything starts anew."""
        self.off()
        self.run(dark_ms)
        self.on()

    def off(self) -> None:
        assert self.reactor is not None
        self.reactor.close()
        self.reactor, self.it = None, None
        for wire in self.wires.values():
            if wire.plugged:
                wire.unplug()
                wire.replug()
        for twin in self.twins.values():
            twin.power(False, self.now_ms)

    def on(self) -> None:
        for twin in self.twins.values():
            twin.power(True, self.now_ms)
        self.start()
        self.nudge()

    def unplug(self, name: str, front: Any = None) -> None:
        """Pull the data plug of the device of that name; `front`: whose it is at port level, default `it`."""
        if self.level == "bytes":
            self.wires[name].unplug()
        else:
            (front or self.it).unplug()
        self.nudge()

    def replug(self, name: str, front: Any = None) -> None:
        if self.level == "bytes":
            self.wires[name].replug()
        else:
            (front or self.it).replug()
        self.nudge()


def _nothing() -> None:
    """Wakes the clock."""


Script = Callable[[Bench], None]


def both(rig: Rig, script: Script, seed: int = 1) -> tuple[Bench, Bench]:
    """The script at both levels: (bytes, port)."""
    benches = Bench(rig, "bytes", seed), Bench(rig, "port", seed)
    for bench in benches:
        script(bench)
    return benches


def assert_same(rig: Rig, script: Script, seed: int = 1) -> list[Fact]:
    """Plays the script at both levels; answers the facts, which are the same. The failure names the first difference."""
    by_bytes, by_port = both(rig, script, seed)
    for number, (one, other) in enumerate(zip(by_bytes.facts, by_port.facts, strict=False)):
        assert one == other, _difference(by_bytes, by_port, number)
    assert len(by_bytes.facts) == len(by_port.facts), _difference(
        by_bytes, by_port, min(len(by_bytes.facts), len(by_port.facts))
    )
    assert rig.left(by_bytes.twins) == rig.left(by_port.twins), f"matter lies elsewhere (seed {seed})"
    return by_bytes.facts


def _difference(by_bytes: Bench, by_port: Bench, number: int) -> str:
    lines = [f"facts differ from number {number} on (seed {by_bytes.seed})"]
    for bench in (by_bytes, by_port):
        lines.append(f"{bench.level}:")
        first = max(0, number - 3)
        shown = list(zip(bench.times, bench.facts, strict=True))[first : number + 6]
        lines += [f"  {first + n} {time - START_MS:>8} ms {fact}" for n, (time, fact) in enumerate(shown)]
    return "\n".join(lines)
