"""Seats on the bench: the bound of late numbering, the peers' way of selling, and that the part measures every one of its rows."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest

from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import ROWS, SKIPPED
from simulator.bench.parts import seats_peers, seats_policies
from simulator.bench.parts.seats import measure_seats
from simulator.bench.parts.seats_policies import SHAPES, behind_late_numbering, late_numbering, sold_by, trips_of
from simulator.demo import station_clock
from simulator.station.seats.policies import POLICIES


def test_late_numbering_refuses_only_what_the_load_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats_policies, "PLACES", 2)
    monkeypatch.setattr(seats_policies, "STOPS", 7)
    asked = [(4, 6), (2, 5), (1, 2), (0, 4), (5, 6)]
    assert late_numbering(asked) == 11
    assert sold_by(POLICIES["exact_gap"], asked) == 11
    assert sold_by(POLICIES["first_fit"], asked) == 7
    assert late_numbering([(0, 6)] * 3) == 12


def test_a_demand_asks_for_so_much_and_hubs_for_more_of_it() -> None:
    trips = trips_of(Random(1), SHAPES["hubs"], 1.0)
    assert 9_600 <= sum(b - a for a, b in trips) < 9_624
    ends = [stop for trip in trips for stop in trip]
    assert ends.count(8) > 3 * ends.count(7)
    assert all(0 <= a < b <= 24 for a, b in trips)


@pytest.mark.parametrize(
    ("sell", "table", "rows"),
    [
        (seats_peers._sell_mask, "place (id INTEGER PRIMARY KEY, taken INTEGER)", [(0, 0), (1, 0)]),
        (
            seats_peers._sell_segments,
            "spot (place INTEGER, segment INTEGER, taken INTEGER)",
            [(place, segment, 0) for place in (0, 1) for segment in range(4)],
        ),
        (
            seats_peers._sell_ticket,
            "ticket (a INTEGER, b INTEGER, place INTEGER)",
            [(a, b, place) for b in range(1, 5) for a in range(b) for place in (0, 1)],
        ),
    ],
)
def test_a_peer_sells_each_place_once(sell: seats_peers.Sell, table: str, rows: list[tuple[int, ...]]) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE {table}")
        database.executemany(f"INSERT INTO {table.split()[0]} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        changes = []
        for a, b in [(0, 2), (2, 4), (1, 3), (0, 4), (3, 4)]:
            before = database.total_changes
            sell(database, a, b)
            changes.append(database.total_changes > before)
    assert changes == [True, True, True, False, True]


@pytest.mark.slow
def test_the_part_measures_every_row_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "simulator.bench.parts.seats.behind_late_numbering", lambda dice: behind_late_numbering(dice, 1)
    )
    with ExitStack() as stack:
        amount = Amount(seats=400, records=600, peer_sales=3)
        figures = measure_seats(Bench(tmp_path, station_clock(1.0, ""), amount, stack, lambda line: None))
    own = [row.name for row in ROWS if row.name.startswith(("seat_", "peer_"))]
    assert sorted(figure.row.name for figure in figures) == sorted(own)
    assert all(figure.value is not None and figure.verdict != SKIPPED for figure in figures)
