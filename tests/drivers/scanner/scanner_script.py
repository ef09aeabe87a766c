"""A code scanner made of paper: it obeys menu texts and triggers, or letters. Written from the open points' page; no optics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from drivers.scanner.driver import Scanner
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

REVISION = (
    b"Product Name: EX-1\r\nSoftware Part Number: P\r\nSoftware Revision: 2.01\r\nSerial Number: 0042\r\nREVINF\x06!"
)
WECHAT = b"134567890123456789"
_PART = re.compile(rb"\x16\x4d\r[^!]+!|\x16[\x54\x55]\r|[A-Za-z]")


@dataclass
class Paper:
    """`shown`: what is held to the window; read as soon as it is lit, once for a trigger. `suffix`: until its power goes."""

    model: str = "scanner"
    shown: bytes = b""
    suffix: bytes = b""
    lit: bool = False
    dead: bool = False
    babble: bytes = b""  # said instead of any answer
    refuses: bytes = b"-"
    now_ms: int = 1_000
    heard: list[bytes] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def driver(self) -> Scanner:
        self.it = Scanner("code_scanner", self.facts.append, model=self.model)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self) -> Scanner:
        driver = self.driver()
        self.run(200)
        assert driver.ready
        self.facts.clear()
        self.heard.clear()
        return driver

    def run(self, for_ms: int) -> Paper:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            out = b"".join(map(self._told, _PART.findall(self.it.take_output())))
            if self.lit and self.shown and not self.dead:
                self.lit = self.model != "scanner"
                out += self.shown + self.suffix
                self.now_ms += 100
            if out:
                self.now_ms += 1
                self.it.receive(out, self.now_ms)
            else:
                self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))
        return self

    def _told(self, part: bytes) -> bytes:
        self.heard.append(part)
        if self.dead or self.babble:
            return self.babble
        if self.model != "scanner":
            return self._letter(part)
        if part[1:2] in b"\x54\x55":
            self.lit = part[1:2] == b"\x54"
            return b""
        return self._menu(part[3:-1])

    def _letter(self, part: bytes) -> bytes:
        self.suffix = b"\r"
        if part in b"ED":
            self.lit = part == b"E"
        return {b"i": b"TVM-SC1 1.00\r", b"s": b"S%d\r" % self.lit}.get(part, b"")

    def _menu(self, command: bytes) -> bytes:
        if command == b"REVINF":
            return REVISION
        if command == b"SUFBK2?":
            return b"SUFBK2" + (b"990D" if self.suffix else b"") + b"\x06!"
        if command.startswith(self.refuses):
            return command + b"\x05!"
        if command == b"SUFBK2990D":
            self.suffix += b"\r"
        elif command == b"SUFCA2":
            self.suffix = b""
        return command + b"\x06!"

    def hold(self, shown: bytes, for_ms: int = 400) -> None:
        """Something is held to the window for a while."""
        self.shown = shown
        self.run(for_ms)
        self.shown = b""

    def news(self) -> list[Fact]:
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool, str]]:
        return [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]
