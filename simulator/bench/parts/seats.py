"""The seat inventory in one process, no line in between: bare, as an engine with a journal, read again, against its bounds.

1,000 trains of 2,000 places and 25 stops; every request is another one.
Per second of processor time, so that others at work on the machine do not count; the notes say what the wall clock said. Every
figure is the median of several runs on stocks that go on filling.
"""

from __future__ import annotations

import gc
import json
import resource
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from simulator.bench.bench import Bench, Dice
from simulator.bench.figures import Figure, measured
from simulator.bench.parts import seats_peers
from simulator.bench.parts.seats_policies import behind_late_numbering
from simulator.station.collector import settle
from simulator.station.seats.engine import Engine
from simulator.station.seats.orders import Ask
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.stock import Stock
from simulator.station.seats.store import SeatStore

TRAINS, PLACES, SEGMENTS = 1_000, 2_000, 24
QUERY, BUY = 0.6, 0.3
"""Of a hundred operations; the rest are refunds."""
GROUP = 2_000
"""Operations to one sync: what comes in during some 15 ms at the speed that is wanted."""
RUNS = 5
TRAINS_TOLD = 10
"""So many trains stand in one answer about what is available."""
NOW_MS, EXPIRES_MS, LIMIT_MS = 0, 120_000, 300_000


class Wish(NamedTuple):
    """One operation: `roll` says which, below 1."""

    roll: float
    stock: str
    a: int
    b: int
    order: str


class Timed(NamedTuple):
    cpu_s: float
    wall_s: float


def measure_seats(bench: Bench) -> list[Figure]:
    each = bench.amount.seats
    bench.say(
        f"seats: {RUNS} runs of {each} operations, bare and as an engine; {bench.amount.records} records read again"
    )
    names = [f"K{number}/2026-11-22/YZ" for number in range(TRAINS)]
    dice = bench.dice_for("seats")
    runs = [[_wish(dice, names, run * each + number) for number in range(each)] for run in range(RUNS)]
    figures = [
        _rate("seat_core", each, _bare(bench, names, runs)),
        *_engine(bench, names, runs),
        _replay(bench, names),
        behind_late_numbering(dice),
    ]
    return figures + seats_peers.measure_peers(bench)


def _wish(dice: Dice, names: Sequence[str], number: int) -> Wish:
    a = dice.randrange(SEGMENTS)
    b = dice.randrange(SEGMENTS)
    return Wish(dice.random(), dice.choice(names), min(a, b), max(a, b) + 1, f"M0001.5ea75ea7.{number}")


def _rate(name: str, operations: int, times: Sequence[Timed], more: str = "") -> Figure:
    wall = median(operations / time.wall_s for time in times)
    return measured(name, [operations / time.cpu_s for time in times], f"wall clock {wall:,.0f}/s{more}")


def _timed(bench: Bench, work: Callable[[], None]) -> Timed:
    """With the collector as a station has it."""
    gc.collect()
    usual = gc.get_threshold()
    settle()
    used, begun_us = _cpu_s(), bench.clock.mono_us()
    try:
        work()
        return Timed(_cpu_s() - used, (bench.clock.mono_us() - begun_us) / 1e6)
    finally:
        gc.set_threshold(*usual)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _make(name: str) -> Stock:
    return Stock(plain_layout(PLACES), SEGMENTS)


# -- the bare core


def _bare(bench: Bench, names: Sequence[str], runs: Sequence[Sequence[Wish]]) -> list[Timed]:
    stocks = {name: _make(name) for name in names}
    sold: list[tuple[Stock, int, int, int]] = []

    def work(wishes: Sequence[Wish]) -> None:
        for roll, name, a, b, _ in wishes:
            stock = stocks[name]
            if roll < QUERY:
                stock.left(a, b)
            elif roll < QUERY + BUY:
                place = stock.take_one(a, b)
                if place >= 0:
                    sold.append((stock, place, a, b))
            elif sold:
                stock, place, a, b = sold.pop()
                stock.give_back_one(place, a, b)

    return [_timed(bench, lambda wishes=wishes: work(wishes)) for wishes in runs]  # type: ignore[misc]


# -- the engine with its journal


def _engine(bench: Bench, names: Sequence[str], runs: Sequence[Sequence[Wish]]) -> list[Figure]:
    engine = Engine()
    store = SeatStore(bench.directory / "seats", engine, _make)
    for name in names:
        engine.open(name, _make(name))
    sold: list[str] = []
    times = [_timed(bench, lambda wishes=wishes: _trade(store, wishes, sold)) for wishes in runs]  # type: ignore[misc]
    told = [_timed(bench, lambda wishes=wishes: _tell(engine, names, wishes)) for wishes in runs]  # type: ignore[misc]
    store.close()
    more = f"; a purchase is a hold and a confirmation; one sync for {GROUP} operations"
    answers = _rate("seat_answers", len(runs[0]) // TRAINS_TOLD, told, f"; {TRAINS_TOLD} trains to an answer, as JSON")
    return [_rate("seat_engine", len(runs[0]), times, more), answers]


def _trade(store: SeatStore, wishes: Sequence[Wish], sold: list[str]) -> None:
    engine = store.engine
    for number, (roll, name, a, b, order) in enumerate(wishes):
        if roll < QUERY:
            engine.left(name, a, b)
        elif roll < QUERY + BUY:
            if engine.hold(order, "hold", Ask(name, a, b), NOW_MS, EXPIRES_MS, LIMIT_MS).result == "held":
                engine.confirm(order, "confirm", NOW_MS)
                sold.append(order)
        elif sold:
            engine.refund(sold.pop(), "refund", (0,), NOW_MS)
        if number % GROUP == GROUP - 1:
            store.commit()
    store.commit()


def _tell(engine: Engine, names: Sequence[str], wishes: Sequence[Wish]) -> None:
    for number in range(0, len(wishes), TRAINS_TOLD):
        wish = wishes[number]
        first = number % (len(names) - TRAINS_TOLD)
        json.dumps([[name, engine.left(name, wish.a, wish.b)] for name in names[first : first + TRAINS_TOLD]])


# -- the journal read again


def _replay(bench: Bench, names: Sequence[str]) -> Figure:
    """Seconds for a million records."""
    folder = bench.directory / "seats-replay"
    store = SeatStore(folder, Engine(), _make)
    for name in names:
        store.engine.open(name, _make(name))
    dice, written = bench.dice_for("replay"), 0
    while written < bench.amount.records:
        for wish in [_wish(dice, names, written + number) for number in range(GROUP)]:
            store.engine.hold(wish.order, "hold", Ask(*wish[1:4]), NOW_MS, EXPIRES_MS, LIMIT_MS)
            store.engine.confirm(wish.order, "confirm", NOW_MS)
            if wish.roll < BUY:
                store.engine.refund(wish.order, "refund", (0,), NOW_MS)
        written += store.commit()
    store.close()
    del store
    times = [_timed(bench, lambda: SeatStore(folder, Engine(), _make).close()) for _ in range(3)]
    wall = median(time.wall_s for time in times) * 1e6 / written
    size = (folder / "seats.journal").stat().st_size
    note = f"{written:,} records, {size / 1e6:.0f} MB; wall clock {wall:.1f} s a million"
    return measured("seat_replay", [time.cpu_s * 1e6 / written for time in times], note)
