"""A CCNET peripheral on its line: hears frames, obeys what its state allows, insists on being acknowledged.

Source: ccnet sheet, sections 4 (link rules) and 6 (POLL); the same for the validator (address 03) and the Bill-to-Bill unit (01).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.body import Body, Event
from simulator.devices.ccnet.wire import Ear, frame
from simulator.devices.matter import Matter
from simulator.devices.validator.unit import Validator

POLL = 0x33
ACK_MS = 10
LINE_MS_PER_BYTE = 1.05  # 9600 bit/s: the answer and its ACK have to travel before the ten milliseconds are up
BUSY_UNITS = 5  # of 100 ms


class Commands(Protocol):
    """What answers the commands other than POLL."""

    def obey(self, command: int, data: bytes, now_ms: int) -> bytes: ...

    def forget(self) -> None: ...


class Peripheral(Validator):
    """Fits `Twin`. A model sets `body` and `_orders` and calls `_forget` when it is made.

    `ack_ms` is how long after an answer its ACK still counts; the line time of both at 9600 bit/s is allowed on top, because
    a pty has none. `manners` counts what a rude host did.
    """

    body: Body
    _orders: Commands

    def __init__(self, matter: Matter, address: int, menu: Mapping[str, str], *, latched: bool, ack_ms: int) -> None:
        super().__init__(matter, menu)
        self._address = address
        self._ear = Ear(address)
        self._latched, self._ack_ms = latched, ack_ms

    # -- Twin

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        for heard in self._ear.feed(data, now_ms):
            self.body.advance(now_ms)
            if not heard.good:
                self._answer(bytes([codes.NAK]), now_ms, None)
            elif heard.payload in (b"\x00", b"\xff"):
                self._acknowledged(heard.payload == b"\x00", now_ms)
            else:
                self._hear(heard.payload[0], heard.payload[1:], now_ms)
        self.body.advance(now_ms)

    def keeps(self, event: Event) -> bool:
        """True when the event is told until it is acknowledged, False when it is told once."""
        return event.latched and self._latched and "unlatched" not in self.faults

    # -- link rules

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._awaiting: Event | None = None
        self._ack_due: float | None = None
        self._answered: int | None = None
        self._acked_ms = self._polled_ms = -1_000
        self._busy_until = 0
        self._orders.forget()

    def _acknowledged(self, yes: bool, now_ms: int) -> None:
        if "lost_ack" in self.faults:
            return
        in_time = self._ack_due is not None and now_ms <= self._ack_due
        self.manners["late_ack"] += self._ack_due is not None and not in_time
        if yes and in_time and self._awaiting and self.body.events and self.body.events[0] is self._awaiting:
            self.body.events.popleft()
        elif yes and in_time and self._awaiting is None:
            self._heard_out(self._answered)
        self._awaiting = self._ack_due = None
        self._acked_ms = now_ms

    def _hear(self, command: int, data: bytes, now_ms: int) -> None:
        self.manners["no_ack"] += self._ack_due is not None
        self.manners["hurried"] += now_ms - self._acked_ms < 10
        self._awaiting = self._ack_due = None
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            self.power(False, now_ms)
            self.power(True, now_ms)
        elif self._played("nak_next"):
            self._answer(bytes([codes.NAK]), now_ms, command)
        elif command == POLL:
            self._poll(data, now_ms)
        elif now_ms >= self._busy_until:
            self._answer(self._obey(command, data, now_ms), now_ms, command)

    def _obey(self, command: int, data: bytes, now_ms: int) -> bytes:
        if self._played("illegal_next"):
            return bytes([codes.ILLEGAL])
        return self._orders.obey(command, data, now_ms)

    def _heard_out(self, command: int | None) -> None:
        """The answer to this command, no latched event, was acknowledged."""

    def _told(self, payload: bytes) -> bytes:
        """What a POLL answers, as this model writes it."""
        return payload

    def _answer(self, payload: bytes, now_ms: int, command: int | None) -> None:
        self._answered = command
        if command is not None and payload not in (b"\x00", b"\xff", b"\x30"):
            self._ack_due = now_ms + self._ack_ms + LINE_MS_PER_BYTE * (len(payload) + 5 + 6)
        self.link.send(frame(payload, self._address), now_ms, command)

    def _poll(self, data: bytes, now_ms: int) -> None:
        self.manners["hasty_poll"] += now_ms - self._polled_ms < 100
        self._polled_ms = now_ms
        if data:
            self._answer(bytes([codes.ILLEGAL]), now_ms, POLL)
            return
        if self._played("busy_next"):
            self._busy_until = now_ms + BUSY_UNITS * 100
        if now_ms < self._busy_until:
            self._answer(self._told(bytes([codes.BUSY, (self._busy_until - now_ms + 99) // 100])), now_ms, POLL)
            return
        event = self.body.told()
        if event is None:
            self._answer(self._told(self.body.state_bytes()), now_ms, POLL)
            return
        self._answer(self._told(event.payload), now_ms, POLL)
        if self.keeps(event):
            self._awaiting = event
        else:
            self.body.events.popleft()
