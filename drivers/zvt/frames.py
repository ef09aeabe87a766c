"""How ZVT messages lie on a line: bare on TCP; on a serial one between 10 02 and 10 03, with a check behind.

    10 02 APDU.. 10 03 CRC CRC

Every 10 of the APDU is doubled; the CRC is over the APDU before that and 03 (polynomial 8408 reflected, start 0), low byte first.

Source: EMV sheet, section 7; docs/sheets/card-terminal-open-points.md, "Line". A frame that was damaged is answered NAK.
"""

from __future__ import annotations

from enum import Enum, unique

from drivers.zvt.codec import Apdu, encode, split

DLE, STX, ETX = 0x10, 0x02, 0x03
ACK, NAK = b"\x06", b"\x15"
LONGEST = 5 + 0xFFFF
"""Bytes of an APDU."""


@unique
class Signal(Enum):
    AGAIN = "the other side wants the last frame again"
    DAMAGED = "a frame whose check is wrong"


def crc(data: bytes) -> bytes:
    """Over `data` and the 03 that ends it."""
    value = 0
    for byte in (*data, ETX):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def framed(apdu: Apdu) -> bytes:
    content = encode(apdu)
    return b"\x10\x02" + content.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + crc(content)


CLASSES = frozenset({0x04, 0x05, 0x06, 0x08, 0x80, 0x84})
"""First bytes of messages there are."""


class BareDecoder:
    """TCP. Bytes that cannot begin a message are dropped; what only looks like one cannot be told from one that is still coming."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def midway(self) -> bool:
        return bool(self._held)

    def clear(self) -> None:
        self._held.clear()

    def feed(self, received: bytes) -> list[Apdu | Signal]:
        self._held += received
        found: list[Apdu | Signal] = []
        while self._held:
            if self._held[0] not in CLASSES:
                del self._held[:1]
                continue
            first = split(self._held)
            if first is None:
                break
            found.append(first[0])
            del self._held[: first[1]]
        return found


class SerialDecoder:
    """Bytes in, messages out. Never waits, never raises on noise."""

    def __init__(self) -> None:
        self.clear()

    @property
    def midway(self) -> bool:
        return self._content is not None

    def clear(self) -> None:
        self._content: bytearray | None = None
        self._escaped = False
        self._check: bytearray | None = None

    def feed(self, received: bytes) -> list[Apdu | Signal]:
        found: list[Apdu | Signal] = []
        for byte in received:
            made = self._outside(byte) if self._content is None else self._inside(byte)
            if made is not None:
                found.append(made)
        return found

    def _outside(self, byte: int) -> Signal | None:
        if self._escaped and byte == STX:
            self._content, self._escaped = bytearray(), False
            return None
        self._escaped = byte == DLE
        return Signal.AGAIN if byte == NAK[0] else None

    def _inside(self, byte: int) -> Apdu | Signal | None:
        content = self._content
        assert content is not None
        if self._check is not None:
            self._check.append(byte)
            return self._checked(bytes(content), bytes(self._check)) if len(self._check) == 2 else None
        if not self._escaped:
            self._escaped = byte == DLE
            if not self._escaped:
                content.append(byte)
        else:
            self._escaped = False
            if byte == DLE:
                content.append(byte)
            elif byte == ETX:
                self._check = bytearray()
            elif byte == STX:
                content.clear()  # a new frame begins, and the last one never ended
            else:
                return self._end(Signal.DAMAGED)
        return self._end(Signal.DAMAGED) if len(content) > LONGEST else None

    def _checked(self, content: bytes, check: bytes) -> Apdu | Signal:
        first = split(content) if check == crc(content) else None
        whole = first is not None and first[1] == len(content)
        return self._end(first[0] if whole and first is not None else Signal.DAMAGED)

    def _end(self, made: Apdu | Signal) -> Apdu | Signal:
        self.clear()
        return made
