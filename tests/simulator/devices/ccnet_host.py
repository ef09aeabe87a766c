"""A polite host for the validator twin, in virtual time: polls, acknowledges what must be, keeps the pauses."""

from simulator.devices.ccnet import CcnetValidator
from simulator.devices.ccnet.wire import crc16, frame
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

ACK, NAK, ILLEGAL = b"\x00", b"\xff", b"\x30"
RESET, STATUS, POLL, STACK, RETURN, HOLD = b"\x30", b"\x31", b"\x33", b"\x35", b"\x36", b"\x38"
TABLE, COUNTER, IDENTIFICATION = b"\x41", b"\x5b", b"\x37"
ALL = b"\x34" + b"\xff" * 6
NONE = b"\x34" + bytes(6)


class Host:
    def __init__(self, rate: float = 1.0, **options: object) -> None:
        self.matter = Matter()
        self.twin = CcnetValidator(self.matter, Speeds(rate=rate), **options)  # type: ignore[arg-type]
        self.now = 1_000

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def ask(self, payload: bytes, ack: bool = True) -> bytes:
        """The answer's payload; b"" is silence. Data is acknowledged 5 ms later unless `ack` is False."""
        self.now += 100
        answer = self.raw(frame(payload))
        if not answer:
            return b""
        assert answer[:2] == b"\x02\x03"
        assert answer[2] == len(answer)
        assert crc16(answer[:-2]) == int.from_bytes(answer[-2:], "little")
        data = answer[3:-2]
        if ack and data not in (ACK, NAK, ILLEGAL):
            self.now += 5
            assert self.raw(frame(ACK)) == b""
        return data

    def poll(self, ack: bool = True) -> bytes:
        return self.ask(POLL, ack)

    def poll_until(self, first: int, polls: int = 200) -> bytes:
        """The first POLL answer that begins with `first`; fails after that many polls."""
        seen = []
        for _ in range(polls):
            answer = self.poll()
            if answer[0] == first:
                return answer
            seen.append(answer.hex())
        raise AssertionError(f"{first:02X} never came, but {seen[-5:]}")

    def start(self, enable: bytes = ALL) -> None:
        assert self.ask(RESET) == ACK
        self.poll_until(0x19)
        assert self.ask(enable) == ACK

    def note(self, yuan: int = 50, genuine: bool = True) -> Note:
        return self.matter.new_note(yuan * 100, "hand", genuine)

    def insert(self, yuan: int = 50, genuine: bool = True) -> Note:
        note = self.note(yuan, genuine)
        assert self.twin.insert(note, self.now) is None
        return note

    def escrowed(self, yuan: int = 50) -> Note:
        note = self.insert(yuan)
        self.poll_until(0x80)
        return note

    def where(self, note: Note) -> str:
        return self.matter.where(note).name

    def restart(self) -> bytes:
        """Power off and on; the first POLL answer."""
        self.twin.power(False, self.now)
        self.now += 2_000
        self.twin.power(True, self.now)
        return self.poll()
