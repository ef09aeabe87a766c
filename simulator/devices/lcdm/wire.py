"""LCDM frames as a strict dispenser hears and speaks them (lcdm sheet, sections 2, 3 and 5.1); commands of dialect 30.

    host  EOT(04) ID STX(02) CMD data.. ETX(03) BCC          device  SOH(01) ID STX(02) CMD data.. ETX(03) BCC

ID is 30 in this dialect, 50 in the other (`wire50`). There is no length field: it follows from the command. BCC = xor of
everything before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor

SOH, STX, ETX, EOT, ACK, NAK = 0x01, 0x02, 0x03, 0x04, 0x06, 0x15
ID = 0x30
BASE = 0x20  # numbers travel as value + 20
FRAME_MS = 200  # first to last byte of one frame
LONGEST_DATA = 32

RESET, STATUS, PURGE, DISPENSE, TEST_DISPENSE, LAST_STATUS = 0x44, 0x50, 0x51, 0x52, 0x53, 0x55
DIAGNOSTICS, SET_OPACITY, GET_OPACITY, SET_ORDER, GET_ORDER = 0x58, 0x5A, 0x5B, 0x5C, 0x5D
SET_LENGTH, GET_LENGTH, SERIAL = 0x5E, 0x5F, 0x67

DATA_LENGTH = {
    RESET: 0,
    STATUS: 0,
    PURGE: 0,
    DISPENSE: 15,
    TEST_DISPENSE: 15,
    LAST_STATUS: 0,
    DIAGNOSTICS: 1,
    SET_OPACITY: 8,
    GET_OPACITY: 0,
    SET_ORDER: 4,
    GET_ORDER: 0,
    SET_LENGTH: 8,
    GET_LENGTH: 0,
    SERIAL: 0,
}
SHORT_DISPENSE = 7  # q1 q2 20 20 20 20 number, on firmware with transaction numbers


def bcc(data: bytes) -> int:
    return reduce(xor, data, 0)


def response(command: int, data: bytes, dialect: int = ID) -> bytes:
    body = bytes([SOH, dialect, STX, command]) + data + bytes([ETX])
    return body + bytes([bcc(body)])


@dataclass(frozen=True, slots=True)
class Command:
    """One whole frame of the host; `good` False when its BCC or its ETX is wrong."""

    code: int
    data: bytes
    good: bool = True


Heard = Command | int
"""A command, or one of the control bytes ACK and NAK between frames."""


class Ear:
    """Bytes in, commands and control bytes out. Frames of the other dialect and stray bytes are passed over in silence.
    `lengths`: bytes of data per command; `short_dispense`: DISPENSE may come with a transaction number instead."""

    def __init__(
        self, short_dispense: bool = False, dialect: int = ID, lengths: Mapping[int, int] = DATA_LENGTH
    ) -> None:
        self._short = short_dispense
        self._opens, self._lengths = bytes([EOT, dialect, STX]), lengths
        self._held = bytearray()
        self._first_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        if self._held and now_ms - self._first_ms > FRAME_MS:
            self._held.clear()
        if not self._held:
            self._first_ms = now_ms
        self._held += data
        heard: list[Heard] = []
        while self._held:
            if self._held[0] in (ACK, NAK):
                heard.append(self._held.pop(0))
            elif not self._opening():
                del self._held[:1]
            elif (size := self._size()) is None or len(self._held) < size:
                break  # the rest is still on its way
            else:
                whole = bytes(self._held[:size])
                del self._held[:size]
                good = whole[-2] == ETX and bcc(whole) == 0
                heard.append(Command(whole[3], whole[4:-2], good))
                self._first_ms = now_ms
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _opening(self) -> bool:
        """What is held may be the beginning of a frame of this dialect."""
        return self._opens.startswith(bytes(self._held[:3]))

    def _size(self) -> int | None:
        """Length of the frame that begins here, ETX and BCC included; None while it cannot be told."""
        if len(self._held) < 4:
            return None
        code = self._held[3]
        if code not in self._lengths:  # ends at its first ETX, or is too long to be a frame at all
            end = self._held.find(ETX, 4, 4 + LONGEST_DATA)
            if end >= 0:
                return end + 2
            return 4 + LONGEST_DATA if len(self._held) >= 4 + LONGEST_DATA else None
        short = 4 + SHORT_DISPENSE
        if code == DISPENSE and self._short:
            if len(self._held) <= short:
                return None
            if self._held[short] == ETX:
                return short + 2
        return 4 + self._lengths[code] + 2
