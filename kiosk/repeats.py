"""Chunks of bytes on one link, with polls at rest told as "the same again, n times": what the black box writes of a link.

A device at rest is asked the same few things over and over. As long as each chunk is the one that came `period` chunks ago,
nothing is written but how many there were and when the last one was. What a read cuts in pieces counts as one chunk, ended
by the next thing sent; its time is that of its last byte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_PERIOD = 24
SHORTEST_RUN = 12
"""Chunks. Fewer than this, or than two periods, are written one by one with their times: that is no rest, only likeness."""
LONGEST_CHUNK = 4_096
LONGEST_RUN_MS = 30_000
"""A run is written down after so long though it goes on: what a power cut can take away."""

SENT, RECEIVED, AGAIN = ">", "<", "="
Key = tuple[str, bytes]


@dataclass(slots=True)
class Run:
    """`count` chunks, each like the one `period` before it; the last one at `last_ms`. `times`: of each while they are few."""

    period: int = 0
    count: int = 0
    last_ms: int = 0
    times: list[int] = field(default_factory=list)


class Repeats:
    """`write(line)` gets the lines of one link: `> NAME MS HEX`, `< NAME MS HEX`, `= NAME PERIOD COUNT LAST_MS`."""

    def __init__(self, name: str, write: Callable[[str], None]) -> None:
        self._name, self._write = name, write
        self._past: deque[Key] = deque(maxlen=2 * LONGEST_PERIOD + 1)
        self._run = Run()
        self._inbox = bytearray()
        self._inbox_ms = 0

    def sent(self, data: bytes, now_ms: int) -> None:
        self._close_inbox()
        self._chunk(SENT, data, now_ms)

    def received(self, data: bytes, now_ms: int) -> None:
        self._inbox += data
        self._inbox_ms = now_ms
        if len(self._inbox) >= LONGEST_CHUNK:
            self._close_inbox()

    def flush(self) -> None:
        """Write down all that is known; the next chunks may go on repeating."""
        self._close_inbox()
        self._end_run()

    def forget(self) -> None:
        """A new file or a new link: what follows must be readable without what was before."""
        self.flush()
        self._past.clear()
        self._run = Run()

    def _close_inbox(self) -> None:
        if self._inbox:
            data = bytes(self._inbox)
            self._inbox.clear()
            self._chunk(RECEIVED, data, self._inbox_ms)

    def _chunk(self, way: str, data: bytes, at_ms: int) -> None:
        key, run, past = (way, data), self._run, self._past
        if run.period and past[-run.period] == key:
            past.append(key)
            run.count, run.last_ms = run.count + 1, at_ms
            if len(run.times) < _least(run.period):
                run.times.append(at_ms)
            if at_ms - run.times[0] >= LONGEST_RUN_MS:
                self._end_run()
            return
        self._end_run()
        past.append(key)
        self._write(f"{way} {self._name} {at_ms} {data.hex()}")
        run.period = _period(past)

    def _end_run(self) -> None:
        run = self._run
        if run.count >= _least(run.period):
            self._write(f"{AGAIN} {self._name} {run.period} {run.count} {run.last_ms}")
        else:
            first = len(self._past) - run.count
            for (way, data), at_ms in zip(list(self._past)[first:], run.times, strict=True):
                self._write(f"{way} {self._name} {at_ms} {data.hex()}")
        run.count = 0
        run.times.clear()


def _least(period: int) -> int:
    return max(SHORTEST_RUN, 2 * period)


def _period(past: deque[Key]) -> int:
    """The shortest step after which the last chunk and the one before it were the same; 0: none."""
    for period in range(1, min(LONGEST_PERIOD, len(past) - 2) + 1):
        if past[-1] == past[-1 - period] and past[-2] == past[-2 - period]:
            return period
    return 0
