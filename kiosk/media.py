"""Pictures that the sets name are fetched, one at a time, while nobody buys; what no set names is thrown away.

A fetch that fails is tried again with full jitter, 30 s to 1 h, and nothing waits for it: a picture that is not here is not
shown. What is here is known from facts alone, so a start can be run again without the pictures. Nothing of it is journaled: the
set is, and the shelf says itself what it holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.media_set import MediaPicture
from kiosk.media_shelf import Shelf
from kiosk.ports.fact import Report
from kiosk.ports.station import MediaFailed, MediaHeld, Station

log = logging.getLogger(__name__)
FIRST_WAIT_MS, LONGEST_WAIT_MS = 30_000, 3_600_000
SILENT_MS = 60_000  # a fetch of which nothing at all was heard
SHORT_MS = 600_000
"""The disk is asked again after so long, when it was short."""


class Media:
    """`shelf` None: a machine that shows no media, or one of which a record is run again. `jitter(n)` is random, 0..n."""

    def __init__(
        self,
        station: Station | None = None,
        shelf: Shelf | None = None,
        jitter: Callable[[int], int] = lambda most: most,
        report: Report = lambda fact: None,
    ) -> None:
        self._station, self._shelf, self._jitter, self._report = station, shelf, jitter, report
        self.held: frozenset[str] = frozenset()
        self._asked_ms: int | None = None
        self._asked = ""
        self._failures: dict[str, int] = {}
        self._due_ms: dict[str, int] = {}
        self._short_ms = 0
        self._named: frozenset[str] | None = None

    @property
    def fetches(self) -> bool:
        return self._shelf is not None

    def begin(self) -> None:
        """Report what is here at the start."""
        if self._shelf is not None:
            self._report(MediaHeld(self._shelf.held()))

    def hear(self, fact: MediaHeld | MediaFailed, now_ms: int) -> None:
        """What became of a fetch, or what is here now."""
        self._asked_ms = None
        if isinstance(fact, MediaHeld):
            self.held = frozenset(fact.held)
            self._failures.pop(self._asked, None)
            return
        failures = self._failures[fact.sha256] = self._failures.get(fact.sha256, 0) + 1
        longest_ms = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(failures, 20))
        self._due_ms[fact.sha256] = now_ms + FIRST_WAIT_MS + self._jitter(longest_ms - FIRST_WAIT_MS)
        log.warning("media_not_fetched sha256=%s reason=%s tries=%d", fact.sha256, fact.reason, failures)

    def poll(self, now_ms: int, idle: bool, pictures: Sequence[MediaPicture]) -> int | None:
        """Fetch or throw away what is due; answers when to be asked again. `pictures`: all that the sets name."""
        shelf, station = self._shelf, self._station
        if shelf is None or station is None or not idle:
            return None
        self._tidy(shelf, frozenset(each.sha256 for each in pictures))
        if self._asked_ms is not None and now_ms < self._asked_ms + SILENT_MS:
            return self._asked_ms + SILENT_MS
        missing = [each for each in pictures if each.sha256 not in self.held]
        if not missing:
            return None
        due_ms, chosen = min(((self._due_ms.get(each.sha256, 0), each) for each in missing), key=lambda pair: pair[0])
        due_ms = max(due_ms, self._short_ms)
        if now_ms < due_ms:
            return due_ms
        if not shelf.has_room(chosen.bytes):
            log.warning("media_not_fetched sha256=%s reason=room tries=0", chosen.sha256)
            self._short_ms = now_ms + SHORT_MS
            return self._short_ms
        self._asked_ms, self._asked = now_ms, chosen.sha256
        station.fetch_media(chosen.sha256, lambda content: kept(shelf, chosen, content))
        return now_ms + SILENT_MS

    def _tidy(self, shelf: Shelf, named: frozenset[str]) -> None:
        """Once for each list: what it does not name goes, from here and from the disk."""
        if named == self._named:
            return
        self._named = named
        self._due_ms = {name: due_ms for name, due_ms in self._due_ms.items() if name in named}
        self._failures = {name: tries for name, tries in self._failures.items() if name in named}
        shelf.discard(self.held - named)
        self.held &= named


def kept(shelf: Shelf, picture: MediaPicture, content: bytes) -> MediaHeld | MediaFailed:
    """In the worker's thread: a forged or torn picture never gets a name."""
    reason = shelf.keep(picture.sha256, picture.bytes, content)
    return MediaFailed(picture.sha256, reason) if reason else MediaHeld(shelf.held())
