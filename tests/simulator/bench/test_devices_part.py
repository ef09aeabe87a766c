"""The part `devices`: pairs of driver and twin in virtual time, and the watcher behind a real pty."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.ports.note_acceptor import NoteHeld
from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import ACCEPTORS
from simulator.bench.parts.devices import Pair, _gaps_of, _notes
from simulator.clock import SharedClock


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, SharedClock(1.0, 0, 0), Amount(), ExitStack(), lambda line: None, random.Random(1))


@pytest.mark.parametrize("name", ACCEPTORS)
def test_notes_are_fed_and_their_waits_are_seen(bench: Bench, name: str) -> None:
    pair = Pair(bench, name)
    pair.run(25_000)
    assert not pair.waits_ms
    before = pair.packed
    pair.run(12_000, feeds=True)
    held, packed = sum(isinstance(fact, NoteHeld) for fact in pair.facts), pair.packed - before
    assert packed >= 3
    assert packed <= held <= packed + 1
    assert 2 * packed <= len(pair.waits_ms) <= 2 * held + 1, "once in escrow, once at its end"
    assert all(0 <= wait <= 1_100 for wait in pair.waits_ms)


def test_the_figures_of_an_acceptor(bench: Bench) -> None:
    notes, wait = _notes(bench, "ccnet")
    assert notes.row.name == "notes_ccnet"
    assert notes.value is not None
    assert 20 <= notes.value <= 30, "2 s a note (TVM-037), and the rest is the line and we"
    assert wait.n >= 40


@pytest.mark.slow
def test_the_watcher_sees_gaps_on_a_real_pty(bench: Bench) -> None:
    gaps = _gaps_of(bench, "ccnet", 1_500)
    assert len(gaps) >= 5
    assert all(gap >= 0 for gap in gaps)
