"""Code scanner and identity reader at port level: what a hand holds there is read while somebody wants it, and at no other time.

Played is the plug; what the devices misread is played by their twins on bytes.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from kiosk.faults import FaultCode
from kiosk.ports.code_scanner import LIMIT_MS as SCAN_MS
from kiosk.ports.code_scanner import CodeRead, NoCode, ScannedCode, ScanOpen
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.id_reader import LIMIT_MS as LOOK_MS
from kiosk.ports.id_reader import IdCardSeen, IdDocument, IdNotRead, IdRead, IdSearching
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

SCAN_TAKES_MS, CARD_TAKES_MS = 120, 1_000
OVER = -1


class Held(Protocol):
    """What lies before the machine: a code, and the number of a card; empty: nothing."""

    code: str
    card: str


class ReaderFront(Linkless):
    """The half that both share: an order, its limit, a plug. One order at a time; each ends in one fact."""

    takes_ms = 0

    def __init__(self, name: str, report: Report, held: Held) -> None:
        self.name, self._report, self._held = name, report, held
        self._faults = Faults(name, report)
        self._plugged, self._ready = True, False
        self._order, self._span_ms, self._until_ms, self._due_ms = 0, 0, OVER, OVER

    # -- what differs

    def _lies(self) -> str:
        raise AttributeError("given by each of both")

    def _says(self, order: int, what: str) -> Fact:
        """began, seen, read, or why nothing was."""
        raise AttributeError("given by each of both")

    def _forget(self) -> None:
        raise AttributeError("given by each of both")

    # -- orders

    def _begin(self, order: int, limit_ms: int) -> None:
        self._end("replaced")
        self._forget()
        self._order, self._span_ms, self._until_ms, self._due_ms = order, limit_ms, OVER, OVER

    def stop(self, order: int) -> None:
        if order == self._order:
            self._end("asked")

    def forget(self) -> None:
        self._end("asked")
        self._forget()

    def _end(self, why: str) -> None:
        if self._order:
            order, self._order = self._order, 0
            self._report(self._says(order, why))

    # -- time

    def poll(self, now_ms: int) -> int | None:
        if not self._plugged:
            return None
        if not self._ready:
            self._ready = True
            self._report(DeviceReady(self.name, "front", "1", "P1"))
        if not self._order:
            return None
        if self._until_ms == OVER:
            self._until_ms = now_ms + self._span_ms
            self._report(self._says(self._order, "began"))
        if not self._lies():
            self._due_ms = OVER
        elif self._due_ms == OVER:
            self._due_ms = now_ms + self.takes_ms
        elif now_ms >= self._due_ms:
            self._take()
            order, self._order = self._order, 0
            self._report(self._says(order, "read"))
            return None
        if now_ms >= self._until_ms:
            self._end("timed_out")
            return None
        return self._until_ms if self._due_ms == OVER else min(self._until_ms, self._due_ms)

    def _take(self) -> None:
        raise AttributeError("given by each of both")

    # -- its plug

    def unplug(self) -> None:
        self._plugged = self._ready = False
        self._faults.set(FaultCode.LINK_LOST, True, "unplugged")
        self._end("link")

    def replug(self) -> None:
        self._plugged = True
        self._faults.clear(FaultCode.LINK_LOST)


class ScannerFront(ReaderFront):
    """`CodeScanner` port and participant."""

    takes_ms = SCAN_TAKES_MS

    def __init__(self, name: str, report: Report, held: Held) -> None:
        super().__init__(name, report, held)
        self._read: ScannedCode | None = None

    @property
    def can_scan(self) -> bool:
        return self._ready

    def scan(self, order: int, limit_ms: int = SCAN_MS) -> None:
        self._begin(order, limit_ms)

    def take_code(self, order: int) -> ScannedCode | None:
        read, self._read = self._read, None
        return read

    def _forget(self) -> None:
        self._read = None

    def _lies(self) -> str:
        return self._held.code

    def _take(self) -> None:
        self._read = ScannedCode(self._held.code)

    def _says(self, order: int, what: str) -> Fact:
        if what == "began":
            return ScanOpen(order)
        return CodeRead(order, self._read.shape) if what == "read" and self._read is not None else NoCode(order, what)


class IdReaderFront(ReaderFront):
    """`IdReader` port and participant."""

    takes_ms = CARD_TAKES_MS

    def __init__(self, name: str, report: Report, held: Held) -> None:
        super().__init__(name, report, held)
        self._read: IdDocument | None = None

    @property
    def can_read(self) -> bool:
        return self._ready

    def look(self, order: int, limit_ms: int = LOOK_MS) -> None:
        self._begin(order, limit_ms)

    def take_document(self, order: int) -> IdDocument | None:
        read, self._read = self._read, None
        return read

    def _forget(self) -> None:
        self._read = None

    def _lies(self) -> str:
        return self._held.card

    def _take(self) -> None:
        card = self._held.card
        born = date(1990, 1, 1)
        self._read = IdDocument("citizen", "王小明", card, "man", born, born, None, ethnic="01")
        self._report(IdCardSeen(self._order))

    def _says(self, order: int, what: str) -> Fact:
        if what == "began":
            return IdSearching(order)
        return IdRead(order) if what == "read" else IdNotRead(order, what)
