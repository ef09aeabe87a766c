"""The station's memory on disk: one append-only journal of steps, and beside it the machines' records, one file per epoch.

A journal line is 8 hex digits of CRC-32, a blank, JSON, LF, synced before the reply leaves: one step, or a list of steps that came
together and are there all or none. A torn last line (power cut while writing) is cut off; anything else unreadable refuses the
start. Source: settled question 42.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from simulator.station.wire import Step, content_of

QUARANTINE_MARK = "#"
KEY_BYTES = 32
SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


class StoreError(Exception):
    """The memory cannot be read or is in use by another station."""


class Store:
    """Owns a directory. One station at a time; raises StoreError when another one has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._journal: BinaryIO = (folder / "journal.jsonl").open("ab")
            fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{folder}: another station is using it") from error
        except OSError as error:
            raise StoreError(f"{folder}: {error}") from error
        self._records: dict[tuple[str, str], BinaryIO] = {}

    def key(self) -> bytes:
        """What codes of orders follow from, made once and readable by nobody else; an older backup needs the same. Raises
        StoreError when it is damaged: with another one no code leads to its order any more."""
        path = self._folder / "orders.key"
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.urandom(KEY_BYTES))
                _sync(file)
            fresh.rename(path)
            _sync_folders(self._folder)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise StoreError(f"{path}: {len(key)} bytes, not {KEY_BYTES}")
        return key

    def replay(self) -> Iterator[Step]:
        """All steps that were stored, in an order that folds to the same state. Cuts torn tails; raises StoreError."""
        yield from self._replay_journal(self._folder / "journal.jsonl")
        for path in sorted((self._folder / "records").glob("*/*.jsonl")):
            lines = list(_replay_records(path))
            if lines:
                yield {
                    "kind": "records",
                    "machine": path.parent.name,
                    "epoch": path.stem,
                    "first_seq": 1,
                    "lines": lines,
                }

    def append(self, steps: Iterable[Step]) -> None:
        """Store steps, the journal with one sync. An OSError here must stop the station: nobody may be answered for them."""
        journal = [step for step in steps if step["kind"] != "records"]
        for step in steps:
            if step["kind"] == "records":
                self._append_records(step)
        if journal:
            self._journal.write(_journal_line(journal))
            _sync(self._journal)

    def lines(self, machine: str, epoch: str, first: int, last: int) -> list[str]:
        """Lines `first` to `last` of an epoch as the machine sent them; fewer when it has no such."""
        path = self._folder / "records" / machine / f"{epoch}.jsonl"
        if not (SAFE_NAME.fullmatch(machine) and SAFE_NAME.fullmatch(epoch) and path.exists()):
            return []
        with path.open("rb") as file:
            return [_plain_line(line) for line in islice(file, first - 1, last)]

    def close(self) -> None:
        for file in (self._journal, *self._records.values()):
            file.close()

    def _append_records(self, step: Step) -> None:
        machine, epoch = step["machine"], step["epoch"]
        if not (SAFE_NAME.fullmatch(machine) and SAFE_NAME.fullmatch(epoch)):
            raise StoreError(f"machine {machine!r}, epoch {epoch!r}: no file can have this name")
        if (machine, epoch) not in self._records:
            path = self._folder / "records" / machine / f"{epoch}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._records[machine, epoch] = path.open("ab")
            _sync_folders(path.parent, self._folder)
        file = self._records[machine, epoch]
        file.write(b"".join(_record_line(line) for line in step["lines"]))
        _sync(file)

    @staticmethod
    def _replay_journal(path: Path) -> Iterator[Step]:
        for number, line, cut in _whole_lines(path):
            steps = _read_journal_line(line)
            if steps is None:
                if cut is None:
                    raise StoreError(f"{path}:{number}: not a journal line")
                os.truncate(path, cut)
                return
            yield from steps


def _journal_line(steps: Sequence[Step]) -> bytes:
    body = content_of(steps[0] if len(steps) == 1 else steps)
    return b"%08x %b\n" % (crc32(body), body)


def _read_journal_line(line: bytes) -> list[Step] | None:
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    body = line[9:-1]
    if line[:8] != b"%08x" % crc32(body):
        return None
    told: Step | list[Step] = json.loads(body)
    return told if isinstance(told, list) else [told]


def _whole_lines(path: Path) -> Iterator[tuple[int, bytes, int | None]]:
    """Line number, line with its LF, and for the last line the offset at which it begins: where a torn tail is cut."""
    content = path.read_bytes() if path.exists() else b""
    offset, number = 0, 0
    while offset < len(content):
        number += 1
        end = content.find(b"\n", offset) + 1 or len(content)
        yield number, content[offset:end], offset if end == len(content) else None
        offset = end


def _record_line(line: str) -> bytes:
    """The machine's line as it came; one that would not stand on a line of its own is written as a JSON string after a mark."""
    plain = line.isprintable() and not line.startswith(QUARANTINE_MARK)
    return (line if plain else QUARANTINE_MARK + json.dumps(line)).encode() + b"\n"


def _replay_records(path: Path) -> Iterator[str]:
    for _, line, cut in _whole_lines(path):
        if not line.endswith(b"\n") and cut is not None:
            os.truncate(path, cut)  # never acknowledged: the machine will send it again
            return
        yield _plain_line(line)


def _plain_line(line: bytes) -> str:
    """The machine's line out of a line of the file."""
    text = line[:-1].decode()
    return str(json.loads(text[1:])) if text.startswith(QUARANTINE_MARK) else text


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fdatasync(file.fileno())


def _sync_folders(*folders: Path) -> None:
    """A new file is only there after a power cut when the folders that name it are synced."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
