"""BER-TLV as a terminal meets it. What a card says is anybody's: every oddity is a TlvError, and nothing here goes deep.

Source: EMV sheet, sections 4 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_OBJECTS = 128
LONGEST_TAG = 3


class TlvError(ValueError):
    """Bytes that are no whole objects; the text names no value."""


def objects(data: bytes) -> list[tuple[str, bytes]]:
    """Tag (upper-case hex) and value of each object on the outermost level; zeros between objects mean nothing. Raises TlvError."""
    found: list[tuple[str, bytes]] = []
    at = 0
    while at < len(data):
        if data[at] == 0:
            at += 1
            continue
        tag, at = _tag(data, at)
        size, at = _size(data, at)
        if at + size > len(data):
            raise TlvError(f"{tag}: cut off")
        found.append((tag, data[at : at + size]))
        at += size
        if len(found) > MOST_OBJECTS:
            raise TlvError("too many objects")
    return found


def unique(found: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """The same by tag. Raises TlvError when one stands there twice."""
    known: dict[str, bytes] = {}
    for tag, value in found:
        if tag in known:
            raise TlvError(f"{tag}: doubled")
        known[tag] = value
    return known


def only(data: bytes) -> tuple[str, bytes]:
    """The one object that is all of `data`. Raises TlvError."""
    found = objects(data)
    if len(found) != 1:
        raise TlvError(f"{len(found)} objects instead of one")
    return found[0]


def inside(data: bytes, template: str) -> bytes:
    """What is in the one template that is all of `data`. Raises TlvError."""
    tag, value = only(data)
    if tag != template:
        raise TlvError(f"no template {template}")
    return value


def written(tag: str, value: bytes) -> bytes:
    """One object of up to 65,535 bytes."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        count = 1 if size < 0x100 else 2
        length = bytes([0x80 | count]) + size.to_bytes(count, "big")
    return bytes.fromhex(tag) + length + value


def _tag(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1
    if data[at] & 0x1F == 0x1F:
        while True:
            if end >= len(data) or end - at >= LONGEST_TAG:
                raise TlvError("a tag that does not end")
            end += 1
            if not data[end - 1] & 0x80:
                break
    return data[at:end].hex().upper(), end


def _size(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise TlvError("a length is missing")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if count not in (1, 2) or at + 1 + count > len(data):
        raise TlvError("a length of another form")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count
