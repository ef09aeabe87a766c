"""Frames as a strict pad hears and speaks them (pin-pad sheet, section 1).

STX(02) LLL content ETX(03) CC      LLL: length of the content, three decimal digits, 000 when it is longer than 999.
CC: XOR of LLL through ETX, two upper-case hex digits
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from simulator.devices.epp.codes import ETX, STX

LONGEST_COUNTED, LONGEST = 999, 8_192
AROUND = 7  # bytes of a frame that are not content
GAP_MS = 500
"""Decided here, the sheet is silent: after so long a silence the half of a frame is forgotten."""


def check(covered: bytes) -> bytes:
    """The two characters that close a frame; `covered` is LLL through ETX."""
    return b"%02X" % reduce(xor, covered, 0)


def frame(content: bytes) -> bytes:
    """A whole frame. Raises ValueError when there is no content, or more than `LONGEST`."""
    if not 0 < len(content) <= LONGEST:
        raise ValueError(f"a content of {len(content)} bytes")
    covered = b"%03d" % (len(content) if len(content) <= LONGEST_COUNTED else 0) + content + bytes([ETX])
    return bytes([STX]) + covered + check(covered)


class Ear:
    """Bytes in, contents out. What is damaged or no frame is dropped in silence: there is no NAK.

    `damaged` counts what looked like a frame and was none.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[bytes]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[bytes] = []
        while (start := self._held.find(STX)) >= 0:
            del self._held[:start]
            size = self._size()
            if size is None:
                return heard  # the rest is still on its way
            if size:
                heard.append(bytes(self._held[4 : size - 3]))
                del self._held[:size]
            else:
                self.damaged += 1
                del self._held[:1]  # not a frame: look for the next STX
        self._held.clear()
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _size(self) -> int | None:
        """Of the good frame at the beginning; 0 when it is none, None when that cannot be told yet."""
        digits = bytes(self._held[1:4])
        if any(not 0x30 <= byte <= 0x39 for byte in digits):
            return 0
        if len(digits) < 3:
            return None
        if digits == b"000":
            return self._uncounted()
        size = int(digits) + AROUND
        if len(self._held) < size:
            return None
        return size if self._good(size) else 0

    def _uncounted(self) -> int | None:
        """More than 999 bytes: the first ETX beyond them that is followed by the right check closes the frame."""
        end = self._held.find(ETX, 4 + LONGEST_COUNTED + 1)
        while 0 <= end <= LONGEST + 4:
            if len(self._held) < end + 3:
                return None
            if self._good(end + 3):
                return end + 3
            end = self._held.find(ETX, end + 1)
        return None if len(self._held) <= LONGEST + AROUND else 0

    def _good(self, size: int) -> bool:
        return self._held[size - 3] == ETX and bytes(self._held[size - 2 : size]) == check(
            bytes(self._held[1 : size - 2])
        )
