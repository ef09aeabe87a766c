"""The way to the camera and to the disk: one job after the other on a worker of its own, each ends as one outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from drivers.camera.frames import Frames, suffix_of
from drivers.link.http_line import HttpLine, NoAnswer
from drivers.link.worker import Mailbox, Worker

LONGEST_PICTURE = 2 << 20


@dataclass(frozen=True, slots=True)
class Fetched:
    """`trouble` empty: `picture` is one. Else unreachable, timeout, cut, too_long, or bad answer."""

    picture: bytes = b""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """`trouble` empty: it is on disk."""

    frame: str
    trouble: str = ""


class Lane(Protocol):
    def fetch(self) -> None:
        """Ask for a picture, after all jobs before."""
        ...

    def keep(self, frame: str, picture: bytes) -> None: ...

    def fileno(self) -> int:
        """Readable while outcomes wait."""
        ...

    def drain(self) -> list[Fetched | Kept]: ...

    def close(self) -> None: ...


class ThreadLane:
    """`url` answers GET with a PNG or JPEG picture; `mono_ms` is asked in the worker's thread."""

    def __init__(self, url: str, frames: Frames, mono_ms: Callable[[], int]) -> None:
        parts = urlsplit(url)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._line = HttpLine(f"{parts.scheme}://{parts.netloc}", mono_ms, LONGEST_PICTURE)
        self._frames = frames
        self._mailbox: Mailbox[Fetched | Kept] = Mailbox()
        self._worker = Worker("camera", self._mailbox)

    def fetch(self) -> None:
        self._worker.submit(self._fetch, lambda error: Fetched(trouble=f"bad answer: {type(error).__name__}"))

    def keep(self, frame: str, picture: bytes) -> None:
        def work() -> Kept:
            self._frames.keep(frame, picture)
            return Kept(frame)

        self._worker.submit(work, lambda error: Kept(frame, str(error) or type(error).__name__))

    def fileno(self) -> int:
        return self._mailbox.fileno()

    def drain(self) -> list[Fetched | Kept]:
        return self._mailbox.drain()

    def close(self) -> None:
        """A picture under way is not waited for."""
        self._worker.close(0)
        self._line.close()
        self._mailbox.close()

    def _fetch(self) -> Fetched:
        try:
            raw = self._line.exchange("GET", self._path, {}, None)
        except NoAnswer as silence:
            return Fetched(trouble=str(silence))
        if raw.status != 200 or not suffix_of(raw.content):
            return Fetched(trouble=f"bad answer {raw.status}")
        return Fetched(raw.content)


def http_lane(url: str, directory: Path, size_mb: int, mono_ms: Callable[[], int]) -> ThreadLane:
    """For the camera at `url`, whose pictures are kept in `directory`, `size_mb` of them."""
    return ThreadLane(url, Frames(directory, size_mb << 20), mono_ms)
