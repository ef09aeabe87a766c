"""ccTalk frames as a strict slave hears and speaks them (cctalk sheet, sections 3 and 4.2). Bytes only, no clock but `now_ms`.

    simple check   DST LEN SRC HDR [DATA x LEN] CHK       the whole frame sums to 0
    CRC            DST LEN CRClo HDR [DATA x LEN] CRChi   taken over DST, LEN, HDR, DATA; there is no source

Nothing marks the beginning of a frame: an ear counts bytes, and only silence makes it begin anew.
"""

from __future__ import annotations

from dataclasses import dataclass

BROADCAST, HOST = 0, 1
REPLY, NAK, BUSY = 0, 5, 6
OVERHEAD = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What a host asks of `to`, an address or `BROADCAST`."""

    to: int
    header: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a hopper has to say. `late_ms`: so much later than it usually answers."""

    data: bytes = b""
    header: int = REPLY
    late_ms: int = 0


def crc(data: bytes) -> int:
    """CRC-16/XMODEM: polynomial 1021, initial 0, not reflected."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def frame(to: int, source: int, header: int, data: bytes, with_crc: bool) -> bytes:
    """A whole frame; with a CRC the source is not told."""
    if with_crc:
        check = crc(bytes([to, len(data), header]) + data).to_bytes(2, "little")
        return bytes([to, len(data), check[0], header]) + data + check[1:]
    body = bytes([to, len(data), source, header]) + data
    return body + bytes([-sum(body) & 0xFF])


def understood(heard: bytes, with_crc: bool) -> Request | None:
    """The request in a frame of the right length; None when its check is wrong or it does not come from the host."""
    request = Request(heard[0], heard[3], heard[4:-1])
    return request if frame(request.to, HOST, request.header, request.data, with_crc) == heard else None


class Ear:
    """Bytes in, frames of the right length out. A gap of `gap_ms` inside a frame makes it forget what it has of it."""

    def __init__(self, gap_ms: int) -> None:
        self._gap_ms = gap_ms
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[bytes]:
        if now_ms - self._last_ms >= self._gap_ms:
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        frames: list[bytes] = []
        while len(self._held) > 1 and len(self._held) >= (length := self._held[1] + OVERHEAD):
            frames.append(bytes(self._held[:length]))
            del self._held[:length]
        return frames

    def clear(self) -> None:
        self._held.clear()
