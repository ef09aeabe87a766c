"""eSSP packets as a strict unit hears and speaks them (essp sheet, sections 2 and 3).

7F SEQ|ADR LEN data.. CRClo CRChi      LEN counts the data; behind the first 7F every 7F is said twice

A damaged packet is not answered. How long a pause half a packet survives is not in the sheet; decided here: 50 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

STX = 0x7F
SEQUENCE_BIT = 0x80
MOST_DATA = 0xFF
GAP_MS = 50


def _of_byte(high: int) -> int:
    crc = high << 8
    for _ in range(8):
        crc = crc << 1 ^ 0x8005 if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


_TABLE = tuple(map(_of_byte, range(256)))


def crc16(data: bytes) -> int:
    """0..65535: polynomial 8005, not reflected, initial value FFFF, no final XOR (section 3)."""
    crc = 0xFFFF
    for byte in data:
        crc = crc << 8 & 0xFFFF ^ _TABLE[crc >> 8 ^ byte]
    return crc


def packet(seq_adr: int, data: bytes, spoilt: int = 0) -> bytes:
    """A whole packet as it goes onto the line; `spoilt` is put over its check sum.

    Raises ValueError when there is no data, or more than 255 bytes.
    """
    if not 1 <= len(data) <= MOST_DATA:
        raise ValueError(f"{len(data)} bytes of data do not fit a packet")
    inner = bytes([seq_adr, len(data)]) + data
    inner += (crc16(inner) ^ spoilt).to_bytes(2, "little")
    return bytes([STX]) + inner.replace(b"\x7f", b"\x7f\x7f")


@dataclass(frozen=True, slots=True)
class Heard:
    """One undamaged packet of the host. `data` is never empty."""

    seq_adr: int
    data: bytes

    @property
    def address(self) -> int:
        return self.seq_adr & 0x7F

    @property
    def bit(self) -> int:
        """The sequence bit, 0 or 80."""
        return self.seq_adr & SEQUENCE_BIT


class Ear:
    """Bytes in, packets out. Noise and damaged packets are dropped in silence; `damaged` counts what began like one."""

    def __init__(self) -> None:
        self.damaged = 0
        self._last_ms = 0
        self.clear()

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if now_ms - self._last_ms > GAP_MS:
            self.clear()
        self._last_ms = now_ms
        heard: list[Heard] = []
        for byte in data:
            whole = self._take(byte)
            if whole is not None:
                heard.append(whole)
        return heard

    def clear(self) -> None:
        self._held: bytearray | None = None  # what came after the 7F that begins a packet
        self._single = False  # a 7F came, and what it means is known with the next byte

    def _take(self, byte: int) -> Heard | None:
        if byte == STX and not self._single:
            self._single = True
            return None
        if self._single and byte != STX:
            self.damaged += self._held is not None  # the last packet never ended
            self._held = bytearray()
        self._single = False
        if self._held is None:
            return None
        self._held.append(byte)
        return self._whole(self._held)

    def _whole(self, held: bytearray) -> Heard | None:
        if len(held) < 2 or len(held) < held[1] + 4:
            return None
        self._held = None
        good = held[1] and crc16(bytes(held[:-2])) == int.from_bytes(held[-2:], "little")
        self.damaged += not good
        return Heard(held[0], bytes(held[2:-2])) if good else None
