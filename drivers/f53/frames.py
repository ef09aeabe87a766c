"""The link layer of an F53/F56: messages both sides announce with DLE ENQ. Source: f53 sheet, sections 2 and 3.

    10 05 DLE ENQ   10 06 DLE ACK   10 15 DLE NAK   10 02 LenHi LenLo DATA 10 03 CRClo CRChi

CRC-16/KERMIT over LenHi LenLo DATA 10 03. Nothing inside of a message is stuffed: its length says where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

DLE, STX, ETX = 0x10, 0x02, 0x03
HEAD, TAIL = 4, 4
"""Bytes before and behind DATA."""
LONGEST = 512
"""More DATA than this no message has: such a length is noise (the longest known answer has 157)."""
POLYNOMIAL = 0x8408


def crc(data: bytes) -> int:
    """CRC-16/KERMIT: reflected, initial value 0; of "123456789": 2189h."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ POLYNOMIAL if value & 1 else value >> 1
    return value


def encode(data: bytes) -> bytes:
    """The message with DATA of 1..512 bytes."""
    counted = len(data).to_bytes(2, "big") + data + bytes([DLE, ETX])
    return bytes([DLE, STX]) + counted + crc(counted).to_bytes(2, "little")


@unique
class Sign(Enum):
    """What is said outside of messages; the value is the byte behind DLE."""

    ENQ = 0x05
    ACK = 0x06
    NAK = 0x15

    @property
    def raw(self) -> bytes:
        return bytes([DLE, self.value])


@dataclass(frozen=True, slots=True)
class Message:
    data: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A message with a wrong check or end, or one whose rest never came."""

    raw: bytes


Item = Sign | Message | Damaged
SIGNS = {sign.value: sign for sign in Sign}


class Decoder:
    """Bytes in, items out. Never waits, never raises on noise, has never seen a port."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def waiting(self) -> bool:
        """The beginning of something is here, its end is not."""
        return bool(self._held)

    def feed(self, received: bytes) -> list[Item]:
        self._held += received
        items: list[Item] = []
        while self._held:
            taken, item = self._next()
            if not taken:
                break
            del self._held[:taken]
            if item is not None:
                items.append(item)
        return items

    def _next(self) -> tuple[int, Item | None]:
        """How many bytes are done with, and what they were; 0 = the rest is on its way."""
        held = self._held
        if held[0] != DLE:
            return 1, None
        if len(held) < 2:
            return 0, None
        if held[1] in SIGNS:
            return 2, SIGNS[held[1]]
        if held[1] != STX:
            return 1, None
        if len(held) < HEAD:
            return 0, None
        length = int.from_bytes(held[2:HEAD], "big")
        if not 0 < length <= LONGEST:
            return 2, None
        if len(held) < HEAD + length + TAIL:
            return 0, None
        return self._message(HEAD + length + TAIL)

    def _message(self, size: int) -> tuple[int, Item]:
        raw = bytes(self._held[:size])
        counted, check = raw[2:-2], int.from_bytes(raw[-2:], "little")
        if counted[-2:] == bytes([DLE, ETX]) and crc(counted) == check:
            return size, Message(counted[2:-2])
        return size, Damaged(raw)

    def flush(self) -> list[Item]:
        """The missing bytes are not coming: what began as a message is damaged, a lone DLE was noise."""
        raw = bytes(self._held)
        self._held.clear()
        return [Damaged(raw)] if len(raw) >= 2 else []
