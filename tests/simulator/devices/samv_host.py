"""A host for the identity-card reader twin, in virtual time; frames are made and judged here a second time."""

from simulator.devices.samv import SamvReader
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read

GOLDEN = read("samv.txt")
HEAD = bytes.fromhex("AAAAAA9669")
RESET, STATUS, NUMBER, FIND, SELECT = "10FF", "11FF", "12FF", "2001", "2002"
READ, READ_FINGERPRINTS, READ_ADDRESS, RADIO = "3001", "3010", "3003", "61FF50"
ALL = (RESET, STATUS, NUMBER, FIND, SELECT, READ, READ_FINGERPRINTS, READ_ADDRESS, RADIO)


def sent(name: str) -> bytes:
    return GOLDEN[name][0][1]


def answered(name: str) -> bytes:
    return GOLDEN[name][1][1]


def packet(content: bytes) -> bytes:
    size = len(content) + 1
    body = bytes([size >> 8, size & 0xFF]) + content
    check = 0
    for byte in body:
        check ^= byte
    return HEAD + body + bytes([check])


def opened(wire: bytes) -> list[bytes]:
    """Contents of packets; every byte must belong to one."""
    contents = []
    while wire:
        assert wire[:5] == HEAD
        end = 7 + int.from_bytes(wire[5:7], "big")
        assert wire[:end] == packet(wire[7 : end - 1])
        contents.append(wire[7 : end - 1])
        wire = wire[end:]
    return contents


class Host:
    """`rate` 0: the reader works in no time."""

    def __init__(self, rate: float = 0.0) -> None:
        self.reader = SamvReader(Speeds(rate=rate))
        self.now = 1_000

    def raw(self, data: bytes) -> bytes:
        self.reader.receive(data, self.now)
        return self.reader.take_output()

    def wait(self, ms: int) -> bytes:
        """Polled when it wants to be, as a pty does; what came."""
        until = self.now + ms
        while self.now < until:
            due = self.reader.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
        self.reader.poll(self.now)
        return self.reader.take_output()

    def ask(self, text: str, ms: int = 0) -> tuple[int, bytes]:
        """Status and data of the answer; (0, b"") is silence."""
        wire = self.raw(packet(bytes.fromhex(text))) + (self.wait(ms) if ms else b"")
        contents = opened(wire)
        if not contents:
            return 0, b""
        assert len(contents) == 1
        assert contents[0][:2] == b"\0\0"
        return contents[0][2], contents[0][3:]

    def says(self, *texts: str) -> list[int]:
        """The statuses of these commands, one after the other."""
        return [self.ask(text)[0] for text in texts]
