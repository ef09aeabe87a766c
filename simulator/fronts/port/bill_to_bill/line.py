"""The line to the unit without bytes, and how orders of several steps are written on it.

Source: ccnet sheet, sections 4 and 9. A script asks for one thing at a time: a command, or the unit's next status; it has no
clock, `Unit.now_ms` says the time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from simulator.devices.ccnet.b2b import BillToBill
from simulator.devices.ccnet.b2b.body import UnitBody
from simulator.devices.ccnet.b2b.numbers import ALLOWED
from simulator.fronts.port.acceptor_line import Heard, Line

STATUS_BYTES = 3
TRIES = 3  # of a question that moves nothing
CASSETTES, DISPENSE, UNLOAD, SET_TYPE = 0x3B, 0x3C, 0x3D, 0x40
RECOVERY, EMPTY_DISPENSER, SET_OPTIONS, GET_OPTIONS, CONTENTS = 0x66, 0x67, 0x68, 0x69, 0x70
NOT_AFTER_A_CUT = frozenset({DISPENSE, UNLOAD, SET_TYPE})
"""Illegal while the dispenser holds an interrupted bundle (section 10)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """A command; `do` carries it out when the unit hears it in a state that allows it."""

    code: int
    do: Callable[[], object] | None = None


Step = Send | None
"""None: the next status."""
Answer = Heard | bytes | None
Script = Generator[Step, Answer, T]


def look() -> Script[bytes | None]:
    """The next status; None when it was not heard."""
    answer = yield None
    return answer if isinstance(answer, bytes) else None


def send(code: int, do: Callable[[], object] | None = None) -> Script[Heard]:
    answer = yield Send(code, do)
    return answer if isinstance(answer, Heard) else Heard.NOTHING


def ask(code: int, answer: Callable[[], T]) -> Script[T | None]:
    """What the unit says to a question; None when it does not, or may not."""
    for _ in range(TRIES):
        heard = yield from send(code)
        if heard is Heard.GOOD:
            return answer()
        if heard is Heard.REFUSED:
            return None
    return None


class UnitLine(Line):
    """`said`: the last status that was a state, None after an event or silence."""

    def __init__(self, twin: BillToBill) -> None:
        super().__init__(twin)
        self.said: bytes | None = None
        self._unit: UnitBody = twin.unit

    def look(self, now_ms: int) -> bytes | None:
        """Three bytes (9.1), None when nothing came."""
        status = super().look(now_ms)
        if status is not None:
            status = status.ljust(STATUS_BYTES, b"\0")
        self.said = status if self.seen is not None else None
        return status

    def news(self) -> bool:
        state = self._unit.state_bytes().ljust(STATUS_BYTES, b"\0")
        return self.said != state or self._unit.told() is not None

    def _allows(self, command: int) -> bool:
        unit = self._unit
        if unit.state not in ALLOWED[command]:
            return False
        if command in NOT_AFTER_A_CUT:
            return not unit.must_empty()
        return command != EMPTY_DISPENSER or unit.must_empty()
