"""The append-only journal: many records, one write, one fdatasync; and what a power cut or a bad disk leaves of it.

    G <number, 12 digits> <bytes of payload, 8 digits> <crc of payload, 8 hex> <crc of this header, 8 hex> LF
    payload: records, one a line, LF behind each

The payload's CRC goes on from that of the group before: a lost group spoils every later one. A group begins only after the one
before it was synced, so a bad group with a later one behind it is damage. So is a bad last group that is all there: a write that
power cut short leaves sectors as they were before, beyond the end or zero. What is neither whole nor damaged is torn: nobody was
answered for it, and it is cut off.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zlib import crc32

HEADER = 42
HEADERS = re.compile(rb"G (\d{12}) (\d{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n")
SECTOR = 512
MOST_BYTES = 99_999_999


class JournalError(Exception):
    """The past cannot be read, or somebody else is writing it: do not sell."""


class End(NamedTuple):
    """Where the next group begins: its number, the last payload's CRC, its offset in the file."""

    number: int = 0
    crc: int = 0
    offset: int = 0


def frame(end: End, records: Sequence[str]) -> tuple[bytes, End]:
    """A group as bytes, and where the next one begins. Raises ValueError for more than a group can hold."""
    payload = ("\n".join(records) + "\n").encode()
    if len(payload) > MOST_BYTES:
        raise ValueError(f"{len(payload)} bytes of records at once, at most {MOST_BYTES}")
    crc = crc32(payload, end.crc)
    head = b"G %012d %08d %08x " % (end.number, len(payload), crc)
    group = b"%b%08x\n%b" % (head, crc32(head), payload)
    return group, End(end.number + 1, crc, end.offset + len(group))


class Reader:
    """Groups of a journal from `end` on, which moves along; `torn` afterwards says that a tail is to be cut off at `end`.

    Raises JournalError for damage.
    """

    def __init__(self, file: BinaryIO, end: End = End()) -> None:
        self._file, self.end, self.torn = file, end, False

    def __iter__(self) -> Iterator[list[Any]]:
        self._file.seek(self.end.offset)
        while header := self._file.read(HEADER):
            length = self._length(header)
            payload = self._file.read(length) if length else b""
            if not length or len(payload) < length or crc32(payload, self.end.crc) != int(header[24:32], 16):
                self._judge()
                return
            self.end = End(self.end.number + 1, int(header[24:32], 16), self.end.offset + HEADER + length)
            try:
                records: list[Any] = json.loads(b"[%b]" % payload[:-1].replace(b"\n", b","))
            except ValueError as error:
                raise JournalError(f"group {self.end.number - 1} is no list of records: {error}") from error
            yield records

    def _length(self, header: bytes) -> int:
        """Bytes of payload; 0 when this is not the header of the group that must come."""
        return int(header[15:23]) if _whole(header) and int(header[2:14]) == self.end.number else 0

    def _judge(self) -> None:
        self._file.seek(self.end.offset)
        rest = self._file.read()
        number = self.end.number
        for found in HEADERS.finditer(rest):
            if int(found[1]) > number and _whole(found[0]):
                raise JournalError(
                    f"group {number} is damaged at byte {self.end.offset}: group {int(found[1])} is behind it"
                )
        length = self._length(rest[:HEADER])
        if len(rest) >= HEADER + length and not _zero_sector(rest, self.end.offset):
            raise JournalError(
                f"group {number} is damaged at byte {self.end.offset}: it is all there, and its CRC is wrong"
            )
        self.torn = True


def _whole(header: bytes) -> bool:
    return HEADERS.fullmatch(header) is not None and int(header[33:41], 16) == crc32(header[:33])


def _zero_sector(rest: bytes, offset: int) -> bool:
    """Whether a sector, or what of it lies behind `offset`, was never written."""
    begins = 0
    while begins < len(rest):
        ends = begins + SECTOR - (offset + begins) % SECTOR
        if not rest[begins:ends].strip(b"\0"):
            return True
        begins = ends
    return False


class Journal:
    """One writer at a time, from here on: who reads a journal in order to go on with it has it locked before. `begin` comes before
    the first `write`. Raises JournalError when somebody else has it."""

    def __init__(self, path: Path) -> None:
        self.end = End()
        self._path = path
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise JournalError(f"{path}: somebody else is writing it ({error.strerror})") from error

    def begin(self, end: End) -> None:
        """Write behind `end`, and cut off what lies there."""
        self.end = end
        if os.fstat(self._file).st_size > end.offset:
            os.ftruncate(self._file, end.offset)
        os.fsync(self._file)
        sync_folder(self._path.parent)

    def write(self, records: Sequence[str]) -> None:
        """Durable when it returns. An OSError must end the process: nobody may be answered for what is not stored."""
        if records:
            group, self.end = frame(self.end, records)
            written = os.write(self._file, group)
            while written < len(group):
                written += os.write(self._file, group[written:])
            os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


def sync_folder(folder: Path) -> None:
    """A new name is there after a power cut only when its folder was synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
