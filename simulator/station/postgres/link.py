"""One connection to PostgreSQL that never waits for ever, and errors that a person can read and that tell no password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from simulator.station.store import StoreError

SCHEMES = ("postgresql://", "postgres://")
CONNECT_S = 5
ANSWER_S, READ_S = 10.0, 120.0
"""How long a commit may take, and a piece of the past; a machine has given up long before."""
USUAL: dict[str, str] = {
    "application_name": "tvm-station",
    "connect_timeout": str(CONNECT_S),
    "client_encoding": "utf8",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
}
"""What a URL may say otherwise. A network that swallows everything is noticed too."""

T = TypeVar("T")


class LostDatabase(OSError):
    """What was being stored may be there or not; the next start tells. The station stops, as when its disk is full."""


class Link(psycopg.Connection[TupleRow]):
    """`patience_s`: how long it waits for one answer before it gives up; then nothing more can be asked of it."""

    patience_s = READ_S

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(gen, interval, self.patience_s if timeout is None else timeout)


def connect(url: str) -> tuple[Link, str]:
    """The connection, each statement a transaction of its own, and what to call it. Raises StoreError."""
    if not url.startswith(SCHEMES):
        raise StoreError("--database: expected postgresql://USER@HOST/NAME")
    try:
        told = conninfo_to_dict(url)
        name = _name(told)
        with refusing(name):
            link = Link.connect(
                make_conninfo(**{**USUAL, **{word: str(value) for word, value in told.items()}}), autocommit=True
            )
    except psycopg.ProgrammingError as error:  # its text may hold the password
        raise StoreError("--database: this URL cannot be read; expected postgresql://USER@HOST/NAME") from error
    return link, name


def _name(told: dict[str, Any]) -> str:
    """Where it is, without who asks."""
    host, port = told.get("host") or os.environ.get("PGHOST", ""), told.get("port")
    where = f"{host}:{port}" if port else host
    return f"database {told.get('dbname') or os.environ.get('PGDATABASE', '')} at {where or 'the local socket'}"


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """What goes wrong before the station sells is a refusal to start."""
    try:
        yield
    except psycopg.Error as error:
        raise StoreError(f"{name}: {in_a_line(error)}") from error


def in_a_line(error: psycopg.Error) -> str:
    """What the database says, or the kind of error when it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
