"""A polite host for the eSSP twin, in virtual time: one packet at a time, the sequence bit turned over for each new one."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from simulator.devices.essp import EsspValidator
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

SYNC, RESET, POLL, REJECT, HOLD, ENABLE, DISABLE = b"\x11", b"\x01", b"\x07", b"\x08", b"\x18", b"\x0a", b"\x09"
ACKED_POLL, EVENT_ACK, LAST_REJECT, COUNTERS = b"\x56", b"\x57", b"\x17", b"\x58"
ALL_CHANNELS = b"\x02\xff\xff"
GENERATOR, MODULUS, SECRET = 982451653, 1287821, 0x1234
FIXED = bytes.fromhex("6745230167452301")


def crc(data: bytes) -> bytes:
    """Written here a second time, so that the twin's own code does not judge itself."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x8005) & 0xFFFF if value & 0x8000 else value << 1
    return bytes([value & 0xFF, value >> 8])


def packet(seq_adr: int, data: bytes) -> bytes:
    inner = bytes([seq_adr, len(data)]) + data
    stuffed = b"".join(b"\x7f\x7f" if byte == 0x7F else bytes([byte]) for byte in inner + crc(inner))
    return b"\x7f" + stuffed


def read(wire: bytes) -> tuple[int, bytes]:
    """SEQ|ADR and data of exactly one whole packet."""
    assert wire[:1] == b"\x7f"
    inner = wire[1:].replace(b"\x7f\x7f", b"\x7f")
    assert inner[1] == len(inner) - 4, wire.hex(" ")
    assert crc(inner[:-2]) == inner[-2:]
    assert packet(inner[0], inner[2:-2]) == wire
    return inner[0], inner[2:-2]


def split(wire: bytes) -> list[bytes]:
    """Packets that follow one another: a 7F that is not followed by another begins one."""
    marked = wire.replace(b"\x7f\x7f", b"\x00\x00")
    starts = [place for place, byte in enumerate(marked) if byte == 0x7F]
    ends = [*starts[1:], len(wire)]
    return [wire[a:b] for a, b in zip(starts, ends, strict=False)]


def sealed(key: bytes, count: int, payload: bytes) -> bytes:
    plain = bytes([len(payload)]) + count.to_bytes(4, "little") + payload
    plain += bytes(-(len(plain) + 2) % 16)
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return b"\x7e" + encryptor.update(plain + crc(plain))


def opened(key: bytes, data: bytes) -> tuple[int, bytes]:
    """Count and payload."""
    assert data[0] == 0x7E
    plain = Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(data[1:])
    assert crc(plain[:-2]) == plain[-2:]
    return int.from_bytes(plain[1:5], "little"), plain[5 : 5 + plain[0]]


class Host:
    """`key` is set once keys are exchanged; from then on everything but SYNC is sent encrypted while `encrypts`."""

    def __init__(self, rate: float = 1.0, **more: object) -> None:
        self.matter = Matter()
        self.twin = EsspValidator(self.matter, Speeds(rate=rate), **more)  # type: ignore[arg-type]
        self.now, self.bit = 1_000, 0x80
        self.key, self.count, self.encrypts = b"", 0, False

    def raw(self, data: bytes) -> bytes:
        self.twin.receive(data, self.now)
        self.twin.poll(self.now)
        return self.twin.take_output()

    def say(self, data: bytes, repeat: bool = False) -> bytes:
        """The bytes that come back; b"" is silence, and then the next packet is a repeat if `repeat` says so."""
        self.now += 200
        self.bit = 0x80 if data == SYNC else self.bit ^ (0 if repeat else 0x80)
        return self.raw(packet(self.bit, data))

    def ask(self, data: bytes, repeat: bool = False) -> bytes:
        """The answer's data behind the sequence bit, whose encryption is taken off."""
        if not self.encrypts or data == SYNC:
            seq_adr, told = read(self.say(data, repeat))
            assert seq_adr == self.bit
            return told
        seq_adr, told = read(self.say(sealed(self.key, self.count, data), repeat))
        assert seq_adr == self.bit
        if told[0] != 0x7E:
            return told
        count, payload = opened(self.key, told)
        assert count == self.count + 1
        self.count = count
        return payload

    def poll(self, repeat: bool = False) -> str:
        """What POLL tells, in hex, behind F0."""
        told = self.ask(POLL, repeat)
        assert told[0] == 0xF0
        return told[1:].hex(" ")

    def poll_until(self, events: str, polls: int = 200) -> str:
        """Polls until an answer begins with this; the whole answer."""
        seen = []
        for _ in range(polls):
            seen.append(self.poll())
            if seen[-1].startswith(events):
                return seen[-1]
        raise AssertionError(f"{events} never came, but {seen[-5:]}")

    def exchange_keys(self) -> None:
        """After it `encrypts` is on."""
        self.encrypts = False
        assert self.ask(b"\x4a" + GENERATOR.to_bytes(8, "little")) == b"\xf0"
        assert self.ask(b"\x4b" + MODULUS.to_bytes(8, "little")) == b"\xf0"
        told = self.ask(b"\x4c" + pow(GENERATOR, SECRET, MODULUS).to_bytes(8, "little"))
        assert (len(told), told[0]) == (9, 0xF0)
        shared = pow(int.from_bytes(told[1:], "little"), SECRET, MODULUS)
        self.key, self.count, self.encrypts = FIXED + shared.to_bytes(8, "little"), 0, True

    def greet(self) -> None:
        """SYNC until the start is over, and the version of the protocol."""
        for _ in range(200):
            if self.say(SYNC):
                break
        assert self.ask(b"\x06\x06") == b"\xf0"

    def start(self) -> None:
        """Enabled, all channels on, everything told."""
        self.greet()
        assert self.ask(ALL_CHANNELS) == b"\xf0"
        assert self.ask(ENABLE) == b"\xf0"
        self.poll()
        assert self.poll() == ""

    def note(self, yuan: int = 10, genuine: bool = True) -> Note:
        return self.matter.new_note(yuan * 100, "hand", genuine)

    def insert(self, yuan: int = 10, genuine: bool = True) -> Note:
        note = self.note(yuan, genuine)
        assert self.twin.insert(note, self.now) is None
        return note

    def escrowed(self, yuan: int = 10) -> Note:
        """A note that was told of: the next POLL accepts it."""
        note = self.insert(yuan)
        while (told := self.poll()) == "ef 00":
            pass
        assert told[:2] in ("ef", "e5"), told
        return note

    def stacking(self, yuan: int = 10) -> Note:
        """A note that was accepted; with a rate of 0 it is in the box at once."""
        note = self.escrowed(yuan)
        assert self.poll() == "cc"
        return note

    def where(self, note: Note) -> str:
        return self.matter.where(note).name

    def reason(self) -> int:
        """The last reject code."""
        told = self.ask(LAST_REJECT)
        assert told[0] == 0xF0
        return told[1]

    def counted(self) -> tuple[int, int]:
        """Notes stacked and rejected."""
        told = self.ask(COUNTERS)
        assert told[:2] == b"\xf0\x05"
        assert len(told) == 22
        return int.from_bytes(told[2:6], "little"), int.from_bytes(told[18:22], "little")

    def cut(self) -> None:
        """Power off and on."""
        self.twin.power(False, self.now)
        self.now += 2_000
        self.twin.power(True, self.now)
        self.encrypts = False

    def restart(self) -> str:
        """Power off and on; what the first POLL tells."""
        self.cut()
        self.greet()
        return self.poll()


def keyed(rate: float = 0) -> Host:
    """A host that has started its unit and exchanged keys with it."""
    host = Host(rate=rate)
    host.start()
    host.exchange_keys()
    return host
