"""A polite host for the ID-003 twin, in virtual time: asks for the status every 200 ms and acknowledges VEND VALID."""

from simulator.devices.id003 import Id003Acceptor
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read

GOLDEN = read("id003.txt")
POLL_MS = 200
SETTINGS = ("c00000", "c10000", "c400", "c50200", "c200")


def golden(name: str) -> bytes:
    """The whole frame of that name."""
    (_, frame, _), *rest = GOLDEN[name]
    assert not rest
    return frame


def checked(payload: bytes) -> bytes:
    """A frame, its checksum computed bit by bit as section 3 says it, not by the twin's own code."""
    body = bytes([0xFC, len(payload) + 4]) + payload
    return body + crc(body).to_bytes(2, "little")


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value


class Host:
    """`credited` counts the VEND VALIDs that were acknowledged, as a host does that repeats nothing."""

    def __init__(self, rate: float = 1.0, **options: object) -> None:
        self.matter = Matter()
        self.twin = Id003Acceptor(self.matter, Speeds(rate=rate), **options)  # type: ignore[arg-type]
        self.now = 1_000
        self.credited = 0

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def ask(self, payload: str) -> str:
        """The answer's payload in hex; empty is silence."""
        self.now += POLL_MS
        answer = self.raw(checked(bytes.fromhex(payload)))
        if not answer:
            return ""
        assert answer[0] == 0xFC
        assert answer[1] == len(answer)
        assert crc(answer[:-2]) == int.from_bytes(answer[-2:], "little")
        return answer[2:-2].hex()

    def status(self, ack: bool = True) -> str:
        answer = self.ask("11")
        if answer == "15" and ack:
            self.ack()
        return answer

    def ack(self) -> None:
        self.credited += 1
        assert self.raw(golden("ack")) == b""

    def until(self, first: str, ack: bool = True, polls: int = 200) -> str:
        """The first status that begins so; fails after that many polls."""
        seen = []
        for _ in range(polls):
            answer = self.status(ack)
            if answer.startswith(first):
                return answer
            seen.append(answer)
        raise AssertionError(f"{first} never came, but {seen[-5:]}")

    def set_up(self, recovery: bool = True) -> None:
        for setting in SETTINGS:
            setting = setting if recovery else setting.replace("c50200", "c50000")
            assert self.ask(setting) == setting

    def reset(self) -> None:
        assert self.ask("40") == "50"

    def start(self, recovery: bool = True) -> None:
        """From any status to IDLING, without what is told on the way being looked at."""
        self.reset()
        self.until("1b")
        self.set_up(recovery)
        self.until("1a")
        assert self.ask("c300") == "c300"
        assert self.status() == "11"

    def insert(self, yuan: int = 50, genuine: bool = True) -> Note:
        note = self.matter.new_note(yuan * 100, "hand", genuine)
        assert self.twin.insert(note, self.now) is None
        return note

    def escrowed(self, yuan: int = 50) -> Note:
        note = self.insert(yuan)
        self.until("13")
        return note

    def stacked(self, yuan: int = 50) -> Note:
        note = self.escrowed(yuan)
        assert self.ask("42") == "50"
        self.until("16")
        return note

    def where(self, note: Note) -> str:
        return self.matter.where(note).name

    def cut(self) -> str:
        """Power off and on; the first status."""
        self.twin.power(False, self.now)
        self.now += 2_000
        self.twin.power(True, self.now)
        return self.status()
