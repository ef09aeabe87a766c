"""What a station carries on its wires: the part runs, and every figure comes from answers that were given."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from simulator import postgres_server
from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import ROWS, SKIPPED
from simulator.bench.parts import wires
from simulator.bench.parts.clients import HTTP, LINE, Asked
from simulator.bench.parts.postgres import measure_postgres
from simulator.demo import station_clock


@pytest.mark.slow
def test_locks_heartbeats_and_records_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "MACHINES", 20)
    with ExitStack() as stack:
        bench = Bench(tmp_path, station_clock(1.0, ""), Amount(locks=200), stack, lambda line: None)
        figures = {figure.row.name: figure for figure in wires.measure_wires(bench)}
    assert set(figures) == {
        "wire_http", "wire_http_wait", "wire_line", "wire_line_wait", "wire_heartbeats", "wire_records",
    }  # fmt: skip
    assert all(figure.value is not None and figure.value > 0 for figure in figures.values())
    assert " held" in figures["wire_line"].note


def test_an_answer_is_read_when_it_is_whole() -> None:
    told = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 304 Not Modified\r\n\r\n"
    assert HTTP.read(told, 0) == (201, told.index(b"HTTP/1.1 304"))
    assert HTTP.read(told, told.index(b"HTTP/1.1 304")) == (304, 29)
    assert [HTTP.read(told[:cut], 0) for cut in (10, 41, 43)] == [None] * 3
    assert LINE.read(b"x 409 {}\nx 20", 0) == (409, 9)
    assert LINE.read(b"x 409 {}\nx 20", 9) is None
    asked = Asked("POST", "/v1/locks", "tok", b"{}")
    assert LINE.written(asked) == b"x POST /v1/locks tok {}\n"
    assert HTTP.written(asked).endswith(b"Content-Length: 2\r\n\r\n{}")


@pytest.mark.slow
def test_the_same_is_measured_on_postgres_and_rows_of_it_are_peers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "MACHINES", 20)
    with ExitStack() as stack:
        bench = Bench(tmp_path, station_clock(1.0, ""), Amount(locks=200, peer_sales=10), stack, lambda line: None)
        figures = measure_postgres(bench)
    if missing := [figure.note for figure in figures if figure.verdict == SKIPPED]:
        pytest.skip(missing[0])
    assert {figure.row.name for figure in figures} == {
        row.name for row in ROWS if row.name.startswith(("wire_pg", "pg_"))
    }
    assert all(figure.value is not None and figure.value > 0 for figure in figures)
    assert any(" held" in figure.note for figure in figures)


def test_without_postgres_the_rows_are_left_out_and_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "PROGRAMS", tmp_path)
    with ExitStack() as stack:
        bench = Bench(tmp_path, station_clock(1.0, ""), Amount(), stack, lambda line: None)
        figures = measure_postgres(bench)
    assert {(figure.verdict, figure.note) for figure in figures} == {(SKIPPED, "needs Debian's package postgresql")}
    assert len(figures) == 9
