"""A printer answering by its two sheets, one blank scripted at a time, and a clock that runs the driver from wake to wake."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[2] / "golden" / "ttpm.txt"


def golden() -> dict[str, bytes]:
    rows = [line for line in GOLDEN.read_text().splitlines() if line and not line.startswith("#")]
    return {name.strip(): bytes.fromhex(data) for name, _, data, *_ in (row.split("|") for row in rows)}


@dataclass
class Cycle:
    """What `!P` does: answers with their time after `!P` (ms), when it ends, what memory says afterwards."""

    says: list[tuple[int, bytes]] = field(default_factory=lambda: [(1_500, b"\x06\x80"), (4_000, b"\x06\x02")])
    ends_ms: int = 4_500
    good: bool = True
    ejected: bool = True
    voided: int = 0


class Unit:
    """Commands are read one at a time; ENQ is answered at once unless `dead`. `drops`: commands it never sees."""

    def __init__(self) -> None:
        self.name = "TTPM3 2.07 TVM-RASTER1"
        self.last_key, self.tickets, self.voided = "OLD", 12, 3
        self.sensors = 0x61
        self.dead = False
        self.extended = False
        self.pending_key = ""
        self.cycles: deque[Cycle] = deque()
        self.lines: list[bytes] = []
        self.faces: list[bytes] = []
        self.drops: list[bytes] = []
        self.garble: dict[bytes, bytes] = {}  # command -> answer instead of its own
        self.out: list[tuple[int, bytes]] = []
        self._in = bytearray()
        self._busy_until_ms = 0

    def take(self, data: bytes, now_ms: int) -> None:
        self._in += data
        while self._in and self._command(now_ms):
            pass

    def say(self, data: bytes, at_ms: int) -> None:
        self.out.append((at_ms, data))
        self.out.sort(key=lambda item: item[0])

    def _command(self, now_ms: int) -> bool:
        if self._in[0] == 0x05:
            del self._in[:1]
            if not self.dead:
                self.say(bytes((1, self.sensors, 0x1E)), now_ms + 1)
            return True
        if self._in[0] == 0x18:
            del self._in[:1]
            self.lines.append(b"CAN")
            self.extended = False
            return True
        end = self._in.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._in[:end])
        if line.startswith(b"!F G"):
            size = int(line.split()[6])
            if len(self._in) < end + 2 + size + 2:
                return False
            self.faces.append(bytes(self._in[end + 2 : end + 2 + size]))
            del self._in[: end + 2 + size + 2]
        else:
            del self._in[: end + 2]
        self.lines.append(line)
        if not self.dead and not any(line.startswith(drop) for drop in self.drops):
            self._obey(line, max(now_ms + 1, self._busy_until_ms))
        return True

    def _obey(self, line: bytes, at_ms: int) -> None:
        for command, answer in self.garble.items():
            if line.startswith(command):
                if answer:
                    self.say(answer, at_ms)
                return
        if line.startswith(b"!C"):
            self.extended, self.pending_key = True, ""
            self.say(b"\x06\x04", at_ms)
        elif line.startswith(b"!P"):
            self._print(at_ms)
        elif line == b"!S":
            self.say(bytes((1, self.sensors, 0x1E)), at_ms)
        elif line[:2] in (b"!U", b"!V", b"!Y"):
            self._busy_until_ms = at_ms
            self._text_later(line, at_ms)
        else:
            code = {b"!Q": 0x14, b"!F": 0x05, b"!J": 0x00}[line[:2]]
            if line[:2] == b"!Q":
                self.pending_key = line[3:].decode()
            self.say(b"\x06" + (bytes([code]) if self.extended else b""), at_ms)

    def _text_later(self, line: bytes, at_ms: int) -> None:
        counts = f"tickets={self.tickets} voided={self.voided}"
        text = {b"!U": self.name, b"!V": self.last_key, b"!Y": counts}[line[:2]]
        self.say(text.encode() + b"\r\n", at_ms)

    def _print(self, at_ms: int) -> None:
        cycle = self.cycles.popleft() if self.cycles else Cycle()
        for after_ms, data in cycle.says:
            self.say(data, at_ms + after_ms)
        self._busy_until_ms = at_ms + cycle.ends_ms
        self.last_key = self.pending_key if cycle.good else self.last_key
        self.tickets += cycle.good and cycle.ejected
        self.voided += cycle.voided


class Bench:
    """`driver`: anything with the manners of a participant on the printer's line."""

    def __init__(self, driver: Any, unit: Unit) -> None:
        self.driver, self.unit = driver, unit
        self.now_ms = 10_000
        self.linked = False
        self.mangle: Callable[[bytes], bytes] = lambda data: data

    def plug(self) -> None:
        self.linked = True
        self.driver.link_up(self.now_ms)

    def unplug(self) -> None:
        self.linked = False
        self.unit.out.clear()
        self.driver.link_lost("gone", self.now_ms)

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms <= end_ms:
            while self.unit.out and self.unit.out[0][0] <= self.now_ms:
                self.driver.receive(self.mangle(self.unit.out.pop(0)[1]), self.now_ms)
            wake_ms = self.driver.poll(self.now_ms)
            out = self.driver.take_output()
            if out and self.linked:
                self.unit.take(out, self.now_ms)
                continue
            due = [self.unit.out[0][0]] if self.unit.out else []
            due += [] if wake_ms is None else [wake_ms]
            self.now_ms = max(self.now_ms + 1, min([*due, end_ms + 1]))
        self.now_ms = end_ms
