"""ZVT messages (APDUs) as the machine sends and reads them.

    CLASS INSTR LEN DATA..      LEN one byte, or FF and two bytes, low one first

Source: EMV sheet, section 7; docs/sheets/card-terminal-open-points.md. DATA is fields ("BMPs"): a tag and a value of known length.
The number of a card is masked while it is read, and nothing here shows its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST = 0xFFFF
ACK, REPEAT, NOT_ISSUED, PART_ISSUED = 0x8000, 0x849C, 0x8466, 0x849D
UNSUPPORTED: Final = 0x83
STATUS, RESULT, PRINT_LINE, PRINT_BLOCK, DONE, ABORTED = 0x04FF, 0x040F, 0x06D1, 0x06D3, 0x060F, 0x061E
REGISTER, PAY, LAST, REVERSE, REFUND, CLOSE = 0x0600, 0x0601, 0x0620, 0x0630, 0x0631, 0x0650
DIAGNOSE, ABORT, ENQUIRE, LOG_OFF = 0x0670, 0x06B0, 0x0501, 0x0602
CONFIG = 0xBA
"""Receipts are ours, intermediate status is wanted, nothing begins at the terminal itself."""
LENGTHS: Final = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2, 0x19: 1, 0x27: 1, 0x29: 4,
    0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x87: 2, 0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xBA: 5,
}  # fmt: skip
"""Tag -> bytes of its value."""
COUNTED: Final = {
    0x22: 2,
    0x23: 2,
    0x2D: 2,
    0x8B: 2,
    0xA7: 2,
    0x24: 3,
    0x2E: 3,
    0x3C: 3,
    0x60: 3,
    0x92: 3,
    0x9A: 3,
    0xAF: 3,
}
"""Tag -> decimal digits of its length, one in each byte (F0..F9)."""
CONTAINER: Final = 0x06
SHOWN_FIRST, SHOWN_LAST, SHORTEST_SHOWN = 6, 4, 13


class BadApdu(ValueError):
    """Bytes that are no message, or fields that contradict each other."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """One message. Its data may hold the number of a card, so it does not show."""

    control: int
    data: bytes = field(default=b"", repr=False)

    @property
    def code(self) -> int:
        """Of an answer `84 xx` or an abort `06 1E xx`: which; 0 of anything else."""
        if self.control == ABORTED:
            return self.data[0] if self.data else 0xFF
        return self.control & 0xFF if self.control >> 8 == 0x84 else 0

    @property
    def answers(self) -> bool:
        """Not a command of its own."""
        return self.control >> 8 in (0x80, 0x84)


def encode(apdu: Apdu) -> bytes:
    """Raises BadApdu for more than 65,535 bytes of data."""
    size = len(apdu.data)
    if size > MOST:
        raise BadApdu(f"{size} bytes of data")
    length = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
    return apdu.control.to_bytes(2, "big") + length + apdu.data


def split(held: bytes | bytearray) -> tuple[Apdu, int] | None:
    """The first message of `held` and its size; None while the rest is still to come."""
    if len(held) < 3 or (held[2] == 0xFF and len(held) < 5):
        return None
    start, size = (5, int.from_bytes(held[3:5], "little")) if held[2] == 0xFF else (3, held[2])
    if len(held) < start + size:
        return None
    return Apdu(int.from_bytes(held[:2], "big"), bytes(held[start : start + size])), start + size


# -- commands


def bcd(number: int, size: int) -> bytes:
    """`size` bytes of two decimal digits. Raises BadApdu for a number that does not fit."""
    text = str(number).zfill(2 * size)
    if number < 0 or len(text) != 2 * size:
        raise BadApdu(f"{number} does not fit into {size} bytes")
    return bytes.fromhex(text)


def number(digits: bytes) -> int:
    """Raises BadApdu for what is not decimal."""
    text = digits.hex()
    if not text.isdecimal():
        raise BadApdu("not decimal")
    return int(text)


def registration(password: int, currency: int, config: int = CONFIG, service: int | None = None) -> Apdu:
    """`password`: six digits; `currency`: three (ISO 4217)."""
    tail = b"" if service is None else bytes([0x03, service])
    return Apdu(REGISTER, bcd(password, 3) + bytes([config]) + bcd(currency, 2) + tail)


def payment(
    amount_fen: int, currency: int | None = None, repeats: int | None = None, wait_s: int | None = None
) -> Apdu:
    """`repeats`: 1..255, how often the terminal tells the result while it waits for the goods; `wait_s`: 1..255, for a card."""
    data = b"\x04" + bcd(amount_fen, 6)
    data += b"" if currency is None else b"\x49" + bcd(currency, 2)
    data += b"" if wait_s is None else bytes([0x01, wait_s])
    return Apdu(PAY, data + (b"" if repeats is None else bytes([0x02, repeats])))


def reversal(password: int, receipt: int) -> Apdu:
    return Apdu(REVERSE, bcd(password, 3) + b"\x87" + bcd(receipt, 2))


def part_issued(amount_fen: int) -> Apdu:
    """Only so much of it is to be kept."""
    return Apdu(PART_ISSUED, b"\x04" + bcd(amount_fen, 6))


def with_password(control: int, password: int, service: int | None = None) -> Apdu:
    """`control`: CLOSE, LAST, ENQUIRE."""
    return Apdu(control, bcd(password, 3) + (b"" if service is None else bytes([0x03, service])))


# -- what the terminal says


@dataclass(frozen=True, slots=True)
class Info:
    """Fields of 04 0F (or 06 0F). None, or empty: not told. `result`: 0 is good. `terminal`: eight digits. `masked`: first six and
    last four digits of a card at most."""

    result: int | None = None
    amount_fen: int | None = None
    receipt: int | None = None
    trace: int | None = None
    currency: int | None = None
    terminal: str = ""
    masked: str = ""

    @property
    def good(self) -> bool:
        return self.result == 0


def parse_info(data: bytes) -> Info:
    """Raises BadApdu for a message that is cut off, or tells one thing twice and differently."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag = data[at]
        start, size = _extent(data, at + 1, tag)
        if size is None:
            break  # an unknown field: nobody can say where it ends
        if start + size > len(data):
            raise BadApdu(f"field {tag:02X} is cut off")
        value = data[start : start + size]
        if found.setdefault(tag, value) != value:
            raise BadApdu(f"field {tag:02X} twice")
        at = start + size
    numbers = {tag: number(found[tag]) for tag in (0x04, 0x87, 0x0B, 0x49) if tag in found}
    return Info(
        result=found[0x27][0] if 0x27 in found else None,
        amount_fen=numbers.get(0x04),
        receipt=numbers.get(0x87),
        trace=numbers.get(0x0B),
        currency=numbers.get(0x49),
        terminal=found[0x29].hex() if 0x29 in found else "",
        masked=mask(found[0x22].hex()) if 0x22 in found else "",
    )


def _extent(data: bytes, at: int, tag: int) -> tuple[int, int | None]:
    """(where the value begins, its bytes); None: an unknown field."""
    if tag in LENGTHS:
        return at, LENGTHS[tag]
    if tag == CONTAINER:
        return _ber(data, at)
    if tag not in COUNTED:
        return at, None
    digits = data[at : at + COUNTED[tag]]
    if len(digits) < COUNTED[tag] or any(not 0xF0 <= digit <= 0xF9 for digit in digits):
        raise BadApdu(f"length of field {tag:02X}")
    size = 0
    for digit in digits:
        size = 10 * size + (digit & 0x0F)
    return at + len(digits), size


def _ber(data: bytes, at: int) -> tuple[int, int]:
    first = data[at] if at < len(data) else 0x80
    if first < 0x80:
        return at + 1, first
    more = first & 0x7F
    if more not in (1, 2) or at + 1 + more > len(data):
        raise BadApdu("length of the container")
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big")


def mask(nibbles: str) -> str:
    """A card number as nibbles (e: hidden, f: filling) with stars for all but the first six and the last four."""
    text = "".join("*" if each in "abcde" else each for each in nibbles.lower().rstrip("f")).replace("f", "*")
    shown = SHOWN_FIRST if len(text) >= SHORTEST_SHOWN else 0
    if len(text) <= SHOWN_LAST:
        return "*" * len(text)
    return text[:shown] + "*" * (len(text) - shown - SHOWN_LAST) + text[-SHOWN_LAST:]
