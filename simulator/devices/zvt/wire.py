"""APDUs on their two ways (EMV sheet, section 7; decision page 050): bare over TCP, framed and acknowledged on a serial line.

class(1) instruction(1) length(1, or FF and two bytes, low byte first) data       over TCP, nothing round it
DLE(10) STX(02) APDU DLE ETX(03) CRClo CRChi        on a line: each 10 inside the APDU is doubled

The CRC (8408 reflected, start 0) is over the plain APDU and the 03. One byte answers a frame: 06 when it is whole, else 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from simulator.devices.zvt.codes import Control

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15
LONG = 0xFF
MOST_DATA = 4_096
"""A greater length is noise: no command of the sheet is nearly as long."""
CLASSES = (0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, 0x84)
"""What an APDU can begin with; anything else between two of them is noise."""
GAP_MS = 5_000
"""After so long a silence the half of a message is forgotten."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """`control` is class and instruction."""

    control: Control
    data: bytes = b""

    def encode(self) -> bytes:
        size = len(self.data)
        length = bytes([size]) if size < LONG else bytes([LONG]) + size.to_bytes(2, "little")
        return bytes(self.control) + length + self.data


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value


def framed(apdu: bytes) -> bytes:
    """The frame of a serial line."""
    check = crc(apdu + bytes([ETX])).to_bytes(2, "little")
    return bytes([DLE, STX]) + apdu.replace(b"\x10", b"\x10\x10") + bytes([DLE, ETX]) + check


def length_of(head: bytes) -> tuple[int, int] | None:
    """(bytes before the data, bytes of data) of what begins with `head`; None while that cannot be told."""
    if len(head) < 3 or (head[2] == LONG and len(head) < 5):
        return None
    return (5, int.from_bytes(head[3:5], "little")) if head[2] == LONG else (3, head[2])


def opened(raw: bytes) -> Apdu | None:
    """The APDU that `raw` is from its first byte to its last; None when its length says otherwise."""
    sizes = length_of(raw)
    if sizes is None or sum(sizes) != len(raw):
        return None
    return Apdu((raw[0], raw[1]), raw[sizes[0] :])


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing on the line: an APDU; with `damaged` what should have been one; or a byte that answers a frame of ours."""

    apdu: Apdu | None = None
    damaged: bool = False
    sign: int | None = None


class Ear(Protocol):
    """Bytes in, things out. `noise` counts bytes that belonged to nothing."""

    noise: int

    def feed(self, data: bytes, now_ms: int) -> list[Heard]: ...

    def clear(self) -> None: ...


class TcpEar:
    """Bare APDUs."""

    def __init__(self) -> None:
        self.noise = 0
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if self._held and now_ms - self._last_ms > GAP_MS:
            self.noise += len(self._held)
            self._held.clear()
        self._last_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while self._held:
            sizes = length_of(bytes(self._held[:5]))
            if self._held[0] not in CLASSES or (sizes is not None and sizes[1] > MOST_DATA):
                self.noise += 1
                del self._held[0]
            elif sizes is None or len(self._held) < sum(sizes):
                break  # the rest is still on its way
            else:
                heard.append(Heard(opened(bytes(self._held[: sum(sizes)]))))
                del self._held[: sum(sizes)]
        return heard

    def clear(self) -> None:
        self._held.clear()


class SerialEar:
    """Frames between DLE STX and DLE ETX. A frame that begins inside another one ends that one as damaged."""

    def __init__(self) -> None:
        self.noise = 0
        self._frame: bytearray | None = None
        self._check: bytearray | None = None
        self._escaped = False
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if now_ms - self._last_ms > GAP_MS:
            self.clear()
        self._last_ms = now_ms
        return [heard for byte in data if (heard := self._byte(byte)) is not None]

    def clear(self) -> None:
        self._frame, self._check, self._escaped = None, None, False

    def _byte(self, byte: int) -> Heard | None:
        if self._check is not None:
            self._check.append(byte)
            return self._ended() if len(self._check) == 2 else None
        if self._escaped:
            self._escaped = False
            return self._after_dle(byte)
        if byte == DLE:
            self._escaped = True
            return None
        if self._frame is not None:
            return self._inside(byte)
        if byte in (ACK, NAK):
            return Heard(sign=byte)
        self.noise += 1
        return None

    def _after_dle(self, byte: int) -> Heard | None:
        if byte == STX:
            cut, self._frame = self._frame, bytearray()
            return Heard(damaged=True) if cut else None
        if self._frame is None:
            self.noise += 2
            return None
        if byte == DLE:
            return self._inside(DLE)
        if byte == ETX:
            self._check = bytearray()
            return None
        self.clear()  # 10 and anything else: no frame has that inside
        return Heard(damaged=True)

    def _inside(self, byte: int) -> Heard | None:
        assert self._frame is not None
        self._frame.append(byte)
        if len(self._frame) <= MOST_DATA + 5:
            return None
        self.clear()
        return Heard(damaged=True)

    def _ended(self) -> Heard:
        raw, check = bytes(self._frame or b""), bytes(self._check or b"")
        self.clear()
        apdu = opened(raw) if check == crc(raw + bytes([ETX])).to_bytes(2, "little") else None
        return Heard(apdu, damaged=apdu is None)
