"""What an identity card holds: 256 bytes of text, 1024 of a coded photo, perhaps fingerprints and a newer address.

Source: io-board sheet, section 4. The layout of a permanent resident's card is of docs/sheets/identity-and-scanner-open-points.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique
from hashlib import sha256

TEXT, PHOTO, FINGERPRINTS, ADDRESS, SERIAL = 256, 1_024, 1_024, 70, 8
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LONG_TERM = "长期"
BLANK = " ".encode("utf-16-le")


@unique
class Chip(Enum):
    """What a piece of plastic says to the reader's field."""

    IDENTITY = "an identity card"
    OTHER = "found like one, but of another kind (status 40)"
    SILENT = "a bank card, a phone, a dead chip: the reader does not see it"


@dataclass(frozen=True, slots=True)
class Card:
    """`text` and `photo` of the fixed lengths, `fingerprints` 1024 bytes or none, `new_address` "" when there is none. `serial`:
    the 8 bytes that selecting answers."""

    text: bytes = b""
    photo: bytes = b""
    fingerprints: bytes = b""
    new_address: str = ""
    chip: Chip = Chip.IDENTITY
    serial: bytes = bytes(SERIAL)

    def __post_init__(self) -> None:
        if self.chip is Chip.IDENTITY and (len(self.text), len(self.photo)) != (TEXT, PHOTO):
            raise ValueError(f"text of {len(self.text)} bytes and photo of {len(self.photo)}")
        if len(self.fingerprints) not in (0, FINGERPRINTS) or len(self.serial) != SERIAL:
            raise ValueError(f"fingerprints of {len(self.fingerprints)} bytes, serial of {len(self.serial)}")


@dataclass(frozen=True, slots=True)
class Person:
    """Who does not exist. `sex` 1 man, 2 woman; `ethnic` 01..56; dates are YYYYMMDD; `number` 18 characters."""

    name: str
    sex: str
    ethnic: str
    born: str
    address: str
    number: str
    issuer: str
    valid_from: str
    valid_to: str

    def text(self) -> bytes:
        """256 bytes. Raises ValueError when a field is too long."""
        return laid_out((
            (self.name, 30), (self.sex, 2), (self.ethnic, 4), (self.born, 16), (self.address, ADDRESS),
            (self.number, 36), (self.issuer, 30), (self.valid_from, 16), (self.valid_to, 16), ("", 36),
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resident:
    """A foreigner with the right to stay. `nation`: three letters; `authority` four digits."""

    name: str
    sex: str
    number: str
    nation: str
    chinese_name: str
    valid_from: str
    valid_to: str
    born: str
    version: str
    authority: str

    def text(self) -> bytes:
        """256 bytes. Raises ValueError when a field is too long."""
        return laid_out((
            (self.name, 120), (self.sex, 2), (self.number, 30), (self.nation, 6), (self.chinese_name, 30),
            (self.valid_from, 16), (self.valid_to, 16), (self.born, 16), (self.version, 4), (self.authority, 8), ("I", 2),
            ("", 6),
        ))  # fmt: skip


def laid_out(fields: Iterable[tuple[str, int]]) -> bytes:
    """(text, bytes) one after the other."""
    return b"".join(padded(text, size) for text, size in fields)


def padded(text: str, size: int) -> bytes:
    """UTF-16, low byte first, filled with blanks to `size` bytes. Raises ValueError when it is longer."""
    raw = text.encode("utf-16-le")
    if len(raw) > size:
        raise ValueError(f"{len(raw)} bytes in a field of {size}")
    return raw + BLANK * ((size - len(raw)) // len(BLANK))


def check_digit(digits: str) -> str:
    """The 18th character of a number, 0..9 or X, from the 17 before it (ISO 7064 mod 11-2)."""
    return "10X98765432"[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11]


def coded(what: str, size: int) -> bytes:
    """Bytes in the place of a proprietary coding: nobody's face, nobody's finger; the same for the same word."""
    made = b"".join(sha256(f"{what} {number}".encode()).digest() for number in range(size // 32 + 1))
    return made[:size]


def issued(holder: Person | Resident, *, new_address: str = "", fingers: bool = False) -> Card:
    """Their card."""
    photo, prints = coded(f"photo {holder.number}", PHOTO), coded(f"fingers {holder.number}", FINGERPRINTS)
    return Card(holder.text(), photo, prints if fingers else b"", new_address)
