"""A twin with somebody watching: the same contract, and the timeline hears when it moves and when it is asked after."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.cabinet.timeline import Timeline
from simulator.devices.twin import Twin


class Observed:
    """Fits `Twin`. What is due is done before received bytes are heard, so that an end is seen before the question.

    `asks(bytes)`: whether this asks what became of things; None: whatever is said, either way, tells. `works()`: what else
    than motion is the device's own time.
    """

    def __init__(
        self,
        name: str,
        twin: Twin,
        timeline: Timeline,
        asks: Callable[[bytes], bool] | None = None,
        works: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name, self.twin = name, twin
        self._timeline, self._asks, self._works = timeline, asks, works
        self._now_ms = 0

    @property
    def faults(self) -> set[str]:
        return self.twin.faults

    @faults.setter
    def faults(self, names: set[str]) -> None:
        self.twin.faults = names

    def fault_names(self) -> Mapping[str, str]:
        return self.twin.fault_names()

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if data and (self._asks is None or self._asks(data)):
            self._timeline.exchanged(self.name, now_ms)
        self.twin.receive(data, now_ms)
        self._look(now_ms)

    def poll(self, now_ms: int) -> int | None:
        due_ms = self.twin.poll(now_ms)
        self._look(now_ms)
        return due_ms

    def take_output(self) -> bytes:
        out = self.twin.take_output()
        if out and self._asks is None:
            self._timeline.exchanged(self.name, self._now_ms)
        return out

    def power(self, on: bool, now_ms: int) -> None:
        self.twin.power(on, now_ms)
        self._look(now_ms)

    def busy(self) -> bool:
        return self.twin.busy()

    def _look(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._timeline.look(self.name, self.twin.busy() or self._works(), now_ms)
