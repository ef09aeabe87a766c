"""BER-TLV as chip cards and field 55 use it: tags of one or two bytes, lengths up to 65,535 in their shortest form."""

from __future__ import annotations

from collections.abc import Iterable


class TlvError(ValueError):
    """Bytes that are no sequence of whole objects."""


def tlv(tag: str, *values: bytes) -> bytes:
    """One object; `tag` in hexadecimal. Several values stand one behind the other inside it."""
    value = b"".join(values)
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


def parse(data: bytes) -> list[tuple[str, bytes]]:
    """The objects on the outermost level, in order: tag in upper-case hexadecimal and value. Raises TlvError."""
    found, at = [], 0
    while at < len(data):
        start = at
        at += 1
        if data[start] & 0x1F == 0x1F:
            at += 1
            if at > len(data) or data[at - 1] & 0x80:
                raise TlvError(f"byte {start}: a tag of more than two bytes, or cut off")
        tag = data[start:at].hex().upper()
        size, at = _length(data, at)
        if at + size > len(data):
            raise TlvError(f"tag {tag}: {size} bytes announced, {len(data) - at} there")
        found.append((tag, data[at : at + size]))
        at += size
    return found


def once(objects: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """The same by tag; a doubled object raises TlvError."""
    found: dict[str, bytes] = {}
    for tag, value in objects:
        if tag in found:
            raise TlvError(f"tag {tag} stands there twice")
        found[tag] = value
    return found


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Length at `at`, and where the value begins."""
    if at >= len(data):
        raise TlvError("the length is cut off")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first - 0x80
    if count not in (1, 2) or at + 1 + count > len(data):
        raise TlvError(f"byte {at}: a length of {count} bytes, or cut off")
    size = int.from_bytes(data[at + 1 : at + 1 + count], "big")
    if size < (0x80 if count == 1 else 0x100):
        raise TlvError(f"byte {at}: a length longer than it must be")
    return size, at + 1 + count
