"""`./tvm seats cases FILE`: cases as JSON lines, answered by the engine's public functions and compared with what is expected.

Each line has `id`, `kind`, the words of its kind and `expected`, of which every word must fit: numbers to a millionth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import isclose
from typing import Any

from simulator.station.seats import sizes
from simulator.station.seats.metrics import metrics
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.policies import POLICIES
from simulator.station.seats.standing import Standing, coach_capacity, train_capacity
from simulator.station.seats.stock import Stock

Case = Mapping[str, Any]
TEBIBYTE = 1 << 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrong` is empty when the case passed."""

    name: str
    wrong: str


def _metrics(case: Case) -> Case:
    stock = Stock(plain_layout(case["seats"]), case["segments"])
    for ticket in case["tickets"]:
        stock.take([ticket["seat"]], ticket["a"], ticket["b"])
    return asdict(metrics(stock))


def _standing(case: Case) -> Case:
    stations = case["stations"]
    train = Standing((case["capacity"],), (case["capacity"],) * (stations - 1))
    pairs = [(a, b) for a in range(1, stations) for b in range(a + 1, stations + 1)]
    for words, count in case["sold"].items():
        a, b = (int(word) - 1 for word in words.split("-"))
        train.add((0,), a, b, count)
    sellable = {f"{a}-{b}": train.left(a - 1, b - 1) for a, b in pairs}
    return {
        "onboard_after_station": train.on_board(),
        "sellable": sellable,
        "sellable_pairs": [words for words, left in sellable.items() if left],
    }


def _pregenerated(case: Case) -> Case:
    rows, size = sizes.pregenerated(case["trains"], case["seats"], case["types"], case["row_bytes"])
    return {"rows": rows, "bytes": size, "tebibytes": round(size / TEBIBYTE, 2)}


def _policy(case: Case) -> Case:
    placed: dict[str, list[int | None]] = {}
    for name in case["expected"]:
        stock = Stock(plain_layout(case["seats"]), case["segments"], policy=POLICIES[name])
        placed[name] = []
        for a, b in case["requests"]:
            chosen = stock.choose(a, b, 1)
            stock.take(chosen or (), a, b)
            placed[name].append(chosen[0] if chosen else None)
    return placed


KINDS: Mapping[str, Callable[[Case], Case]] = {
    "metrics": _metrics,
    "standing_capacity_model": _standing,
    "coach_capacity": lambda case: {"coach": coach_capacity(case["rows"]), "capacity": coach_capacity(case["rows"])},
    "train_capacity": lambda case: {
        "coach": coach_capacity(case["rows"]),
        "train": train_capacity(case["seat_coaches"], case["rows"], case["berth_coaches"], case["berth_capacity"]),
    },
    "od_types": lambda case: {"types": [sizes.trips(stops) for stops in case["stations"]]},
    "pregenerated_bytes": _pregenerated,
    "bitmap_bytes": lambda case: {"bytes": sizes.bit_string_bytes(case["trains"], case["seats"], case["segments"])},
    "policy": _policy,
}


def judge(lines: Iterable[str]) -> list[Verdict]:
    """One verdict a case, in order; blank lines do not count. A line that is no case fails under its number."""
    return [_verdict(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _verdict(number: int, line: str) -> Verdict:
    name = f"line {number}"
    try:
        case = json.loads(line)
        name = str(case["id"])
        answer = KINDS.get(case["kind"])
        if answer is None:
            return Verdict(name, f"no kind {case['kind']!r}; kinds: {', '.join(KINDS)}")
        got = answer(case)
        wrong = [
            f"{word}: expected {told}, got {got.get(word, 'nothing')}"
            for word, told in case["expected"].items()
            if word not in got or not _same(told, got[word])
        ]
    except Exception as error:  # a case from elsewhere may say anything: that one fails, and the others are judged
        return Verdict(name, f"{type(error).__name__}: {error}")
    return Verdict(name, "; ".join(wrong))


def _same(told: Any, got: Any) -> bool:
    if isinstance(told, float) and isinstance(got, float | int):
        return isclose(told, got, rel_tol=0, abs_tol=1e-6)
    if isinstance(told, list) and isinstance(got, list):
        return len(told) == len(got) and all(map(_same, told, got))
    if isinstance(told, dict) and isinstance(got, dict):
        return told.keys() == got.keys() and all(_same(value, got[key]) for key, value in told.items())
    return bool(told == got)
