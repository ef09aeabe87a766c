"""A host for the ticket unit twin in virtual time: sends lines, waits for the press, knows where blanks can lie."""

import zlib

from simulator.devices.matter import Blank, Matter
from simulator.devices.ttpm import Battery, Ttpm
from simulator.devices.twin import Speeds

STRIPE = "RT1D0123456G1234.261122VNPAOH08012AO00553008D186AF4"
PLACES = ("roll", "printer.path", "ticket.tray", "ticket.slot", "ticket.waste", "ticket.retract", "floor", "hand")


def face(x: int, y: int, w: int, h: int, packed: bytes) -> bytes:
    """A raster frame around bytes that are packed already."""
    return f"!F G {x} {y} {w} {h} {len(packed)} {zlib.crc32(packed):08x}\r\n".encode() + packed + b"\r\n"


class Host:
    def __init__(self, blanks: int = 5, rate: float = 1.0, battery: Battery | None = None) -> None:
        self.matter = Matter()
        for name in PLACES:
            self.matter.place(name)
        self.blanks: list[Blank] = [self.matter.new_blank("roll") for _ in range(blanks)]
        self.twin = Ttpm(self.matter, Speeds(rate=rate), battery)
        self.now = 1_000

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        return self.twin.take_output()

    def line(self, text: str) -> bytes:
        return self.raw(text.encode() + b"\r\n")

    def wait(self, ms: int) -> bytes:
        """Let time pass as a loop would: wake when the twin asks for it."""
        end = self.now + ms
        while (due := self.twin.poll(self.now)) is not None and due <= end:
            self.now = max(due, self.now)
            if self.twin.poll(self.now) == due:
                break
        self.now = end
        self.twin.poll(end)
        return self.twin.take_output()

    def start(self) -> None:
        assert self.line("!CA") == b"\x06\x04"

    def order(self, produce: str = "!P1E", text: str = "AAAAA-00001-01") -> bytes:
        """Everything for one ticket; the answers to `!P` and what follows are left to the caller."""
        assert self.line(f"!Q {text}") == b"\x06\x14"
        assert self.raw(face(0, 0, 16, 2, bytes([3, 0xFF, 0, 0xAA, 0x55]))) == b"\x06\x05"
        assert self.line(f"!J{STRIPE}") == b"\x06\x00"
        return self.line(produce)

    def where(self) -> dict[str, int]:
        return {name: len(self.matter.place(name)) for name in PLACES if len(self.matter.place(name))}

    def total(self) -> int:
        return sum(len(place.blanks()) for place in self.matter.places.values())
