"""A host for the F53 twin, in virtual time. Frames that tests know by hand are typed from the f53 sheet."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.f53 import F53
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

ENQ, ACK, NAK = b"\x10\x05", b"\x10\x06", b"\x10\x15"
VALUES = (500, 1_000, 2_000, 5_000)
STATUS = bytes.fromhex("00 01 1C")
SET_UP = bytes.fromhex("60 02 0D 00 91 7D 96 82 9B 87 A0 8C 0D 0D 0D 0D 1C")
"""Initialise, cassettes of 5, 10, 20 and 50 yuan."""
DIGITS = bytes.fromhex("30 B1 B2 33 B4 35 36 B7 B8 39")
"""0 to 9 with even parity (section 5)."""
NOTHING = [0, 0, 0, 0]


def crc(data: bytes) -> int:
    """CRC-16/KERMIT, from a table of nibbles."""
    table = [0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387]
    table += [0x8408, 0x9489, 0xA50A, 0xB58B, 0xC60C, 0xD68D, 0xE70E, 0xF78F]
    value = 0
    for byte in data:
        value = value >> 4 ^ table[(value ^ byte) & 0x0F]
        value = value >> 4 ^ table[(value ^ byte >> 4) & 0x0F]
    return value


def message(data: bytes) -> bytes:
    checked = len(data).to_bytes(2, "big") + data + b"\x10\x03"
    return b"\x10\x02" + checked + crc(checked).to_bytes(2, "little")


def pair(count: int) -> bytes:
    return bytes([DIGITS[count // 10], DIGITS[count % 10]])


def count_out(*counts: int, limit: int = 4, retry: int = 3) -> bytes:
    wanted = [*counts, 0, 0, 0, 0][:4]
    pairs = b"".join(pair(count) for count in wanted)
    return b"\x60\x03\x15\xe4" + pairs + pair(limit) * 4 + bytes([retry] * 4) + b"\x1c"


def told(answer: bytes) -> tuple[list[int], list[int]]:
    """Dispensed and rejected of a bill count's answer."""
    values = [DIGITS.index(code) for code in answer[0x27:0x37]]
    numbers = [10 * tens + ones for tens, ones in zip(values[::2], values[1::2], strict=True)]
    return numbers[:4], numbers[4:]


class Host:
    """`ready`: INITIALISE has been done."""

    def __init__(
        self,
        rate: float = 0,
        notes: int = 60,
        ready: bool = True,
        values: Sequence[int | None] = VALUES,
        **options: object,
    ) -> None:
        self.matter = Matter()
        for position, value_fen in enumerate(values, start=1):
            for _ in range(notes if value_fen else 0):
                self.matter.new_note(value_fen or 0, f"cassette.{position}")
        self.twin = F53(self.matter, Speeds(rate=rate), values, **options)  # type: ignore[arg-type]
        self.now = 1_000
        if ready:
            assert self.ask(SET_UP)[0] != 0xF0

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def wait(self, most_ms: int = 60_000) -> bytes:
        """Let time pass until the twin says something; b"" when it stays silent."""
        end = self.now + most_ms
        while self.now <= end:
            due = self.twin.poll(self.now)
            if said := self.twin.take_output():
                return said
            if due is None or due > end:
                self.now = end
                return b""
            self.now = max(self.now, due)
        return b""

    def tell(self, data: bytes) -> bytes:
        """ENQ and message; answers what was said after the ACK to it."""
        assert self.raw(ENQ) == ACK
        heard = self.raw(message(data))
        assert heard[:2] == ACK, heard.hex(" ")
        return heard[2:]

    def hear(self, said: bytes = b"") -> bytes:
        """The device's own message; `said` is what it has said already."""
        assert (said or self.wait()) == ENQ
        frame = self.raw(ACK)
        size = int.from_bytes(frame[2:4], "big")
        assert frame == message(frame[4 : 4 + size])
        assert self.raw(ACK) == b""
        return frame[4:-4]

    def ask(self, data: bytes) -> bytes:
        return self.hear(self.tell(data))

    def paid(self, *counts: int) -> tuple[int, list[int], list[int]]:
        """Error (0 when it ended normally), dispensed, rejected."""
        answer = self.ask(count_out(*counts))
        assert answer[1:3] == b"\x03\x99"
        assert (answer[0] == 0xF0) == (answer[3] != 0)
        return (answer[3], *told(answer))

    def error(self, data: bytes) -> int:
        answer = self.ask(data)
        return answer[3] if answer[0] == 0xF0 else 0

    def at_exit(self) -> bool:
        return bool(self.ask(STATUS)[0x0E] & 0x10)

    def count(self, place: str) -> int:
        return len(self.matter.place(place))

    def lying(self) -> tuple[int, int, int]:
        """Notes at the exit, in the path, in the reject box."""
        return self.count("change.tray"), self.count("dispenser.path"), self.count("dispenser.reject")
