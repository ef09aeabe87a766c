"""Commands of an F53/F56 that are known byte by byte, and what their answers say. Source: f53 sheet, sections 5 and 7.

Command and answer are told apart by their second byte. Codes nobody has confirmed (section 6) are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from drivers.dispensing.exchange import Response
from drivers.dispensing.outcome import Moved

CASSETTES = (1, 2, 3, 4)
MOST_NOTES = 20
"""Of one order (section 5)."""
END = b"\x1c"
OPERATION, QUESTION, ABNORMAL = 0x60, 0x00, 0xF0
PAPER, PICK = 0x00, 0xE4
"""ODR of INITIALISE for paper notes, and of BILL COUNT as machines in the field send it."""
REJECTS_ALLOWED, RETRIES = 4, 3
DIGITS = bytes(digit | 0x80 if bin(digit).count("1") % 2 else digit for digit in b"0123456789")
"""Digits with even parity in bit 7: 30 B1 B2 33 B4 35 36 B7 B8 39."""
EXIT_BYTE, EXIT_MASK = 0x0E, 0x10
OUT_AT, REJECTED_AT = 0x27, 0x2F
SHORTEST = {0x01: 0x12, 0x02: 3, 0x03: REJECTED_AT + 2 * len(CASSETTES)}
"""Command -> so many bytes an answer must have to say anything."""


@unique
class Command(IntEnum):
    STATUS = 0x01
    INITIALISE = 0x02
    BILL_COUNT = 0x03


@dataclass(frozen=True, slots=True)
class Size:
    """A note as the unit measures it: longest and shortest length in mm, thickness in 0.01 mm (unit inferred)."""

    longest: int
    shortest: int
    thickness: int = 0x0D


SIZES = {
    100: Size(0x8C, 0x78),
    500: Size(0x91, 0x7D),
    1_000: Size(0x96, 0x82),
    2_000: Size(0x9B, 0x87),
    5_000: Size(0xA0, 0x8C),
    10_000: Size(0xA5, 0x91),
}
"""Face value in fen -> size of the 2005 series of yuan (section 5)."""


def initialise(values_fen: Mapping[int, int]) -> bytes:
    """Parameters of INITIALISE: cassette 1..4 -> face value in fen; others are unused. Raises ValueError for what has no size."""
    strange = {fen for cassette, fen in values_fen.items() if fen not in SIZES or cassette not in CASSETTES}
    if strange:
        raise ValueError(f"no cassette for notes of {sorted(strange)} fen")
    sizes = [SIZES[values_fen[cassette]] if cassette in values_fen else Size(0, 0) for cassette in CASSETTES]
    lengths = bytes(part for size in sizes for part in (size.longest, size.shortest))
    return bytes([PAPER]) + lengths + bytes(size.thickness for size in sizes)


def two_digits(number: int) -> bytes:
    """0..99 as the unit reads it."""
    return bytes([DIGITS[number // 10], DIGITS[number % 10]])


def bill_count(counts: Mapping[int, int]) -> bytes:
    """Parameters of BILL COUNT: cassette 1..4 -> notes, 20 at most in all. Raises ValueError for what cannot be asked."""
    if not set(counts) <= set(CASSETTES) or min(counts.values(), default=0) < 0 or sum(counts.values()) > MOST_NOTES:
        raise ValueError(f"cannot ask a dispenser of four cassettes for {dict(counts)}")
    asked = b"".join(two_digits(counts.get(cassette, 0)) for cassette in CASSETTES)
    limits = two_digits(REJECTS_ALLOWED) * len(CASSETTES)
    return bytes([PICK]) + asked + limits + bytes([RETRIES]) * len(CASSETTES)


def request_data(code: int, parameters: bytes = b"") -> bytes:
    """DATA of a message to the unit."""
    if code == Command.STATUS:
        return bytes([QUESTION, code]) + END
    return bytes([OPERATION, code, len(parameters)]) + parameters + END


def response_of(data: bytes) -> Response | None:
    """The answer in DATA of a message from the unit, with DATA whole as its data; None for what is no answer we know."""
    if len(data) < 2 or data[1] not in SHORTEST or len(data) < SHORTEST[data[1]] or not data.endswith(END):
        return None
    return Response(data[1], data)


@dataclass(frozen=True, slots=True)
class Error:
    """What an abnormal end names: the raw pair, of which only the family of `major` is known (section 7)."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major:02X}{self.minor:02X}"


def parse_error(response: Response) -> Error | None:
    """None after a normal end."""
    data = response.data
    if data[0] != ABNORMAL:
        return None
    return Error(data[3], data[4]) if len(data) > 5 else Error(0, 0)


def parse_counts(response: Response) -> tuple[Moved, ...] | None:
    """What each cassette gave and rejected, also after an abnormal end; None for digits that are none."""
    rows = []
    for place, cassette in enumerate(CASSETTES):
        out, rejected = (_number(response.data[at + 2 * place :][:2]) for at in (OUT_AT, REJECTED_AT))
        if out is None or rejected is None:
            return None
        rows.append(Moved(cassette, out, rejected))
    return tuple(rows)


def _number(digits: bytes) -> int | None:
    if any(byte not in DIGITS for byte in digits):
        return None
    return DIGITS.index(digits[0]) * 10 + DIGITS.index(digits[1])


def notes_at_exit(response: Response) -> bool:
    """Of an answer to STATUS."""
    return bool(response.data[EXIT_BYTE] & EXIT_MASK)
