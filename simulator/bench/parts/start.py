"""A restart, as after a crash: until the machine sells again, and until the screen shows anything."""

from __future__ import annotations

from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.bench.machine import Machine
from simulator.bench.traces import read_trace
from simulator.passenger.eyes import Eyes
from simulator.rig import FREE_SCREENS, RigError

WITHIN_MS = 60_000
TURN_MS = 5


def measure_start(bench: Bench) -> list[Figure]:
    machine = bench.machine("nominal")
    selling, first = list[float](), list[float]()
    for number in range(bench.amount.starts):
        bench.say(f"start: {number + 1} of {bench.amount.starts}")
        first.append(_screen_start(bench, machine))
        selling.append(_controller_start(bench, machine))
    return [measured("start_selling", selling), measured("start_screen", first)]


def _restarted_ms(bench: Bench, machine: Machine, name: str) -> int:
    """Kill it; answers when it was started again."""
    supervisor = machine.rig.supervisor
    before = supervisor.starts(name)
    supervisor.restart(name)
    until_ms = bench.clock.mono_ms() + WITHIN_MS
    while supervisor.starts(name) == before:
        supervisor.turn(TURN_MS)
        if bench.clock.mono_ms() > until_ms:
            raise RigError(f"{name} was not started again")
    return bench.clock.mono_ms()


def _controller_start(bench: Bench, machine: Machine) -> float:
    begun_ms = _restarted_ms(bench, machine, "controller")
    path = machine.rig.directory / "screen.sock"
    eyes = Eyes(path)
    try:
        while (now_ms := bench.clock.mono_ms()) < begun_ms + WITHIN_MS:
            machine.rig.supervisor.turn(TURN_MS)
            if not eyes.connected:
                eyes = Eyes(path)  # a fresh one tries at once; by itself it would pause between two tries
            eyes.poll(now_ms)
            eyes.on_readable(now_ms)
            if eyes.screen is not None and eyes.screen.kind in FREE_SCREENS:
                return float(bench.clock.mono_ms() - begun_ms)
    finally:
        eyes.close()
    raise RigError("the machine does not sell after a restart of its controller")


def _screen_start(bench: Bench, machine: Machine) -> float:
    begun_ms = _restarted_ms(bench, machine, "screen")
    while bench.clock.mono_ms() < begun_ms + WITHIN_MS:
        machine.rig.supervisor.turn(TURN_MS)
        pictures = [int(event["us"]) for event in read_trace(machine.trace("screen")) if "present" in event]
        after = [us for us in pictures if us > begun_ms * 1000]
        if after:
            return after[0] / 1000 - begun_ms
    raise RigError("the screen shows nothing after a restart")
