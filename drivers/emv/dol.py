"""Lists of data objects that a card asks for, and what they are filled with. Source: EMV sheet, sections 4 and 6."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.emv.tlv import TlvError

NUMERIC = frozenset({"9F02", "9F03", "9F1A", "5F2A", "9A", "9C", "9F41"})
"""Filled on the left, cut on the left; all others on the right."""
LONGEST = 252


def wanted(listed: bytes) -> list[tuple[str, int]]:
    """Tag and length of each entry. Raises TlvError."""
    found, at = [], 0
    while at < len(listed):
        end = at + 1
        if listed[at] & 0x1F == 0x1F:
            end += 1
            if end < len(listed) and listed[end - 1] & 0x80:
                end += 1
        if end >= len(listed):
            raise TlvError("a list that is cut off")
        found.append((listed[at:end].hex().upper(), listed[end]))
        at = end + 1
    if sum(size for _, size in found) > LONGEST:
        raise TlvError("a list that asks for more than a command holds")
    return found


def filled(listed: bytes, values: Mapping[str, bytes]) -> bytes:
    """The values one behind the other, each as long as asked for; zeros for what is not known. Raises TlvError."""
    return b"".join(_fitted(tag, size, values.get(tag, b"")) for tag, size in wanted(listed))


def _fitted(tag: str, size: int, value: bytes) -> bytes:
    if tag in NUMERIC:
        return value[-size:].rjust(size, b"\0") if size else b""
    return value[:size].ljust(size, b"\0")
