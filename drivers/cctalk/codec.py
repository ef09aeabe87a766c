"""ccTalk frames as the host sees them, and the numbers in a hopper's answers. Source: cctalk sheet, sections 3, 5 to 7.

    simple    DST LEN SRC HDR DATA.. CHK          the whole frame sums to 0
    CRC       DST LEN CRClo HDR DATA.. CRChi      over DST LEN HDR DATA; names no source

LEN counts DATA only. An answer has header 0, 5 (NAK) or 6 (BUSY) and never says which command it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, unique

HOST = 1
AROUND = 5
"""Bytes of a frame that are not DATA."""
LONGEST = AROUND + 255
ADDRESSES = range(2, 256)
ENABLE_CODE = 165
MOST_COINS = 255
"""Of one DISPENSE."""
KEY_BYTES = 8
POLYNOMIAL = 0x1021


@unique
class Form(Enum):
    SIMPLE = "sum of all bytes"
    CRC = "CRC-16"


@unique
class Header(IntEnum):
    """Commands of a hopper of one coin that this host knows (sections 5 and 6.1)."""

    RESET = 1
    COMMS_REVISION = 4
    KEY = 160
    TEST = 163
    ENABLE = 164
    STATUS = 166
    DISPENSE = 167
    COUNT = 168
    STOP = 172
    BUILD = 192
    LEVEL = 217
    SOFTWARE = 241
    SERIAL = 242
    PRODUCT = 244
    CATEGORY = 245
    MAKER = 246
    POLL = 254


ANY_TEXT = range(256)
ANSWERS = {
    Header.RESET: range(1),
    Header.COMMS_REVISION: ANY_TEXT,
    Header.KEY: range(KEY_BYTES, KEY_BYTES + 1),
    Header.TEST: range(1, 9),
    Header.ENABLE: range(1),
    Header.STATUS: range(4, 5),
    Header.DISPENSE: range(2),
    Header.COUNT: range(3, 4),
    Header.STOP: range(1, 2),
    Header.BUILD: ANY_TEXT,
    Header.LEVEL: range(1, 2),
    Header.SOFTWARE: ANY_TEXT,
    Header.SERIAL: range(3, 5),
    Header.PRODUCT: ANY_TEXT,
    Header.CATEGORY: ANY_TEXT,
    Header.MAKER: ANY_TEXT,
    Header.POLL: range(1),
}
"""How many DATA bytes an answer to each may have (section 12, trap 12): all that tells one answer from another."""


@unique
class Sign(IntEnum):
    """Headers of answers."""

    ACK = 0
    NAK = 5
    BUSY = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame with a good check. `source` is None in the CRC form."""

    destination: int
    source: int | None
    header: int
    data: bytes


def crc(data: bytes) -> int:
    """CRC-16 with polynomial 1021 and initial value 0, not reflected; of "123456789": 31C3h."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ POLYNOMIAL if value & 0x8000 else value << 1) & 0xFFFF
    return value


def encode(form: Form, address: int, header: int, data: bytes = b"") -> bytes:
    """A command of the host to `address` 2..255 with 0..255 bytes of data."""
    if form is Form.CRC:
        check = crc(bytes([address, len(data), header]) + data)
        return bytes([address, len(data), check & 0xFF, header]) + data + bytes([check >> 8])
    body = bytes([address, len(data), HOST, header]) + data
    return body + bytes([-sum(body) & 0xFF])


def size_of(begun: bytes | bytearray) -> int:
    """How long the frame is that begins so; its own length at least while LEN is not here yet."""
    return AROUND + begun[1] if len(begun) > 1 else AROUND


def decode(form: Form, raw: bytes) -> Frame | None:
    """The frame in exactly these bytes; None when they are none."""
    if len(raw) < AROUND or len(raw) != size_of(raw):
        return None
    if form is Form.SIMPLE:
        return Frame(raw[0], raw[2], raw[3], raw[4:-1]) if sum(raw) & 0xFF == 0 else None
    told = raw[2] | raw[-1] << 8
    return Frame(raw[0], None, raw[3], raw[4:-1]) if crc(raw[:2] + raw[3:-1]) == told else None


# -- what answers say


@dataclass(frozen=True, slots=True)
class Status:
    """Answer to 166 (section 7.1). `event` is 0 only since a power-up or reset, and goes from 255 to 1."""

    event: int
    remaining: int
    paid: int
    unpaid: int


def parse_status(data: bytes) -> Status:
    return Status(*data)


def next_event(event: int) -> int:
    """The event counter after one more command."""
    return event % 255 + 1


def parse_number(data: bytes) -> int:
    """Serial number and dispense count: least significant byte first."""
    return int.from_bytes(data, "little")


def parse_text(data: bytes) -> str:
    """Fixed fields are filled up with blanks or dots."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data).strip(" .")


@unique
class Level(Enum):
    """What the level sensors tell (section 7.4)."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    UNKNOWN = "unknown"


def parse_level(data: bytes) -> Level:
    """Of the answer to 217. A bit whose sensor is not fitted means nothing."""
    low, high = (bool(data[0] & 1 << place) for place in (0, 1))
    low_fitted, high_fitted = (bool(data[0] & 1 << place) for place in (4, 5))
    if low and low_fitted:
        return Level.LOW
    if high and high_fitted:
        return Level.HIGH
    return Level.MIDDLE if low_fitted or high_fitted else Level.UNKNOWN
