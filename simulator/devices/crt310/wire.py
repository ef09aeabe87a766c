"""Frames as a strict reader hears and speaks them (card reader sheet, section 1.1).

STX(02) LEN(2, high byte first) CM PM data ETX(03) BCC      LEN: bytes of CM, PM and data. BCC: XOR of STX through ETX
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from simulator.devices.crt310.codes import ENQ, EOT, ETX, LONGEST, STX

AROUND = 5  # bytes of a frame that LEN does not count
GAP_MS = 100
"""After so long a silence the half of a frame is forgotten (our page on open points)."""

Heard = bytes | int | None
"""What stood in a good frame, a control byte, or None: a frame that was damaged."""


def frame(content: bytes) -> bytes:
    """A whole frame. Raises ValueError when there is no content, or more than `LONGEST`."""
    if not 0 < len(content) <= LONGEST:
        raise ValueError(f"a content of {len(content)} bytes")
    covered = bytes([STX]) + len(content).to_bytes(2, "big") + content + bytes([ETX])
    return covered + bytes([reduce(xor, covered)])


class Ear:
    """Bytes in, what was said out. Outside frames only ENQ and EOT mean anything."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while self._held:
            if self._held[0] != STX:
                sign = self._held.pop(0)
                heard += [sign] if sign in (ENQ, EOT) else []
                continue
            size = self._size()
            if size is None:
                break  # the rest is still on its way
            heard.append(self._content(size))
            del self._held[: size or len(self._held)]
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _size(self) -> int | None:
        """Of the whole frame at the beginning; 0 when no frame has such a length, None when that cannot be told yet."""
        if len(self._held) < 3:
            return None
        length = int.from_bytes(self._held[1:3], "big")
        if not 0 < length <= LONGEST:
            return 0
        return length + AROUND if len(self._held) >= length + AROUND else None

    def _content(self, size: int) -> bytes | None:
        raw = bytes(self._held[:size])
        content = raw[3:-2]
        return content if content and raw == frame(content) else None
