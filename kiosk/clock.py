"""The controller's clocks: the one home of `time` here. A real one on `selectors`, a virtual one that jumps.

`mono_ms` measures intervals and never jumps with the calendar; `wall_ms` is the calendar. In the lab the calendar and
people's patience run `rate` times faster than links (decision 38); on a real machine `rate` is 1.
"""

from __future__ import annotations

import heapq
import selectors
import time
from collections.abc import Callable
from typing import Protocol


class Selectable(Protocol):
    def fileno(self) -> int: ...


class Clock(Protocol):
    rate: float

    def mono_ms(self) -> int: ...

    def wall_ms(self) -> int: ...

    def wait(self, until_ms: int | None) -> list[tuple[object, bool, bool]]:
        """Sleep until `until_ms` or something is ready: (what was registered, readable, writable)."""
        ...

    def register(self, what: Selectable, writing: bool) -> None:
        """Watch for reading, and for writing if asked; again to change."""
        ...

    def forget(self, what: Selectable) -> None: ...


class RealClock:
    """`spec` is `RATE:BASE_WALL_MS:BASE_MONO_MS` of the lab's shared clock, empty for the machine's own."""

    def __init__(self, spec: str = "") -> None:
        """Raises ValueError for a malformed spec or a rate outside 1..10."""
        self._selector = selectors.DefaultSelector()
        self.rate, self._base_wall_ms, self._base_mono_ms = 1.0, 0, 0
        if spec:
            rate, wall, mono = spec.split(":")
            self.rate, self._base_wall_ms, self._base_mono_ms = float(rate), int(wall), int(mono)
            if not 1 <= self.rate <= 10:
                raise ValueError(f"clock rate {self.rate} is outside 1..10")

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def mono_us(self) -> int:
        """The same clock in microseconds, for traces."""
        return time.monotonic_ns() // 1_000

    def wall_ms(self) -> int:
        if self._base_mono_ms:
            return self._base_wall_ms + round((self.mono_ms() - self._base_mono_ms) * self.rate)
        return time.time_ns() // 1_000_000

    def register(self, what: Selectable, writing: bool) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
        known = self._selector.get_map().get(what.fileno())
        if known is not None and known.data is not what:  # closed without a word, and its number given to another
            self._selector.unregister(what.fileno())
            known = None
        if known is None:
            self._selector.register(what.fileno(), events, what)
        elif known.events != events:
            self._selector.modify(what.fileno(), events, what)

    def forget(self, what: Selectable) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data is what:
                self._selector.unregister(key.fileobj)

    def wait(self, until_ms: int | None) -> list[tuple[object, bool, bool]]:
        timeout = None if until_ms is None else max(0.0, until_ms / 1000 - time.monotonic_ns() / 1e9)
        ready = self._selector.select(timeout)
        return [
            (key.data, bool(events & selectors.EVENT_READ), bool(events & selectors.EVENT_WRITE))
            for key, events in ready
        ]


class VirtualClock:
    """Time that passes only when everybody waits: it jumps to the next thing due. One seed, one run.

    What would come through a file descriptor is put with `at`: a callable run at its time, in order of (time, put).
    """

    def __init__(self, start_mono_ms: int = 0, start_wall_ms: int = 0) -> None:
        self.rate = 1.0
        self._now_ms, self._wall_offset_ms = start_mono_ms, start_wall_ms - start_mono_ms
        self._heap: list[tuple[int, int, bool, Callable[[], None]]] = []
        self._stirred = False
        self._count = 0
        self._ready: list[tuple[object, bool, bool]] = []

    def mono_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return self._now_ms + self._wall_offset_ms

    def step_wall(self, by_ms: int) -> None:
        """The calendar jumps; intervals do not."""
        self._wall_offset_ms += by_ms

    def at(self, when_ms: int, do: Callable[[], None], quiet: bool = False) -> None:
        """`quiet`: a wait does not end because of it, unless it stirs or makes something ready."""
        self._count += 1
        heapq.heappush(self._heap, (max(when_ms, self._now_ms), self._count, quiet, do))

    def stir(self) -> None:
        """Something happened that whoever waits must look after."""
        self._stirred = True

    def ready(self, what: object) -> None:
        """Bytes wait to be read at `what`: the wait that runs now, or the next one, names it."""
        entry = (what, True, False)
        if entry not in self._ready:
            self._ready.append(entry)

    def register(self, what: Selectable, writing: bool) -> None:
        pass

    def forget(self, what: Selectable) -> None:
        self._ready = [entry for entry in self._ready if entry[0] is not what]

    def next_ms(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def wait(self, until_ms: int | None) -> list[tuple[object, bool, bool]]:
        """Raises RuntimeError when nothing is due and nobody has a wake: a world that stands still for ever is a bug."""
        heap, self._stirred = self._heap, False
        if self._ready and until_ms is not None and until_ms < self._now_ms:
            return []
        while not (self._ready or self._stirred):
            due = heap[0][0] if heap else None
            if due is None and until_ms is None:
                raise RuntimeError("nothing is due and nobody will ever wake us")
            if due is None or (until_ms is not None and until_ms < due):
                self._now_ms = max(self._now_ms, until_ms or 0)
                return []
            self._now_ms = max(self._now_ms, due)
            self._happen()
        self._happen()
        ready, self._ready = self._ready, []
        return ready

    def _happen(self) -> None:
        """Everything that is due now."""
        heap = self._heap
        while heap and heap[0][0] <= self._now_ms:
            _, _, quiet, do = heapq.heappop(heap)
            self._stirred = self._stirred or not quiet
            do()
