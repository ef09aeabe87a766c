"""eSSP packets as the host sees them. Source: essp sheet, sections 2, 3, 6 and 7.

    7F SEQ|ADR LEN DATA[LEN] CRClo CRChi      after the first 7F every 7F is sent twice; LEN and CRC count it once

DATA begins with the command, in answers with the generic answer code. Encrypted DATA (7E ...) is `sealed.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

START = 0x7F
SEQUENCE = 0x80
SMALLEST = 4  # SEQ|ADR, LEN and the CRC
CHANNELS = range(1, 17)
PROTOCOL = 6


@unique
class Command(IntEnum):
    """Section 6: what a host of a note validator needs."""

    RESET = 0x01
    SET_INHIBITS = 0x02
    SETUP = 0x05
    HOST_PROTOCOL = 0x06
    POLL = 0x07
    REJECT = 0x08
    DISABLE = 0x09
    ENABLE = 0x0A
    SERIAL_NUMBER = 0x0C
    SYNC = 0x11
    LAST_REJECT = 0x17
    HOLD = 0x18
    FIRMWARE = 0x20
    DATASET = 0x21
    SET_GENERATOR = 0x4A
    SET_MODULUS = 0x4B
    KEY_EXCHANGE = 0x4C
    POLL_WITH_ACK = 0x56
    EVENT_ACK = 0x57
    COUNTERS = 0x58


@unique
class Answer(IntEnum):
    """Section 7, the first byte of an answer."""

    OK = 0xF0
    UNKNOWN_COMMAND = 0xF2
    WRONG_PARAMETERS = 0xF3
    OUT_OF_RANGE = 0xF4
    CANNOT_PROCESS = 0xF5
    SOFTWARE_ERROR = 0xF6
    FAIL = 0xF8
    KEY_NOT_SET = 0xFA


REFUSALS = frozenset(map(int, Answer)) - {Answer.OK, Answer.KEY_NOT_SET}


def _crc_table() -> tuple[int, ...]:
    table = []
    for entry in range(256):
        crc = entry << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x8005 if crc & 0x8000 else 0)) & 0xFFFF
        table.append(crc)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> bytes:
    """CRC of section 3 in sending order; b"123456789" gives E7 AE."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _CRC_TABLE[crc >> 8 ^ byte]
    return crc.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet in either direction. `bit`: 0 or 1, the sequence bit; 0 to 255 bytes of data.

    `address` 0..126: 127 could not be told from a doubled 7F.
    """

    bit: int
    data: bytes
    address: int = 0

    def encode(self) -> bytes:
        body = bytes([self.bit << 7 | self.address, len(self.data)]) + self.data
        plain = body + crc16(body)
        return bytes([START]) + plain.replace(b"\x7f", b"\x7f\x7f")


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something that began like a packet and ended early, or had a wrong CRC. `raw` is without the doubled bytes."""

    raw: bytes


class Decoder:
    """Bytes in, packets out. Never waits, never raises on noise, has never seen a port.

    A single 7F always begins a packet (section 2), so a damaged one costs itself and never the next.
    """

    def __init__(self) -> None:
        self._held: bytearray | None = None  # None: between packets
        self._half = False  # a 7F came, and what follows says what it means

    def feed(self, received: bytes) -> list[Packet | Damaged]:
        found: list[Packet | Damaged] = []
        for byte in received:
            if self._half:
                self._half = False
                if byte != START:
                    if self._held:
                        found.append(Damaged(bytes(self._held)))
                    self._held = bytearray()
            elif byte == START:
                self._half = True
                continue
            if self._held is not None:
                self._held.append(byte)
                found += self._complete()
        return found

    def _complete(self) -> list[Packet | Damaged]:
        held = self._held
        if held is None or len(held) < SMALLEST or len(held) < SMALLEST + held[1]:
            return []
        raw, self._held = bytes(held), None
        if crc16(raw[:-2]) != raw[-2:]:
            return [Damaged(raw)]
        return [Packet(raw[0] >> 7, raw[2:-2], raw[0] & ~SEQUENCE)]


def inhibits(channels: Iterable[int]) -> bytes:
    """DATA of SET CHANNEL INHIBITS: a bit for each channel (1..16) that is accepted; channel 1 is bit 0 of the first byte."""
    accepted = sum(1 << channel - 1 for channel in set(channels))
    return accepted.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Setup:
    """Who is there. `notes`: channel -> (country, face value in the hundredth of its unit: fen); unused channels are left out."""

    unit_type: int
    firmware: str
    country: str
    protocol: int
    notes: Mapping[int, tuple[str, int]]


def parse_setup(data: bytes) -> Setup | None:
    """The answer to SETUP REQUEST without its F0 (section 6); None when it is too short or the texts are none.

    From version 6 on a channel has its own country and a 4-byte value; the one-byte value, where it is not 0, has to say the
    same. A value times the real multiplier is in the smallest unit.
    """
    if len(data) < 12 or len(data) < 16 + 2 * data[11]:
        return None
    firmware, country, count = _text(data[1:5]), _text(data[5:8]), data[11]
    if not firmware or len(country) != 3:
        return None
    multiplier, rest = int.from_bytes(data[8:11], "big"), data[12:]
    small, rest = rest[:count], rest[2 * count :]
    real, protocol, rest = int.from_bytes(rest[:3], "big"), rest[3], rest[4:]
    if protocol >= PROTOCOL and len(rest) < 7 * count:
        return None
    notes = {}
    for at in range(min(count, CHANNELS[-1])):
        kind, value = country, small[at] * multiplier
        if protocol >= PROTOCOL:
            kind = _text(rest[3 * at : 3 * at + 3])
            whole = int.from_bytes(rest[3 * count + 4 * at :][:4], "little")
            value = whole if value in (0, whole) else 0
        if value and real:
            notes[at + 1] = (kind, value * real)
    return Setup(data[0], firmware, country, protocol, notes)


def _text(data: bytes) -> str:
    """Empty when it is none (bytes that are no printable ASCII)."""
    return data.decode("ascii").strip() if all(0x20 <= byte < 0x7F for byte in data) else ""


def parse_text(data: bytes) -> str:
    """An answer that is text, such as the firmware version, without the zero bytes at its end."""
    return _text(data.rstrip(b"\0"))


def parse_counters(data: bytes) -> tuple[int, ...]:
    """The answer to COUNTERS without its F0: how many there are, then 4 bytes each, least significant first; stacked is the
    first. Empty when the length does not fit."""
    if not data or not data[0] or len(data) != 1 + 4 * data[0]:
        return ()
    return tuple(int.from_bytes(data[at : at + 4], "little") for at in range(1, len(data), 4))
