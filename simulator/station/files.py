"""The station's memory on disk: one append-only journal of steps, and beside it the machines' records, one file per epoch.

A journal line is 8 hex digits of CRC-32, a blank, JSON, LF, synced before the reply leaves: one step, or a list of steps that came
together and are there all or none. A torn last line (power cut while writing) is cut off; anything else unreadable refuses the
start. Source: settled question 42.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from simulator.station.folder import IN_DATABASE, JOURNAL, FolderLock, read_key, sync
from simulator.station.record_files import RecordFiles, as_kept, as_step, whole_lines
from simulator.station.store import StoreError
from simulator.station.wire import Step, content_of


class FileStore:
    """Owns a directory. One station at a time; raises StoreError when another one has it, or its journal is in a database."""

    def __init__(self, folder: Path, moving: bool = False) -> None:
        """`moving`: it is only read, to be brought into a database."""
        self._folder = folder
        self._lock = FolderLock(folder)
        try:
            if (folder / IN_DATABASE).exists() and not moving:
                raise StoreError(f"{folder}: the journal of this station is in a database; start it with --database")
            self._journal: BinaryIO = (folder / JOURNAL).open("ab")
        except OSError as error:
            self._lock.close()
            raise StoreError(f"{folder}: {error}") from error
        except StoreError:
            self._lock.close()
            raise
        self._records = RecordFiles(folder / "records")

    def key(self) -> bytes:
        return read_key(self._folder)

    def replay(self) -> Iterator[Step]:
        """All steps that were stored, in an order that folds to the same state. Cuts torn tails; raises StoreError."""
        yield from self._replay_journal(self._folder / JOURNAL)
        for stream in self._records.streams():
            if lines := self._records.read(stream):
                yield as_step(stream, lines)

    def append(self, steps: Iterable[Step]) -> None:
        """Store steps, the journal with one sync. An OSError here must stop the station: nobody may be answered for them."""
        journal = [step for step in steps if step["kind"] != "records"]
        for step in steps:
            if step["kind"] == "records":
                self._records.append((step["machine"], step["epoch"]), as_kept(step))
        if journal:
            self._journal.write(_journal_line(journal))
            sync(self._journal)

    def lines(self, machine: str, epoch: str, first: int, last: int) -> list[str]:
        return self._records.lines((machine, epoch), first, last)

    def close(self) -> None:
        self._journal.close()
        self._records.close()
        self._lock.close()

    @staticmethod
    def _replay_journal(path: Path) -> Iterator[Step]:
        for number, line, cut in whole_lines(path):
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
