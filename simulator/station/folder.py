"""The folder of a station: whose it is, the key in it, and whether its journal lies elsewhere."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from simulator.station.store import StoreError

KEY_BYTES = 32
ORDERS_KEY = "orders.key"
JOURNAL = "journal.jsonl"
IN_DATABASE = "in-database"
"""A file that says so: without the database this station would sell everything again."""


def lock_folder(folder: Path) -> int:
    """Make the folder and have it alone until the descriptor is closed. Raises StoreError when another station has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"{folder}: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StoreError(f"{folder}: another station is using it") from error
    return descriptor


def read_key(folder: Path) -> bytes:
    """What codes of orders follow from, made once and readable by nobody else; an older backup needs the same. Raises StoreError
    when it is damaged: with another one no code leads to its order any more."""
    path = folder / ORDERS_KEY
    if not path.exists():
        write_new(path, os.urandom(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path}: {len(key)} bytes, not {KEY_BYTES}")
    return key


def write_new(path: Path, content: bytes) -> None:
    """A file that is there whole or not at all, for this user only."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        sync(file)
    fresh.rename(path)
    sync_folders(path.parent)


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fdatasync(file.fileno())


def sync_folders(*folders: Path) -> None:
    """A new file is only there after a power cut when the folders that name it are synced."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
