"""Pictures on disk: a bounded folder, oldest out first. Used by one thread."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

KINDS = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
"""How a picture begins -> its suffix."""
_NAME = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Frames:
    """`limit_bytes` of pictures in `directory`, which is made (for its owner alone). Every method may raise OSError."""

    def __init__(self, directory: Path, limit_bytes: int) -> None:
        self._directory, self._limit = directory, limit_bytes
        self._kept: dict[Path, int] = {}  # oldest first
        self._size = 0
        self._looked = False

    def keep(self, name: str, picture: bytes) -> Path:
        """Raises ValueError for a name or a picture that is none, also one larger than all that may be kept."""
        suffix = suffix_of(picture)
        if not suffix or not _NAME.fullmatch(name) or len(picture) > self._limit:
            raise ValueError(f"{name}: {len(picture)} bytes that are no picture to keep")
        self._look()
        path = self._directory / f"{name}{suffix}"
        self._size -= self._kept.pop(path, 0)
        while self._kept and self._size + len(picture) > self._limit:
            oldest = next(iter(self._kept))
            oldest.unlink(missing_ok=True)
            self._size -= self._kept.pop(oldest)
        fresh = path.with_suffix(".new")
        try:
            fresh.write_bytes(picture)
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise
        self._kept[path] = len(picture)
        self._size += len(picture)
        return path

    def _look(self) -> None:
        """What earlier starts have left; half a picture is dropped."""
        if self._looked:
            return
        self._directory.mkdir(mode=0o700, exist_ok=True)
        found = []
        for entry in os.scandir(self._directory):
            if entry.name.endswith(".new"):
                os.unlink(entry.path)
            elif entry.name.endswith(tuple(KINDS.values())):
                seen = entry.stat()
                found.append((seen.st_mtime_ns, entry.name, seen.st_size))
        self._kept = {self._directory / name: size for _, name, size in sorted(found)}
        self._size = sum(self._kept.values())
        self._looked = True


def suffix_of(picture: bytes) -> str:
    """Empty for what is no picture."""
    return next((suffix for begins, suffix in KINDS.items() if picture.startswith(begins)), "")
