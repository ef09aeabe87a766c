"""A machine nobody stands at: what it costs to wait, and how much memory it holds."""

from __future__ import annotations

from simulator.bench import process
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured, skipped
from simulator.bench.machine import Machine
from simulator.passenger.person import Kind, Plan

QUIET_MS = 3_000
ATTRACT_MS = 150_000


def measure_idle(bench: Bench) -> list[Figure]:
    machine = bench.machine("nominal")
    rig = machine.rig
    bench.say("idle: until the first screen is there again")
    rig.serve_until(lambda: rig.eyes.screen is not None and rig.eyes.screen.kind == "attract", ATTRACT_MS, "attract")
    attract = _watch(bench, machine, "attract")
    machine.visit(Plan(Kind.WALK_AWAY, leave_at="review", budget_fen=40_000), bench.dice)
    shown = rig.eyes.screen.kind if rig.eyes.screen is not None else "nothing"
    ring = _watch(bench, machine, "review") if shown == "review" else {}
    bench.weigh(machine)
    memory = [
        measured(f"memory_{name}", [each.most_mb for each in bench.memory[name]], _now(bench, name))
        for name in ("controller", "screen")
    ]
    screen = [
        measured("idle_screen", _samples(attract, "screen")),
        measured("idle_ring", _samples(ring, "screen"), "" if ring else f"no review came, but {shown}"),
    ]
    if bench.no_display:
        screen = skipped(("idle_screen", "idle_ring"), bench.no_display)
    return [*screen, measured("idle_controller", _samples(attract, "controller")), *memory]


def _now(bench: Bench, name: str) -> str:
    return f"{bench.memory[name][-1].now_mb:.1f} MB now"


def _samples(shares: dict[str, float], name: str) -> list[float]:
    return [shares[name]] if name in shares else []


def _watch(bench: Bench, machine: Machine, what: str) -> dict[str, float]:
    """Per cent of a core that controller and screen use while nothing happens. Nobody watches over the socket."""
    bench.say(f"idle: {what}, {bench.amount.idle_s} s")
    machine.rig.eyes.close()
    machine.doze(QUIET_MS)
    names = ("controller", "screen")
    before = {name: process.cpu_ns(machine.pid(name)) for name in names}
    begun_us = bench.clock.mono_us()
    machine.doze(bench.amount.idle_s * 1000)
    passed_us = bench.clock.mono_us() - begun_us
    return {name: (process.cpu_ns(machine.pid(name)) - before[name]) / passed_us / 10 for name in names}
