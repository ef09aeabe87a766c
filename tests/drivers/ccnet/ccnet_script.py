"""A validator made of paper: it answers as a test's script says, and checks the driver's manners on the wire.

Written from the ccnet sheet (sections 4 to 6); it has no physics. Statuses are hex strings as in section 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.ccnet.codec import Decoder, Frame
from drivers.ccnet.driver import CcnetValidator
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden" / "ccnet.txt"
TABLE = bytes.fromhex(
    "01 43484E 00  05 43484E 00  01 43484E 01  02 43484E 01  05 43484E 01  01 43484E 02" + "00" * 90
)  # types 0..5 = 1, 5, 10, 20, 50, 100 yuan
IDENTITY = b"SM-CN1308      " + b"21K000000042" + bytes(range(7))
ACK, NAK, ILLEGAL = b"\x00", b"\xff", b"\x30"
SILENCE = b""
RESET, POLL, ENABLE, STACK, RETURN, IDENT, HOLD, BILLS, COUNT = 0x30, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x41, 0x5B
NAMES = {
    RESET: "RESET",
    POLL: "POLL",
    ENABLE: "ENABLE",
    STACK: "STACK",
    RETURN: "RETURN",
    IDENT: "IDENT",
    HOLD: "HOLD",
    BILLS: "BILLS",
    COUNT: "COUNT",
}


def golden() -> list[tuple[str, str, bytes, str]]:
    """(name, direction, bytes, note) of every line of the golden file."""
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, direction, raw, note = (part.strip() for part in line.split("|", 3))
            rows.append((name, direction, bytes.fromhex(raw), note))
    return rows


@dataclass
class Paper:
    """`statuses`: what POLL answers, one after the other, the last one for ever. `answers`: for other commands, default ACK."""

    statuses: list[str] = field(default_factory=lambda: ["19"])
    answers: dict[int, list[bytes]] = field(default_factory=dict)
    counter: int | None = 7
    on: dict[int, Callable[[Paper], None]] = field(default_factory=dict)
    damage: int = 0  # so many of the next answers get a wrong CRC
    now_ms: int = 1_000
    latency_ms: int = 5
    commands: list[tuple[int, str, bytes]] = field(default_factory=list)  # what the driver sent: (when, name, data)
    controls: list[bytes] = field(default_factory=list)  # its ACKs and NAKs
    facts: list[Fact] = field(default_factory=list)
    _last_control_ms: int = -1_000
    _last_poll_ms: int = -1_000

    def __post_init__(self) -> None:
        self._decoder = Decoder()

    def driver(self, **options: Any) -> CcnetValidator:
        self.it = CcnetValidator("acceptor", self.facts.append, first_note=options.pop("first_note", 1), **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> CcnetValidator:
        """A driver that has found this unit and enabled all notes; its facts so far are forgotten."""
        self.statuses = ["19"]
        driver = self.driver(**options)
        driver.accept_only(driver.values_fen)
        self.run(1_000)
        driver.accept_only([100, 500, 1_000, 2_000, 5_000, 10_000])
        self.statuses = ["14"]
        self.run(500)
        self.facts.clear()
        self.commands.clear()
        return driver

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

    def names(self, *but: str) -> list[str]:
        return [name for _, name, _ in self.commands if name not in but]

    def news(self) -> list[Fact]:
        """Facts that are no faults."""
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def _hear(self, sent: bytes) -> list[bytes]:
        answers = []
        for frame in self._decoder.feed(sent):
            assert isinstance(frame, Frame), f"the driver sent a damaged frame {frame}"
            assert frame.address == 3
            if frame.payload in (ACK, NAK):
                self.controls.append(frame.payload)
                self._last_control_ms = self.now_ms
                continue
            answer = self._answer(frame.payload[0], frame.payload[1:])
            if answer:
                answers.append(answer)
        return answers

    def _answer(self, code: int, data: bytes) -> bytes:
        assert self.now_ms - self._last_control_ms >= 20, "20 ms of silence after an ACK"
        self.commands.append((self.now_ms, NAMES[code], data))
        if code == POLL:
            assert self.now_ms - self._last_poll_ms >= 100, "polled faster than each 100 ms"
            self._last_poll_ms = self.now_ms
        if code in self.on:
            self.on[code](self)
        payload = self._payload(code)
        if not payload:
            return b""
        raw = Frame(3, payload).encode()
        if self.damage:
            self.damage -= 1
            raw = raw[:-1] + bytes([raw[-1] ^ 1])
        return raw

    def _payload(self, code: int) -> bytes:
        if self.answers.get(code):
            return self.answers[code].pop(0)
        if code == POLL:
            text = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            return bytes.fromhex(text)
        if code == COUNT:
            return ILLEGAL if self.counter is None else self.counter.to_bytes(2, "big")
        return {IDENT: IDENTITY, BILLS: TABLE}.get(code, ACK)
