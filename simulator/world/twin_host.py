"""Keeps one twin turning in virtual time and moves its bytes; what a pty's host does for real."""

from __future__ import annotations

from typing import Protocol

from kiosk.clock import VirtualClock
from simulator.world.wire import Wire


class Turning(Protocol):
    """The part of a twin that bytes and time need."""

    def receive(self, data: bytes, now_ms: int) -> None: ...

    def poll(self, now_ms: int) -> int | None: ...

    def take_output(self) -> bytes: ...


class TwinHost:
    """The twin itself, not the one that is observed: here nobody reads when it moved and when it was asked after."""

    def __init__(self, clock: VirtualClock, wire: Wire, twin: Turning) -> None:
        self.wire, self.twin = wire, twin
        self._clock = clock
        self._due_ms: int | None = None
        wire.device.arrived = self._heard

    def now_ms(self) -> int:
        """Of the twin's world."""
        return self._clock.mono_ms()

    def _heard(self) -> None:
        self.twin.receive(self.wire.device.take(), self._clock.mono_ms())
        self.turn()

    def turn(self) -> None:
        """Do what is due now, send what was made, and be there when the next thing is due."""
        now_ms = self._clock.mono_ms()
        due_ms = self.twin.poll(now_ms)
        made = self.twin.take_output()
        if made and self.wire.plugged:
            self.wire.device.write(made)
        if due_ms is not None and due_ms != self._due_ms:
            self._due_ms = due_ms
            self._clock.at(due_ms, lambda: self._woken(due_ms), quiet=True)

    def _woken(self, due_ms: int) -> None:
        if self._due_ms == due_ms:
            self._due_ms = None
            self.turn()
