"""An LCDM-4000 made of paper: it answers as a test's script says. Written from the lcdm sheet (sections 3, 5, 6); no physics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.dispensing.dispenser import Ended, Event
from drivers.lcdm.driver import Lcdm4000
from drivers.lcdm.frames import bcc
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden" / "lcdm.txt"
RESET, STATUS, PURGE, DISPENSE, TEST, LAST, SERIAL = 0x44, 0x50, 0x51, 0x52, 0x53, 0x55, 0x67
NAMES = {
    RESET: "RESET",
    STATUS: "STATUS",
    PURGE: "PURGE",
    DISPENSE: "DISPENSE",
    TEST: "TEST",
    LAST: "LAST",
    SERIAL: "SERIAL",
}
ACK, NAK, EOT = b"\x06", b"\x15", b"\x04"
LENGTHS = {RESET: 6, STATUS: 6, PURGE: 6, DISPENSE: 21, TEST: 21, LAST: 6, SERIAL: 6}
CASSETTES = {1: 500, 2: 1_000, 3: 5_000}


def golden() -> list[tuple[str, str, bytes]]:
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, direction, raw, _ = (part.strip() for part in line.split("|", 3))
            rows.append((name, direction, bytes.fromhex(raw)))
    return rows


def response(code: int, data: bytes) -> bytes:
    body = bytes([1, 0x30, 2, code]) + data + b"\x03"
    return body + bytes([bcc(body)])


def moved(counts: dict[int, tuple[int, int]]) -> bytes:
    """4 x (EXIT, REJECT, TYPE); all cassettes present."""
    rows = b""
    for cassette in range(1, 5):
        exits, rejects = counts.get(cassette, (0, 0))
        rows += bytes([0x20 + exits, 0x20 + rejects, 0x30 + cassette])
    return rows


def state(error: int = 0, sensors: int = 0, low: tuple[int, ...] = (), out: tuple[int, ...] = ()) -> bytes:
    rows = b""
    for cassette in range(1, 5):
        rows += bytes([0x20 | (8 if cassette in low else 0), 0x30 if cassette in out else 0x30 + cassette, 0x20, 0x20])
    return bytes([0x20 + error, 0x20 + sensors]) + rows


@dataclass
class Paper:
    """`results`: outcome of each order, (error, cassette -> (exits, rejects)). `faults_of`: code -> what happens to its next ones.

    Faults: `deaf` (nothing heard, nothing done), `ack_lost`, `lost` (done, ACK sent, no response), `mute` (done, no ACK, no
    response), `nak`, `damaged` (response with a wrong check byte; good when asked again), `no_eot`, `late` (see `release`).
    """

    results: list[tuple[int, dict[int, tuple[int, int]]]] = field(default_factory=list)
    faults_of: dict[int, list[str]] = field(default_factory=dict)
    state: bytes = field(default_factory=state)
    last: bytes | None = None  # code, error, MISS, moved
    serial: int | None = None
    dead: bool = False
    now_ms: int = 1_000
    commands: list[tuple[int, str, bytes]] = field(default_factory=list)
    acks: int = 0
    naks: int = 0
    facts: list[Fact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    participant: Any = None
    also: Callable[[int], None] = lambda now_ms: None
    late: bytes = b""

    def driver(self, **options: Any) -> Lcdm4000:
        self.it = Lcdm4000("dispenser", self.facts.append, cassettes=CASSETTES, **options)
        self.it.listener = self.events.append
        self.participant = self.it
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Lcdm4000:
        driver = self.driver(**options)
        self.run(500)
        self.events.clear()
        self.commands.clear()
        self.facts.clear()
        return driver

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.also(self.now_ms)
            wake = self.participant.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            answer = self._hear(self.participant.take_output())
            while answer:
                self.now_ms += 5
                self.participant.receive(answer, self.now_ms)
                wake = self.now_ms
                answer = self._hear(self.participant.take_output())
            if wake is None:
                wake = end_ms
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def release(self) -> None:
        """What was held back arrives now."""
        answer, self.late = self.late, b""
        self.participant.receive(answer, self.now_ms)
        self._hear(self.participant.take_output())

    def names(self, *but: str) -> list[str]:
        return [name for _, name, _ in self.commands if name not in but]

    def ended(self) -> list[Ended]:
        return [event for event in self.events if isinstance(event, Ended)]

    def faults(self) -> list[tuple[str, bool, str]]:
        return [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]

    def _hear(self, sent: bytes) -> bytes:
        answer = b""
        while sent:
            if sent[:1] == ACK:
                self.acks += 1
                answer += b"" if self._skip_eot else EOT
                sent = sent[1:]
            elif sent[:1] == NAK:
                self.naks += 1
                answer += self._again
                sent = sent[1:]
            else:
                code = sent[3]
                frame, sent = sent[: LENGTHS[code]], sent[LENGTHS[code] :]
                assert frame[:3] == b"\x04\x30\x02"
                assert frame[-2] == 3
                assert frame[-1] == bcc(frame[:-1])
                answer += self._command(code, frame[4:-2])
        return answer

    _skip_eot = False
    _again = b""

    def _command(self, code: int, data: bytes) -> bytes:
        self.commands.append((self.now_ms, NAMES[code], data))
        fault = self.faults_of[code].pop(0) if self.faults_of.get(code) else ""
        if self.dead or fault == "deaf":
            return b""
        if fault == "nak" or (code == SERIAL and self.serial is None):
            return NAK
        raw = response(code, self._data(code, data))
        self._skip_eot = fault == "no_eot"
        self._again = raw
        if fault == "damaged":
            return ACK + raw[:-1] + bytes([raw[-1] ^ 0x40])
        if fault in ("late", "late_acked"):
            self.late = raw
        return {"ack_lost": raw, "lost": ACK, "mute": b"", "late": b"", "late_acked": ACK}.get(fault, ACK + raw)

    def _data(self, code: int, data: bytes) -> bytes:
        if code in (DISPENSE, TEST, PURGE):
            error, counts = self.results.pop(0) if self.results else (0, self._as_asked(code, data))
            self.last = bytes([code, 0x20 + error, 0x30]) + moved(counts)
            if self.serial is not None:
                self.serial += 1
            return self.last[1:] + (b"" if code == PURGE else b"\x20" * 9)
        if code == LAST:
            return self.last or bytes([0x20, 0x20, 0x30]) + moved({})
        return {STATUS: self.state, RESET: b"", SERIAL: bytes([0x20, 0x20 + (self.serial or 0)])}[code]

    def _as_asked(self, code: int, data: bytes) -> dict[int, tuple[int, int]]:
        asked = {n + 1: byte - 0x20 for n, byte in enumerate(data[:4]) if byte > 0x20}
        return {n: (0, count) if code == TEST else (count, 0) for n, count in asked.items()}
