"""`./tvm station kill`: kill -9 under load, of the station or of its database; exit 1 when anything is lost or contradicted.

A killed database takes the station with it: it tells who waits to come again (503), ends with 1, and knows at its next start what
became of the last commit. A kill does not lose what the kernel holds; what a power cut leaves is the matter of the memories' tests.
"""

from __future__ import annotations

import argparse
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from simulator.child import die_with
from simulator.clock import SharedClock
from simulator.postgres_server import NoPostgres, PostgresServer
from simulator.station.killing import judge
from simulator.station.killing.buyers import MACHINES, Buyers, Ride
from simulator.station.timetable import station_date
from simulator.station.world import World

ROOT = Path(__file__).resolve().parents[3]
FEWEST, MOST = 60, 400
"""Answers between one kill and the next."""
LONGEST_MOMENT_S = 0.004
PATIENCE_S = 60.0
RUNS = 4


@dataclass(slots=True)
class Outcome:
    """`wrong` is empty when nothing was oversold, lost or answered in two ways. `unavailable`: answers 503;
    `sold_out`: locks that found too few places."""

    station_kills: int = 0
    database_kills: int = 0
    answers: int = 0
    repeated: int = 0
    unavailable: int = 0
    sold_out: int = 0
    confirmed: int = 0
    records: int = 0
    steps: int = 0
    wrong: list[str] = field(default_factory=list)


class Killer:
    """A station in `folder` that is started again after each kill. `server`: where its database `url` lies, killed every other
    time."""

    def __init__(self, folder: Path, dice: Random, server: PostgresServer | None = None, url: str = "") -> None:
        self._folder, self._dice, self._server, self._url = folder, dice, server, url
        self._clock = SharedClock.starting_now()
        self.buyers = Buyers(dice, _rides(self._clock))
        self.outcome = Outcome()

    def run(self, kills: int, say: Callable[[str], None]) -> Outcome:
        """Raises OSError when a process cannot be started."""
        for kill in range(kills):
            database = self._server is not None and kill % 2 == 1
            self._one_life(self._dice.randrange(FEWEST, MOST), self._kill_database if database else self._kill)
            if kill % 10 == 9:
                say(f"{kill + 1} kills of {kills}, {self.buyers.answers} answers, {len(self.outcome.wrong)} wrong")
        self._one_life(FEWEST, self._end)
        self._judge()
        return self.outcome

    # -- one life of the station

    def _one_life(self, answers: int, end: Callable[[subprocess.Popen[bytes]], None]) -> None:
        """Trade until so many answers came, then let it end with commands on their way, and hear what it still says."""
        with self._started() as process:
            try:
                with self._connected() as line:
                    lines, held, until = self.buyers.again(), b"", self.buyers.answers + answers
                    while self.buyers.answers < until:
                        line.sendall(b"".join([*lines, *self.buyers.commands()]))
                        lines = []
                        received = line.recv(65_536)
                        if not received:
                            self.outcome.wrong.append("the station ended by itself")
                            return
                        held = self._hear(held + received)
                    line.sendall(b"".join(self.buyers.commands()))
                    end(process)
                    self._last_words(process, line, held, end == self._kill_database)
                self._ended(process, end)
            finally:
                process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        database = ("--database", self._url) if self._url else ()
        enrolled = [word for name, token in MACHINES.items() for word in ("--machine", f"{name}:{token}")]
        where = ("--port", "0", "--data", str(self._folder / "data"), "--line", str(self._folder / "line"))
        words = (sys.executable, "-m", "simulator", "station", *where, *database, *enrolled)
        process = subprocess.Popen(
            [*words, "--clock", self._clock.format()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            preexec_fn=die_with(os.getpid()),
        )
        assert process.stdout is not None
        if not process.stdout.readline().startswith(b"ready"):
            process.kill()
            raise OSError("the station did not start; what it says stands above")
        return process

    def _connected(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE_S)
        line.connect(str(self._folder / "line"))
        return line

    def _hear(self, received: bytes) -> bytes:
        *whole, rest = received.split(b"\n")
        for line in whole:
            self.buyers.hear(line)
        return rest

    def _last_words(self, process: subprocess.Popen[bytes], line: socket.socket, held: bytes, ask: bool) -> None:
        """What it still says, to its end. `ask` it meanwhile: only who wants to store something notices that the database is
        gone."""
        most = self.buyers.answers + MOST
        try:
            while received := line.recv(65_536):
                held = self._hear(held + received)
                if not ask:
                    continue
                if self.buyers.answers > most:
                    self.outcome.wrong.append("the station goes on answering, and what it stores in is gone")
                    process.kill()
                line.sendall(b"".join(self.buyers.commands()))
        except (BrokenPipeError, ConnectionResetError):
            return

    # -- how it ends

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        select.select([], [], [], self._dice.random() * LONGEST_MOMENT_S)
        process.kill()
        self.outcome.station_kills += 1

    def _kill_database(self, process: subprocess.Popen[bytes]) -> None:
        assert self._server is not None
        select.select([], [], [], self._dice.random() * LONGEST_MOMENT_S)
        self._server.kill()
        self.outcome.database_kills += 1

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()

    def _ended(self, process: subprocess.Popen[bytes], end: Callable[[subprocess.Popen[bytes]], None]) -> None:
        status = process.wait(PATIENCE_S)
        if end == self._kill_database:
            assert self._server is not None
            self._server.start()
            if status != 1:
                self.outcome.wrong.append(f"the station ended with {status} when its database was killed")
        elif end == self._end and status != 0:
            self.outcome.wrong.append(f"the station ended with {status} when it was asked to")

    # -- what is left

    def _judge(self) -> None:
        buyers, data, outcome = self.buyers, self._folder / "data", self.outcome
        copies = [judge.records_in_files(data)]
        if not self._url:
            steps = judge.steps_in_files(data)
        else:
            steps = judge.steps_in_database(self._url)
            copies.append(judge.records_in_database(self._url))
        found = judge.Judge(steps)
        found.compare(buyers.heard)
        for copy in copies:
            found.compare_records(buyers.records, buyers.acked, copy)
        outcome.answers, outcome.repeated, outcome.unavailable = buyers.answers, buyers.repeated, buyers.refused
        outcome.sold_out = sum(told[0] == "sold_out" for told in buyers.heard.values())
        outcome.confirmed, outcome.records, outcome.steps = len(found.sold), sum(buyers.acked.values()), found.steps
        outcome.wrong += [*buyers.wrong, *found.wrong]


def _rides(clock: SharedClock) -> list[Ride]:
    """The trains and classes with the fewest places, the day after tomorrow: they are soon sold out."""
    day = (station_date(clock.wall_ms()) + timedelta(days=2)).isoformat()
    found = [
        (len(layout.places), Ride(train.number, day, tuple(stop.station for stop in train.stops), seat_class))
        for train in World.load().timetable.trains.values()
        for seat_class, layout in train.layouts.items()
    ]
    return [ride for _, ride in sorted(found, key=lambda pair: (pair[0], pair[1].train, pair[1].seat_class))[:RUNS]]


def main(argv: Sequence[str]) -> int:
    """0 when nothing is wrong, 1 when something is or a process cannot be started, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="tvm station kill", description="Kill a station under load again and again, and judge what it remembers."
    )
    parser.add_argument("--kills", type=int, default=10, metavar="N", help="how often (default 10)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the buyers' choices (default 1)")
    parser.add_argument(
        "--postgres", action="store_true", help="with a PostgreSQL made for it, which is killed every other time"
    )
    given = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="tvm-kill-") as folder:
            outcome = _run(Path(folder), given)
    except (OSError, NoPostgres) as error:
        print(f"tvm station kill: {error}", file=sys.stderr)
        return 1
    for line in outcome.wrong:
        print(line)
    print(
        f"{outcome.station_kills} kills of the station, {outcome.database_kills} of the database, {outcome.answers} answers "
        f"({outcome.repeated} repeated, {outcome.unavailable} unavailable), {outcome.confirmed} confirmed, "
        f"{outcome.sold_out} sold out, "
        f"{outcome.records} records, {outcome.steps} steps, {len(outcome.wrong)} wrong"
    )
    return 1 if outcome.wrong else 0


def _run(folder: Path, given: argparse.Namespace) -> Outcome:
    say = lambda line: print(f"station kill: {line}", file=sys.stderr, flush=True)
    if not given.postgres:
        return Killer(folder, Random(given.seed)).run(given.kills, say)
    with closing(PostgresServer()) as server:
        return Killer(folder, Random(given.seed), server, server.url).run(given.kills, say)
