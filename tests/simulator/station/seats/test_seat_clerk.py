"""Commands on a line: strict input, answers after the sync, and kill -9 under load. Seat inventory, section 3; row INV-07."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from simulator.station.seats.clerk import LONGEST, Clerk
from simulator.station.seats.engine import Engine
from simulator.station.seats.killing import Outcome, kill_often
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.stock import Stock
from simulator.station.seats.store import SeatStore


def make(name: str) -> Stock:
    return Stock(plain_layout(5), 4)


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    store = SeatStore(tmp_path, Engine(), make)
    store.engine.open("K1", make("K1"))
    yield Clerk(store, lambda: 1_000)
    store.close()


def talk(clerk: Clerk, *lines: bytes) -> list[list[object]]:
    """What it says to these lines, its line being closed behind them."""
    (source, sender), (hearer, target) = os.pipe(), os.pipe()
    os.write(sender, b"".join(lines))
    os.close(sender)
    try:
        clerk.serve(source, target)
    finally:
        os.close(source)
        os.close(target)
        with os.fdopen(hearer, "rb") as heard:
            told = heard.read()
    return [json.loads(line) for line in told.splitlines()]


def said(*words: object) -> bytes:
    return json.dumps(words).encode() + b"\n"


def test_a_sale_from_end_to_end(clerk: Clerk) -> None:
    assert talk(
        clerk,
        said("left", "K1", 0, 4),
        said("hold", "o1", "h", "K1", 0, 4, 2, "together", "any"),
        said("renew", "o1", "n", 60_000),
        said("confirm", "o1", "c"),
        said("left", "K1", 0, 4),
        said("exchange", "o2", "h", "K1", 1, 2, 1, "none", "any", "o1", [1]),
        said("confirm", "o2", "c"),
        said("refund", "o1", "r", [0]),
        said("release", "o1", "x"),
    ) == [
        ["K1", "", "left", 5],
        ["o1", "h", "held", [0, 1], 121_000],
        ["o1", "n", "renewed", [], 181_000],
        ["o1", "c", "sold", [], 0],
        ["K1", "", "left", 3],
        ["o2", "h", "held", [2], 121_000],
        ["o2", "c", "sold", [], 0],
        ["o1", "r", "refunded", [], 0],
        ["o1", "x", "refused", [], 0, "wrong_state", 0],
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"\n", b"[]\n", b"{}\n", b"[1]\n", b'["sell"]\n', b'["hold"]\n', b'["confirm","o1"]\n', b'["confirm","o1","c",1]\n',
        b'["left","K1",true,4]\n', b'["left","K1",0.0,4]\n', b'["refund","o1","r",[true]]\n', b'["refund","o1","r",["0"]]\n',
        b"\xff\n", b"[" * 50_000 + b"\n", b"1" * 5_000 + b"\n", b'["left","K1",0,NaN]\n',
    ],
)  # fmt: skip
def test_what_is_no_command_is_said_so_and_the_next_one_is_heard(clerk: Clerk, line: bytes) -> None:
    assert talk(clerk, line, said("left", "K1", 0, 4)) == [
        ["", "", "refused", [], 0, "bad_request", 0],
        ["K1", "", "left", 5],
    ]


def test_a_line_without_end_is_dropped(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [b"x" * LONGEST, b"x" * LONGEST, b"\n" + said("left", "K1", 0, 4), b""]
    monkeypatch.setattr(os, "read", lambda descriptor, most: pieces.pop(0))
    told: list[bytes] = []

    def hear(descriptor: int, data: bytes) -> int:
        told.append(data)
        return len(data)

    monkeypatch.setattr(os, "write", hear)
    clerk.serve(-1, -1)
    monkeypatch.undo()
    lines = [json.loads(line) for line in b"".join(told).splitlines() if not line.startswith(b"G")]
    assert [line[2] for line in lines[-3:]] == ["refused", "refused", "left"]


def test_nobody_is_answered_when_the_journal_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SeatStore(tmp_path, Engine(), make)
    store.engine.open("K1", make("K1"))

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fdatasync", full)
    (source, sender), (hearer, target) = os.pipe(), os.pipe()
    os.write(sender, said("hold", "o1", "h", "K1", 0, 4, 1, "none", "any"))
    os.close(sender)
    with pytest.raises(OSError, match="no space"):
        Clerk(store, lambda: 0).serve(source, target)
    os.close(target)
    assert os.read(hearer, 100) == b""
    for descriptor in (source, hearer):
        os.close(descriptor)


@pytest.mark.slow
def test_killed_ten_times_under_load_nothing_is_oversold_or_lost(tmp_path: Path) -> None:
    outcome: Outcome = kill_often(tmp_path, 10, Random(4), lambda line: None)
    assert outcome.wrong == []
    assert outcome.kills == 10
    assert outcome.confirmed > 500
    assert outcome.repeated > 20
    assert (tmp_path / "seats.snapshot").exists()
