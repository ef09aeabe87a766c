"""The lab on the bench: pictures out of drawn regions, and left out with a reason where there is no browser."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import SKIPPED
from simulator.bench.parts.lab import MOVING_MS, NAMES, SAME_MS, WANTED, measure_lab, pauses_of
from simulator.demo import station_clock


def test_regions_of_one_picture_count_once() -> None:
    assert pauses_of([0, 2, 9, 100, 104, 210]) == [100, 110]
    assert pauses_of([]) == pauses_of([5]) == []


def test_a_screen_that_stands_still_is_no_pause() -> None:
    assert pauses_of([0, 100, 1_500, 1_620]) == [100, 120]


@given(st.lists(st.floats(0, 60_000), max_size=60))
def test_a_pause_is_of_a_moving_screen(times: list[float]) -> None:
    assert all(SAME_MS <= pause <= MOVING_MS for pause in pauses_of(sorted(times)))


def test_without_a_browser_it_is_left_out_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with ExitStack() as stack:
        found = measure_lab(Bench(tmp_path, station_clock(1.0, ""), Amount(), stack, lambda line: None))
    assert [(each.row.name, each.verdict, each.note) for each in found] == [(name, SKIPPED, WANTED) for name in NAMES]
