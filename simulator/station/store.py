"""What the station needs of a memory: steps that are durable when `append` returns, and machines' records beside them.

Two memories fit: files in a folder (`files`), and PostgreSQL with record files beside it (`postgres`), for the records of machines
are never only in a database. Source: settled question 42.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from simulator.station.wire import Step


class StoreError(Exception):
    """The memory cannot be read, is in use by another station, or is another one's."""


class Store(Protocol):
    """One station at a time has it; whoever opens it gets a StoreError when another one does."""

    def key(self) -> bytes:
        """What codes of orders follow from, the same as long as the station lives. Raises StoreError when it is damaged."""

    def replay(self) -> Iterator[Step]:
        """All steps that were stored, in an order that folds to the same state. Raises StoreError."""

    def append(self, steps: Iterable[Step]) -> None:
        """Store steps, all of them or none but records. An OSError here must stop the station: nobody may be answered for them,
        and the next start tells whether they are there."""

    def lines(self, machine: str, epoch: str, first: int, last: int) -> list[str]:
        """Lines `first` to `last` of an epoch as the machine sent them; fewer when it has no such."""

    def close(self) -> None: ...


def open_store(folder: Path, database: str = "") -> Store:
    """The memory in `folder`, its journal in `database` (a PostgreSQL URL) if there is one. Raises StoreError."""
    if not database:
        from simulator.station.files import FileStore

        return FileStore(folder)
    try:
        from simulator.station.postgres.store import PostgresStore
    except ImportError as error:
        raise StoreError(f"a database needs psycopg and libpq (on Debian: libpq5): {error}") from error
    return PostgresStore(folder, database)
