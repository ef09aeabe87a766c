"""The validator on its line: hears frames, obeys what its state allows, insists on being acknowledged.

Source: ccnet sheet, sections 4 (link rules) and 6 (POLL). What the sheet leaves open and is decided here: 81 and 82 are
latched until acknowledged (`latched`), and forgotten when the power goes before that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.bills import CNY, BillKind
from simulator.devices.ccnet.body import Body, Event
from simulator.devices.ccnet.codes import State
from simulator.devices.ccnet.faults import FAULTS
from simulator.devices.ccnet.orders import PART, Orders
from simulator.devices.ccnet.wire import Ear, frame
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

POLL = 0x33
ACK_MS = 10
LINE_MS_PER_BYTE = 1.05  # 9600 bit/s: the answer and its ACK have to travel before the ten milliseconds are up
BUSY_UNITS = 5  # of 100 ms


class CcnetValidator:
    """Twin of a note validator with escrow depth 1. It comes up in POWER UP and waits for RESET.

    `note_table` is the firmware's bill table, row number = type. `ack_ms` is how long after an answer its ACK still counts;
    the line time of both at 9600 bit/s is allowed on top, because a pty has none. `manners` counts what a rude host did.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Sequence[BillKind | None] = CNY,
        *,
        latched: bool = True,
        ack_ms: int = ACK_MS,
        serial: str = "TVM000000001",
        stacked_counter: int = 0,
    ) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self)
        self.manners: Counter[str] = Counter()
        self.part, self.serial = PART, serial[:12]
        self.body = Body(matter, speeds, note_table, self, stacked_counter)
        self._orders = Orders(self.body, self.serial, lambda name: name in self.faults)
        self._ear = Ear()
        self._latched, self._ack_ms = latched, ack_ms
        self._matter = matter
        self._power = True
        self._forget()

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

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

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        wakes = (self.body.advance(now_ms), self.link.poll(now_ms))
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._forget()
        self.body.wake()

    def busy(self) -> bool:
        return self._power and self.body.moving()

    @property
    def on(self) -> bool:
        """It has mains."""
        return self._power

    def keeps(self, event: Event) -> bool:
        """True when the event is told until it is acknowledged, False when it is told once."""
        return event.latched and self._latched and "unlatched" not in self.faults

    # -- hands

    @property
    def stacked_counter(self) -> int:
        """What command 5B answers, 0..65535; survives a power cut."""
        return self.body.stacked_counter

    @property
    def slot_open(self) -> bool:
        """True when a note pushed in now would be drawn in."""
        return self._power and self.body.state is State.IDLING and not len(self.body.mouth)

    def insert(self, note: Note | str, now_ms: int) -> str | None:
        """Push a note (or its serial) of the place `hand` into the slot: None when drawn in, else why it was not."""
        if not self._power:
            return "the device is off"
        self.body.advance(now_ms)
        if isinstance(note, str):
            found = [other for other in self.body.hand.notes() if other.serial == note]
            if not found:
                return "the note is not in the hand"
            note = found[0]
        refusal = self.body.insert(note, now_ms)
        self.body.advance(now_ms)
        return refusal

    def take_returned(self, now_ms: int) -> list[Note]:
        """The passenger takes what sticks out of the slot into the hand; answers the notes taken, maybe none."""
        self.poll(now_ms)
        return self.body.take_returned(now_ms)

    def remove_box(self, now_ms: int, empty: bool = False) -> int:
        """Pull the box out (state 42); `empty` carries its notes to the vault. Answers how many notes went."""
        self.body.remove_box(now_ms)
        return self._matter.move_all("box", "vault") if empty else 0

    def refit_box(self, now_ms: int) -> None:
        """Push a box in: the unit goes through INITIALIZE to DISABLED by itself."""
        self.body.refit_box(now_ms)

    def clear_jam(self, to: str = "floor") -> list[Note]:
        """A technician takes the jammed note out; RESET makes the unit ready again."""
        return self.body.clear_jam(to)

    # -- link rules

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._awaiting: Event | None = None
        self._ack_due: float | None = None
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

    def _answer(self, payload: bytes, now_ms: int, command: int | None) -> None:
        if command is not None and payload not in (b"\x00", b"\xff", b"\x30"):
            self._ack_due = now_ms + self._ack_ms + LINE_MS_PER_BYTE * (len(payload) + 5 + 6)
        self.link.send(frame(payload), now_ms, command)

    def _poll(self, data: bytes, now_ms: int) -> None:
        self.manners["hasty_poll"] += now_ms - self._polled_ms < 100
        self._polled_ms = now_ms
        if data:
            self._answer(bytes([codes.ILLEGAL]), now_ms, POLL)
            return
        if self._played("busy_next"):
            self._busy_until = now_ms + BUSY_UNITS * 100
        if now_ms < self._busy_until:
            self._answer(bytes([codes.BUSY, (self._busy_until - now_ms + 99) // 100]), now_ms, POLL)
            return
        event = self.body.told()
        if event is None:
            self._answer(self.body.state_bytes(), now_ms, POLL)
            return
        self._answer(event.payload, now_ms, POLL)
        if self.keeps(event):
            self._awaiting = event
        else:
            self.body.events.popleft()

    def _played(self, name: str) -> bool:
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
