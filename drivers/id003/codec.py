"""ID003 frames as the host sees them. Source: id003 sheet, sections 2, 3, 5, 6 and 7.

    FC LNG CMD [DATA] CRClo CRChi      LNG = the whole frame, 5 or more; an answer's CMD is a status or the echoed command

CRC-16/KERMIT over everything before it, as CCNET has. Commands and statuses share the codes 40 to 4B: who sent a frame says
which of the two it is (section 11, trap 1). There is no address and no sequence number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from drivers.accepting.framing import Framing
from drivers.ccnet.codec import crc16

SYNC = 0xFC
SHORTEST, LONGEST = 5, 255
FIRST_CODE = 0x61
CODES = range(FIRST_CODE, 0x71)
TABLE_ENTRY = 4
MASK_BYTES = 2


@unique
class Command(IntEnum):
    """Section 5."""

    STATUS_REQUEST = 0x11
    RESET = 0x40
    STACK_2 = 0x42
    RETURN = 0x43
    HOLD = 0x44
    ACK = 0x50
    VERSION = 0x88
    BOOT_VERSION = 0x89
    CURRENCY_ASSIGN = 0x8A
    SET_ENABLE = 0xC0
    SET_SECURITY = 0xC1
    COMMUNICATION_MODE = 0xC2
    INHIBIT = 0xC3
    DIRECTION = 0xC4
    OPTIONAL_FUNCTION = 0xC5


@unique
class State(IntEnum):
    """CMD of an answer to STATUS REQUEST, section 6."""

    IDLING = 0x11
    ACCEPTING = 0x12
    ESCROW = 0x13
    STACKING = 0x14
    VEND_VALID = 0x15
    STACKED = 0x16
    REJECTING = 0x17
    RETURNING = 0x18
    HOLDING = 0x19
    DISABLED = 0x1A
    INITIALIZE = 0x1B
    POWER_UP = 0x40
    POWER_UP_IN_ACCEPTOR = 0x41
    POWER_UP_IN_STACKER = 0x42
    BOX_FULL = 0x43
    BOX_OUT = 0x44
    JAMMED = 0x45
    BOX_JAMMED = 0x46
    PAUSE = 0x47
    CHEATED = 0x48
    FAILURE = 0x49
    COMMUNICATION_ERROR = 0x4A
    INVALID_COMMAND = 0x4B


STATES = frozenset(map(int, State))
ACK, ENQ = 0x50, 0x05
DATA_BYTES = {State.ESCROW: range(1, LONGEST), State.REJECTING: range(2), State.FAILURE: range(2)}
"""How many bytes may follow a status; none follow the others."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame in either direction: `code` 0..255 and 0 to 250 bytes of data."""

    code: int
    data: bytes = b""

    def encode(self) -> bytes:
        body = bytes([SYNC, len(self.data) + SHORTEST, self.code]) + self.data
        return body + crc16(body).to_bytes(2, "little")


class Decoder(Framing[Frame]):
    """Frames of either side, by FC and their second byte."""

    marker, length_at = SYNC, 1

    def _plausible(self, held: bytearray) -> bool:
        return len(held) < 2 or held[1] >= SHORTEST

    def _read(self, raw: bytes) -> Frame | None:
        good = crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")
        return Frame(raw[2], raw[3:-2]) if good else None


@dataclass(frozen=True, slots=True)
class Status:
    """An answer to STATUS REQUEST: its code, and the bytes behind it (denomination, reason or failure code)."""

    code: int
    more: bytes = b""

    @property
    def detail(self) -> int:
        """Denomination code, reason or failure code; 0 when there is none, and for a barcode ticket (6F and its digits)."""
        return self.more[0] if len(self.more) == 1 else 0

    @property
    def raw(self) -> str:
        """For people: `49/AB`."""
        return "/".join(f"{byte:02X}" for byte in bytes([self.code]) + self.more)


def parse_status(frame: Frame) -> Status | None:
    """None for frames that answer something else (50, 80.., C0..), for ENQ, and for a known status of the wrong length."""
    if frame.code in (ACK, ENQ) or frame.code >= 0x80:
        return None
    if frame.code in STATES and len(frame.data) not in DATA_BYTES.get(State(frame.code), range(1)):
        return None
    return Status(frame.code, frame.data)


def mask(codes: Iterable[int]) -> bytes:
    """DATA of SET ENABLE (section 7): a bit for each code that is NOT among `codes` (61..70); 61 is bit 0 of the first byte."""
    refused = 0xFFFF & ~sum(1 << code - FIRST_CODE for code in set(codes))
    return refused.to_bytes(MASK_BYTES, "little")


@dataclass(frozen=True, slots=True)
class Denomination:
    """A row of the currency table: face value in fen and the byte of its country (2D = China)."""

    value_fen: int
    country: int


def parse_table(data: bytes) -> Mapping[int, Denomination]:
    """Escrow code 61..70 -> denomination, from the answer to CURRENCY ASSIGN (section 7), without unused and senseless rows."""
    table = {}
    for at in range(0, len(data) - TABLE_ENTRY + 1, TABLE_ENTRY):
        code, country, value, exponent = data[at : at + TABLE_ENTRY]
        if value and exponent <= 6 and code in CODES:
            table[code] = Denomination(value * 10**exponent * 100, country)
    return table


def parse_text(data: bytes) -> str:
    """VERSION or BOOT VERSION as text; empty when it is none (bytes that are no printable ASCII)."""
    plain = data.replace(b"\0", b" ")
    return plain.decode("ascii").strip() if all(0x20 <= byte < 0x7F for byte in plain) else ""
