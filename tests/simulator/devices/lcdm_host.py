"""A host for the dispenser twin, in virtual time."""

from simulator.devices.lcdm import Lcdm4000, wire
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

ACK, NAK, EOT = b"\x06", b"\x15", b"\x04"
STATUS, PURGE, LAST, SERIAL = b"\x50", b"\x51", b"\x55", b"\x67"
VALUES = (100, 500, 1_000, 5_000)


def command(payload: bytes) -> bytes:
    body = bytes([0x04, 0x30, 0x02]) + payload + b"\x03"
    return body + bytes([wire.bcc(body)])


def dispense(*asked: int, code: int = 0x52) -> bytes:
    quantities = bytes(0x20 + count for count in (*asked, 0, 0, 0, 0)[:4])
    return bytes([code]) + quantities + b"\x20" * 11


class Host:
    def __init__(self, rate: float = 0, notes: int = 40, **options: object) -> None:
        self.matter = Matter()
        for position, value_fen in enumerate(VALUES, start=1):
            for _ in range(notes):
                self.matter.new_note(value_fen, f"cassette.{position}")
        self.twin = Lcdm4000(self.matter, Speeds(rate=rate), VALUES, **options)  # type: ignore[arg-type]
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

    def ask(self, payload: bytes) -> bytes:
        """The response's data after the command byte; acknowledged, and EOT checked."""
        heard = self.raw(command(payload))
        assert heard[:1] == ACK, heard.hex(" ")
        answer = heard[1:] or self.wait()
        assert answer[:4] == b"\x01\x30\x02" + payload[:1]
        assert answer[-2] == 0x03
        assert wire.bcc(answer) == 0
        assert self.raw(ACK) == EOT
        return answer[4:-2]

    def error(self, payload: bytes) -> int:
        return self.ask(payload)[0] - 0x20

    def out(self, answer: bytes) -> list[tuple[int, int]]:
        """(EXIT, REJECT) per cassette of a 51, 52 or 53 answer."""
        return [(answer[2 + 3 * n] - 0x20, answer[3 + 3 * n] - 0x20) for n in range(4)]

    def count(self, place: str) -> int:
        return len(self.matter.place(place))
