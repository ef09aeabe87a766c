"""A ledger in one SQLite file: one connection, one transaction for each message, on disk before the answer leaves.

One connection, for SQLite of Debian 12 can spoil a log that two connections write (reliability notes, section 2). sqlite3.Error
from any method means: stop, do not answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LedgerError(Exception):
    """The file cannot be used as a ledger, or another process has it."""


class OneFile:
    """Opens or makes the file with the tables of `schema`. Raises LedgerError. `:memory:` is a ledger nobody keeps; `connection`
    is the class of the connection (a test's kills on purpose)."""

    def __init__(
        self, path: Path | str, schema: str, connection: type[sqlite3.Connection] = sqlite3.Connection
    ) -> None:
        self._db: sqlite3.Connection | None = None
        try:
            self._db = db = sqlite3.connect(path, timeout=0.2, isolation_level=None, factory=connection)
            db.execute("pragma locking_mode=exclusive")
            db.execute("pragma journal_mode=wal")
            db.execute("pragma synchronous=full")
            db.execute("begin immediate")
            for statement in schema.split(";"):
                db.execute(statement)
            db.execute("commit")
        except sqlite3.Error as error:
            self.close()
            raise LedgerError(f"{path}: {error}") from error
        self._held = db

    def close(self) -> None:
        if self._db is not None:
            self._db.close()

    @contextmanager
    def message(self) -> Iterator[None]:
        """Everything inside is stored at its end, synced, or not at all when something is raised."""
        self._held.execute("begin immediate")
        try:
            yield
        except BaseException:
            if self._held.in_transaction:
                self._held.execute("rollback")
            raise
        self._held.execute("commit")
