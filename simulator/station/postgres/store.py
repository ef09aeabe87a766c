"""The station's journal as groups in PostgreSQL, one statement and one commit each; machines' records there and in files.

Whoever stores gives up at the first error: the connection holds the lock, so there is no other over which to go on, and what became
of the last commit is known to the next start, which reads it. Source: settled question 42; decision 053.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from zlib import crc32

import psycopg

from simulator.station.folder import JOURNAL, FolderLock, read_key
from simulator.station.postgres.link import ANSWER_S, LostDatabase, connect, in_a_line, refusing
from simulator.station.postgres.schema import open_tables
from simulator.station.record_files import RecordFiles, Stream, as_kept, as_step
from simulator.station.store import StoreError
from simulator.station.wire import Step, content_of

GROUPS_AT_ONCE = 2_000
INTO_JOURNAL = "INSERT INTO tvm_journal (number, crc, steps) VALUES (%s, %s, %s)"
INTO_RECORDS = """INSERT INTO tvm_record (machine, epoch, seq, line)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[])"""
INTO_BOTH = f"WITH told AS ({INTO_RECORDS}) {INTO_JOURNAL}"
Rows = tuple[list[str], list[str], list[int], list[str]]


class PostgresStore:
    """Owns the tables behind `url` and a folder, which keeps the keys and the record files. Raises StoreError when either is
    another station's, in use, or cannot be read."""

    def __init__(self, folder: Path, url: str, moving: bool = False) -> None:
        """`moving`: a journal in the folder is about to be brought into the database."""
        self._folder, self._next, self._crc = folder, 0, 0
        self._lock = FolderLock(folder)
        try:
            if not moving and (folder / JOURNAL).exists() and (folder / JOURNAL).stat().st_size:
                raise StoreError(f"{folder}: it has a journal of its own; `tvm station move` brings it into a database")
            self._link, self._name = connect(url)
        except BaseException:
            self._lock.close()
            raise
        self._records = RecordFiles(folder / "records")
        try:
            with refusing(self._name):
                open_tables(self._link, folder, self._name)
                last = self._link.execute("SELECT number, crc FROM tvm_journal ORDER BY number DESC LIMIT 1").fetchone()
                self._next, self._crc = (last[0] + 1, last[1]) if last else (0, 0)
        except BaseException:
            self.close()
            raise

    def key(self) -> bytes:
        return read_key(self._folder)

    def replay(self) -> Iterator[Step]:
        """All steps, and what either copy of the records has; the other copy then has it too. Raises StoreError when a group is
        missing or another one, or when the copies contradict each other."""
        with refusing(self._name):
            yield from self._replay_journal()
            for stream in sorted({*self._records.streams(), *self._streams()}):
                if lines := self._same_in_both(stream):
                    yield as_step(stream, lines)

    def append(self, steps: Iterable[Step]) -> None:
        """Store steps with one commit, records in their files before. Raises OSError: then nobody may be answered, and only the
        next start knows whether they are there."""
        journal = [step for step in steps if step["kind"] != "records"]
        told = [step for step in steps if step["kind"] == "records"]
        rows: Rows = ([], [], [], [])
        for step in told:
            lines = as_kept(step)
            self._records.append((step["machine"], step["epoch"]), lines)
            _add(rows, (step["machine"], step["epoch"]), step["first_seq"], lines)
        self._link.patience_s = ANSWER_S
        try:
            self._commit(journal, rows)
        except psycopg.Error as error:
            self._link.close()
            raise LostDatabase(f"{self._name}: {in_a_line(error)}") from error

    def append_all(self, groups: Iterable[Sequence[Step]]) -> None:
        """Store groups of steps of a past that is moved here, all of them or none. Raises StoreError."""
        with refusing(self._name), self._link.transaction():
            for group in groups:
                self._commit(group, ([], [], [], []))

    def lines(self, machine: str, epoch: str, first: int, last: int) -> list[str]:
        return self._records.lines((machine, epoch), first, last)

    def close(self) -> None:
        self._link.close()
        self._records.close()
        self._lock.close()

    def _commit(self, journal: Sequence[Step], rows: Rows) -> None:
        """One statement, so one transaction, and one way there and back."""
        if not journal:
            if rows[0]:
                self._link.execute(INTO_RECORDS, rows)
            return
        body = content_of(journal)
        crc = crc32(body, self._crc)
        group = (self._next, crc, body.decode())
        if rows[0]:
            self._link.execute(INTO_BOTH, (*rows, *group))
        else:
            self._link.execute(INTO_JOURNAL, group, prepare=True)
        self._next, self._crc = self._next + 1, crc

    def _replay_journal(self) -> Iterator[Step]:
        number = crc = 0
        with self._link.transaction(), self._link.cursor("journal") as groups:
            groups.itersize = GROUPS_AT_ONCE
            for found, sealed, steps in groups.execute("SELECT number, crc, steps FROM tvm_journal ORDER BY number"):
                crc = crc32(steps.encode(), crc)
                if (found, sealed) != (number, crc):
                    raise StoreError(f"{self._name}: group {number} of the journal is missing or another one")
                number += 1
                yield from json.loads(steps)

    def _streams(self) -> list[Stream]:
        return self._link.execute("SELECT DISTINCT machine, epoch FROM tvm_record").fetchall()

    def _same_in_both(self, stream: Stream) -> list[str]:
        """Lines of a stream, as kept. What one copy lacks at its end is written to it: a line that only a file has was never
        acknowledged, or the database is an older backup; a line that only the database has was in a file that is gone."""
        found = self._link.execute(
            "SELECT seq, line FROM tvm_record WHERE machine = %s AND epoch = %s ORDER BY seq", stream
        ).fetchall()
        written, rows = self._records.read(stream), [line for _, line in found]
        pairs = zip_longest(written, rows)
        odd = next((seq for seq, (a, b) in enumerate(pairs, 1) if a != b and None not in (a, b)), 0)
        if odd or [seq for seq, _ in found] != list(range(1, len(found) + 1)):
            which = f"line {odd} of {stream[1]} of {stream[0]}" if odd else f"a line of {stream[1]} of {stream[0]}"
            raise StoreError(f"{self._name}: {which} is missing or not what {self._folder} has")
        if len(rows) > len(written):
            self._records.append(stream, rows[len(written) :])
        elif len(written) > len(rows):
            lacking: Rows = ([], [], [], [])
            _add(lacking, stream, len(rows) + 1, written[len(rows) :])
            self._link.execute(INTO_RECORDS, lacking)
        return max(written, rows, key=len)


def _add(rows: Rows, stream: Stream, first_seq: int, lines: Sequence[str]) -> None:
    machines, epochs, seqs, texts = rows
    machines += [stream[0]] * len(lines)
    epochs += [stream[1]] * len(lines)
    seqs += range(first_seq, first_seq + len(lines))
    texts += lines
