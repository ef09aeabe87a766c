"""F53 messages as a strict dispenser hears and speaks them (f53 sheet, sections 2, 3 and 5). Bytes only, no clock but `now_ms`.

    DLE ENQ(10 05)  DLE ACK(10 06)  DLE NAK(10 15)       DLE STX(10 02) LenHi LenLo DATA[Len] DLE ETX(10 03) CRClo CRChi

Len counts DATA only; nothing is stuffed: the receiver counts bytes. The CRC is taken from LenHi up to and with ETX.
"""

from __future__ import annotations

from dataclasses import dataclass

DLE, STX, ETX, ENQ, ACK, NAK = 0x10, 0x02, 0x03, 0x05, 0x06, 0x15
WAIT_MS = 5_000  # each wait inside the handshake, and the silence after which an ear begins anew
TRIES = 3  # per phase
MOST_DATA = 0xFF  # of a host's message; the longest known has 19 hex
_OVERHEAD = 8

CLASS_OPERATION, CLASS_STATUS = 0x60, 0x00
STATUS, INITIALISE, BILL_COUNT = 0x01, 0x02, 0x03
FS = 0x1C
ABNORMAL = 0xF0
SHORT_ANSWER, LONG_ANSWER = 0x34, 0x99
"""Parameter bytes of an answer: of everything but the bill count, and of the bill count."""


def crc(data: bytes) -> int:
    """CRC-16/KERMIT: polynomial 8408 reflected, initial 0."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value


def message(data: bytes) -> bytes:
    """The whole frame round DATA."""
    checked = len(data).to_bytes(2, "big") + data + bytes([DLE, ETX])
    return bytes([DLE, STX]) + checked + crc(checked).to_bytes(2, "little")


def control(byte: int) -> bytes:
    return bytes([DLE, byte])


def digit(value: int) -> int:
    """One ASCII digit with even parity in bit 7."""
    code = 0x30 + value
    return code | 0x80 if code.bit_count() % 2 else code


def two_digits(value: int) -> bytes:
    """A count; what does not fit into two digits is told as 99."""
    return bytes([digit(min(value, 99) // 10), digit(min(value, 99) % 10)])


def numbers(data: bytes) -> list[int] | None:
    """Counts out of digit pairs; None when a byte is no digit or has the wrong parity."""
    values = [code & 0x0F for code in data]
    if any(value > 9 or digit(value) != code for value, code in zip(values, data, strict=True)):
        return None
    return [10 * tens + ones for tens, ones in zip(values[::2], values[1::2], strict=True)]


@dataclass(frozen=True, slots=True)
class Message:
    """One whole frame; `good` False when its length, its end or its CRC is wrong."""

    data: bytes
    good: bool = True


Heard = Message | int
"""A message, or one of the control bytes ENQ, ACK, NAK."""


class Ear:
    """Bytes in, messages and control bytes out; stray bytes between them are passed over in silence."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._first_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        """A frame that is not whole `WAIT_MS` after its first byte is forgotten (section 10.3)."""
        if self._held and now_ms - self._first_ms >= WAIT_MS:
            self._held.clear()
        if not self._held:
            self._first_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while (item := self._next()) is not None:
            heard.append(item)
            self._first_ms = now_ms
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _next(self) -> Heard | None:
        """What stands first in the bytes that are held; None while the rest of it is on its way."""
        held = self._held
        while held:
            if held[0] != DLE:
                del held[0]
            elif len(held) == 1:
                return None
            elif held[1] in (ENQ, ACK, NAK):
                byte = held[1]
                del held[:2]
                return byte
            elif held[1] != STX:
                del held[0]
            else:
                return self._message()
        return None

    def _message(self) -> Message | None:
        held = self._held
        if len(held) < 4:
            return None
        size = int.from_bytes(held[2:4], "big")
        if not 0 < size <= MOST_DATA:
            del held[:4]  # the framing is wrong; what follows is passed over until something begins again
            return Message(b"", good=False)
        if len(held) < size + _OVERHEAD:
            return None
        whole = bytes(held[: size + _OVERHEAD])
        del held[: size + _OVERHEAD]
        good = whole[-4:-2] == bytes([DLE, ETX]) and crc(whole[2:-2]) == int.from_bytes(whole[-2:], "little")
        return Message(whole[4:-4], good)
