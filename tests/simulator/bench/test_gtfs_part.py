"""Published feeds on the bench: measured where they lie, left out with a reason where not."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import SKIPPED, Figure
from simulator.bench.parts.gtfs import DATA, FEEDS, data_folder, measure_gtfs
from simulator.demo import station_clock
from tests.simulator.station.gtfs.feeds import SMALL, as_zip, with_tables


def measured_in(folder: Path) -> dict[str, Figure]:
    with ExitStack() as stack:
        bench = Bench(folder, station_clock(1.0, ""), Amount(starts=1), stack, lambda line: None)
        return {figure.row.name: figure for figure in measure_gtfs(bench)}


def test_feeds_that_are_not_there_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA, str(tmp_path))
    found = measured_in(tmp_path)
    assert found.keys() == FEEDS.keys()
    assert {figure.verdict for figure in found.values()} == {SKIPPED}
    assert "is not there" in found["gtfs_german"].note


def test_a_feed_that_is_there_is_read_by_a_fresh_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA, str(tmp_path))
    path = data_folder() / FEEDS["gtfs_german"][0]
    path.parent.mkdir()
    as_zip(path, with_tables(SMALL))
    figure = measured_in(tmp_path)["gtfs_german"]
    assert figure.value is not None
    assert figure.value > 0
    assert figure.note.startswith("1 trains; wall clock ")
