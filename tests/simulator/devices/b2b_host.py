"""A polite host for the Bill-to-Bill twin, in virtual time: polls, acknowledges what must be, keeps the pauses."""

from simulator.devices.ccnet.b2b import ESCROW, BillToBill
from simulator.devices.ccnet.wire import crc16, frame
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

ACK, NAK, ILLEGAL = b"\x00", b"\xff", b"\x30"
RESET, POLL, STACK, RETURN, HOLD = b"\x30", b"\x33", b"\x35", b"\x36", b"\x38"
CASSETTES, RECOVERY, EMPTY, OPTIONS = b"\x3b", b"\x66", b"\x67", b"\x69"
ALL = b"\x34" + b"\x00\xff\xff" * 2
NONE = b"\x34" + bytes(6)
KINDS = (ESCROW, 1, 3)
"""Cassette 1 is the escrow, 2 holds 5 yuan, 3 holds 20 yuan; 1, 10, 50 and 100 yuan are held for their owner."""

DISABLED, IDLING, DISPENSING, DISPENSED, UNLOADED, FAILURE, STACKED = 0x19, 0x14, 0x1D, 0x25, 0x26, 0x47, 0x81


class Host:
    def __init__(self, rate: float = 10.0, kinds: tuple[int, ...] = KINDS, **options: object) -> None:
        self.matter = Matter()
        self.twin = BillToBill(self.matter, Speeds(rate=rate), kinds_of=kinds, **options)  # type: ignore[arg-type]
        self.now = 1_000

    # -- bytes

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def ask(self, payload: bytes, ack: bool = True) -> bytes:
        """The answer's payload; b"" is silence. Data is acknowledged 5 ms later unless `ack` is False."""
        self.now += 100
        answer = self.raw(frame(payload, 1))
        if not answer:
            return b""
        assert answer[:2] == b"\x02\x01"
        assert answer[2] == len(answer)
        assert crc16(answer[:-2]) == int.from_bytes(answer[-2:], "little")
        data = answer[3:-2]
        if ack and data not in (ACK, NAK, ILLEGAL):
            self.now += 5
            assert self.raw(frame(ACK, 1)) == b""
        return data

    def poll(self, ack: bool = True) -> bytes:
        answer = self.ask(POLL, ack)
        assert len(answer) in (0, 3)
        return answer

    def poll_until(self, first: int, polls: int = 700) -> bytes:
        """The first POLL answer that begins with `first`; fails after that many polls."""
        seen = []
        for _ in range(polls):
            answer = self.poll()
            if answer[:1] == bytes([first]):
                return answer
            seen.append(answer.hex())
        raise AssertionError(f"{first:02X} never came, but {seen[-5:]}")

    # -- a session

    def start(self, enable: bytes = ALL) -> None:
        assert self.ask(RESET) == ACK
        self.poll_until(DISABLED)
        assert self.ask(enable) == ACK

    def closed(self) -> None:
        """As `start`, with the slot shut: what DISPENSE, UNLOAD and the rest want."""
        self.start(NONE)

    def insert(self, yuan: int) -> Note:
        note = self.matter.new_note(yuan * 100, "hand")
        assert self.twin.insert(note, self.now) is None
        return note

    def packed(self, yuan: int) -> Note:
        """A note that was accepted and stacked."""
        note = self.insert(yuan)
        self.poll_until(0x80)
        assert self.ask(STACK) == ACK
        self.poll_until(STACKED)
        return note

    def deposit(self, *yuan: int) -> list[Note]:
        """Notes taken in one after the other, then the slot is shut."""
        self.start()
        notes = []
        for value in yuan:
            self.poll_until(IDLING)
            notes.append(self.packed(value))
        assert self.ask(NONE) == ACK
        self.poll_until(DISABLED)
        return notes

    def load(self, number: int, yuan: int, count: int) -> None:
        """A loading station fills a cassette."""
        for _ in range(count):
            self.matter.new_note(yuan * 100, f"cassette.{number}")
        self.twin.unit.count_again(number)

    def cut(self, off_ms: int = 2_000) -> bytes:
        """Power off and on; the first POLL answer."""
        self.twin.power(False, self.now)
        self.now += off_ms
        self.twin.power(True, self.now)
        return self.poll()

    def back(self) -> bytes:
        """After a cut: RESET, DISABLED, and what POWER RECOVERY says."""
        assert self.ask(RESET) == ACK
        self.poll_until(DISABLED)
        return self.ask(RECOVERY)

    # -- matter

    def where(self, note: Note) -> str:
        return self.matter.where(note).name

    def lie(self, place: str) -> int:
        return len(self.matter.place(place))

    def counts(self) -> list[tuple[int, int]]:
        """(type, count) of each cassette as 3B tells it."""
        answer = self.ask(CASSETTES)
        return [(answer[at] & 0x1F, answer[at + 1]) for at in range(0, len(answer), 2)]
