"""Frames on the line: two bytes of length, high byte first, then so many bytes. Source: ISO 8583 sheet, section 1."""

from __future__ import annotations

LONGEST = 2_048
"""Longer than every message of the table; a greater length is noise, and the line is no longer understood."""


class LineError(ValueError):
    """The line cannot be understood any further: close it."""


class Framer:
    """Bytes in pieces of any size in, whole frames without their length out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, received: bytes) -> list[bytes]:
        """Frames that are whole now. Raises LineError, and from then on every time."""
        self._held += received
        frames = []
        while len(self._held) >= 2:
            size = int.from_bytes(self._held[:2], "big")
            if not 0 < size <= LONGEST:
                raise LineError(f"a frame of {size} bytes; 1 to {LONGEST} are possible")
            if len(self._held) < 2 + size:
                break
            frames.append(bytes(self._held[2 : 2 + size]))
            del self._held[: 2 + size]
        return frames


def framed(message: bytes) -> bytes:
    """The message behind its length."""
    return len(message).to_bytes(2, "big") + message
