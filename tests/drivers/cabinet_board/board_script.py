"""A board answering by the table of its sheet, and a clock that runs the driver from wake to wake."""

from __future__ import annotations

from pathlib import Path

from drivers.cabinet_board.codec import crc_good
from drivers.cabinet_board.driver import CabinetBoard
from drivers.compose.board import Input
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden" / "cabinet_board.txt"
CLOSED_AND_EMPTY = 0x1F0F405F  # golden inputs_closed_and_empty


def golden() -> dict[str, bytes]:
    rows = [line for line in GOLDEN.read_text().splitlines() if line and not line.startswith("#")]
    return {name.strip(): bytes.fromhex(data) for name, _, data, *_ in (row.split("|") for row in rows)}


def crc(data: bytes) -> bytes:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return data + value.to_bytes(2, "little")


class Board:
    """Discrete inputs, coils, registers; `silent`, `late_ms` and `exception` are its faults."""

    def __init__(self) -> None:
        self.inputs = CLOSED_AND_EMPTY
        self.coils = 0
        self.registers = [0x5456, 0x0105, 2, 100, *[0] * 36]
        self.holding = [0, 0, 0, 30, 800, 30, 180, 0x0802, 20, 100]
        self.silent = False
        self.exception = 0
        self.exception_for = 0
        self.frames: list[bytes] = []
        self.kicks: list[int] = []
        self.follow = True

    def answer(self, frame: bytes) -> bytes:
        assert crc_good(frame)
        self.frames.append(frame)
        if self.silent:
            return b""
        function, first, count = frame[1], int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
        if function == self.exception_for:
            return crc(bytes((1, function | 0x80, self.exception)))
        if function == 2:
            return crc(b"\x01\x02\x04" + self.inputs.to_bytes(4, "little"))
        if function == 1:
            return crc(b"\x01\x01\x04" + self.coils.to_bytes(4, "little"))
        if function in (3, 4):
            table = self.registers if function == 4 else self.holding
            words = b"".join(word.to_bytes(2, "big") for word in table[first : first + count])
            return crc(bytes((1, function, 2 * count)) + words)
        if function == 5:
            self.coils = self.coils & ~(1 << first) | (frame[4] == 0xFF) << first
            self.move(first)
        elif function == 15:
            mask = (1 << count) - 1
            value = int.from_bytes(frame[7 : 7 + frame[6]], "little")
            self.coils = self.coils & ~(mask << first) | (value & mask) << first
            for coil in range(first, first + count):
                self.move(coil)
        elif function == 6 and first == 2:
            self.registers[12] &= ~count
        elif function == 6:
            self.holding[first] = count
        return crc(frame[:6])

    def move(self, coil: int) -> None:
        """Only the note entry moves here: input 18 reads coil 10 back."""
        if coil == 10 and self.follow:
            self.set(Input.ENTRY_SHUTTER_CLOSED, not self.coils >> 10 & 1)

    def set(self, which: Input, level: bool) -> None:
        self.inputs = self.inputs & ~(1 << which) | level << which


class Bench:
    """Driver and board on a line with 5 ms each way."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.driver = CabinetBoard("cabinet", self.facts.append)
        self.board = Board()
        self.now_ms = 1_000
        self.arriving: list[tuple[int, bytes]] = []
        self.extra_ms = 0

    def start(self) -> Bench:
        self.driver.link_up(self.now_ms)
        self.run(400)
        return self

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms <= end_ms:
            for item in [item for item in self.arriving if item[0] <= self.now_ms]:
                self.arriving.remove(item)
                self.driver.receive(item[1], self.now_ms)
            wake_ms = self.driver.poll(self.now_ms)
            if out := self.driver.take_output():
                if answer := self.board.answer(out):
                    self.arriving.append((self.now_ms + 10 + self.extra_ms, answer))
                continue
            due = [item[0] for item in self.arriving] + ([wake_ms] if wake_ms is not None else [])
            self.now_ms = max(self.now_ms + 1, min([*due, end_ms + 1]))
        self.now_ms = end_ms

    def told(self) -> list[Fact]:
        facts, self.facts[:] = list(self.facts), []
        return facts
