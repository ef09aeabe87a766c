"""The two memories of a station, so that a test of one is a test of both: files alone, and a throw-away PostgreSQL beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from simulator.postgres_server import NoPostgres, PostgresServer
from simulator.station.core import Station
from simulator.station.devices import Enrolled
from simulator.station.store import Store, open_store
from simulator.station.world import World
from tests.simulator.station.helpers import ENROLLED

BOTH = ["files", pytest.param("postgres", marks=pytest.mark.slow)]


@dataclass
class Memory:
    """Of any number of stations, each in its folder; `server` None: files alone."""

    server: PostgresServer | None = None
    prefix: str = ""
    _schemas: dict[Path, str] = field(default_factory=dict)

    def database(self, folder: Path) -> str:
        """The URL for the station of this folder; empty with files."""
        if self.server is None:
            return ""
        if folder not in self._schemas:
            self._schemas[folder] = f"{self.prefix}_{len(self._schemas)}"
            with psycopg.connect(self.server.url, autocommit=True) as link:
                link.execute(f'CREATE SCHEMA "{self._schemas[folder]}"'.encode())
        return self.server.url_of(self._schemas[folder])

    def open(self, folder: Path) -> Store:
        return open_store(folder, self.database(folder))

    def words(self, folder: Path) -> tuple[str, ...]:
        """For `./tvm station`."""
        url = self.database(folder)
        return ("--data", str(folder), *(("--database", url) if url else ()))

    def restarted(self, folder: Path, world: World, enrolled: Mapping[str, Enrolled] = ENROLLED) -> Station:
        """A station that knows only what is stored."""
        station = Station(world, enrolled)
        with closing(self.open(folder)) as store:
            for step in store.replay():
                station.apply(step)
        return station


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """One for all tests of this worker."""
    try:
        running = PostgresServer()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    yield running
    running.close()


@pytest.fixture
def postgres(server: PostgresServer, request: pytest.FixtureRequest) -> Memory:
    """Schemas that no other test has, on a server that runs, whatever the test before did to it."""
    server.start()
    count = request.config.stash.get(COUNT, 0)
    request.config.stash[COUNT] = count + 1
    return Memory(server, f"t{count}")


@pytest.fixture(params=BOTH)
def memory(request: pytest.FixtureRequest) -> Memory:
    if request.param == "files":
        return Memory()
    found: Memory = request.getfixturevalue("postgres")
    return found


COUNT = pytest.StashKey[int]()
