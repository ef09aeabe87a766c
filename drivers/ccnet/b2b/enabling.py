"""Which notes the unit takes: what is wanted, what it has acknowledged, and when to say it again. Ccnet sheet, 5 and 9.2."""

from __future__ import annotations

from drivers.ccnet.b2b.requests import DISABLE
from drivers.ccnet.b2b.unit import Unit
from drivers.ccnet.codec import Command, State, Status, enable_data
from drivers.ccnet.line import Kind, Reply, Request

AGAIN_MS = 1_000


class Enabling:
    """`wanted`: face values. What the unit was told last is believed only once it has acknowledged it."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._told: bytes | None = None  # the mask it has acknowledged; None: not known
        self._sent_ms = -AGAIN_MS
        self.wanted: frozenset[int] = frozenset()

    def due(self, status: Status, now_ms: int, *, closed: bool) -> Request | None:
        """ENABLE when the wish changed, or when the unit shows that it forgot it (its host time-out). `closed`: take none."""
        values = frozenset[int]() if closed else self.wanted
        bills = self._unit.bills.items() if values else ()  # asked at every poll
        data = enable_data(n for n, bill in bills if bill.value_fen in values)
        forgot = status.code == (State.DISABLED if any(data) else State.IDLING)
        if data == self._told and not forgot:
            return None
        if (data == self._told or self._told is None) and now_ms - self._sent_ms < AGAIN_MS:
            return None
        return Request(Command.ENABLE, data)

    def sent(self, now_ms: int) -> None:
        self._told, self._sent_ms = None, now_ms

    def replied(self, reply: Reply) -> None:
        if reply.kind is Kind.ACK:
            self._told = reply.request.data

    def unknown(self) -> None:
        """The unit starts anew."""
        self._told = None

    def disabled(self) -> None:
        """A start ended with a disabled unit."""
        self._told = DISABLE.data

    def at_rest(self, status: Status) -> bool:
        """Told to take nothing, and so it does."""
        return status.code == State.DISABLED and self._told == DISABLE.data
