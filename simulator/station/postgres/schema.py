"""Tables of the station, made at its first start, and what is refused: another version, another station, a database that forgets.

tvm_station   one row: version of these tables, a digest of the key of orders and the public half of the one that signs
tvm_journal   groups of steps, numbered without a gap; the CRC goes on from the group before, so a lost one spoils all later ones
tvm_record    the machines' records, as they stand in the record files too

Nothing in them is ever changed or deleted: a trigger refuses it to everybody who does not first take it away.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Any, LiteralString
from zlib import crc32

import psycopg

from simulator.station.folder import IN_DATABASE, ORDERS_KEY, read_key, write_new
from simulator.station.machines.signing import KEY_FILE, read_signer
from simulator.station.postgres.link import Link
from simulator.station.store import StoreError

VERSION = 1
KEYS = (ORDERS_KEY, KEY_FILE)
LOCK_CLASS = 0x74766D
OTHERS_LEAVE = "3s"
"""So long a station waits for the one before it: a connection that died is noticed by and by."""
TABLES = (
    """CREATE TABLE tvm_station (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        version integer NOT NULL, orders_key text NOT NULL, signing_key text NOT NULL,
        begun timestamptz NOT NULL DEFAULT now())""",
    "CREATE TABLE tvm_journal (number bigint PRIMARY KEY, crc bigint NOT NULL, steps text NOT NULL)",
    """CREATE TABLE tvm_record (
        machine text, epoch text, seq bigint, line text NOT NULL, PRIMARY KEY (machine, epoch, seq))""",
    """CREATE FUNCTION tvm_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION '% is only appended to', TG_TABLE_NAME; END$$""",
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION tvm_append_only()"
        for table in ("tvm_station", "tvm_journal", "tvm_record")
    ),
)


def open_tables(link: Link, folder: Path, name: str) -> None:
    """Have the tables of the station of `folder` alone, made if the database has none. Raises StoreError, psycopg.Error."""
    _only_me(link, name)
    _must_remember(link, name)
    if _value(link, "SELECT to_regclass('tvm_station')::text") is None:
        _begin(link, folder, name)
    else:
        _must_be_ours(link, folder, name)
    marker = folder / IN_DATABASE
    if not marker.exists():
        write_new(marker, f"The journal of this station is in the {name}.\n".encode())


def _only_me(link: Link, name: str) -> None:
    """The lock lives as long as the connection, and nothing is written but over this connection."""
    schema = _value(link, "SELECT current_schema()")
    if schema is None:
        raise StoreError(f"{name}: its search_path names no schema that is there")
    link.execute(f"SET lock_timeout = '{OTHERS_LEAVE}'")
    try:
        link.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, crc32(str(schema).encode()) - (1 << 31)))
    except psycopg.errors.LockNotAvailable as error:
        raise StoreError(f"{name}: another station is using it") from error


def _must_remember(link: Link, name: str) -> None:
    if _value(link, "SHOW server_encoding") != "UTF8":
        raise StoreError(f"{name}: its encoding is not UTF8")
    if _value(link, "SELECT pg_is_in_recovery()"):
        raise StoreError(f"{name}: it is a replica, which cannot be written")
    if _value(link, "SHOW fsync") != "on":
        raise StoreError(f"{name}: it does not sync (fsync = off), so a power cut could undo sales")
    if _value(link, "SHOW synchronous_commit") == "off":
        link.execute("SET synchronous_commit = on")


def _begin(link: Link, folder: Path, name: str) -> None:
    if (folder / IN_DATABASE).exists():
        raise StoreError(f"{name}: it is empty, and {folder} has sold with a database: name that one, or restore it")
    owner = _owner(folder)
    with link.transaction():
        for table in TABLES:
            link.execute(table)
        link.execute(
            "INSERT INTO tvm_station (version, orders_key, signing_key) VALUES (%s, %s, %s)", (VERSION, *owner.values())
        )


def _must_be_ours(link: Link, folder: Path, name: str) -> None:
    version = _value(link, "SELECT version FROM tvm_station")
    if version != VERSION:
        raise StoreError(f"{name}: its tables are of version {version}, this program knows {VERSION}")
    for key in KEYS:
        if not (folder / key).exists():
            raise StoreError(f"{name}: it belongs to a station whose {key} is not in {folder}")
    row = link.execute("SELECT orders_key, signing_key FROM tvm_station").fetchone()
    for (key, ours), theirs in zip(_owner(folder).items(), row or (), strict=True):
        if theirs != ours:
            raise StoreError(f"{name}: it belongs to another station than {folder}: the {key} is another one")


def _owner(folder: Path) -> dict[str, str]:
    """Digests of the keys in the folder, made when they are missing; the keys themselves never leave it."""
    public = read_signer(folder, os.urandom).public
    return dict(zip(KEYS, (hmac.digest(read_key(folder), b"owner", "sha256").hex(), public), strict=True))


def _value(link: Link, query: LiteralString) -> Any:
    row = link.execute(query).fetchone()
    return None if row is None else row[0]
