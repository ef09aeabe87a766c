"""Where the journal's bytes lie: segments of one directory, appended and synced. The seam at which a disk can fail.

Names sort in order of writing. A segment that is written no more can be packed: the same name, gzip inside. `FileStorage` is the
real one; tests and the simulated disk fit the same Protocol.
Source: reliability notes 2 (errors, reserve, rotation), decision 15 (lock on the directory).
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import zlib
from pathlib import Path
from typing import Protocol

from kiosk.errors import JournalError

RESERVE_BYTES = 1 << 20
ROOM_BYTES = 64 << 20
SUFFIX, PART = ".journal", ".part"
PACKED = b"\x1f\x8b"
"""How gzip begins, and no line."""
PACK_LEVEL = 6


class Storage(Protocol):
    """All methods may raise OSError; the journal turns that into the end of the program, never into a retry."""

    def segments(self) -> list[str]: ...

    def read(self, name: str) -> bytes:
        """The lines, also of a packed segment."""
        ...

    def packed(self, name: str) -> bool:
        """It need not be packed: it is, or has no line."""
        ...

    def pack(self, name: str) -> None:
        """Put the packed segment in the place of the plain one, durably, once it was read back."""
        ...

    def begin(self, name: str) -> None:
        """Make an empty segment and append to it from now on; the directory entry is durable."""
        ...

    def resume(self, name: str) -> None:
        """Append to an existing segment from now on."""
        ...

    def append(self, data: bytes) -> None: ...

    def sync(self) -> None: ...

    def cut(self, name: str, size: int, tail_name: str) -> None:
        """Keep the first `size` bytes; what follows is copied to `tail_name`. Durable on return."""
        ...

    def free_bytes(self) -> int: ...

    def release_reserve(self) -> None:
        """Give preallocated space back to the disk; nothing when there is none."""
        ...


def unpacked(data: bytes) -> bytes:
    """The lines of a segment as it lies on the disk. Raises OSError for a packed one that is damaged."""
    if not data.startswith(PACKED):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, zlib.error) as error:
        raise OSError(errno.EIO, f"packed, and damaged: {error}") from error


def packed_of(lines: bytes) -> bytes:
    """A segment packed. Raises OSError when it cannot be read back."""
    made = gzip.compress(lines, PACK_LEVEL, mtime=0)
    if unpacked(made) != lines:
        raise OSError(errno.EIO, "what was packed does not come out again")
    return made


class FileStorage:
    """A directory on a local file system. Holds an exclusive lock on it while open."""

    def __init__(self, directory: Path) -> None:
        """Raises JournalError when the directory is missing, not writable, or held by another program."""
        self._directory = directory
        self._file = -1
        try:
            self._lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(f"{directory}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise JournalError(f"{directory}: another controller holds this journal") from error
        try:
            self._settle()
        except OSError as error:
            os.close(self._lock)
            raise JournalError(f"{directory}: what is there cannot be made durable: {error}") from error

    def _settle(self) -> None:
        """What a killed program wrote may still be in memory only, and after a failed sync be taken for written.

        So it is written out, and the copy in memory dropped: what is read from now on is what a power cut leaves.
        """
        for part in self._directory.glob(f"*{PART}"):
            part.unlink()
        self._sync_directory()
        for name in self.segments()[-1:]:
            handle = os.open(self._directory / name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fdatasync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)

    def segments(self) -> list[str]:
        return sorted(path.name for path in self._directory.iterdir() if path.suffix == SUFFIX)

    def read(self, name: str) -> bytes:
        return unpacked((self._directory / name).read_bytes())

    def packed(self, name: str) -> bool:
        with open(self._directory / name, "rb") as file:
            return file.read(len(PACKED)) in (PACKED, b"")

    def pack(self, name: str) -> None:
        path, made = self._directory / name, packed_of(self.read(name))
        part = self._directory / f"{name}{PART}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        self._sync_directory()

    def begin(self, name: str) -> None:
        self._reserve()
        self._open(name, os.O_CREAT | os.O_EXCL)
        self._sync_directory()

    def resume(self, name: str) -> None:
        self._open(name, 0)

    def _open(self, name: str, flags: int) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(self._directory / name, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)

    def append(self, data: bytes) -> None:
        written = os.write(self._file, data)
        if written != len(data):
            raise OSError(errno.ENOSPC, f"only {written} of {len(data)} bytes were written")

    def sync(self) -> None:
        os.fdatasync(self._file)

    def cut(self, name: str, size: int, tail_name: str) -> None:
        path = self._directory / name
        with open(self._directory / tail_name, "ab") as tail:  # an earlier start may have left one of this name
            tail.write(path.read_bytes()[size:])
            tail.flush()
            os.fsync(tail.fileno())
        with open(path, "r+b") as kept:
            kept.truncate(size)
            os.fsync(kept.fileno())
        self._sync_directory()

    def free_bytes(self) -> int:
        state = os.statvfs(self._directory)
        return state.f_bavail * state.f_frsize

    def release_reserve(self) -> None:
        """Give the preallocated megabyte back to the disk, so that a running sale can be finished on a full one."""
        (self._directory / "reserve").unlink(missing_ok=True)

    def _reserve(self) -> None:
        """Best effort: without room for it no sale begins anyway (`Journal.has_room`), and an open one must be ended."""
        path = self._directory / "reserve"
        if path.exists() and path.stat().st_size >= RESERVE_BYTES:  # smaller: the power failed while it was made
            return
        try:
            with open(path, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            path.unlink(missing_ok=True)

    def _sync_directory(self) -> None:
        handle = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        os.close(self._lock)
