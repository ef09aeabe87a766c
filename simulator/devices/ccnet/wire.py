"""CCNET frames as a strict validator hears and speaks them (ccnet sheet, sections 2 to 4).

SYNC(02) ADR LNG payload.. CRClo CRChi      LNG counts the whole frame; CRC-16/KERMIT from SYNC to the end of the payload
"""

from __future__ import annotations

from dataclasses import dataclass

SYNC = 0x02
VALIDATOR = 0x03
BILL_TO_BILL = 0x01
SHORTEST = 6
GAP_MS = 5
"""Longest silence between two bytes of one frame (section 4); after that a half frame is forgotten."""


def _of_byte(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc


_TABLE = tuple(map(_of_byte, range(256)))


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT, 0..65535: reflected constant 8408, initial value 0, no final XOR (section 3)."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def frame(payload: bytes, address: int = VALIDATOR) -> bytes:
    """A whole frame of 6..255 bytes. Raises ValueError when the payload is empty or longer than 250 bytes."""
    if not 1 <= len(payload) <= 250:
        raise ValueError(f"payload of {len(payload)} bytes does not fit an ordinary frame")
    body = bytes([SYNC, address, len(payload) + 5]) + payload
    return body + crc16(body).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame addressed to us. `payload` is command and data; it means nothing when `good` is False (wrong CRC)."""

    payload: bytes
    good: bool


class Ear:
    """Bytes in, frames for `address` out. Frames for others and noise are passed over in silence."""

    def __init__(self, address: int = VALIDATOR) -> None:
        self._address = address
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while (start := self._held.find(SYNC)) >= 0:
            del self._held[:start]
            if len(self._held) < 3:
                return heard  # the rest is still on its way
            length = self._held[2]
            if length < SHORTEST:
                del self._held[:1]  # not a frame (the long form is not spoken): look for the next SYNC
                continue
            if len(self._held) < length:
                return heard
            whole = bytes(self._held[:length])
            del self._held[:length]
            if whole[1] == self._address:
                good = crc16(whole[:-2]) == int.from_bytes(whole[-2:], "little")
                heard.append(Heard(whole[3:-2], good))
        self._held.clear()
        return heard

    def clear(self) -> None:
        self._held.clear()
