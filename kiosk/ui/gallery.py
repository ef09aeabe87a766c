"""Pictures of the waiting page, decoded ahead in a thread of their own: a frame, and so a touch, never waits for a file.

At most three are held, some 23 MB: the one that is seen, the next, and for a moment the one before. What cannot be read is named
once in the log and skipped. Only names that are a hash are looked up: a value can open no other file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from kiosk.ui.link import Worker

SIZE = (1080, 1770)
FILE = re.compile(r"[0-9a-f]{64}\.png")


class Gallery:
    """`directory` None: no picture is ever there. Before `start`, and without it, `decode` is called by hand."""

    def __init__(self, directory: Path | None = None, complain: Callable[[str], None] = lambda text: None) -> None:
        self._directory, self._complain = directory, complain
        self._wanted: tuple[str, ...] = ()
        self._held: dict[str, pygame.Surface] = {}
        self._broken: set[str] = set()
        self._worker = Worker("gallery", self._run)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop(self._worker.call)

    def want(self, files: Sequence[str]) -> None:
        """These are shown now or next, the most urgent first; all others are forgotten."""
        if tuple(files) == self._wanted:
            return
        with self._worker.lock:
            self._wanted = tuple(files)
            self._held = {file: picture for file, picture in self._held.items() if file in files}
        self._worker.call()

    def ready(self, file: str) -> bool:
        return file in self._held

    def broken(self, file: str) -> bool:
        return self._directory is None or file in self._broken

    def picture(self, file: str) -> pygame.Surface | None:
        return self._held.get(file)

    def decode(self) -> bool:
        """The next one that is wanted and not here; False: there is none."""
        missing = [file for file in self._wanted if file not in self._held and not self.broken(file)]
        if not missing:
            return False
        file, made, why = missing[0], None, "no picture of ours"
        try:
            if FILE.fullmatch(file) and self._directory is not None:
                made = covering(self._directory / file, *SIZE)
        except (OSError, pygame.error) as error:
            why = str(error)
        with self._worker.lock:
            if made is None:
                self._broken.add(file)
            elif file in self._wanted:
                self._held = {**self._held, file: made}
        if made is None:
            self._complain(f"picture_skipped file={file[:80]!r} reason={why}")
        return True

    def _run(self) -> None:
        while not self._worker.ending:
            if not self.decode():
                self._worker.rest()


def covering(path: Path, width: int, height: int) -> pygame.Surface:
    """A picture file scaled to cover width x height px, its middle kept. Raises pygame.error, OSError."""
    loaded = pygame.image.load(str(path)).convert()
    share = max(width / loaded.get_width(), height / loaded.get_height())
    size = (max(width, round(loaded.get_width() * share)), max(height, round(loaded.get_height() * share)))
    scaled = loaded if loaded.get_size() == size else pygame.transform.smoothscale(loaded, size)
    return scaled.subsurface(((size[0] - width) // 2, (size[1] - height) // 2, width, height)).copy()
