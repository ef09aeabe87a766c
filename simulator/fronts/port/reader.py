"""What the fronts of both readers have alike: one order at a time, its limit, the plug, and how often an answer was missed.

Source: io-board sheet, sections 3 and 4. A device that is well, was asked and is wanted by nobody is asked no more before somebody
acts: it would say the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from kiosk.faults import FaultCode
from kiosk.ports.fact import Fact, Report
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

REOPEN_MS, RETRY_MS, MISSES = 1_000, 1_000, 3
OVER = -1
OF_THE_DEVICE = (FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)


class ReaderFront(Linkless, ABC):
    """Each order ends in one fact, told at the next poll. `strange`: something came on this link, `understood`: an answer did."""

    def __init__(self, name: str, report: Report) -> None:
        self.name, self._report = name, report
        self._faults = Faults(name, report)
        self._plugged, self._ready = True, False
        self._linked: bool | None = None  # None: never looked for
        self._reopen_ms = 0  # when a lost link is looked for first
        self._order, self._span_ms, self._until_ms = 0, 0, OVER
        self._ended: list[Fact] = []
        self._misses = self._check_ms = 0
        self._strange = self._understood = False

    # -- what differs

    @abstractmethod
    def _outcome(self, order: int, why: str) -> Fact:
        """Why nothing was read."""

    @abstractmethod
    def _open(self, now_ms: int) -> None:
        """A new link."""

    @abstractmethod
    def _shut(self) -> None:
        """What was under way is lost."""

    @abstractmethod
    def _refusal(self) -> str:
        """Why nothing can be read; empty when it can, or when that is about to be known."""

    # -- orders

    def _begin(self, order: int, limit_ms: int) -> None:
        self._end("replaced")
        self._order, self._span_ms, self._until_ms = order, limit_ms, OVER

    def stop(self, order: int) -> None:
        if order == self._order:
            self._end("asked")

    def _end(self, why: str) -> None:
        if self._order:
            self._ended.append(self._outcome(self._order, why))
            self._order = 0

    def _run_out(self, now_ms: int) -> None:
        if self._order:
            if why := self._refusal():
                self._end(why)
            elif self._until_ms == OVER:
                self._until_ms = now_ms + self._span_ms
            elif now_ms >= self._until_ms:
                self._end("timed_out")
        for fact in self._ended:
            self._report(fact)
        self._ended.clear()

    # -- the plug

    def unplug(self) -> None:
        self._plugged = False
        self._shut()

    def replug(self) -> None:
        """The line is found again when it is next looked for."""
        self._plugged = True

    def _follow_plug(self, now_ms: int) -> int | None:
        """When the link is looked for next; None when it is there, or nothing is plugged in."""
        if self._linked is self._plugged:
            return None
        if not self._plugged:
            self._linked = self._ready = False
            self._reopen_ms = now_ms + REOPEN_MS
            self._faults.clear(*OF_THE_DEVICE)
            self._faults.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
            self._end("link")
            return None
        if now_ms > self._reopen_ms > 0:
            self._reopen_ms = next_of(self._reopen_ms, REOPEN_MS, now_ms)
        if now_ms < self._reopen_ms:
            return self._reopen_ms
        self._linked, self._misses = True, 0
        self._strange = self._understood = False
        self._faults.clear(FaultCode.LINK_LOST)
        self._open(now_ms)
        return None

    # -- answers that do not come

    def _answered(self) -> None:
        self._understood, self._misses = True, 0
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)

    def _miss(self, now_ms: int) -> bool:
        """It is asked again, at once or later. True: so often that nobody is there, and that is said."""
        self._misses += 1
        self._check_ms = now_ms if self._misses == 1 else now_ms + RETRY_MS
        return self._misses >= MISSES

    def _absent(self) -> None:
        wrong = self._strange and not self._understood
        if FaultCode.WRONG_DEVICE not in self._faults:
            self._faults.set(FaultCode.WRONG_DEVICE if wrong else FaultCode.NO_ANSWER, True)


def next_of(first_ms: int, every_ms: int, now_ms: int) -> int:
    """The first of first_ms, first_ms + every_ms, ... that is not past."""
    return first_ms + max(0, -(-(now_ms - first_ms) // every_ms)) * every_ms
