"""What needs the whole unit, disabled and empty: kept in order, begun one at a time, refused when it cannot begin in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.ccnet.b2b import deposit, payout
from drivers.ccnet.b2b.bundle import End, Ended
from drivers.ccnet.b2b.codec import Cut
from drivers.ccnet.b2b.requests import Script
from drivers.ccnet.b2b.start_up import set_up
from drivers.ccnet.b2b.unit import Past, Unit
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import DepositKept, DepositNotMoved
from kiosk.ports.note_dispenser import NotesRefused

REST_MS = 40_000  # an errand that could not begin by then is refused
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Keep:
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GiveBack:
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pay:
    order: int
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class SetUp:
    """Give empty cassettes their types."""


Errand = Keep | GiveBack | Pay | SetUp
"""What needs the whole unit: it is disabled first."""


class Errands:
    """`differs`: told a cassette that does not hold what it should after a payment."""

    def __init__(self, report: Report, unit: Unit, differs: Callable[[str], None]) -> None:
        self._report, self._unit, self._differs = report, unit, differs
        self._queue: deque[Errand] = deque()
        self._orders: deque[int] = deque(maxlen=REMEMBERED)
        self._since_ms: int | None = None  # since when the first one waits

    def __bool__(self) -> bool:
        return bool(self._queue)

    def add(self, errand: Errand) -> None:
        self._queue.append(errand)
        if isinstance(errand, Pay):
            self._orders.append(errand.order)

    def after(self, past: Past) -> None:
        """A start is over. One that had to tell what was cut has given no cassette its type yet."""
        cut = past.recovery is not None and past.recovery.cut in (Cut.PACKING, Cut.UNLOADING)
        if cut and self._unit.fitting.configure and any(self._unit.untyped()):
            self.add(SetUp())

    def paid(self, order: int) -> bool:
        """Given in this life: its end is told by itself."""
        return order in self._orders

    def begin(self) -> Script[Ended]:
        """The first one, as a script."""
        self._since_ms = None
        match self._queue.popleft():
            case Keep(notes):
                return deposit.keep(self._unit, notes, self._report)
            case GiveBack(notes):
                return deposit.give_back(self._unit, notes, self._report)
            case Pay(order, counts):
                return payout.pay(self._unit, order, counts, self._report, self._differs)
            case SetUp():
                return _set_up(self._unit)

    def refuse_late(self, now_ms: int, stopped: str) -> None:
        """While none is under way. `stopped`: raw status of a unit that only people can help, else empty.

        Nothing was sent of what is refused here, so nothing moved.
        """
        if not self._queue:
            return
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        if not stopped and now_ms - self._since_ms < REST_MS:
            return
        self._since_ms = None
        match self._queue.popleft():
            case Keep():
                self._report(DepositKept(()))
            case GiveBack(notes):
                self._report(DepositNotMoved(notes, stopped or "busy"))
            case Pay(order, _):
                self._report(NotesRefused(order, "jam" if stopped else "other"))
            case SetUp():
                pass  # its fault stands until the next start


def _set_up(unit: Unit) -> Script[Ended]:
    known = yield from set_up(unit)
    return Ended(End.AT_REST if known else End.LOST, "set up")
