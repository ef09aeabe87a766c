"""Pictures of the waiting page on the machine's disk, each under its hash: whole and right, or not there at all.

The screen process reads the directory; only the controller writes it. A picture that was kept is synced before it has its name, so
a power cut leaves it whole, leaves nothing, or leaves what `open_shelf` clears away.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from kiosk.errors import ConfigError
from kiosk.media_set import HASH, MOST_BYTES

SUFFIX, UNFINISHED = ".png", ".part"
ROOM_BYTES = 256 << 20
"""So much stays free: the journal is on this disk, and goes before every picture."""


class Shelf:
    """`keep` is called in a worker's thread, everything else in the loop's; they touch different files."""

    def __init__(self, directory: Path) -> None:
        """Throws away what is unfinished, foreign or not what its name says. Raises ConfigError."""
        self._directory = directory
        try:
            directory.mkdir(exist_ok=True)
            for path in directory.iterdir():
                if path.is_file() and not _right(path):
                    path.unlink()
        except OSError as error:
            raise ConfigError(f"screen.media: {directory}: {error.strerror}") from error

    def held(self) -> tuple[str, ...]:
        """Hashes of what is there, sorted; nothing when the disk does not say."""
        try:
            return tuple(sorted(path.stem for path in self._directory.iterdir() if path.suffix == SUFFIX))
        except OSError:
            return ()

    def has_room(self, size: int) -> bool:
        """Whether a picture of so many bytes leaves the journal its room."""
        try:
            disk = os.statvfs(self._directory)
        except OSError:
            return False
        return disk.f_bavail * disk.f_frsize >= ROOM_BYTES + size

    def keep(self, name: str, size: int, content: bytes) -> str:
        """Why it is not kept; empty: it is, durably."""
        if len(content) != size:
            return "size"
        if sha256(content).hexdigest() != name:
            return "hash"
        part = self._directory / f"{name}{UNFINISHED}"
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._directory / f"{name}{SUFFIX}")
            self._sync()
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return f"disk: {error.strerror}"
        return ""

    def discard(self, names: Collection[str]) -> None:
        """What cannot be thrown away stays, until it can."""
        for name in names:
            with contextlib.suppress(OSError):
                (self._directory / f"{name}{SUFFIX}").unlink(missing_ok=True)

    def _sync(self) -> None:
        handle = os.open(self._directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _right(path: Path) -> bool:
    """Whether a file is the picture that its name says."""
    if path.suffix != SUFFIX or not HASH.fullmatch(path.stem) or path.stat().st_size > MOST_BYTES:
        return False
    return sha256(path.read_bytes()).hexdigest() == path.stem
