"""What one station carries on its wires: durable locks over HTTP and over the line, heartbeats of a thousand machines, records.

The station is a process of its own with its usual trains and an empty memory, the client sits on the same cores. Every lock is of
another key, on one of so many rides that were asked for before (the first lock of a ride reckons its price, which takes longer than
all the rest), and counts when its answer is there, after the sync. Rates are by the wall clock; the notes
say what a second of the station's own processor time does, which others at work on the machine change less.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from zlib import crc32

from simulator.bench import process
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.bench.parts.clients import HTTP, LINE, Asked, Load, Wire, put
from simulator.child import Program
from simulator.demo import STATION_ZONE
from simulator.programs import ROOT
from simulator.rig import RigError
from simulator.station.seals import Keys, Segment
from simulator.station.world import World
from simulator.supervisor import Supervisor

MACHINES = 1_000
HEARTBEAT_S = 30
RUNS = 3
CONNECTIONS = {HTTP: (32, 1), LINE: (4, 16)}
"""Of a wire: how many, and the requests under way on each."""
EPOCH = "be7c0001"
SEGMENT = Segment("000001-2026-11-22.journal", 1)
DAYS, RIDES = 10, 1_000
LINES_A_BATCH = 400
SEEN = (200, 201, 409)
"""Answers of a station that works: sold out is one."""


class Wires:
    """The station and what is asked of it; `number` goes on, so that no key comes twice."""

    def __init__(
        self, bench: Bench, address: dict[Wire, int | Path], pid: int, tokens: list[str], auditor: str
    ) -> None:
        """`auditor`: token of a person who may look."""
        self.bench, self._address, self._pid, self.tokens, self._auditor = bench, address, pid, tokens, auditor
        self.number = 0

    def run(self, wire: Wire, asked: Iterator[Asked]) -> tuple[Load, float]:
        """What came of it, and the station's processor seconds. Raises RigError for an answer that is none."""
        before = process.cpu_ns(self._pid)
        load = put(wire, self._address[wire], asked, *CONNECTIONS[wire], self.bench.clock.mono_us)
        if wrong := set(load.statuses) - set(SEEN):
            raise RigError(f"the station answered {wrong}")
        return load, (process.cpu_ns(self._pid) - before) / process.NS

    def must_believe(self, machine: str) -> None:
        """Raises RigError unless the records of a machine were checked and none was put aside: that would cost less."""
        link = HTTPConnection("127.0.0.1", int(str(self._address[HTTP])), timeout=60)
        with closing(link):
            link.request("GET", f"/v1/office/machines/{machine}", headers={"Authorization": f"Bearer {self._auditor}"})
            (epoch,) = json.loads(link.getresponse().read())["epochs"]
        if not epoch["sealed"] or epoch["quarantine"]:
            raise RigError(f"the station does not believe {machine}: {epoch['quarantine'][:1]}")


def measure_wires(bench: Bench) -> list[Figure]:
    with _station(bench, "wires") as wires:
        return [*_locks(wires), _heartbeats(wires), _records(wires, "wire_records")]


def measure_wires_with(bench: Bench, database: str) -> list[Figure]:
    """The same locks and records with the journal in this database."""
    with _station(bench, "wires-pg", "--database", database) as wires:
        return [*_locks(wires, "wire_pg"), _records(wires, "wire_pg_records")]


@contextmanager
def _station(bench: Bench, name: str, *words: str) -> Iterator[Wires]:
    """A station with a thousand machines. Raises RigError, StartError."""
    directory = bench.directory / name
    directory.mkdir()
    tokens = [secrets.token_hex(8) for _ in range(MACHINES)]
    line = directory / "line"
    named = [f"{_machine(at)}:{token}::{_seal(at).hex()}" for at, token in enumerate(tokens)]
    enrolled = [word for each in named for word in ("--machine", each)]
    argv = (sys.executable, "-m", "simulator", "station", "--port", "0", "--data", str(directory / "data"))
    auditor = secrets.token_hex(8)
    more = ("--person", f"bench:{auditor}:auditor", "--line", str(line), "--clock", bench.clock.format(), *words)
    supervisor = Supervisor(directory, ROOT, bench.clock.mono_ms)
    try:
        port = int(supervisor.start(Program("station", (*argv, *more, *enrolled))).rsplit(":", 1)[1])
        pid = supervisor.pid("station")
        if pid is None:
            raise RigError("the station ended")
        yield Wires(bench, {HTTP: port, LINE: line}, pid, tokens, auditor)
    finally:
        supervisor.stop()


def _machine(at: int) -> str:
    return f"M{at:04d}"


def _seal(at: int) -> bytes:
    return sha256(b"%d" % at).digest()


def _locks(wires: Wires, what: str = "wire") -> list[Figure]:
    figures, rides = list[Figure](), _rides(wires.bench)
    asked = _orders(wires, rides)
    wires.run(LINE, _some(asked, len(rides)))
    for name, wire, share in ((f"{what}_http", HTTP, 4), (f"{what}_line", LINE, 1)):
        each = wires.bench.amount.locks // share
        wires.bench.say(f"station: {RUNS} runs of {each} locks: {name}")
        runs = [wires.run(wire, _some(asked, each)) for _ in range(RUNS)]
        held = sum(load.statuses.get(201, 0) for load, _ in runs)
        note = f"{median(each / cpu_s for _, cpu_s in runs):,.0f}/s of the station's processor; {held:,} held"
        figures.append(measured(name, [each / load.wall_s for load, _ in runs], note))
        waits = [measured(f"{name}_wait", load.waits_ms).value or 0.0 for load, _ in runs]
        figures.append(
            measured(f"{name}_wait", [median(waits)], f"p99 of each run: {', '.join(f'{ms:.1f}' for ms in waits)} ms")
        )
    return figures


def _rides(bench: Bench) -> list[dict[str, str]]:
    """Any train, class and pair of stops."""
    dice, trains = bench.dice_for("rides"), list(World.load().timetable.trains.values())
    rides = []
    for _ in range(min(RIDES, bench.amount.locks // 4)):
        train = dice.choice(trains)
        a, b = sorted(dice.sample(range(len(train.stops)), 2))
        ends = {"origin": train.stops[a].station, "destination": train.stops[b].station}
        rides.append({"train": train.number, **ends, "class": dice.choice(list(train.layouts))})
    return rides


def _orders(wires: Wires, rides: list[dict[str, str]]) -> Iterator[Asked]:
    """Locks of one adult, on each of the rides in turn, on any day."""
    dice = wires.bench.dice_for("wires")
    today = datetime.fromtimestamp(wires.bench.clock.wall_ms() / 1000, STATION_ZONE).date()
    while True:
        wires.number += 1
        at = wires.number % MACHINES
        body = {
            "key": f"{_machine(at)}.{EPOCH}.{wires.number}",
            "machine": _machine(at),
            "date": (today + timedelta(days=2 + dice.randrange(DAYS))).isoformat(),
            "passengers": ["adult"],
            "wish": "none",
            **rides[wires.number % len(rides)],
        }
        yield Asked("POST", "/v1/locks", wires.tokens[at], _json(body))


def _heartbeats(wires: Wires) -> Figure:
    """Percent of a core for a status of each machine every half minute."""
    wires.bench.say(f"station: heartbeats of {MACHINES} machines")
    shares = []
    for turn in range(1, RUNS + 1):
        status = {"state_seq": turn, "mode": "normal", "reasons": ["note_acceptor ok", "printer ok"], "faults": []}
        told = [
            Asked("PUT", f"/v1/devices/{_machine(at)}/status", token, _json(status))
            for at, token in enumerate(wires.tokens)
        ]
        _, cpu_s = wires.run(HTTP, iter(told))
        shares.append(100 * cpu_s / HEARTBEAT_S)
    return measured(
        "wire_heartbeats", shares, f"the station's processor for {MACHINES} statuses over HTTP, of {HEARTBEAT_S} s"
    )


def _records(wires: Wires, name: str) -> Figure:
    """Journal lines a second, chain and MAC checked and synced; a batch of each of some machines."""
    batches = max(1, wires.bench.amount.locks // 4 // LINES_A_BATCH)
    wires.bench.say(f"station: {RUNS} runs of {batches} batches of records")
    rates, cpu = [], []
    for turn in range(RUNS):
        asked = [_batch(wires.tokens, at) for at in range(turn * batches, (turn + 1) * batches)]
        load, cpu_s = wires.run(HTTP, iter(asked))
        if set(load.statuses) != {200}:
            raise RigError(f"the station refused records: {load.statuses}")
        wires.must_believe(_machine(turn * batches % MACHINES))
        rates.append(batches * LINES_A_BATCH / load.wall_s)
        cpu.append(batches * LINES_A_BATCH / cpu_s)
    note = f"{median(cpu):,.0f}/s of the station's processor; form, order, chain and MAC are checked"
    return measured(name, rates, note)


def _batch(tokens: list[str], at: int) -> Asked:
    machine = at % MACHINES
    lines, chain, keys = list[str](), 0, Keys(_seal(machine), SEGMENT)
    for seq in range(1, LINES_A_BATCH + 1):
        fact = {"kind": "note_ours", "sale": seq // 8, "value_fen": 10_000, "unit": "acceptor", "serial": f"N{seq:08d}"}
        record = {"seq": seq, "epoch": EPOCH, "boot": 1, "mono_ms": 1_000 * seq, "wall_ms": 1_790_000_000_000 + seq}
        record |= {"fact": fact, "intents": [{"kind": "renew?", "sale": seq // 8, "note": seq}]}
        plain = _json(record)
        body = plain[:-1] + b',"mac":"%b"}' % keys.mac(seq, chain, plain).encode()
        chain = crc32(body, chain)
        lines.append(f"{chain:08x} {body.decode()}")
    told = {"epoch": EPOCH, "first_seq": 1, "lines": lines, "segment": asdict(SEGMENT)}
    return Asked("POST", f"/v1/devices/{_machine(machine)}/records", tokens[machine], _json(told))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _some(asked: Iterator[Asked], count: int) -> Iterator[Asked]:
    return iter([next(asked) for _ in range(count)])
