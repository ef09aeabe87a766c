"""The line to the validator without bytes: what becomes of one command when line or unit are broken on purpose.

Source: `simulator.devices.linkfaults`, `simulator.devices.ccnet.faults`; ccnet sheet, sections 4 to 6. NAK is not seen here: it
only makes a host say the same again.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.body import Event
from simulator.devices.ccnet.codes import State
from simulator.devices.ccnet.peripheral import Peripheral
from simulator.fronts.port.acceptor_link import BROKEN, Heard, Link, spoilt

RESET, POLL, ENABLE, STACK, RETURN = 0x30, 0x33, 0x34, 0x35, 0x36
IDENTIFICATION, HOLD, BILL_TABLE, STACKED_COUNTER = 0x37, 0x38, 0x41, 0x5B
ANSWER_MS = 500  # how long a host waits
NAK_MS = 100  # its pause after a damaged answer
BUSY_UNITS = 5  # of 100 ms


def ask(twin: Peripheral, command: int, now_ms: int) -> Heard:
    """The outcome of sending this command now, before it is carried out; plays one-shot faults as the twin's line would."""
    if not twin.on:
        return Heard.NOTHING
    if not twin.faults:
        return Heard.GOOD
    link = twin.link
    if not link.hears(command):
        return Heard.NOTHING
    if link.resets(command):
        twin.power(False, now_ms)
        twin.power(True, now_ms)
        return Heard.NOTHING
    twin.faults.discard("nak_next")
    refused = command != POLL and "illegal_next" in twin.faults
    if refused:
        twin.faults.discard("illegal_next")
    heard = spoilt(twin, command)
    if refused:
        return Heard.REFUSED if heard is Heard.GOOD else Heard.NOTHING
    return heard


class Line(Link):
    """A CCNET line."""

    answer_ms, damaged_ms = ANSWER_MS, NAK_MS
    broken_by = BROKEN | {"busy_next"}

    def __init__(self, twin: Peripheral) -> None:
        super().__init__(twin)
        self.lost_ms = -1_000_000  # the last POLL without an answer
        self.seen: State | None = None  # the state of the last status; None: an event, or nothing
        self._twin: Peripheral = twin
        self._body = twin.body
        self._told: Event | None = None  # not yet acknowledged

    def restart(self, now_ms: int) -> None:
        super().restart(now_ms)
        self.seen = None

    def send(self, command: int, now_ms: int, do: Callable[[], object] | None = None) -> Heard:
        """A command other than POLL: carried out when the unit hears it in a state that allows it."""
        heard = ask(self._twin, command, now_ms)
        if heard.done and not self._allows(command):
            heard = Heard.REFUSED if heard is Heard.GOOD else Heard.NOTHING
        if heard.done and do is not None:
            do()
        self._hear(heard, now_ms)
        return heard

    def _allows(self, command: int) -> bool:
        if command == STACKED_COUNTER and "no_counter" in self._twin.faults:
            return False
        return self._body.state in codes.ALLOWED[command]

    def look(self, now_ms: int) -> bytes | None:
        """POLL: what the unit tells (1 or 2 bytes, ccnet sheet, section 6), None when nothing came."""
        heard = ask(self._twin, POLL, now_ms)
        status = self._tells(heard) if heard.done else b""
        self._hear(heard, now_ms)
        if heard is Heard.GOOD:
            return status
        self.seen, self.lost_ms = None, now_ms
        return None

    def _tells(self, heard: Heard) -> bytes:
        """An event is taken off the unit's list when it is told, one that is kept when it is acknowledged."""
        faults = self._twin.faults
        self.seen = None
        if "busy_next" in faults:
            faults.discard("busy_next")
            return bytes([codes.BUSY, BUSY_UNITS])
        event = self._body.told()
        if event is None:
            self.seen = self._body.state
            return self._body.state_bytes()
        if not self._twin.keeps(event):
            self._body.events.popleft()
        elif heard is Heard.GOOD and "lost_ack" not in faults:
            self._told = event
        return event.payload

    def acknowledge(self) -> None:
        if self._told is not None:
            events = self._body.events
            if events and events[0] is self._told:
                events.popleft()
            self._told = None

    @property
    def rests(self) -> bool:
        """All was answered, and nothing that was told waits to be acknowledged."""
        return self.fine and self._told is None

    def news(self) -> bool:
        """The next status will be another one than the last."""
        return self.seen is not self._body.state or self._body.told() is not None
