"""A slip printer answering by its sheet, and a clock that runs the driver from wake to wake."""

from __future__ import annotations

from pathlib import Path

from drivers.escpos.driver import EscPosPrinter
from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.ticket_printer import Picture

GOLDEN = Path(__file__).parents[2] / "golden" / "escpos.txt"


def golden() -> dict[str, bytes]:
    rows = [line for line in GOLDEN.read_text().splitlines() if line and not line.startswith("#")]
    return {name.strip(): bytes.fromhex(data) for name, _, data, *_ in (row.split("|") for row in rows)}


class Printer:
    """`status`: answers to 10 04 1..4. `ms_per_row`: paper speed; the confirmation waits for the paper."""

    def __init__(self) -> None:
        self.status = [0x12, 0x12, 0x12, 0x12]
        self.done = 0x00
        self.dead = self.no_confirmation = False
        self.ms_per_row = 1
        self.rows: list[bytes] = []
        self.cuts = 0
        self.out: list[tuple[int, bytes]] = []
        self._in = bytearray()
        self._free_ms = 0

    def say(self, data: bytes, at_ms: int) -> None:
        self.out.append((at_ms, data))
        self.out.sort(key=lambda item: item[0])

    def take(self, data: bytes, now_ms: int) -> None:
        if self.dead:
            return
        self._in += data
        while self._in:
            self._free_ms = max(self._free_ms, now_ms)
            size = self._one(bytes(self._in), now_ms)
            assert size, f"not in the sheet: {self._in[:8].hex(' ')}"
            del self._in[:size]

    def _one(self, held: bytes, now_ms: int) -> int:
        if held[:1] == b"\0":
            return 1
        if held[:2] == b"\x10\x04":
            self.say(bytes([self.status[held[2] - 1]]), now_ms + 2)
            return 3
        if held[:2] == b"\x1b\x40":
            return 2
        if held[:2] == b"\x1d\x61":
            return 3
        if held[:3] == b"\x1d\x76\x30":
            stride, height = int.from_bytes(held[4:6], "little"), int.from_bytes(held[6:8], "little")
            rows = held[8 : 8 + stride * height]
            self.rows += [rows[at : at + stride] for at in range(0, len(rows), stride)]
            self._free_ms += height * self.ms_per_row
            return 8 + stride * height
        if held[:2] == b"\x1d\x56":
            self.cuts += 1
            return 3
        if held[:3] == b"\x1d\x72\x01":
            if not self.no_confirmation:
                self.say(bytes([self.done]), self._free_ms + 2)
            return 3
        return 0


class Bench:
    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.driver = EscPosPrinter("slip_printer", self.facts.append)
        self.printer = Printer()
        self.now_ms = 5_000

    def start(self) -> Bench:
        self.driver.link_up(self.now_ms)
        self.run(100)
        return self

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms <= end_ms:
            while self.printer.out and self.printer.out[0][0] <= self.now_ms:
                self.driver.receive(self.printer.out.pop(0)[1], self.now_ms)
            wake_ms = self.driver.poll(self.now_ms)
            if out := self.driver.take_output():
                self.printer.take(out, self.now_ms)
                continue
            due = [self.printer.out[0][0]] if self.printer.out else []
            due += [] if wake_ms is None else [wake_ms]
            self.now_ms = max(self.now_ms + 1, min([*due, end_ms + 1]))
        self.now_ms = end_ms

    def slip(self, code: str = "C1", height: int = 500) -> None:
        self.driver.print_slip(code, Picture(576, height, bytes(72 * height)))

    def told(self) -> list[Fact]:
        told = [fact for fact in self.facts if not isinstance(fact, Fault)]
        self.facts[:] = [fact for fact in self.facts if isinstance(fact, Fault)]
        return told

    def faults(self) -> list[tuple[str, bool]]:
        faults = [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]
        self.facts[:] = [fact for fact in self.facts if not isinstance(fact, Fault)]
        return faults
