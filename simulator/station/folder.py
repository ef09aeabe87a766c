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


class FolderLock:
    """Makes the folder, and has it alone until it is closed or forgotten. Raises StoreError when another station has it."""

    def __init__(self, folder: Path) -> None:
        self._descriptor: int | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{folder}: another station is using it") from error
        except OSError as error:
            raise StoreError(f"{folder}: {error}") from error

    def close(self) -> None:
        """Harmless when it is closed already: the number may be another file's by now."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    __del__ = close


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
