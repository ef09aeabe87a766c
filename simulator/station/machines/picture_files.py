"""Pictures on the station's disk, under their hash; and what a file must be to become one. Source: station-api sheet, "Media".

A file is decoded once, when it comes in: what the machines' screens might choke on never reaches them.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import MutableMapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Protocol

from PIL import Image

from simulator.station.wire import Refused

MOST_BYTES = 2_000_000
LEAST, MOST = (540, 540), (1080, 1920)
"""Width and height in pixels: a screen shows no more, and less would be coarse."""
MODES = frozenset({"1", "L", "P", "RGB", "RGBA", "LA"})


class PictureFiles(Protocol):
    """Content by hash. What is asked for is whole and right, or not there. `keep` and `remove` raise OSError."""

    def keep(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes | None: ...

    def remove(self, name: str) -> None: ...


class InMemory:
    """For a station without a disk; copies of it share the pictures."""

    def __init__(self) -> None:
        self.held: MutableMapping[str, bytes] = {}

    def keep(self, name: str, content: bytes) -> None:
        self.held[name] = content

    def read(self, name: str) -> bytes | None:
        return right(name, self.held.get(name))

    def remove(self, name: str) -> None:
        self.held.pop(name, None)


class InFolder:
    """`HASH.png` in a folder; each is synced before it has that name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> None:
        self._folder.mkdir(exist_ok=True)
        part = self._folder / f"{name}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path(name))
        handle = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, name: str) -> bytes | None:
        try:
            return right(name, self._path(name).read_bytes())
        except OSError:
            return None

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.png"


def right(name: str, content: bytes | None) -> bytes | None:
    """The content, when it is what its name says."""
    return content if content is not None and sha256(content).hexdigest() == name else None


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height of a picture as machines take it. Refuses 422 not_a_picture, with what is wrong."""
    if len(content) > MOST_BYTES:
        raise _wrong(f"more than {MOST_BYTES} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Pillow only warns of is no picture for a machine
            with Image.open(BytesIO(content), formats=("PNG",)) as picture:
                if not all(low <= size <= high for low, size, high in zip(LEAST, picture.size, MOST, strict=True)):
                    raise _wrong(
                        f"{picture.width} x {picture.height}: not {LEAST[0]} x {LEAST[1]} to {MOST[0]} x {MOST[1]}"
                    )
                if getattr(picture, "n_frames", 1) != 1:
                    raise _wrong("it moves")
                if picture.mode not in MODES:
                    raise _wrong(f"its colours are {picture.mode}: 8 bits each at most")
                picture.load()
                if picture.convert("RGBA").getchannel("A").getextrema() != (255, 255):
                    raise _wrong("it can be seen through")
                return picture.size
    except Refused:
        raise
    except Exception as error:  # whatever a decoder says of a file that somebody made up
        raise _wrong(f"it cannot be read: {type(error).__name__}") from error


def _wrong(why: str) -> Refused:
    return Refused(422, "not_a_picture", f"png: {why}")
