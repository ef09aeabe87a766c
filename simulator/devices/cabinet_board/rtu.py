"""Modbus RTU frames from the host: found by length and CRC, dropped by silence (io-board sheet 2.2, map version 2)."""

from __future__ import annotations

SILENCE_MS = 50
SHORTEST, LONGEST = 4, 256
FIXED = range(1, 7)  # functions whose request is 8 bytes long
COUNTED = (0x0F, 0x10)  # functions whose request tells its own length in byte 6


def _of_byte(crc: int) -> int:
    for _ in range(8):
        crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


_TABLE = tuple(map(_of_byte, range(256)))


def crc16(data: bytes | bytearray) -> bytes:
    """CRC-16 of Modbus (A001h reflected, start FFFFh), low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return bytes([crc & 0xFF, crc >> 8])


def sealed(body: bytes) -> bytes:
    return body + crc16(body)


def whole(frame: bytes | bytearray) -> bool:
    return len(frame) >= SHORTEST and crc16(frame[:-2]) == frame[-2:]


class FrameReader:
    """Bytes in, good frames out (CRC included), for any unit number. Never raises.

    After a wrong CRC it looks for the next frame byte by byte; the bytes skipped count as one error.
    """

    def __init__(self) -> None:
        self.crc_errors = 0
        self._held = bytearray()
        self._lost = False
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[bytes]:
        self.expire(now_ms)
        self._last_ms = now_ms
        self._held += data
        frames = []
        while frame := self._next():
            frames.append(frame)
        return frames

    def expire(self, now_ms: int) -> None:
        """50 ms of silence inside a frame drops it."""
        due = self.due_ms()
        if due is None or now_ms < due:
            return
        if not self._lost and len(self._held) >= SHORTEST and self._wanted() is None:
            self.crc_errors += 1  # silence ended a frame of unknown length, and its CRC was wrong
        self._held.clear()
        self._lost = False

    def due_ms(self) -> int | None:
        return self._last_ms + SILENCE_MS if self._held else None

    def _wanted(self) -> int | None:
        """Length of the frame at the front, 0 when too little is known, None for an unknown function."""
        if len(self._held) < 2:
            return 0
        if self._held[1] in FIXED:
            return 8
        if self._held[1] in COUNTED:
            return 9 + self._held[6] if len(self._held) > 6 else 0
        return None

    def _next(self) -> bytes | None:
        while len(self._held) >= SHORTEST:
            wanted = self._wanted()
            if wanted is None and not self._lost:
                return self._unknown_function()
            if wanted is not None and (wanted == 0 or len(self._held) < wanted):
                return None
            if wanted is not None and whole(self._held[:wanted]):
                return self._take(wanted)
            if not self._lost:
                self.crc_errors += 1
                self._lost = True
            del self._held[:1]
        return None

    def _unknown_function(self) -> bytes | None:
        for length in range(SHORTEST, min(len(self._held), LONGEST) + 1):
            if whole(self._held[:length]):
                return self._take(length)
        return None

    def _take(self, length: int) -> bytes:
        frame = bytes(self._held[:length])
        del self._held[:length]
        self._lost = False
        return frame
