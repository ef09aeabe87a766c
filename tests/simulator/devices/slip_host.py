"""A host for the slip printer twin in virtual time."""

from simulator.devices.escpos import EscPosPrinter
from simulator.devices.matter import Matter, Slip
from simulator.devices.twin import Speeds


def picture(rows: int, stride: int = 72, dots: int = 0xAA) -> bytes:
    head = bytes([0x1D, 0x76, 0x30, 0, stride & 255, stride >> 8, rows & 255, rows >> 8])
    return head + bytes([dots]) * (stride * rows)


class Host:
    def __init__(self, rate: float = 1.0, roll_rows: int = 100_000) -> None:
        self.matter = Matter()
        self.twin = EscPosPrinter(self.matter, Speeds(rate=rate), roll_rows)
        self.now = 1_000

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        return self.twin.take_output()

    def wait(self, ms: int) -> bytes:
        end = self.now + ms
        while (due := self.twin.poll(self.now)) is not None and self.now < due <= end:
            self.now = due
        self.now = end
        self.twin.poll(end)
        return self.twin.take_output()

    def slips(self, place: str = "slip.mouth") -> list[Slip]:
        return [thing for thing in self.matter.place(place) if isinstance(thing, Slip)]
