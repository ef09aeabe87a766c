"""An F53 made of paper: it answers as a test's script says. Written from the f53 sheet (sections 2 to 5, 9); no physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.dispensing.dispenser import Ended, Event
from drivers.f53.driver import F53
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

ENQ, ACK, NAK = b"\x10\x05", b"\x10\x06", b"\x10\x15"
STATUS, INITIALISE, COUNT = 1, 2, 3
CASSETTES = {1: 500, 2: 1_000, 3: 2_000}
DIGITS = (0x30, 0xB1, 0xB2, 0x33, 0xB4, 0x35, 0x36, 0xB7, 0xB8, 0x39)
NORMAL, ABNORMAL = 0xE0, 0xF0
Moves = dict[int, tuple[int, int]]
"""Cassette -> dispensed, rejected."""


def golden() -> dict[str, bytes]:
    lines = (Path(__file__).parents[2] / "golden" / "f53.txt").read_text().splitlines()
    rows = (line.split("|") for line in lines if not line.startswith("#"))
    return {name.strip(): bytes.fromhex(raw) for name, _, raw, _ in rows}


def checksum(data: bytes) -> bytes:
    """CRC-16/KERMIT, low byte first, bit by bit from the definition."""
    register = 0
    for bit in (byte >> place & 1 for byte in data for place in range(8)):
        register = (register >> 1) ^ (0x8408 if (register ^ bit) & 1 else 0)
    return register.to_bytes(2, "little")


def framed(data: bytes) -> bytes:
    body = len(data).to_bytes(2, "big") + data + b"\x10\x03"
    return b"\x10\x02" + body + checksum(body)


def short_answer(command: int, first: int = NORMAL, error: tuple[int, int] = (0, 0), at_exit: bool = False) -> bytes:
    data = bytearray(56)
    data[:5] = bytes([first, command, 0x34, *error])
    data[0x0E] = 0x10 if at_exit else 0
    data[-1] = 0x1C
    return bytes(data)


def count_answer(moves: Moves, first: int = NORMAL, error: tuple[int, int] = (0, 0)) -> bytes:
    data = bytearray(157)
    data[:5] = bytes([first, COUNT, 0x99, *error])
    for cassette in range(1, 5):
        for at, number in zip((0x27, 0x2F), moves.get(cassette, (0, 0)), strict=True):
            data[at + 2 * cassette - 2 : at + 2 * cassette] = bytes([DIGITS[number // 10], DIGITS[number % 10]])
    data[-1] = 0x1C
    return bytes(data)


@dataclass
class PaperF53:
    """`answers`: to each BILL COUNT in turn. `faults`: command -> what happens to its next ones.

    Faults: `deaf` (no sign at all), `ack_lost` (done, our message is not acknowledged), `mute` (done, no answer), `late` (done,
    the answer waits for `release`), `nak`, `damaged` (the answer's check is wrong once), `twice` (the answer comes again).
    """

    answers: list[bytes] = field(default_factory=list)
    faults_of: dict[int, list[str]] = field(default_factory=dict)
    at_exit: bool = False
    initialised_with: bytes = short_answer(INITIALISE)
    dead: bool = False
    now_ms: int = 1_000
    heard: list[bytes] = field(default_factory=list)
    carried_out: int = 0
    facts: list[Fact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    held: bytes = b""
    _say: list[bytes] = field(default_factory=list)
    _again: bytes = b""

    def driver(self, **options: Any) -> F53:
        self.it = F53("dispenser", self.facts.append, **{"cassettes": CASSETTES} | options)
        self.it.listener = self.events.append
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self) -> F53:
        driver = self.driver()
        self.run(1_000)
        for log in (self.events, self.heard, self.facts):
            log.clear()
        return driver

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            said = self._hear(self.it.take_output())
            while said:
                self.now_ms += 5
                self.it.receive(said, self.now_ms)
                wake = self.now_ms
                said = self._hear(self.it.take_output())
            self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))

    def release(self) -> None:
        """What was held back is announced now."""
        self._say.append(self.held)
        self.held = b""
        self.it.receive(ENQ, self.now_ms)
        self.run(100)

    def commands(self) -> list[int]:
        return [message[5] for message in self.heard]

    def moving(self) -> list[int]:
        return [command for command in self.commands() if command != STATUS]

    def ended(self) -> list[Ended]:
        return [event for event in self.events if isinstance(event, Ended)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def _hear(self, sent: bytes) -> bytes:
        said = b""
        while sent:
            if sent[:2] in (ENQ, ACK, NAK):
                said += self._sign(sent[:2])
                sent = sent[2:]
            else:
                size = 8 + int.from_bytes(sent[2:4], "big")
                said += self._message(sent[:size])
                sent = sent[size:]
        return said

    def _sign(self, sign: bytes) -> bytes:
        if self.dead:
            return b""
        if sign == ENQ:
            return ACK
        if sign == NAK:
            return self._again
        if self._say:  # go on: what was announced
            data = self._say.pop(0)
            self._again = framed(data)
            if self._fault(data[1], "damaged"):
                return self._again[:-1] + bytes([self._again[-1] ^ 1])
            return self._again
        return b""

    def _message(self, message: bytes) -> bytes:
        assert message[-2:] == checksum(message[2:-2]), "the driver sent a frame with a wrong check"
        command = message[5]
        if self.dead or self._fault(command, "deaf"):
            return b""
        if self._fault(command, "nak"):
            return NAK
        self.heard.append(message)
        answer = self._answer(command)
        if self._fault(command, "mute"):
            return ACK
        if self._fault(command, "late"):
            self.held = answer
            return ACK
        self._say.append(answer)
        return ENQ if self._fault(command, "ack_lost") else ACK + ENQ

    def _answer(self, command: int) -> bytes:
        if command == STATUS:
            return short_answer(STATUS, at_exit=self.at_exit)
        if command == INITIALISE:
            return self.initialised_with
        self.carried_out += 1
        return self.answers.pop(0)

    def _fault(self, command: int, name: str) -> bool:
        pending = self.faults_of.get(command, [])
        if not pending or pending[0] != name:
            return False
        pending.pop(0)
        return True
