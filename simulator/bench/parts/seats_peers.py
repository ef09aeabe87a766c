"""What seats cost when a database keeps them: SQLite, one train, each sale durable. Source: seat inventory, section 9.

The peers of the engine's figures, on the same disk and in the same run. PostgreSQL, which needs a server, is in `postgres`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path

from simulator.bench.bench import Bench, Dice
from simulator.bench.figures import Figure, measured

PLACES, STOPS = 2_000, 25
SEGMENTS = STOPS - 1

Sell = Callable[[sqlite3.Connection, int, int], None]


def measure_peers(bench: Bench) -> list[Figure]:
    bench.say("seats: the same sales as rows of a database")
    return [
        _peer(bench, "peer_masks", "CREATE TABLE place (id INTEGER PRIMARY KEY, taken INTEGER)", _masks(), _sell_mask),
        _peer(
            bench,
            "peer_segments",
            "CREATE TABLE spot (place INTEGER, segment INTEGER, taken INTEGER, PRIMARY KEY (place, segment)) WITHOUT ROWID",
            [(place, segment, 0) for place in range(PLACES) for segment in range(SEGMENTS)],
            _sell_segments,
        ),
        _peer(
            bench,
            "peer_tickets",
            "CREATE TABLE ticket (a INTEGER, b INTEGER, place INTEGER, PRIMARY KEY (a, b, place)) WITHOUT ROWID",
            [(a, b, place) for a, b in combinations(range(STOPS), 2) for place in range(PLACES)],
            _sell_ticket,
        ),
    ]


def _masks() -> list[tuple[int, int]]:
    return [(place, 0) for place in range(PLACES)]


def _peer(bench: Bench, name: str, table: str, rows: Sequence[tuple[int, ...]], sell: Sell) -> Figure:
    path: Path = bench.directory / f"{name}.sqlite"
    dice: Dice = bench.dice_for(name)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(table)
        database.execute("BEGIN")
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table.split()[2]} VALUES ({marks})", rows)
        database.execute("COMMIT")
        rates = []
        for _ in range(3):
            begun_us = bench.clock.mono_us()
            for _ in range(bench.amount.peer_sales):
                a, b = sorted(dice.sample(range(STOPS), 2))
                database.execute("BEGIN IMMEDIATE")
                sell(database, a, b)
                database.execute("COMMIT")
            rates.append(bench.amount.peer_sales / ((bench.clock.mono_us() - begun_us) / 1e6))
    path.unlink()
    return measured(name, rates, f"wall clock, {len(rows):,} rows, each sale synced")


def _sell_mask(database: sqlite3.Connection, a: int, b: int) -> None:
    trip = (1 << b) - (1 << a)
    found = database.execute("SELECT id FROM place WHERE taken & ? = 0 LIMIT 1", (trip,)).fetchone()
    if found:
        database.execute("UPDATE place SET taken = taken | ? WHERE id = ?", (trip, found[0]))


def _sell_segments(database: sqlite3.Connection, a: int, b: int) -> None:
    found = database.execute(
        "SELECT place FROM spot WHERE segment >= ? AND segment < ? AND taken = 0 GROUP BY place HAVING count(*) = ? LIMIT 1",
        (a, b, b - a),
    ).fetchone()
    if found:
        database.execute("UPDATE spot SET taken = 1 WHERE place = ? AND segment >= ? AND segment < ?", (found[0], a, b))


def _sell_ticket(database: sqlite3.Connection, a: int, b: int) -> None:
    """The ticket, and with it every other one of the same place that shares a segment."""
    found = database.execute("SELECT place FROM ticket WHERE a = ? AND b = ? LIMIT 1", (a, b)).fetchone()
    if found:
        gone = [(x, y, found[0]) for x in range(b) for y in range(max(a, x) + 1, STOPS)]
        database.executemany("DELETE FROM ticket WHERE a = ? AND b = ? AND place = ?", gone)
