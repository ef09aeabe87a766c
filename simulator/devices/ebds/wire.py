"""EBDS frames as a strict acceptor hears and speaks them (ebds sheet, section 2).

STX(02) LEN CTL data.. ETX(03) CHK      LEN counts the whole frame; CHK is the XOR of LEN, CTL and data. Seven data bits
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

STX, ETX = 0x02, 0x03
SHORTEST, LONGEST = 5, 0x7F
SEVEN_BITS = 0x80
GAP_MS = 20
"""Decided here, the sheet is silent: after so long a silence the half of a frame is forgotten."""


def checksum(inner: bytes) -> int:
    """XOR of LEN, CTL and data, 0..7F when all of them are."""
    return reduce(xor, inner, 0)


def frame(ctl: int, data: bytes = b"") -> bytes:
    """A whole frame of 5..7F bytes. Raises ValueError when a byte needs more than seven bits or the data are too long."""
    inner = bytes([len(data) + SHORTEST, ctl]) + data
    if any(byte >= SEVEN_BITS for byte in inner):
        raise ValueError(f"{inner.hex(' ')} does not fit a line of seven data bits")
    return bytes([STX]) + inner + bytes([ETX, checksum(inner)])


@dataclass(frozen=True, slots=True)
class Heard:
    """One undamaged frame of the host. `toggle`: its acknowledge bit, 0 or 1; `kind`: bits 6 to 4; `device`: bits 3 to 1."""

    ctl: int
    data: bytes

    @property
    def kind(self) -> int:
        return self.ctl & 0x70

    @property
    def device(self) -> int:
        return self.ctl >> 1 & 7

    @property
    def toggle(self) -> int:
        return self.ctl & 1


class Ear:
    """Bytes in, frames out. Noise and damaged frames are dropped in silence: there is no NAK (section 4).

    `damaged` counts what looked like a frame and was none.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while (start := self._held.find(STX)) >= 0:
            del self._held[:start]
            if len(self._held) < 2:
                return heard  # the rest is still on its way
            length = self._held[1]
            if SHORTEST <= length <= LONGEST and len(self._held) < length:
                return heard
            if self._good(length):
                heard.append(Heard(self._held[2], bytes(self._held[3 : length - 2])))
                del self._held[:length]
            else:
                self.damaged += 1
                del self._held[:1]  # not a frame: look for the next STX
        self._held.clear()
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _good(self, length: int) -> bool:
        if not SHORTEST <= length <= LONGEST:
            return False
        whole = bytes(self._held[:length])
        proper = max(whole) < SEVEN_BITS and whole[-2] == ETX  # a byte with eight bits came with a parity error
        return proper and whole[-1] == checksum(whole[1:-2])
