"""The raster ticket face: header line, packed bytes, check (sheet "Ticket unit TTPM", raster ticket face)."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

WIDTH, HEIGHT = 688, 432
NUMBER = r"(0|[1-9][0-9]{0,4})"
HEADER = re.compile(rf"!F G {NUMBER} {NUMBER} {NUMBER} {NUMBER} {NUMBER} ([0-9a-f]{{8}})")


class BadFace(ValueError):
    """Size, check or unpacked length is wrong: the unit answers NAK R and keeps nothing."""


@dataclass(frozen=True, slots=True)
class Header:
    """`n` packed bytes follow, then CR LF. Numbers are as sent, so they may be out of range."""

    x: int
    y: int
    w: int
    h: int
    n: int
    crc: int


@dataclass(frozen=True, slots=True)
class Face:
    """Unpacked rows of `w` by `h` dots at (x, y)."""

    x: int
    y: int
    w: int
    h: int
    rows: bytes


def read_header(line: str) -> Header | None:
    """The header of a raster frame without its CR LF, None when the line is not one or announces no length (1..65535)."""
    if (match := HEADER.fullmatch(line)) is None:
        return None
    x, y, w, h, n = (int(part) for part in match.groups()[:5])
    return Header(x, y, w, h, n, int(match[6], 16)) if 1 <= n <= 65_535 else None


def unpack_bits(packed: bytes) -> bytes:
    """PackBits of TIFF 6.0. Raises BadFace when a run is cut off."""
    out, at = bytearray(), 0
    while at < len(packed):
        head = packed[at]
        if head < 128:
            run = packed[at + 1 : at + 2 + head]
            if len(run) != head + 1:
                raise BadFace("literal run is cut off")
            out += run
            at += head + 2
        elif head == 128:
            at += 1
        else:
            if at + 1 >= len(packed):
                raise BadFace("repeated byte is missing")
            out += packed[at + 1 : at + 2] * (257 - head)
            at += 2
    return bytes(out)


def read_face(header: Header, packed: bytes) -> Face:
    """Raises BadFace when the face does not fit the ticket, the CRC-32 differs or the rows do not come out even."""
    fits = header.w >= 1 and header.x + header.w <= WIDTH and header.h >= 1 and header.y + header.h <= HEIGHT
    if not fits:
        raise BadFace("outside the ticket")
    if zlib.crc32(packed) != header.crc:
        raise BadFace("CRC differs")
    rows = unpack_bits(packed)
    if len(rows) != (header.w + 7) // 8 * header.h:
        raise BadFace("length differs")
    return Face(header.x, header.y, header.w, header.h, rows)
