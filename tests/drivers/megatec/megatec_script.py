"""A UPS made of paper: it answers as a test's script says. Written from the ups sheet, section 2; no physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.megatec.driver import Megatec
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden" / "megatec.txt"
MAINS, BATTERY, LOW, MAINS_LOW, FAILED, TEST = "00001001", "10001001", "11001001", "01001001", "00011000", "10001100"
OFF = "00000010"


def golden() -> dict[str, bytes]:
    rows = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, raw, _ = (part.strip() for part in line.split("|", 3))
            rows[name] = bytes.fromhex(raw)
    return rows


def status(bits: str = MAINS, battery: str = "27.5", volts: str = "226.0", hertz: str = "49.0") -> bytes:
    return f"({volts} 195.0 226.0 014 {hertz} {battery} 30.0 {bits}\r".encode()


@dataclass
class Ups:
    """`bits`: what Q1 says; `script`: the bits of the next answers, before that; "-" in it is silence, "!" half a frame.

    `takes`: whether S and C have their effect; `echoes` and `dumb`: what it does with a command that it does not know.
    """

    bits: str = MAINS
    battery: str = "27.5"
    volts: str = "226.0"
    hertz: str = "49.0"
    script: list[str] = field(default_factory=list)
    info: bytes | None = b"#Example        UPS 600   1.02      \r"
    rating: bytes | None = b"#220.0 000 024.0 50.0\r"
    takes: bool = True
    dead: bool = False
    echoes: bool = True
    now_ms: int = 1_000
    heard: list[bytes] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def driver(self, **options: Any) -> Megatec:
        self.it = Megatec("ups", self.facts.append, **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Megatec:
        driver = self.driver(**options)
        self.run(4_500)
        self.facts.clear()
        self.heard.clear()
        return driver

    def run(self, for_ms: int) -> Ups:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            for command in self.it.take_output().split(b"\r")[:-1]:
                self.heard.append(command)
                answer = b"" if self.dead else self._answer(command)
                if answer:
                    self.now_ms += 1
                    self.it.receive(answer, self.now_ms)
                    wake = self.now_ms
            self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))
        return self

    def _answer(self, command: bytes) -> bytes:
        if command == b"Q1":
            bits = self.script.pop(0) if self.script else self.bits
            if bits == "-":
                return b""
            if bits == "!":
                return status()[:20] + b"\r"
            return status(bits, self.battery, self.volts, self.hertz)
        if command in (b"I", b"F"):
            told = self.info if command == b"I" else self.rating
            return told if told is not None else self._unknown(command)
        if not self.takes:
            return self._unknown(command)
        switch = {b"S": "1", b"C": "0"}[command[:1]]
        self.bits = self.bits[:6] + switch + self.bits[7:]
        return b""

    def _unknown(self, command: bytes) -> bytes:
        return command + b"\r" if self.echoes else b""

    def news(self) -> list[Fact]:
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]
