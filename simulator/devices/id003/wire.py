"""ID-003 frames as a strict unit hears and speaks them (id003 sheet, sections 2 to 4).

FC LNG CMD data.. CRClo CRChi      LNG counts the whole frame; CRC-16/KERMIT from FC to the last data byte

A damaged frame is not answered. How long a pause a half frame survives is not in the sheet; decided here: 50 ms, the shortest
answer time-out that a host is quoted with.
"""

from __future__ import annotations

SYNC = 0xFC
SHORTEST = 5
LONGEST = 255
GAP_MS = 50


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


def frame(payload: bytes, longer: int = 0) -> bytes:
    """A whole frame of 5..255 bytes; `longer` makes LNG lie by so much, under a right checksum.

    Raises ValueError when the payload is empty or longer than 251 bytes.
    """
    if not 1 <= len(payload) <= LONGEST - SHORTEST + 1:
        raise ValueError(f"payload of {len(payload)} bytes does not fit a frame")
    body = bytes([SYNC, (len(payload) + SHORTEST - 1 + longer) & 0xFF]) + payload
    return body + crc16(body).to_bytes(2, "little")


class Ear:
    """Bytes in, command and data of whole frames out. Noise and damaged frames are passed over in silence."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[bytes]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[bytes] = []
        while (start := self._held.find(SYNC)) >= 0:
            del self._held[:start]
            if len(self._held) < 2:
                return heard  # the rest is still on its way
            length = self._held[1]
            if length < SHORTEST:
                del self._held[:1]  # not a frame: look for the next FC
                continue
            if len(self._held) < length:
                return heard
            whole = bytes(self._held[:length])
            del self._held[:length]
            if crc16(whole[:-2]) == int.from_bytes(whole[-2:], "little"):
                heard.append(whole[2:-2])
        self._held.clear()
        return heard

    def clear(self) -> None:
        self._held.clear()
