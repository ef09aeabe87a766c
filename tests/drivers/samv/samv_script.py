"""An identity-card reader made of paper: it answers as a test says. Written from the io-board sheet, section 4; no physics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from pathlib import Path

from drivers.samv.driver import Samv
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden"
SIZES = (30, 2, 4, 16, 70, 36, 30, 16, 16, 36)
RESIDENT = (120, 2, 30, 6, 30, 16, 16, 16, 4, 8, 2, 6)
LI = (
    "李测试",
    "1",
    "01",
    "19491231",
    "北京市西城区测试路1号",
    "11010519491231002X",
    "测试公安局",
    "20200101",
    "20400101",
    "",
)
NUMBER_BLOCK = bytes.fromhex("0500 0100 1F853301 39300000 40E20100".replace(" ", ""))


def golden(name: str) -> dict[str, bytes]:
    """Rows of a golden file whose names are unique."""
    rows = [line.split("|") for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    return {row[0].strip(): bytes.fromhex(row[2]) for row in rows}


ROWS = golden("samv-host.txt")
ASKED = {ROWS[name]: name for name in ("reset", "status", "number", "find", "select", "read")}


def packet(code: int, data: bytes = b"") -> bytes:
    checked = (len(data) + 4).to_bytes(2, "big") + bytes([0, 0, code]) + data
    return bytes.fromhex("AAAAAA9669") + checked + bytes([reduce(xor, checked)])


def text(fields: tuple[str, ...] = LI, sizes: tuple[int, ...] = SIZES) -> bytes:
    parts = [part.encode("utf-16-le") for part in fields]
    whole = b"".join(part + b" \0" * ((size - len(part)) // 2) for part, size in zip(parts, sizes, strict=True))
    assert len(whole) == 256
    return whole


def with_field(at: int, value: str) -> bytes:
    return text((*LI[:at], value, *LI[at + 1 :]))


def card(words: bytes | None = None) -> bytes:
    """A read answer of 1295 bytes."""
    whole = packet(0x90, b"\x01\x00\x04\x00" + (text() if words is None else words) + bytes(1024))
    assert len(whole) == 1295
    return whole


@dataclass
class Reader:
    """`lying`: a card lies on it. `script`: command -> answers that come first; b"" is silence."""

    lying: bool = False
    words: bytes = field(default_factory=text)
    quiet: bool = False
    dead: bool = False
    script: dict[str, list[bytes]] = field(default_factory=dict)
    cut: int = 10_000  # bytes that come at once
    now_ms: int = 1_000
    heard: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    after: dict[str, Callable[[], object]] = field(default_factory=dict)

    def driver(self) -> Samv:
        self.it = Samv("id_reader", self.facts.append)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self) -> Samv:
        driver = self.driver()
        self.run(100)
        assert driver.ready
        self.facts.clear()
        self.heard.clear()
        return driver

    def run(self, for_ms: int) -> Reader:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            sent = self.it.take_output()
            if sent:
                name = ASKED[sent]
                self.heard.append(name)
                answer = self._answer(name)
                if answer:
                    self.now_ms += 5
                for at in range(0, len(answer), self.cut):
                    self.it.receive(answer[at : at + self.cut], self.now_ms)
                if name in self.after:
                    self.after[name]()
                if answer:
                    continue
            self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))
        return self

    def _answer(self, name: str) -> bytes:
        if self.script.get(name):
            return self.script[name].pop(0)
        if self.dead:
            return b""
        if name == "number":
            return packet(0x90, NUMBER_BLOCK)
        if name == "find":
            return ROWS["found"] if self.lying and not self.quiet else ROWS["none"]
        if name == "select":
            return ROWS["selected"]
        if name == "read":
            self.quiet = True
            return card(self.words)
        return ROWS["good"]

    def lift(self) -> None:
        self.lying = self.quiet = False

    def news(self) -> list[Fact]:
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool, str]]:
        return [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]
