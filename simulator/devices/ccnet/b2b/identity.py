"""What the unit says about itself: part and serial numbers, versions, its own clock (ccnet sheet, 9.2: 37, 3E, 53, 62)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

PART = "TVM-B2B"
RUNNING = 0x80


def identification(serial: str) -> bytes:
    """34 bytes: part 15, serial 12, asset number 7."""
    return _text(PART, 15) + _text(serial, 12) + zlib.crc32(serial.encode()).to_bytes(7, "big")


def extended(serial: str) -> bytes:
    """109 bytes: part 15, serial 12, asset 8, then boot and program of head, CPU, packer and cassette processors."""
    asset = zlib.crc32(serial.encode()).to_bytes(8, "big")
    versions = [("HB0100", 6), ("TVM HEAD PROGRAM 100", 20), ("CB0100", 6), ("CP0100", 6), ("PB0100", 6), ("PP0100", 6)]
    cassettes = [("KB0101", 6), ("KB0102", 6), ("KB0103", 6), ("KP0100", 6)]
    return _text(PART, 15) + _text(serial, 12) + asset + b"".join(_text(*part) for part in versions + cassettes)


def modules(serial: str) -> bytes:
    """60 bytes: serial numbers of chassis, dispenser and cassettes 1 to 3, 12 each."""
    return b"".join(_text(f"{mark}{serial[-9:]}", 12) for mark in ("CH", "DI", "K1", "K2", "K3"))


def _text(text: str, size: int) -> bytes:
    return text.encode("ascii")[:size].ljust(size)


class UnitClock:
    """Seven BCD bytes (62): seconds with bit 7 = clock runs, minute, hour, weekday 1-7, date, month, year. Needs no mains.

    The answer has eight bytes; what the eighth says is not public, it is 0 here.
    """

    def __init__(self) -> None:
        self._shown = datetime(2000, 1, 1, tzinfo=UTC)
        self._weekday = 7
        self._since_ms: int | None = None

    def read(self, now_ms: int) -> bytes:
        gone = timedelta(milliseconds=now_ms - self._since_ms) if self._since_ms is not None else timedelta()
        now = self._shown + gone
        days = (now.date() - self._shown.date()).days
        weekday = (self._weekday - 1 + days) % 7 + 1
        first = _bcd(now.second) | (RUNNING if self._since_ms is not None else 0)
        rest = (now.minute, now.hour, weekday, now.day, now.month, now.year % 100)
        return bytes([first, *map(_bcd, rest), 0])

    def set(self, data: bytes, now_ms: int) -> bool:
        """False when this is no time."""
        digits = [data[0] & ~RUNNING, *data[1:]]
        if len(data) != 7 or any(byte >> 4 > 9 or byte & 15 > 9 for byte in digits):
            return False
        second, minute, hour, weekday, day, month, year = ((byte >> 4) * 10 + (byte & 15) for byte in digits)
        try:
            shown = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return False
        if not 1 <= weekday <= 7:
            return False
        self._shown, self._weekday = shown, weekday
        self._since_ms = now_ms if data[0] & RUNNING else None
        return True


def _bcd(number: int) -> int:
    return number // 10 << 4 | number % 10
