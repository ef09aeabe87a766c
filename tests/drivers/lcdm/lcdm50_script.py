"""An LCDM-2000 made of paper: it answers as a test's script says. Written from the lcdm sheet (sections 3, 4, 6); no physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from drivers.dispensing.dispenser import Ended, Event
from drivers.lcdm.driver50 import Lcdm2000
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

PURGE, DISPENSE, STATUS, VERSION, LOWER, BOTH, TEST, TEST_LOWER = 0x44, 0x45, 0x46, 0x47, 0x55, 0x56, 0x76, 0x77
LENGTHS = {PURGE: 6, DISPENSE: 8, STATUS: 6, VERSION: 6, LOWER: 8, BOTH: 10, TEST: 6, TEST_LOWER: 6}
ACK, NAK = b"\x06", b"\x15"
CASSETTES = {1: 500, 2: 1_000}
GOOD = 0x30


def response(code: int, data: bytes) -> bytes:
    body = bytes([1, 0x50, 2, code]) + data + b"\x03"
    return body + bytes([reduce(lambda a, b: a ^ b, body)])


def digits(*numbers: int) -> bytes:
    return b"".join(b"%02d" % n for n in numbers)


def state(sensor_0: int = 0x80, sensor_1: int = 0x80, error: int = GOOD) -> bytes:
    return bytes([0x30, error, sensor_0, sensor_1])


Rows = dict[int, tuple[int, int, int]]
"""Cassette -> CHK, EXIT, REJECT."""


def outcome_data(code: int, error: int, rows: Rows) -> bytes:
    if code == PURGE:
        return bytes([error])
    if code == BOTH:
        upper, lower = rows.get(1, (0, 0, 0)), rows.get(2, (0, 0, 0))
        head = digits(*upper[:2], *lower[:2]) + bytes([error]) + b"\x30\x30"
        return head + digits(upper[2], lower[2])
    picked, out, rejected = rows.get(2 if code in (LOWER, TEST_LOWER) else 1, (0, 0, 0))
    return digits(picked, out) + bytes([error, 0x30]) + digits(rejected)


@dataclass
class Paper50:
    """`results`: outcome of each order, (error, rows). `faults_of`: code -> what happens to its next ones.

    Faults: `deaf` (nothing heard, nothing done), `ack_lost` (done, only the response comes), `lost` (done, ACK only), `mute`
    (done, no byte), `nak`, `damaged` (good when asked again), `late` and `late_acked` (see `release`).
    """

    results: list[tuple[int, Rows]] = field(default_factory=list)
    faults_of: dict[int, list[str]] = field(default_factory=dict)
    state: bytes = field(default_factory=state)
    version: bytes | None = b"T20T"
    dead: bool = False
    now_ms: int = 1_000
    commands: list[tuple[int, int, bytes]] = field(default_factory=list)
    carried_out: int = 0
    acks: int = 0
    facts: list[Fact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    late: bytes = b""
    before_response: bytes = b""

    def driver(self, **options: Any) -> Lcdm2000:
        cassettes = options.pop("cassettes", CASSETTES)
        self.it = Lcdm2000("dispenser", self.facts.append, cassettes=cassettes, **options)
        self.it.listener = self.events.append
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Lcdm2000:
        driver = self.driver(**options)
        self.run(1_000)
        self.events.clear()
        self.commands.clear()
        self.facts.clear()
        return driver

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            answer = self._hear(self.it.take_output())
            while answer:
                self.now_ms += 5
                self.it.receive(answer, self.now_ms)
                wake = self.now_ms
                answer = self._hear(self.it.take_output())
            wake = end_ms if wake is None else wake
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def release(self) -> None:
        """What was held back arrives now."""
        answer, self.late = self.late, b""
        self.it.receive(answer, self.now_ms)
        self._hear(self.it.take_output())

    def codes(self, *but: int) -> list[int]:
        return [code for _, code, _ in self.commands if code not in but]

    def moving(self) -> list[int]:
        return self.codes(STATUS, VERSION)

    def ended(self) -> list[Ended]:
        return [event for event in self.events if isinstance(event, Ended)]

    def faults(self) -> list[tuple[str, bool, str]]:
        return [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]

    _again = b""

    def _hear(self, sent: bytes) -> bytes:
        answer = b""
        while sent:
            if sent[:1] == ACK:
                self.acks += 1
                sent = sent[1:]
            elif sent[:1] == NAK:
                answer += self._again
                sent = sent[1:]
            else:
                code = sent[3]
                frame, sent = sent[: LENGTHS[code]], sent[LENGTHS[code] :]
                assert frame[:3] == b"\x04\x50\x02"
                assert frame[-2] == 3
                assert reduce(lambda a, b: a ^ b, frame) == 0
                answer += self._command(code, frame[4:-2])
        return answer

    def _command(self, code: int, data: bytes) -> bytes:
        self.commands.append((self.now_ms, code, data))
        fault = self.faults_of[code].pop(0) if self.faults_of.get(code) else ""
        if self.dead or fault == "deaf":
            return b""
        if fault == "nak" or (code == VERSION and self.version is None):
            return NAK
        raw = response(code, self._data(code, data))
        self._again = raw
        if fault == "damaged":
            return ACK + raw[:-1] + bytes([raw[-1] ^ 0x40])
        if fault in ("late", "late_acked"):
            self.late = raw
        whole = ACK + (self.before_response if code not in (STATUS, VERSION) else b"") + raw
        return {"ack_lost": raw, "lost": ACK, "mute": b"", "late": b"", "late_acked": ACK}.get(fault, whole)

    def _data(self, code: int, data: bytes) -> bytes:
        if code == STATUS:
            return self.state
        if code == VERSION:
            return self.version or b""
        self.carried_out += 1
        error, rows = self.results.pop(0) if self.results else (GOOD, _as_asked(code, data))
        return outcome_data(code, error, rows)


def _as_asked(code: int, data: bytes) -> Rows:
    if code in (TEST, TEST_LOWER):
        return {1 if code == TEST else 2: (1, 0, 1)}
    if code == BOTH:
        upper, lower = int(data[:2]), int(data[2:])
        return {1: (upper, upper, 0), 2: (lower, lower, 0)}
    count = int(data) if data else 0
    return {2 if code == LOWER else 1: (count, count, 0)}
