"""SAM-V packets as the host sees them. Source: io-board sheet, section 4; identity and scanner open points.

    host:   AA AA AA 96 69 | LEN hi lo | CMD PARA data | CHK
    reader: AA AA AA 96 69 | LEN hi lo | SW1 SW2 SW3 data | CHK      SW1 and SW2 are 0

LEN counts what follows it, CHK included. CHK is the exclusive or of everything from LEN to the last data byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
HEAD = len(PREAMBLE) + 2
SHORTEST, LONGEST = 4, 0x0910
"""LEN of an answer without data, and one above that of text, photo and fingerprints (2321 bytes in all)."""
TEXT_BYTES, PHOTO_BYTES = 256, 1024
_LENGTHS = TEXT_BYTES.to_bytes(2, "big") + PHOTO_BYTES.to_bytes(2, "big")

GOOD, FOUND, NONE, NOT_SELECTED = 0x90, 0x9F, 0x80, 0x81
OUR_CHECKSUM, OUR_GAP, UNKNOWN_COMMAND = 0x10, 0x11, 0x21
NOT_FOUND_YET, UNKNOWN_KIND, NOT_READ = 0x34, 0x40, 0x41
BROKEN = frozenset({0x21, 0x23, 0x60, 0x61, 0x66})
"""What a reader says that cannot work: command not known, not authorised, self-test, log-in, no key."""
HURT = frozenset({OUR_CHECKSUM, OUR_GAP})
"""Our packet did not arrive whole; nothing was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole packet of the reader. `code`: SW3. The data may be somebody's name and number, so it does not show."""

    code: int
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A packet that began, and was cut short or does not agree with its checksum."""


@dataclass(frozen=True, slots=True)
class Command:
    """`body`: CMD PARA data. `fits`: whether an answer can be this command's, since answers do not say whose they are.

    `answer_ms`: how long the reader may think before its answer begins.
    """

    name: str
    body: bytes
    fits: Callable[[Answer], bool] = field(repr=False)
    answer_ms: int = 1_500


def _bare(answer: Answer) -> bool:
    return not answer.data and answer.code in {GOOD} | BROKEN | HURT


def _number(answer: Answer) -> bool:
    return len(answer.data) == 16 if answer.code == GOOD else not answer.data and answer.code not in (FOUND, NONE)


def _find(answer: Answer) -> bool:
    return len(answer.data) == 4 if answer.code == FOUND else not answer.data and answer.code != GOOD


def _select(answer: Answer) -> bool:
    if answer.code == GOOD:
        return len(answer.data) == 8
    return not answer.data and answer.code not in (FOUND, NONE)


def _read(answer: Answer) -> bool:
    if answer.code == GOOD:
        return len(answer.data) > 16  # whether it is whole is judged with its text
    return not answer.data and answer.code not in (FOUND, NONE, NOT_SELECTED)


RESET = Command("reset", b"\x10\xff", _bare)
STATUS = Command("status", b"\x11\xff", _bare)
NUMBER = Command("number", b"\x12\xff", _number)
FIND = Command("find", b"\x20\x01", _find)
SELECT = Command("select", b"\x20\x02", _select)
READ = Command("read", b"\x30\x01", _read, 3_000)


def encode(command: Command) -> bytes:
    checked = (len(command.body) + 1).to_bytes(2, "big") + command.body
    return PREAMBLE + checked + bytes([reduce(xor, checked)])


def text_of(answer: Answer) -> bytes | None:
    """The 256 bytes of text of a good read; None when the packet is not whole (1295 bytes) inside. The photo is left behind."""
    data = answer.data
    if data[:4] != _LENGTHS or len(data) != 4 + TEXT_BYTES + PHOTO_BYTES:
        return None
    return data[4 : 4 + TEXT_BYTES]


def serial_of(data: bytes) -> str:
    """The number block as it is printed on readers: maker.kind-date-series-chance, each low byte first (open points)."""
    sizes, parts = (2, 2, 4, 4, 4), []
    for size in sizes:
        parts.append(int.from_bytes(data[:size], "little"))
        data = data[size:]
    maker, kind, made, series, chance = parts
    return f"{maker:02d}.{kind:02d}-{made:08d}-{series:010d}-{chance:010d}"


class Decoder:
    """Bytes in, packets out. Never waits, never raises; noise is dropped. What is dropped is overwritten: it may be a name."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def inside(self) -> bool:
        """A packet has begun and is not whole."""
        return len(self._held) > 0

    def feed(self, received: bytes) -> list[Answer | Damaged]:
        self._held += received
        found: list[Answer | Damaged] = []
        while self._at_packet():
            if len(self._held) < HEAD:
                break
            length = int.from_bytes(self._held[5:HEAD], "big")
            if not SHORTEST <= length <= LONGEST:
                self._drop(1)
                continue
            if len(self._held) < HEAD + length:
                break
            found.append(self._packet(length))
        return found

    def flush(self) -> list[Answer | Damaged]:
        """The rest is not coming: what began is damaged, and perhaps hides a whole packet."""
        found: list[Answer | Damaged] = []
        while self._held:
            if self._held.startswith(PREAMBLE):
                found.append(Damaged())
            self._drop(1)
            found += self.feed(b"")
        return found

    def clear(self) -> None:
        """Forget what began."""
        self._drop(len(self._held))

    def _at_packet(self) -> bool:
        """Drop what stands before a preamble; False when not even one of its bytes is there."""
        while self._held:
            at = self._held.find(PREAMBLE[:1])
            if at < 0:
                self._drop(len(self._held))
                return False
            self._drop(at)
            if self._held.startswith(PREAMBLE) or PREAMBLE.startswith(self._held):
                return True
            self._drop(1)
        return False

    def _packet(self, length: int) -> Answer | Damaged:
        packet = self._held[: HEAD + length]
        status = packet[HEAD : HEAD + 3]
        if reduce(xor, packet[5:]) or status[:2] != b"\0\0":
            self._drop(1)
            return Damaged()
        answer = Answer(status[2], bytes(packet[HEAD + 3 : -1]))
        self._drop(HEAD + length)
        return answer

    def _drop(self, count: int) -> None:
        self._held[:count] = bytes(count)
        del self._held[:count]
