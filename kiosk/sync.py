"""Records to the station: the journal is the outbox (reliability notes 8, decision 26).

Lines go up in order, at most 500 or 256 kB of one journal segment at a time, one batch in flight, never while a sale needs the
link. The station's watermark is the truth: `expected` sends us back, losing our own mark only repeats. An upload that failed is
repeated with full jitter, 1 s to 5 min.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.modes import Mode
from kiosk.parameters import MachinePolicy
from kiosk.partial import told
from kiosk.ports.station import Outbox, RecordsFailed, RecordsTaken, Station
from kiosk.stock import Stock
from kiosk.watch import Watch

BATCH_LINES = 500
BATCH_BYTES = 200_000
SILENT_MS = 60_000  # an upload of which nothing at all was heard
FIRST_WAIT_MS, LONGEST_WAIT_MS = 1_000, 300_000
STATUS_MS = 30_000
STATUS_PAUSE_MS = 1_000
HINT_MS = 60_000
"""The watermark is journaled at most so often, as a hint (reliability notes 8.3)."""


class Sync:
    """`lines_after(seq)` reads the journal's lines after a sequence number; `jitter(n)` is random, 0..n."""

    def __init__(
        self,
        station: Station,
        epoch: str,
        acked: int,
        lines_after: Callable[[int], Outbox | None],
        jitter: Callable[[int], int],
    ) -> None:
        self._station, self._epoch, self._lines_after, self._jitter = station, epoch, lines_after, jitter
        self.acked = acked
        self.forked = False
        self._written = acked
        self._sent_ms: int | None = None  # of the batch in flight
        self._failures = 0
        self._due_ms = 0
        self._status_ms = 0
        self._status_seq = 0
        self._told_ms = -STATUS_PAUSE_MS
        self._hint_ms = 0
        self._hinted = acked  # nothing up to this line is worth a new hint

    def written(self, seq: int) -> None:
        """A line became durable."""
        self._written = seq

    def status_soon(self) -> None:
        """The state is news, or the station has forgotten it with a new session: told now, but not more than each second."""
        self._status_ms = min(self._status_ms, self._told_ms + STATUS_PAUSE_MS)

    def poll(self, now_ms: int, idle: bool, status: Callable[[], dict[str, Any]]) -> int:
        """Send what is due; answers when to be asked again."""
        if now_ms >= self._status_ms:
            self._status_seq, self._status_ms = self._status_seq + 1, now_ms + STATUS_MS
            self._told_ms = now_ms
            self._station.put_status(self._status_seq, status())
        waiting = now_ms < (self._due_ms if self._sent_ms is None else self._sent_ms + SILENT_MS)
        if idle and not waiting and not self.forked and self._written > self.acked:
            self._send(now_ms)
        soon = idle and self._written > self.acked  # while a sale needs the link there is nothing to come back for
        return min(self._status_ms, now_ms + 1_000) if soon else self._status_ms

    def _send(self, now_ms: int) -> None:
        batch: list[str] = []
        size = 0
        found = self._lines_after(self.acked)
        for line in found.texts if found else ():
            size += len(line.encode()) + 8
            if len(batch) == BATCH_LINES or (batch and size > BATCH_BYTES):
                break
            batch.append(line)
        if found and batch:
            self._sent_ms = now_ms
            self._station.send_records(self._epoch, self.acked + 1, replace(found, texts=tuple(batch)))

    def hint(self, now_ms: int) -> RecordsTaken | None:
        """What to journal of the watermark now. The line of the hint before is not worth another one; losing one repeats lines."""
        if now_ms < self._hint_ms or self.forked or self.acked <= self._hinted:
            return None
        self._hint_ms = now_ms + HINT_MS
        return RecordsTaken(self._epoch, self.acked, 0, False)

    def hinted(self, seq: int) -> None:
        """The hint became the line `seq`."""
        self._hinted = seq

    def hear(self, fact: RecordsTaken | RecordsFailed, now_ms: int) -> None:
        """What became of the batch in flight."""
        if fact.epoch != self._epoch:
            return
        self._sent_ms = None
        if isinstance(fact, RecordsFailed):
            self._failures += 1
            longest_ms = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(self._failures, 20))
            self._due_ms = now_ms + FIRST_WAIT_MS + self._jitter(longest_ms - FIRST_WAIT_MS)
            return
        self._failures = self._due_ms = 0
        lost = max(fact.acked, fact.expected - 1) > self._written  # the station has lines that are gone here
        self.forked = self.forked or fact.fork or lost
        if self.forked:
            return
        if fact.expected:
            self.acked = fact.expected - 1
        else:
            self.acked = max(self.acked, fact.acked)


LIMITS = ("box_capacity", "box_near_full", "cassette_capacity", "cassette_low", "hopper_capacity", "hopper_low", "roll_capacity",
          "roll_low")  # fmt: skip
"""What fits and what is too little, as the machine judges itself by it: the station cannot know, and forecasts from it."""


def status_of(mode: Mode, watch: Watch, stock: Stock, policy: MachinePolicy, head: str) -> dict[str, Any]:
    """What the station shows of a machine; `values` are the faces of its cassettes in fen, `head` is the journal's chain value."""
    return {
        "mode": mode.name,
        "reasons": list(mode.reasons),
        "services": told(mode.services),
        "faults": [f"{fault.device}:{fault.code}" for fault in watch.faults.values()],
        "cassettes": {str(number): count for number, count in stock.cassettes.items()},
        "values": {str(number): value_fen for number, value_fen in stock.values.items()},
        "coins": {
            str(number): [stock.coins.values.get(number, 0), coins] for number, coins in stock.coins.coins.items()
        },
        "box": stock.box_notes,
        "roll": stock.roll,
        "limits": {name: getattr(policy, name) for name in LIMITS},
        "head": head,
        "wear": stock.wear.told(),
        "versions": {name: f"{seen.model} {seen.version}".strip() for name, seen in sorted(watch.models.items())},
    }
