"""PostgreSQL on the same disk and cores: what seats cost as its rows (one train, its own `pgbench` as client), and what a station
carries that keeps its journal there. Source: seat inventory, section 9.
"""

from __future__ import annotations

from contextlib import closing

import psycopg

from simulator.bench.bench import Bench
from simulator.bench.figures import ROWS, Figure, measured, skipped
from simulator.bench.parts.wires import measure_wires_with
from simulator.postgres_server import NoPostgres, PostgresServer

PLACES, SEGMENTS = 2_000, 24
CLIENTS = 8
RUNS = 3
TABLES = f"""
CREATE TABLE place (id integer PRIMARY KEY, taken integer NOT NULL);
INSERT INTO place SELECT n, 0 FROM generate_series(0, {PLACES - 1}) AS n;
CREATE EXTENSION btree_gist;
CREATE TABLE sold (place integer, trip int4range, EXCLUDE USING gist (place WITH =, trip WITH &&));
ANALYZE;
"""
RIDE = f"\\set a random(0, {SEGMENTS - 1})\n\\set b random(:a + 1, {SEGMENTS})\n"
MASKS = f"""{RIDE}\\set trip (1 << :b) - (1 << :a)
UPDATE place SET taken = taken | :trip WHERE id =
    (SELECT id FROM place WHERE taken & :trip = 0 LIMIT 1 FOR UPDATE SKIP LOCKED);
"""
RANGES = f"""{RIDE}\\set place random(0, {PLACES - 1})
INSERT INTO sold VALUES (:place, int4range(:a, :b)) ON CONFLICT DO NOTHING;
"""
PEERS = {
    "pg_one": (MASKS, 1, "on"),
    "pg_eight": (MASKS, CLIENTS, "on"),
    "pg_async": (MASKS, CLIENTS, "off"),
    "pg_ranges": (RANGES, CLIENTS, "on"),
}
"""Of a figure: what is sold how, by how many clients, and whether a commit is waited for."""


def measure_postgres(bench: Bench) -> list[Figure]:
    bench.say("PostgreSQL: the same sales as its rows, and a station with its journal there")
    try:
        server = PostgresServer()
    except NoPostgres as missing:
        return skipped([row.name for row in ROWS if row.name.startswith(("pg_", "wire_pg"))], str(missing))
    with closing(server):
        with psycopg.connect(server.url, autocommit=True) as link:
            link.execute(TABLES.encode())
        return [*(_peer(bench, server, name) for name in PEERS), *measure_wires_with(bench, server.url)]


def _peer(bench: Bench, server: PostgresServer, name: str) -> Figure:
    script, clients, waits = PEERS[name]
    with psycopg.connect(server.url, autocommit=True) as link:
        link.execute("UPDATE place SET taken = 0")
    options = f"-c synchronous_commit={waits}"
    rates = [server.pgbench(script, clients, bench.amount.peer_sales, options) for _ in range(RUNS)]
    synced = "each sale synced" if waits == "on" else "what a power cut would lose is not waited for"
    return measured(name, rates, f"wall clock, {clients} clients of pgbench, {synced}")
