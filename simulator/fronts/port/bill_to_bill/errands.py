"""What needs the whole unit, disabled and empty: one after the other, refused when it cannot begin."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import DepositKept, DepositNotMoved
from kiosk.ports.note_dispenser import NotesRefused
from simulator.fronts.port.bill_to_bill import change, deposit
from simulator.fronts.port.bill_to_bill.bundle import Ended
from simulator.fronts.port.bill_to_bill.line import Script
from simulator.fronts.port.bill_to_bill.unit import Unit

REST_MS = 40_000
REMEMBERED = 64


class Keep(NamedTuple):
    notes: tuple[int, ...]


class GiveBack(NamedTuple):
    notes: tuple[int, ...]


class Pay(NamedTuple):
    order: int
    counts: Mapping[int, int]


Errand = Keep | GiveBack | Pay


class Errands:
    """`differs`: told a cassette that does not hold what it should after a payment."""

    def __init__(self, report: Report, unit: Unit, differs: Callable[[str], None]) -> None:
        self._report, self._unit, self._differs = report, unit, differs
        self._waiting: deque[Errand] = deque()
        self._paid: deque[int] = deque(maxlen=REMEMBERED)
        self._since_ms: int | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, errand: Errand) -> None:
        self._waiting.append(errand)
        if isinstance(errand, Pay):
            self._paid.append(errand.order)

    def paid(self, order: int) -> bool:
        """An order of this life: it tells its own end."""
        return order in self._paid

    def begin(self) -> Script[Ended]:
        self._since_ms = None
        errand = self._waiting.popleft()
        if isinstance(errand, Keep):
            return deposit.keep(self._unit, errand.notes, self._report)
        if isinstance(errand, GiveBack):
            return deposit.give_back(self._unit, errand.notes, self._report)
        return change.pay(self._unit, errand.order, errand.counts, self._report, self._differs)

    def refuse_late(self, now_ms: int, stopped: str) -> None:
        """While none is under way. `stopped`: raw status of a unit that only people can help, else empty."""
        if not self._waiting:
            return
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        if not stopped and now_ms - self._since_ms < REST_MS:
            return
        self._since_ms = None
        errand = self._waiting.popleft()
        if isinstance(errand, Keep):
            self._report(DepositKept(()))
        elif isinstance(errand, GiveBack):
            self._report(DepositNotMoved(errand.notes, stopped or "busy"))
        else:
            self._report(NotesRefused(errand.order, "jam" if stopped else "other"))

    def wake_ms(self) -> int | None:
        return self._since_ms + REST_MS if self._waiting and self._since_ms is not None else None
