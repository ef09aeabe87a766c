"""A host for the dispenser twins of dialect 50, in virtual time."""

from functools import reduce
from operator import xor

from simulator.devices.lcdm import Lcdm1000, Lcdm2000
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

ACK, NAK = b"\x06", b"\x15"
STATUS, PURGE, ROM, TEST_UPPER, TEST_LOWER = b"\x46", b"\x44", b"\x47", b"\x76", b"\x77"
VALUES = (500, 1_000)


def command(payload: bytes) -> bytes:
    body = b"\x04\x50\x02" + payload + b"\x03"
    return body + bytes([reduce(xor, body)])


def upper(count: int) -> bytes:
    return b"\x45%02d" % count


def lower(count: int) -> bytes:
    return b"\x55%02d" % count


def both(first: int, second: int) -> bytes:
    return b"\x56%02d%02d" % (first, second)


class Host:
    def __init__(self, rate: float = 0, notes: int = 100, one: bool = False, **options: object) -> None:
        self.matter = Matter()
        values = VALUES[:1] if one else VALUES
        for position, value_fen in enumerate(values, start=1):
            for _ in range(notes):
                self.matter.new_note(value_fen, f"cassette.{position}")
        model = Lcdm1000 if one else Lcdm2000
        self.twin = model(self.matter, Speeds(rate=rate), values, **options)  # type: ignore[arg-type]
        self.now = 1_000

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def wait(self, most_ms: int = 120_000) -> bytes:
        """Let time pass until the twin says something; b"" when it stays silent."""
        end = self.now + most_ms
        while self.now <= end:
            due = self.twin.poll(self.now)
            if said := self.twin.take_output():
                return said
            if due is None or due > end:
                return b""
            self.now = max(self.now, due)
        return b""

    def frame(self, payload: bytes) -> bytes:
        """The whole answer, acknowledged; after the host's ACK nothing may follow."""
        heard = self.raw(command(payload))
        assert heard[:1] == ACK, heard.hex(" ")
        answer = heard[1:] or self.wait()
        assert answer[:4] == b"\x01\x50\x02" + payload[:1]
        assert answer[-2] == 0x03
        assert reduce(xor, answer) == 0
        assert self.raw(ACK) == b""
        return answer

    def ask(self, payload: bytes) -> bytes:
        """The answer's data after the command byte."""
        return self.frame(payload)[4:-2]

    def count(self, place: str) -> int:
        return len(self.matter.place(place))
