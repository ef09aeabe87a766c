"""A Bill-to-Bill unit made of paper: it answers as a test's script says, and checks the driver's manners on the wire.

Written from the ccnet sheet (sections 4, 9, 10). It counts no notes by itself: a test says what the cassettes hold when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.ccnet.b2b.driver import BillToBill
from drivers.ccnet.codec import Decoder, Frame
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from tests.drivers.ccnet.ccnet_script import ACK, IDENTITY, ILLEGAL, NAK, SILENCE, TABLE

__all__ = ["ACK", "ILLEGAL", "NAK", "SILENCE", "B2bPaper", "then"]

NAMES = {
    0x30: "RESET",
    0x33: "POLL",
    0x34: "ENABLE",
    0x35: "STACK",
    0x36: "RETURN",
    0x37: "IDENT",
    0x38: "HOLD",
    0x3B: "CASSETTES",
    0x3C: "DISPENSE",
    0x3D: "UNLOAD",
    0x40: "SET_TYPE",
    0x41: "BILLS",
    0x66: "RECOVERY",
    0x67: "EMPTY",
    0x68: "SET_OPTIONS",
    0x69: "OPTIONS",
    0x70: "CONTENTS",
}
QUESTIONS = ("POLL", "IDENT", "BILLS", "RECOVERY", "CASSETTES", "OPTIONS", "CONTENTS")
ESCROW = 0x98
EMPTY, ONE, FIVE, TEN, TWENTY, FIFTY, HUNDRED = 0x1F, 0, 1, 2, 3, 4, 5


@dataclass
class B2bPaper:
    """`statuses`: what POLL answers, one after the other, the last one for ever; padded to three bytes. `answers`: for the
    next commands of a name. `cassettes`: (flags and type, notes) as 3B says them; `contents`: types in
    cassette 1 in the order in which they went in."""

    statuses: list[str] = field(default_factory=lambda: ["19"])
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    on: dict[str, Callable[[B2bPaper], None]] = field(default_factory=dict)
    cassettes: list[tuple[int, int]] = field(default_factory=lambda: [(0x98, 0), (0x81, 50), (0x82, 80)])
    contents: list[int] = field(default_factory=list)
    top_first: bool = True
    recovery: str = "00"
    options: str = "64000000"
    damage: int = 0  # so many of the next answers get a wrong CRC
    deaf: bool = False
    latency_ms: int = 5
    now_ms: int = 1_000
    commands: list[tuple[int, str, bytes]] = field(default_factory=list)
    controls: list[bytes] = field(default_factory=list)
    acked: list[tuple[str, int]] = field(default_factory=list)  # whose answer was acknowledged; facts told by then
    facts: list[Fact] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)  # every frame the driver sent
    _last_control_ms: int = -1_000
    _last_poll_ms: int = -1_000
    _recovered: bool = True  # POWER RECOVERY was asked since the last POWER UP
    _enabled: bool = False

    def __post_init__(self) -> None:
        self._decoder = Decoder()

    def driver(self, **options: Any) -> BillToBill:
        settings: dict[str, Any] = {"first_note": 1, "escrow": 1, "recycling": {2: 500, 3: 1_000}}
        self.it = BillToBill("acceptor", "dispenser", self.facts.append, **{**settings, **options})
        self.it.link_up(self.now_ms)
        return self.it

    def started(self, **options: Any) -> BillToBill:
        """A driver that has found this unit, disabled and at rest; its facts so far are forgotten."""
        driver = self.driver(**options)
        self.run(4_000)
        assert any(isinstance(fact, DeviceReady) for fact in self.facts)
        self.forget()
        return driver

    def idling(self, **options: Any) -> BillToBill:
        """The same, enabled for all notes."""
        driver = self.started(**options)
        driver.acceptor.accept_only(driver.acceptor.values_fen)
        self.on["ENABLE"] = lambda paper: setattr(paper, "statuses", ["14" if paper._enabled else "19"])
        self.run(700)
        assert self.statuses == ["14"]
        self.forget()
        return driver

    def forget(self) -> None:
        self.facts.clear()
        self.commands.clear()
        self.acked.clear()

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            for answer in self._hear(self.it.take_output()):
                self.now_ms += self.latency_ms
                self.it.receive(answer, self.now_ms)
                wake = self.now_ms
                for _ in self._hear(self.it.take_output()):
                    raise AssertionError("a command in the same breath as an ACK")
            if wake is None:
                break
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def told_before_ack(self, name: str) -> list[Fact]:
        """What had been told when the answer to this command was acknowledged first."""
        return self.facts[: next(told for command, told in self.acked if command == name)]

    def names(self, *but: str) -> list[str]:
        return [name for _, name, _ in self.commands if name not in but]

    def orders(self) -> list[str]:
        """What moves or sets something, as `name data`."""
        return [f"{name} {data.hex()}".strip() for _, name, data in self.commands if name not in QUESTIONS]

    def news(self) -> list[Fact]:
        """Facts that are no faults."""
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, str, bool]]:
        return [(fact.device, fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def _hear(self, sent: bytes) -> list[bytes]:
        answers = []
        for frame in self._decoder.feed(sent):
            assert isinstance(frame, Frame), f"the driver sent a damaged frame {frame}"
            assert frame.address == 1
            self.wire.append(frame.encode())
            if frame.payload in (ACK, NAK):
                self.controls.append(frame.payload)
                if frame.payload == ACK:
                    self.acked.append((self.commands[-1][1], len(self.facts)))
                self._last_control_ms = self.now_ms
                continue
            answer = self._answer(NAMES[frame.payload[0]], frame.payload[1:])
            if answer:
                answers.append(answer)
        return answers

    def _answer(self, name: str, data: bytes) -> bytes:
        assert self.now_ms - self._last_control_ms >= 20, "20 ms of silence after an ACK"
        self.commands.append((self.now_ms, name, data))
        if name == "POLL":
            assert self.now_ms - self._last_poll_ms >= 100, "polled faster than each 100 ms"
            self._last_poll_ms = self.now_ms
        if name == "ENABLE":
            self._enabled = any(data)
            assert self._recovered or not self._enabled, "ENABLE before POWER RECOVERY loses credits"
        if name == "RECOVERY":
            self._recovered = True
        if name in ("DISPENSE", "UNLOAD", "EMPTY", "SET_TYPE"):
            assert not self._enabled, "moves notes while a passenger can insert some"
        if self.deaf:
            return SILENCE
        if name in self.on:
            self.on[name](self)
        payload = self._payload(name, data)
        if not payload:
            return SILENCE
        raw = Frame(1, payload).encode()
        if self.damage:
            self.damage -= 1
            raw = raw[:-1] + bytes([raw[-1] ^ 1])
        return raw

    def _payload(self, name: str, data: bytes) -> bytes:
        if self.answers.get(name):
            return self.answers[name].pop(0)
        if name == "POLL":
            text = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            status = bytes.fromhex(text).ljust(3, b"\0") if text else SILENCE
            if status[:1] in (b"\x10", b"\x11", b"\x12"):
                self._recovered = False
            return status
        if name == "CONTENTS":
            there = (
                self.contents
                if data == b"\x01"
                else [self.cassettes[data[0] - 1][0] & 0x1F] * self.cassettes[data[0] - 1][1]
            )
            return bytes([len(there), *(reversed(there) if self.top_first else there)])
        if name == "CASSETTES":
            return bytes(byte for pair in self.cassettes for byte in pair)
        if name == "RECOVERY":
            return bytes.fromhex(self.recovery)
        if name == "SET_OPTIONS":
            self.options = data.hex()
        if name == "OPTIONS":
            return bytes.fromhex(self.options)
        return {"IDENT": IDENTITY, "BILLS": TABLE}.get(name, ACK)


def then(*statuses: str, **changes: Any) -> Callable[[B2bPaper], None]:
    """An answer to an order: from now on POLL says this, and the unit's fields are these."""

    def change(paper: B2bPaper) -> None:
        paper.statuses = list(statuses)
        for name, value in changes.items():
            setattr(paper, name, value)

    return change
