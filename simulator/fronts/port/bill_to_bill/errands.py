"""What needs the whole unit, disabled and empty: one after the other, refused when it cannot begin."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.ports.fact import Fact
from simulator.fronts.port.bill_to_bill.followed import Ended
from simulator.fronts.port.bill_to_bill.line import Course

REST_MS = 40_000
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Errand:
    """`begin` gives its course. `refusal`: the fact when it was not begun; it is told the raw status of a unit that only
    people can help, else nothing."""

    begin: Callable[[], Course[Ended]]
    refusal: Callable[[str], Fact | None]


class Errands:
    def __init__(self, report: Callable[[Fact], None]) -> None:
        self._report = report
        self._waiting: deque[Errand] = deque()
        self._paid: deque[int] = deque(maxlen=REMEMBERED)
        self._since_ms: int | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, errand: Errand, order: int | None = None) -> None:
        """`order`: its number, of one that pays."""
        self._waiting.append(errand)
        self._paid += () if order is None else (order,)

    def paid(self, order: int) -> bool:
        """An order of this life: it tells its own end."""
        return order in self._paid

    def begin(self) -> Course[Ended]:
        self._since_ms = None
        return self._waiting.popleft().begin()

    def refuse_late(self, now_ms: int, stopped: str) -> None:
        """While none is under way."""
        if not self._waiting:
            return
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        if stopped or now_ms - self._since_ms >= REST_MS:
            self._since_ms = None
            refusal = self._waiting.popleft().refusal(stopped)
            if refusal is not None:
                self._report(refusal)

    def wake_ms(self) -> int | None:
        return self._since_ms + REST_MS if self._waiting and self._since_ms is not None else None
