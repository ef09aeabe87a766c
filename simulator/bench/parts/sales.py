"""Passengers buy tickets with cash: where the time of a sale goes, and how long the glass takes to answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured, skipped
from simulator.bench.machine import Machine
from simulator.bench.traces import notes_to_print, read_trace, touches
from simulator.timesplit import CLASSES, Line, read_lines, sales_of, split

RESTS_MS = 20
"""No command may follow an ACK sooner (ccnet sheet, section 12, trap 3): the device's time, which nothing else shows."""


def measure_sales(bench: Bench) -> list[Figure]:
    instant = _sell(bench, "instant", bench.amount.instant)
    bench.end("instant")
    nominal = _sell(bench, "nominal", bench.amount.nominal)
    machines = (nominal, instant)
    prints = [ms for machine in machines for ms in notes_to_print(read_trace(machine.trace("controller")))]
    return [
        measured("note_to_print", prints),
        *_ours("ours_nominal", nominal),
        *_ours("ours_instant", instant),
        measured("poll_per_note", note_waits(nominal.motions.devices)),
        *_touches(bench, machines),
    ]


def _sell(bench: Bench, name: str, count: int) -> Machine:
    machine = bench.machine(name)
    told = Counter[str]()
    begun_ms = bench.clock.mono_ms()
    for number in range(count):
        machine.rig.wait_until_free()
        account = machine.visit(bench.plan(number), bench.dice)
        told[account.outcome] += 1
        each_s = (bench.clock.mono_ms() - begun_ms) / (number + 1) / 1000
        bench.say(
            f"{name}: passenger {number + 1} of {count}: {account.outcome}; {each_s * (count - number - 1):.0f} s left"
        )
    machine.rig.wait_until_free()
    bench.weigh(machine)
    (machine.rig.directory / "motions.json").write_text(json.dumps(machine.motions.devices), encoding="utf-8")
    return machine


def _ours(name: str, machine: Machine) -> list[Figure]:
    lines = list(read_lines(machine.journal))
    rests = {number: RESTS_MS * orders_of(held) for number, held in sales_of(lines)}
    sales = split(lines, machine.motions.devices)
    mean = {each: round(_mean([sale.ms[each] for sale in sales])) for each in CLASSES} if sales else {}
    if sales:
        mean["of ours the acceptor's line rests"] = round(_mean(list(rests.values())))
    note = "mean of a sale in ms: " + ", ".join(f"{each} {ms}" for each, ms in mean.items()) if sales else ""
    return [measured(name, [float(max(0, sale.ms["ours"] - rests[sale.sale])) for sale in sales], note)]


def orders_of(lines: Sequence[Line]) -> int:
    """How often a note was ordered on: before each order the line must rest after the ACK of the note's news."""
    return sum(intent["kind"] in ("stack?", "return?") for line in lines for intent in line.intents)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def note_waits(motions: Mapping[str, Sequence[Sequence[int | None]]]) -> list[float]:
    """ms that an acceptor at the end of a motion waited until it was asked."""
    return [float(asked - to) for _, to, asked in motions.get("acceptor", ()) if to is not None and asked is not None]


def _touches(bench: Bench, machines: Sequence[Machine]) -> list[Figure]:
    names = ("touch_pixels", "touch_screen", "touch_rest")
    if bench.no_display:
        return skipped(names, bench.no_display)
    each = [touches(read_trace(machine.trace("screen")), machine.clicks) for machine in machines]
    samples = zip(*((one.pixels, one.screen, one.rest) for one in each), strict=True)
    return [measured(name, [ms for some in told for ms in some]) for name, told in zip(names, samples, strict=True)]
