"""A network camera behind the camera port: one request at a time, a short queue, pictures that are late or many are lost.

It is asked for a picture nobody keeps when nothing else was asked for a while, so that a camera that is gone is known before
the event that needs it. Source: decision page 044.
"""

from __future__ import annotations

from collections import deque

from drivers.camera.lane import Fetched, Kept, Lane
from drivers.link.link import WithoutLink
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report

MOST_WAITING = 4
"""A picture taken later than this many others shows something else than its event."""
CHECK_MS, CHECK_DOWN_MS = 60_000, 10_000
MISSES = 2


class HttpCamera(WithoutLink):
    """Implements `kiosk.ports.camera.Camera`. To the reactor a participant without a link and a channel."""

    name = "camera"

    def __init__(self, report: Report, lane: Lane) -> None:
        self._report, self._lane = report, lane
        self._faults = Raised(self.name, report)
        self._waiting: deque[str] = deque()
        self._asked: str | None = None  # the frame under way, empty for one that nobody keeps
        self._covered = self._spoiled = self._ready = False
        self._misses = 0
        self._check_ms = 0
        self.kept = self.lost = 0

    # -- the port

    def look(self, frame: str) -> None:
        if self._covered or len(self._waiting) >= MOST_WAITING:
            self.lost += 1
        else:
            self._waiting.append(frame)

    def cover(self, on: bool) -> None:
        self._covered = on
        if on:
            self.lost += len(self._waiting)
            self._waiting.clear()
            self._spoiled = self._asked is not None

    # -- to the reactor

    def poll(self, now_ms: int) -> int | None:
        if self._asked is None and not self._covered and (self._waiting or now_ms >= self._check_ms):
            self._asked = self._waiting.popleft() if self._waiting else ""
            self._lane.fetch()
        return None if self._asked is not None or self._covered else self._check_ms

    def fileno(self) -> int:
        return self._lane.fileno()

    def wants_write(self) -> bool:
        return False

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""

    def on_readable(self, now_ms: int) -> None:
        for outcome in self._lane.drain():
            if isinstance(outcome, Fetched):
                self._fetched(outcome, now_ms)
            else:
                self._stored(outcome)
        self.poll(now_ms)

    def close(self) -> None:
        self._lane.close()

    def _fetched(self, outcome: Fetched, now_ms: int) -> None:
        frame, self._asked = self._asked, None
        spoiled, self._spoiled = self._spoiled, False
        self._check_ms = now_ms + (CHECK_DOWN_MS if outcome.trouble else CHECK_MS)
        if outcome.trouble:
            self.lost += bool(frame)
            self._misses += 1
            if self._misses >= MISSES:
                self._ready = False
                self._faults.set(FaultCode.NO_ANSWER, True, outcome.trouble)
            return
        self._misses = 0
        self._faults.clear(FaultCode.NO_ANSWER)
        if not self._ready:
            self._ready = True
            self._report(DeviceReady(self.name, "HTTP", "", ""))
        if spoiled:
            self.lost += bool(frame)
        elif frame:
            self._lane.keep(frame, outcome.picture)

    def _stored(self, outcome: Kept) -> None:
        self.kept += not outcome.trouble
        self.lost += bool(outcome.trouble)
        self._faults.set(FaultCode.DEVICE_FAILURE, bool(outcome.trouble), outcome.trouble)
