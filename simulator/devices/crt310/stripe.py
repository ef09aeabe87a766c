"""The magnetic stripe: characters with parity, sentinels and LRC as they are magnetised, and what a head makes of them.

Source: card reader sheet, part 2 (ISO 7811) and section 1.2 (error codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import xor
from types import MappingProxyType

from simulator.devices.crt310.codes import Unread

TRACKS = (1, 2, 3)
LONGEST = {1: 79, 2: 40, 3: 107}
"""Characters with sentinels and LRC."""
START = {1: "%", 2: ";", 3: ";"}
END = "?"

_BITS = {1: 6, 2: 4, 3: 4}
_FIRST = {1: 0x20, 2: 0x30, 3: 0x30}
BLANK: Mapping[int, bytes] = MappingProxyType({})


def magnetised(track: int, text: str) -> bytes:
    """One character a byte, parity on top. `text` is without sentinels. Raises ValueError when the track cannot hold it."""
    codes = [_code(track, sign) for sign in START[track] + text + END]
    if len(codes) + 1 > LONGEST[track] or {START[track], END} & set(text):
        raise ValueError(f"track {track} cannot hold that text")
    return bytes(_with_parity(track, code) for code in [*codes, reduce(xor, codes)])


def read(track: int, characters: bytes) -> bytes | Unread:
    """Characters with parity between the sentinels, or why there are none."""
    if not characters:
        return Unread.BLANK
    mask = (1 << _BITS[track]) - 1
    codes = [character & mask for character in characters]
    if codes[0] != _code(track, START[track]):
        return Unread.NO_START
    end = next((at for at, code in enumerate(codes) if code == _code(track, END)), None)
    if end is None or end + 1 >= len(codes):
        return Unread.NO_END
    if any(_with_parity(track, code) != character for code, character in zip(codes, characters, strict=True)):
        return Unread.PARITY
    if reduce(xor, codes[: end + 1]) != codes[end + 1]:
        return Unread.LRC
    return characters[1:end]


def as_text(track: int, characters: bytes) -> bytes:
    """ASCII of what was read."""
    return bytes((character & (1 << _BITS[track]) - 1) + _FIRST[track] for character in characters)


def spoilt(track: int, characters: bytes, how: Unread) -> bytes:
    """What a stripe with this damage holds in place of `characters`; a blank one stays blank."""
    if not characters or how in (Unread.BLANK, Unread.NOT_READ):
        return b""
    zero = _with_parity(track, 0)
    match how:
        case Unread.NO_START:
            return bytes([zero]) + characters[1:]
        case Unread.NO_END:
            return bytes(zero if character == _end(track) else character for character in characters[:-1])
        case Unread.PARITY:
            return characters[:1] + bytes([characters[1] ^ 1 << _BITS[track]]) + characters[2:]
    return characters[:-1] + bytes([_with_parity(track, (characters[-1] ^ 1) & (1 << _BITS[track]) - 1)])


def _code(track: int, sign: str) -> int:
    code = ord(sign) - _FIRST[track]
    if not 0 <= code < 1 << _BITS[track]:
        raise ValueError(f"track {track} has no sign for {sign!r}")
    return code


def _end(track: int) -> int:
    return _with_parity(track, _code(track, END))


def _with_parity(track: int, code: int) -> int:
    return code | (code.bit_count() + 1) % 2 << _BITS[track]
