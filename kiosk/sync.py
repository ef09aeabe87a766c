"""Records to the station: the journal is the outbox (reliability notes 8, decision 26).

Lines go up in order, at most 500 or 256 kB at a time, one batch in flight, never while a sale needs the link. The station's
watermark is the truth: `expected` sends us back, losing our own mark only repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.ports.station import RecordsTaken, Station

BATCH_LINES = 500
BATCH_BYTES = 200_000
AGAIN_MS = 15_000
STATUS_MS = 30_000


class Sync:
    """`lines_after(seq)` reads the journal's texts after a sequence number, oldest first."""

    def __init__(self, station: Station, epoch: str, acked: int, lines_after: Callable[[int], list[str]]) -> None:
        self._station, self._epoch, self._lines_after = station, epoch, lines_after
        self.acked = acked
        self.forked = False
        self._written = acked
        self._sent_ms: int | None = None
        self._status_ms = 0
        self._status_seq = 0

    def written(self, seq: int) -> None:
        """A line became durable."""
        self._written = seq

    def poll(self, now_ms: int, idle: bool, status: Callable[[], dict[str, Any]]) -> int:
        """Send what is due; answers when to be asked again."""
        if now_ms >= self._status_ms:
            self._status_seq, self._status_ms = self._status_seq + 1, now_ms + STATUS_MS
            self._station.put_status(self._status_seq, status())
        waiting = self._sent_ms is not None and now_ms < self._sent_ms + AGAIN_MS
        if idle and not waiting and not self.forked and self._written > self.acked:
            self._send(now_ms)
        return min(self._status_ms, now_ms + 1_000 if self._written > self.acked else self._status_ms)

    def _send(self, now_ms: int) -> None:
        batch: list[str] = []
        size = 0
        for line in self._lines_after(self.acked):
            size += len(line.encode()) + 8
            if len(batch) == BATCH_LINES or (batch and size > BATCH_BYTES):
                break
            batch.append(line)
        if batch:
            self._sent_ms = now_ms
            self._station.send_records(self._epoch, self.acked + 1, batch)

    def hear(self, fact: RecordsTaken) -> None:
        self._sent_ms = None
        if fact.epoch != self._epoch:
            return
        self.forked = self.forked or fact.fork
        if fact.expected:
            self.acked = fact.expected - 1
        elif not fact.fork:
            self.acked = max(self.acked, fact.acked)
