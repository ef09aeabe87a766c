"""A host for the ccTalk twin, in virtual time. Frames that tests know by hand are those of the cctalk sheet, section 11."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.devices.cctalk import CctalkBus, HopperSettings
from simulator.devices.cctalk.hopper import Hopper
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

SERIAL_A, SERIAL_B = bytes.fromhex("4E 61 BC"), bytes.fromhex("4F 61 BC")
ACK = bytes.fromhex("01 00 03 00 FC")
NAK = bytes.fromhex("01 00 03 05 F7")
POLL, STATUS, COUNT, TEST, STOP, RESET, ENABLE = 254, 166, 168, 163, 172, 1, 164
TWO = (HopperSettings(), HopperSettings(number=2, address=4, serial=12_345_679))


def simple(to: int, header: int, data: bytes = b"") -> bytes:
    frame = bytes([to, len(data), 1, header]) + data
    return frame + bytes([(256 - sum(frame) % 256) % 256])


@dataclass(frozen=True)
class Told:
    """What STATUS tells."""

    event: int
    remaining: int
    paid: int
    unpaid: int


class Host:
    """`coins` lie in every bowl; the first hopper is enabled when `ready`."""

    def __init__(
        self,
        *hoppers: HopperSettings,
        rate: float = 1.0,
        coins: int = 100,
        ready: bool = True,
        echo: bool = True,
    ) -> None:
        self.matter = Matter()
        self.twin = CctalkBus(self.matter, Speeds(rate=rate), hoppers or (HopperSettings(),), echo=echo)
        for hopper in self.twin.hoppers:
            hopper.fill(100, coins)
        self.now = 10_000
        self.address = self.hopper.address
        if ready:
            assert self.ask(ENABLE, b"\xa5") == b""

    @property
    def hopper(self) -> Hopper:
        return self.twin.hoppers[0]

    def wait(self, ms: int) -> bytes:
        """Let time pass, event after event; answers what was said."""
        end, said = self.now + ms, b""
        while True:
            due = self.twin.poll(self.now)
            said += self.twin.take_output()
            if due is None or due > end:
                self.now = end
                self.twin.poll(end)
                return said + self.twin.take_output()
            assert due > self.now
            self.now = due

    def raw(self, data: bytes, wait_ms: int = 10) -> bytes:
        """Answers everything the host hears, its echo too."""
        self.twin.receive(data, self.now)
        return self.wait(wait_ms)

    def reply(self, request: bytes, wait_ms: int = 10) -> bytes:
        """The reply, after the echo of all that was sent; b"" when there is none."""
        heard = self.raw(request, wait_ms)
        assert heard[: len(request)] == request
        return heard[len(request) :]

    def ask(self, header: int, data: bytes = b"", wait_ms: int = 10) -> bytes:
        """The data of a good reply of the first hopper."""
        reply = self.reply(simple(self.address, header, data), wait_ms)
        assert reply[:1] == b"\x01", reply.hex(" ")
        assert sum(reply) % 256 == 0
        assert reply[2:4] == bytes([self.address, 0])
        assert len(reply) == reply[1] + 5
        return reply[4:-1]

    def refused(self, header: int, data: bytes) -> bool:
        return self.reply(simple(self.address, header, data)) == simple_reply(self.address, 5)

    def pay(self, coins: int, security: bytes = SERIAL_A) -> int:
        """Answers the event counter."""
        return self.ask(167, security + bytes([coins]))[0]

    def status(self) -> Told:
        return Told(*self.ask(STATUS))

    def count(self) -> int:
        return int.from_bytes(self.ask(COUNT), "little")

    def flags(self) -> str:
        return self.ask(TEST).hex(" ")

    def cut(self, off_ms: int = 1_000) -> None:
        self.twin.power(False, self.now)
        self.now += off_ms
        self.twin.power(True, self.now)
        self.wait(1_000)

    def lying(self) -> tuple[int, int, int]:
        """Coins in the bowl, in the exit, in the tray."""
        names = ("hopper.1", "hopper.1.exit", "change.cup")
        return tuple(len(self.matter.place(name).coins()) for name in names)  # type: ignore[return-value]

    def out(self) -> int:
        return self.lying()[2]


def simple_reply(address: int, header: int, data: bytes = b"") -> bytes:
    frame = bytes([1, len(data), address, header]) + data
    return frame + bytes([(256 - sum(frame) % 256) % 256])
