"""CCNET frames as the controller sees them. Source: ccnet sheet, sections 2, 3, 5, 6, 7.

    SYNC(02) ADR LNG [CMD] [DATA 0..250] CRClo CRChi      LNG = the whole frame; only the controller's frames have a CMD

CRC-16/KERMIT over everything before it. Long frames (LNG 00) are not spoken: even the largest bill table fits an ordinary
one (section 2). The codec serves every address: 03 is the validator, 01 the Bill-to-Bill unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from drivers.accepting.framing import Framing

SYNC = 0x02
BILL_TO_BILL, VALIDATOR = 0x01, 0x03
HIGHEST_ADDRESS = 0x0F
SHORTEST, LONGEST = 6, 255
TABLE_ENTRY = 5
MASK_BYTES = 3


@unique
class Command(IntEnum):
    """Section 5. POLL, tables and counters answer with data, all others with ACK."""

    RESET = 0x30
    GET_STATUS = 0x31
    POLL = 0x33
    ENABLE = 0x34
    STACK = 0x35
    RETURN = 0x36
    IDENTIFICATION = 0x37
    HOLD = 0x38
    BILL_TABLE = 0x41
    STACKED_COUNTER = 0x5B


@unique
class State(IntEnum):
    """Z1 of a POLL answer, section 6."""

    POWER_UP = 0x10
    POWER_UP_IN_VALIDATOR = 0x11
    POWER_UP_IN_STACKER = 0x12
    INITIALIZE = 0x13
    IDLING = 0x14
    ACCEPTING = 0x15
    STACKING = 0x17
    RETURNING = 0x18
    DISABLED = 0x19
    HOLDING = 0x1A
    BUSY = 0x1B
    REJECTING = 0x1C
    BOX_FULL = 0x41
    BOX_OUT = 0x42
    JAMMED = 0x43
    BOX_JAMMED = 0x44
    CHEATED = 0x45
    PAUSE = 0x46
    FAILURE = 0x47
    ESCROW = 0x80
    STACKED = 0x81
    RETURNED = 0x82
    SUSPECTED = 0x84
    COUNTERFEIT = 0x90


ACK, NAK, ILLEGAL = b"\x00", b"\xff", b"\x30"

_CRC_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x8408 if _byte & 1 else 0)
    _CRC_TABLE.append(_byte)


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT of `data`; b"123456789" gives 2189h (section 3)."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame in either direction. `payload`: CMD and DATA from the controller, DATA alone from a device; 1 to 250 bytes."""

    address: int
    payload: bytes

    def encode(self) -> bytes:
        body = bytes([SYNC, self.address, len(self.payload) + 5]) + self.payload
        return body + crc16(body).to_bytes(2, "little")


class Decoder(Framing[Frame]):
    """Frames of the controller and of devices, by SYNC and their third byte."""

    marker, length_at = SYNC, 2

    def _plausible(self, held: bytearray) -> bool:
        address_right = len(held) < 2 or 1 <= held[1] <= HIGHEST_ADDRESS
        return address_right and (len(held) < 3 or held[2] >= SHORTEST)

    def _read(self, raw: bytes) -> Frame | None:
        good = crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")
        return Frame(raw[1], raw[3:-2]) if good else None


@dataclass(frozen=True, slots=True)
class Status:
    """A POLL answer: Z1, and the bytes behind it (Z2, on a Bill-to-Bill unit also Z3)."""

    code: int
    more: bytes = b""

    @property
    def detail(self) -> int:
        """Z2: bill type, reason, failure code or time; 0 when there is none."""
        return self.more[0] if self.more else 0

    @property
    def raw(self) -> str:
        """For people: `47/50`."""
        return "/".join(f"{byte:02X}" for byte in bytes([self.code]) + self.more)


def parse_status(payload: bytes) -> Status | None:
    """A POLL answer of 1 to 3 bytes, None for anything else."""
    return Status(payload[0], payload[1:]) if 1 <= len(payload) <= 3 else None


def mask(types: Iterable[int]) -> bytes:
    """Bill types 0..23 as three bytes, types 23..16 in the first and 7..0 in the last one (section 5)."""
    return sum(1 << bill_type for bill_type in set(types)).to_bytes(MASK_BYTES, "big")


def enable_data(types: Iterable[int]) -> bytes:
    """DATA of ENABLE BILL TYPES: these and no others, all of them by way of escrow; no types disable the unit."""
    return mask(types) * 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Answer to IDENTIFICATION: part number 15 ASCII, serial number 12 ASCII, asset number 7 bytes (section 5)."""

    part: str
    serial: str
    asset: str


def parse_identity(payload: bytes) -> Identity | None:
    """None when it is no identification: another length, or bytes that are no printable ASCII."""
    text = payload[:27]
    if len(payload) != 34 or not all(0x20 <= byte < 0x7F or byte == 0 for byte in text):
        return None
    plain = text.replace(b"\0", b" ").decode("ascii")
    return Identity(plain[:15].strip(), plain[15:].strip(), payload[27:].hex())


@dataclass(frozen=True, slots=True)
class Bill:
    """A row of the bill table: face value in fen and three letters of its country."""

    value_fen: int
    country: str


def parse_bill_table(payload: bytes) -> Mapping[int, Bill] | None:
    """Bill type -> bill (section 7); empty and senseless rows are left out. None when it is no table of 24 or 48 rows."""
    if len(payload) not in (24 * TABLE_ENTRY, 48 * TABLE_ENTRY):
        return None
    table = {}
    for bill_type in range(len(payload) // TABLE_ENTRY):
        lead, *letters, scale = payload[bill_type * TABLE_ENTRY : (bill_type + 1) * TABLE_ENTRY]
        country = bytes(letters).decode("ascii", "replace").strip("\0 ")
        decimals, zeros = (scale & 0x7F, 0) if scale & 0x80 else (0, scale)
        if not lead or not country.isalpha() or decimals > 4 or zeros > 6:
            continue
        value_fen, rest = divmod(lead * 10**zeros * 100, 10**decimals)
        if not rest:
            table[bill_type] = Bill(value_fen, country)
    return table


def parse_counter(payload: bytes) -> int | None:
    """Answer to COUNTER OF STACKED BILLS, 0..65535; None when it is not two bytes."""
    return int.from_bytes(payload, "big") if len(payload) == 2 else None
