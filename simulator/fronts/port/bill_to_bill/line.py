"""The line to the unit without bytes: commands are obeyed at once, or not; only statuses are waited for.

Source: ccnet sheet, sections 4 and 9. A course of several statuses is a generator that is sent one status after the other, None
for one that was not heard; what it orders in between it orders here. It has no clock: `now_ms` says the time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from simulator.devices.ccnet.b2b import BillToBill
from simulator.devices.ccnet.b2b.body import UnitBody
from simulator.devices.ccnet.b2b.numbers import ALLOWED
from simulator.fronts.port.acceptor_line import RESET, Line
from simulator.fronts.port.acceptor_link import Heard

STATUS_BYTES = 3
TRIES = 3  # of a question that moves nothing
CASSETTES, DISPENSE, UNLOAD, SET_TYPE = 0x3B, 0x3C, 0x3D, 0x40
RECOVERY, EMPTY_DISPENSER, SET_OPTIONS, GET_OPTIONS, CONTENTS = 0x66, 0x67, 0x68, 0x69, 0x70
NOT_AFTER_A_CUT = frozenset({DISPENSE, UNLOAD, SET_TYPE})
"""Illegal while the dispenser holds an interrupted bundle (section 10)."""

T = TypeVar("T")
Course = Generator[None, bytes | None, T]


class UnitLine(Line):
    """`said`: the last status that was a state, None after an event or silence. `plugged`: without it nothing is sent.

    `until_ms`: when the course under way stops waiting, None when it does not. `at_once`: it goes on without a status.
    """

    def __init__(self, twin: BillToBill) -> None:
        super().__init__(twin)
        self.said: bytes | None = None
        self.plugged = True
        self.now_ms = self.reset_ms = 0
        self.until_ms: int | None = None
        self.at_once = False
        self._forgets: Callable[[], None] | None = None
        self._unit: UnitBody = twin.unit

    def step(self) -> Course[None]:
        """First what was told is written down, and what the last status stands for is said."""
        self.at_once = True
        yield

    def acknowledge(self) -> None:
        super().acknowledge()
        forgets, self._forgets = self._forgets, None
        if forgets is not None:
            forgets()

    def hear(self, forgets: Callable[[], None]) -> None:
        """An answer that the unit forgets as soon as it is acknowledged: when what it meant is on the disk."""
        if "lost_ack" not in self._twin.faults:
            self._forgets = forgets

    def order(self, code: int, do: Callable[[], object] | None = None) -> Heard:
        """A command now; `do` carries it out when the unit hears it in a state that allows it."""
        if not self.plugged:
            return Heard.REFUSED
        if code == RESET:
            self.reset_ms = self.now_ms
        return self.send(code, self.now_ms, do)

    def ask(self, code: int) -> bool:
        """Whether the unit answers a question: not when it may not, nor when it is not heard again and again."""
        heard = Heard.NOTHING
        for _ in range(TRIES):
            heard = self.order(code)
            if heard.answered:
                break
        return heard is Heard.GOOD

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
