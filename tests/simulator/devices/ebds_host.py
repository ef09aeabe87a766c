"""A polite host for the EBDS twin, in virtual time: one message at a time, the toggle bit turned over for each new one."""

from dataclasses import dataclass

from simulator.devices.ebds import EbdsValidator
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

ALL, ESCROW, STACK, RETURN = 0x7F, 0x1C, 0x3C, 0x5C
PLAIN, EXTENDED = 0x00, 0x10
A, B, C = 0x00, 0x04, 0x08


def frame(ctl: int, data: bytes) -> bytes:
    """Written here a second time, so that the twin's own code does not judge itself."""
    inner = bytes([len(data) + 5, ctl, *data])
    check = 0
    for byte in inner:
        check ^= byte
    return b"\x02" + inner + b"\x03" + bytes([check])


@dataclass(frozen=True)
class Reply:
    """One answer: message type, toggle, subtype (0 when plain), the six data bytes, what comes after them."""

    kind: int
    toggle: int
    sub: int
    data: bytes
    more: bytes

    @property
    def motion(self) -> int:
        return self.data[0]

    @property
    def status(self) -> int:
        return self.data[1]

    @property
    def denomination(self) -> int:
        return self.data[2] >> 3 & 7

    @property
    def powering_up(self) -> bool:
        return bool(self.data[2] & 1)

    @property
    def invalid(self) -> bool:
        return bool(self.data[2] & 2)


def read(wire: bytes) -> Reply:
    assert wire[0] == 0x02
    assert wire[1] == len(wire)
    assert wire == frame(wire[2], wire[3:-2])
    data, kind, toggle = wire[3:-2], wire[2] & 0x70, wire[2] & 1
    if kind == 0x70:
        return Reply(kind, toggle, data[0], data[1:7], data[7:])
    if kind == 0x20:
        assert len(data) == 6
        return Reply(kind, toggle, 0, data, b"")
    return Reply(kind, toggle, 0, b"", data)


class Host:
    """`options`: data byte 2 of every omnibus command."""

    def __init__(self, rate: float = 1.0, options: int = PLAIN | B, **more: object) -> None:
        self.matter = Matter()
        self.twin = EbdsValidator(self.matter, Speeds(rate=rate), **more)  # type: ignore[arg-type]
        self.now, self.toggle, self.options = 1_000, 1, options
        self.enabled, self.mode = ALL, ESCROW

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def send(self, kind: int, data: bytes, repeat: bool = False) -> bytes:
        """The bytes that come back; b"" is silence, and then the next message is a repeat if `repeat` says so."""
        self.now += 100
        self.toggle ^= not repeat
        return self.raw(frame(kind | self.toggle, data))

    def omnibus(self, mode: int | None = None, repeat: bool = False) -> bytes:
        return self.send(0x10, bytes([self.enabled, self.mode if mode is None else mode, self.options]), repeat)

    def poll(self, mode: int | None = None, repeat: bool = False) -> Reply:
        answer = read(self.omnibus(mode, repeat))
        assert answer.toggle == self.toggle
        return answer

    def extended(self, sub: int, given: bytes = b"") -> Reply:
        return read(self.send(0x70, bytes([sub, self.enabled, self.mode, self.options]) + given))

    def auxiliary(self, command: int) -> Reply:
        return read(self.send(0x60, bytes([0, 0, command])))

    def reset(self) -> bytes:
        return self.send(0x60, b"\x7f\x7f\x7f")

    def poll_until(self, motion: int, polls: int = 200) -> Reply:
        """The first answer whose data byte 0 is just that; fails after so many polls."""
        seen = []
        for _ in range(polls):
            answer = self.poll()
            if answer.motion == motion and not answer.powering_up:
                return answer
            seen.append(answer.data.hex(" "))
        raise AssertionError(f"{motion:02X} never came, but {seen[-5:]}")

    def start(self) -> None:
        """Idle, all notes wanted; with extended notes the inhibits are set too."""
        self.poll_until(0x01)
        if self.options & EXTENDED:
            self.extended(0x03, b"\x7f" * 8)

    def note(self, yuan: int = 10, genuine: bool = True) -> Note:
        return self.matter.new_note(yuan * 100, "hand", genuine)

    def insert(self, yuan: int = 10, genuine: bool = True) -> Note:
        note = self.note(yuan, genuine)
        assert self.twin.insert(note, self.now) is None
        return note

    def escrowed(self, yuan: int = 10) -> Note:
        note = self.insert(yuan)
        self.poll_until(0x04)
        return note

    def stacking(self, yuan: int = 10) -> Note:
        """A note whose stack order was obeyed; with a rate of 0 it is in the box at once."""
        note = self.escrowed(yuan)
        assert self.poll(STACK).motion == 0x08
        return note

    def where(self, note: Note) -> str:
        return self.matter.where(note).name

    def restart(self, options: int | None = None) -> Reply:
        """Power off and on; the first answer."""
        self.twin.power(False, self.now)
        self.now += 2_000
        self.twin.power(True, self.now)
        self.options = self.options if options is None else options
        return self.poll()
