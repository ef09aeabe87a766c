"""A host for the cabinet board twin in virtual time, with its own reading of Modbus."""

import binascii

from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.cabinet_board.body import Levels
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

PLACES = ("ticket.tray", "ticket.slot", "ticket.waste", "ticket.retract", "change.tray", "change.retract", "hand")
_TABLE = [int(f"{n:08b}"[::-1], 2) for n in range(256)]


def sealed(body: bytes) -> bytes:
    """With its CRC, worked out in another way than the twin does: by long division of the mirrored message."""
    mirrored = int.from_bytes(bytes(_TABLE[byte] for byte in body), "big") << 16
    bits = mirrored ^ (0xFFFF << len(body) * 8)
    for place in range(len(body) * 8 + 15, 15, -1):
        if bits >> place & 1:
            bits ^= 0x18005 << place - 16
    return body + bytes([_TABLE[bits >> 8], _TABLE[bits & 0xFF]])


class Host:
    def __init__(self, rate: float = 1.0, blanks: int = 100, levels: Levels | None = None) -> None:
        self.matter = Matter()
        for name in PLACES:
            self.matter.place(name)
        for _ in range(blanks):
            self.matter.new_blank("roll")
        self.twin = CabinetBoard(self.matter, Speeds(rate=rate), levels)
        self.now = 1_000
        self.twin.poll(self.now)

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        return self.twin.take_output()

    def ask(self, *body: int) -> bytes:
        """The answer's function and data, unit and CRC checked; b"" is silence."""
        answer = self.raw(sealed(bytes([1, *body])))
        if answer:
            assert answer == sealed(answer[:-2])
            assert answer[0] == 1
        return answer[1:-2]

    def wait(self, ms: int) -> None:
        end = self.now + ms
        while (due := self.twin.poll(self.now)) is not None and self.now < due <= end:
            self.now = due
        self.now = end
        self.twin.poll(end)

    def inputs(self) -> set[int]:
        answer = self.ask(2, 0, 0, 0, 32)
        value = int.from_bytes(answer[2:], "little")
        return {number for number in range(32) if value >> number & 1}

    def coils(self) -> set[int]:
        value = int.from_bytes(self.ask(1, 0, 0, 0, 32)[2:], "little")
        return {number for number in range(32) if value >> number & 1}

    def register(self, number: int) -> int:
        return int.from_bytes(self.ask(4, 0, number, 0, 1)[2:], "big")

    def coil(self, number: int, on: bool) -> None:
        assert self.ask(5, 0, number, 0xFF if on else 0, 0) == bytes([5, 0, number, 0xFF if on else 0, 0])

    def hold(self, number: int, value: int) -> None:
        body = bytes([6, 0, number, value >> 8, value & 0xFF])
        assert self.ask(*body) == body

    def where(self) -> dict[str, int]:
        return {name: len(self.matter.place(name)) for name in PLACES if len(self.matter.place(name))}


assert sealed(b"123456789")[-2:] == binascii.unhexlify("374b")  # the check value of CRC-16/MODBUS
