"""The line to an EBDS unit without bytes: the toggle that acknowledges, and what is said again when nothing was heard.

Source: ebds sheet, section 4; `simulator.devices.ebds.faults`. A message with a new toggle takes the answer before it from
the unit, so none leaves in the step that this answer causes: a pause lies between.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from simulator.devices.ebds import EbdsValidator
from simulator.devices.ebds.codes import AUXILIARY, EXTENDED, OMNIBUS, REPLY, RESET, Health, Motion, Sub
from simulator.devices.ebds.validator import call_of
from simulator.devices.ebds.wire import Heard as Message
from simulator.fronts.port.acceptor_link import BROKEN, Heard, Link, spoilt
from simulator.fronts.port.ebds.told import Told, told_in

PAUSE_MS = 20  # after each answer
OTHER_TOGGLE_MS = 100
DEAF_MS = 1_000  # after a soft reset
SENDS = 3
PLAIN = (Sub.INHIBITS, Sub.ESCROW_TIME)  # some firmware answers them like a poll
AT_THE_NEXT_MESSAGE = frozenset({"opposite_toggle_next", "invalid_next"})


class Request(NamedTuple):
    """A message; `poll`: it orders nothing."""

    kind: int
    data: bytes
    poll: bool = False


@unique
class Outcome(Enum):
    DONE = "answered"
    REFUSED = "not done, for certain"
    SILENT = "said as often as may be, and not answered"
    NEWS = "answered by news; it is said again"


@dataclass(frozen=True, slots=True)
class Reply:
    request: Request
    outcome: Outcome
    told: Told | None = None
    data: bytes = b""


class Line(Link):
    """`pending`: a request that is to be said again. `settled`: the last one was answered, so the next is new to the unit."""

    answer_ms = damaged_ms = 300
    broken_by = BROKEN | AT_THE_NEXT_MESSAGE

    def __init__(self, twin: EbdsValidator) -> None:
        super().__init__(twin)
        self.pending: Request | None = None
        self.settled = False
        self._twin: EbdsValidator = twin
        self._toggle = 0
        self._sends = 0

    def restart(self, now_ms: int) -> None:
        super().restart(now_ms)
        self.pending, self.settled = None, False

    @property
    def idle(self) -> bool:
        return self.pending is None

    def send(self, request: Request, now_ms: int) -> Reply | None:
        self.pending, self._sends, self.settled = request, 0, False
        return self.again(now_ms)

    def again(self, now_ms: int) -> Reply | None:
        """The pending request, once more or for the last time; None: nothing was heard yet."""
        assert self.pending is not None
        request = self.pending
        if self._sends >= SENDS:
            self.pending = None
            return Reply(request, Outcome.SILENT)
        self._sends += 1
        message = Message(request.kind | self._toggle, request.data)
        told = self._twin.answer(message, now_ms) if self._twin.on else None
        heard = Heard.NOTHING if told is None else spoilt(self._twin, call_of(message))
        if told is None or heard is not Heard.GOOD:
            self._hear(heard, now_ms)
            return None
        if told[0] & 1 != self._toggle:
            self.fine, self.free_ms = False, now_ms + OTHER_TOGGLE_MS
            return None
        self._hear(heard, now_ms)
        return self._answered(request, told[0] & ~1, told[1], now_ms)

    def _answered(self, request: Request, kind: int, data: bytes, now_ms: int) -> Reply:
        self._toggle ^= 1
        self.free_ms = now_ms + PAUSE_MS
        told = told_in(kind, data)
        fits = _fits(request, kind, data, told)
        refused = told is not None and not request.poll and bool(told.health & Health.INVALID)
        if not fits and not refused and self._sends < SENDS:
            return Reply(request, Outcome.NEWS, told)
        self.pending, self.settled = None, True
        return Reply(request, Outcome.DONE if fits and not refused else Outcome.REFUSED, told, data)

    def reset(self, now_ms: int) -> None:
        """Soft reset: nothing that comes in the next second is an answer."""
        self.restart(now_ms)
        if self._twin.on:
            self._twin.answer(Message(AUXILIARY | self._toggle, RESET), now_ms)
        self.free_ms = now_ms + DEAF_MS


def _fits(request: Request, kind: int, data: bytes, told: Told | None) -> bool:
    """It answers the question, and is not just news in place of it."""
    if request.kind == AUXILIARY:
        return kind == AUXILIARY
    if told is None or request.kind == OMNIBUS:
        return told is not None
    asked = request.data[0]
    if kind == REPLY:
        return asked in PLAIN
    live = asked == Sub.NOTE and bool(told.motion & (Motion.ESCROWED | Motion.STACKED))
    return kind == EXTENDED and data[0] == asked and not live
