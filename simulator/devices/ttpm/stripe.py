"""What may be written on the stripe and how it is read back (ticket-printer sheet 2.2, sheet "Ticket unit TTPM")."""

from __future__ import annotations

import re
from dataclasses import dataclass

SIGNS = "{|}~-"
OLD_SIGNS = str.maketrans("*$@", "{|}")
LONGEST = {1: 79, 2: 37, 3: 104}
ALPHABET = {1: re.compile(r"[\x20-\x24\x26-\x3E\x40-\x5F]*"), 2: re.compile(r"[0-9]*"), 3: re.compile(r"[0-9]*")}
TRACK_OF = {"J": 1, "M": 2, "I": 3}


@dataclass(frozen=True, slots=True)
class Writing:
    """Text for one track, and the process signs that stood in it (see `SIGNS`)."""

    text: str
    signs: frozenset[str]


def read_writing(track: int, data: str) -> Writing | None:
    """None when the data holds a sign the track cannot carry, is empty or too long."""
    data = data.translate(OLD_SIGNS) if track == 2 else data
    text = "".join(sign for sign in data if sign not in SIGNS)
    if not text or len(text) > LONGEST[track] or not ALPHABET[track].fullmatch(text):
        return None
    return Writing(text, frozenset(sign for sign in data if sign in SIGNS))


def lrc(text: str) -> str:
    """One character: 20h + the xor of the low six bits of (c - 20h) over `text`."""
    value = 0
    for sign in text:
        value ^= (ord(sign) - 0x20) & 0x3F
    return chr(0x20 + value)


def decoded(text: str) -> str:
    """The answer of `!D`: text, end sentinel, LRC."""
    return f"{text}?{lrc(text + '?')}"


def raw_bits(track: int, text: str) -> str:
    """The answer of `!O`: start sentinel, text, end sentinel and LRC as bits, low bit first, then odd parity."""
    data_bits, offset, start = (6, 0x20, "%") if track == 1 else (4, 0x30, ";")
    whole = start + text + "?"
    check = 0
    for sign in whole:
        check ^= ord(sign) - offset & (1 << data_bits) - 1
    codes = [ord(sign) - offset & (1 << data_bits) - 1 for sign in whole] + [check]
    return "".join(_bits(code, data_bits) for code in codes)


def _bits(code: int, data_bits: int) -> str:
    low_first = "".join(str(code >> bit & 1) for bit in range(data_bits))
    return low_first + str(1 - low_first.count("1") % 2)
