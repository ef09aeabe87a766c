"""The acceptor on its line: the toggle bit that acknowledges, lost and repeated messages, the silence after a reset.

Source: ebds sheet, section 4. The host turns bit 0 of CTL over for every new message; one that comes with the same bit is the
host's way to say that it did not hear the answer: the unit says that again, word for word, and does nothing.
"""

from __future__ import annotations

from simulator.devices.ebds.body import Body
from simulator.devices.ebds.codes import (
    AUXILIARY,
    BILL_ACCEPTOR,
    ENQ,
    EXTENDED,
    OMNIBUS,
    REPLY,
    RESET,
    Call,
    Mode,
)
from simulator.devices.ebds.faults import FAULTS
from simulator.devices.ebds.notes import CNY, Kinds
from simulator.devices.ebds.orders import About, Orders
from simulator.devices.ebds.wire import Ear, Heard, frame
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.validator import Validator

DEAF_NOMINAL_MS, LONG_DEAF_MS = 3_000, 15_000
"""Silence after a soft reset: as a rule, and the longest (link time: how long the host has to wait)."""
MODEL, REVISION = 0x54, 0x20


class EbdsValidator(Validator):
    """Twin of an acceptor with escrow depth 1 and no counters.

    `note_table` is the firmware's: row 0 is denomination 1 and extended note 1. `capable`: newer firmware, which can be asked
    what it can do. `manners` counts what a host did: damaged, repeated, both_orders, idle_order.
    """

    body: Body

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Kinds = CNY,
        *,
        capable: bool = True,
        serial: str = "TVM000000001",
        model: int = MODEL,
        revision: int = REVISION,
    ) -> None:
        super().__init__(matter, FAULTS)
        self.body = Body(matter, speeds, note_table, self)
        self._speeds = speeds
        self._ear = Ear()
        self._orders = Orders(self.body, note_table, About(model, revision, serial, capable), lambda: self.faults)
        self._deaf_until = 0
        self._forget()

    # -- Twin

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        if now_ms < self._deaf_until:
            self.body.advance(now_ms)
            return
        for heard in self._ear.feed(data, now_ms):
            self.body.advance(now_ms)
            if heard.device == BILL_ACCEPTOR and heard.kind != REPLY and now_ms >= self._deaf_until:
                self._hear(heard, now_ms)
        self.manners["damaged"] = self._ear.damaged
        self.body.advance(now_ms)
        self._ask_to_be_polled()

    def poll(self, now_ms: int) -> int | None:
        due_ms = super().poll(now_ms)
        self._ask_to_be_polled()
        return due_ms

    def power(self, on: bool, now_ms: int) -> None:
        if on != self._power:
            self._deaf_until = 0
        super().power(on, now_ms)

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._orders.forget()
        self._toggle: int | None = None  # of the last message that was taken
        self._told: tuple[int, bytes] | None = None  # to that message
        self._seen = (self.body.state, 0)

    # -- the line

    def _hear(self, heard: Heard, now_ms: int) -> None:
        told = self.answer(heard, now_ms)
        if told is not None:
            self.link.send(frame(*told), now_ms, call_of(heard))

    def answer(self, heard: Heard, now_ms: int) -> tuple[int, bytes] | None:
        """What is said to a message, and done: CTL and data. None: nothing is said."""
        call = call_of(heard)
        if now_ms < self._deaf_until or not self.link.hears(call):
            return None
        if self.link.resets(call):
            self.power(False, now_ms)
            self.power(True, now_ms)
            return None
        if heard.toggle == self._toggle and "acts_on_repeats" not in self.faults:
            self.manners["repeated"] += 1
            return self._told
        if call == Call.RESET:
            return self._reset(heard, now_ms)
        if self._played("opposite_toggle_next"):
            kind, data = self._orders.plain()
            return kind | 1 - heard.toggle, data
        return self._obey(heard, now_ms, call)

    def shows(self) -> bytes:
        """The six data bytes of an answer that tells no event, as they would be now."""
        return self._orders.shows()

    def _obey(self, heard: Heard, now_ms: int, call: int) -> tuple[int, bytes]:
        self._mind_manners(call)
        refused = self._played("invalid_next")
        kind, data = self._orders.plain(invalid=True) if refused else self._orders.obey(heard, now_ms)
        self._toggle, self._told = heard.toggle, (kind | heard.toggle, data)
        return self._told

    def _reset(self, heard: Heard, now_ms: int) -> tuple[int, bytes] | None:
        """A soft reset: as after a power cut, and silence first."""
        kind, data = self._orders.plain() if self._played("reset_answered_next") else (0, b"")
        self._forget()
        self.body.wake()
        slow = "slow_reset" in self.faults
        self._deaf_until = now_ms + (LONG_DEAF_MS if slow else self._speeds.motion_ms(DEAF_NOMINAL_MS))
        return (kind | heard.toggle, data) if data else None

    def _mind_manners(self, call: int) -> None:
        both = int(Mode.STACK | Mode.RETURN)
        orders = call & both if call & ~both == Call.POLL else 0
        self.manners["both_orders"] += orders == both
        self.manners["idle_order"] += bool(orders) and not self.body.holds

    def _ask_to_be_polled(self) -> None:
        """The old special interrupt (section 4): said when something has happened, if at all."""
        seen = (self.body.state, len(self.body.events))
        if seen != self._seen and "enq" in self.faults:
            self.link.say(bytes([ENQ]))
        self._seen = seen


def call_of(heard: Heard) -> int:
    """What a fault is aimed at: for an omnibus command what it orders, for others which command it is."""
    data = heard.data
    if heard.kind == OMNIBUS:
        return Call.POLL | (data[1] & int(Mode.STACK | Mode.RETURN) if len(data) == 3 else 0)
    if heard.kind == AUXILIARY and len(data) == 3:
        return Call.RESET if data == RESET else heard.kind << 8 | data[2]
    return heard.kind << 8 | (data[0] if heard.kind == EXTENDED and data else 0)
