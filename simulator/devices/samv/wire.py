"""Packets as a strict reader hears and speaks them (io-board sheet, section 4).

AA AA AA 96 69 | LEN hi lo | content | CHK      LEN: bytes of content and CHK. CHK: XOR of LEN through the last of content.

Decided here (docs/sheets/identity-and-scanner-open-points.md): which lengths can be none, and when half a packet is given up.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

HEAD = bytes([0xAA, 0xAA, 0xAA, 0x96, 0x69])
AHEAD = len(HEAD) + 2
LEAST, LONGEST = 3, 64
"""LEN of a host's packet: CMD, PARA and CHK at least."""
GAP_MS = 500
"""A packet whose next byte does not come for so long was cut off."""


def check(covered: bytes) -> int:
    """`covered` is LEN through the last byte of the content."""
    return reduce(xor, covered, 0)


def packet(content: bytes) -> bytes:
    """A whole packet. Raises OverflowError when the content is longer than 65534 bytes."""
    covered = (len(content) + 1).to_bytes(2, "big") + content
    return HEAD + covered + bytes([check(covered)])


class Ear:
    """Bytes in, contents out; None stands for a packet whose check is wrong. Noise between packets is dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[bytes | None]:
        self._last_ms = now_ms
        self._held += data
        heard: list[bytes | None] = []
        while (start := self._held.find(HEAD)) >= 0:
            del self._held[:start]
            if len(self._held) < AHEAD:
                return heard
            length = int.from_bytes(self._held[5:AHEAD], "big")
            if not LEAST <= length <= LONGEST:
                del self._held[: len(HEAD)]  # no host says so much or so little: noise that looked like a beginning
                continue
            if len(self._held) < AHEAD + length:
                return heard
            covered, said = bytes(self._held[5 : AHEAD + length - 1]), self._held[AHEAD + length - 1]
            heard.append(covered[2:] if check(covered) == said else None)
            del self._held[: AHEAD + length]
        del self._held[: -(len(HEAD) - 1)]
        return heard

    @property
    def due_ms(self) -> int | None:
        """When what has begun is given up; None when nothing has."""
        return self._last_ms + GAP_MS if self._held.startswith(HEAD) else None

    def gave_up(self, now_ms: int) -> bool:
        """True once when a packet that had begun is forgotten now."""
        due_ms = self.due_ms
        if due_ms is None or now_ms < due_ms:
            return False
        self._held.clear()
        return True

    def clear(self) -> None:
        self._held.clear()
