"""LCDM-4000 (dialect 30) frames as the host sees them. Source: lcdm sheet, sections 2, 3, 5, 6.

    host   EOT(04) 30 STX(02) CMD [DATA] ETX(03) BCC        answered by ACK(06) or NAK(15), then
    device SOH(01) 30 STX(02) CMD [DATA] ETX(03) BCC        answered by ACK or NAK, then EOT(04)

BCC = xor from EOT or SOH to ETX. No length field: the length of a response follows from its command. Numbers are one byte
of value + 20h. Dialect 50 differs in ID, numbers and commands; it is a codec of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, unique
from functools import reduce
from operator import xor

SOH, STX, ETX, EOT, ACK, NAK = 0x01, 0x02, 0x03, 0x04, 0x06, 0x15
ID = 0x30
OFFSET = 0x20
CASSETTES = 4
RESERVED = 9
LARGEST_QUANTITY = 0x7E - OFFSET


@unique
class Command(IntEnum):
    """Section 5.1."""

    RESET = 0x44
    STATUS = 0x50
    PURGE = 0x51
    DISPENSE = 0x52
    TEST = 0x53
    LAST_STATUS = 0x55
    SERIAL = 0x67


MOVING = (Command.PURGE, Command.DISPENSE, Command.TEST)
"""Commands that move notes: never sent again once the device may have begun."""

_DATA_BYTES = {
    Command.RESET: 0,
    Command.STATUS: 2 + 4 * CASSETTES,
    Command.PURGE: 2 + 3 * CASSETTES,
    Command.DISPENSE: 2 + 3 * CASSETTES + RESERVED,
    Command.TEST: 2 + 3 * CASSETTES + RESERVED,
    Command.LAST_STATUS: 3 + 3 * CASSETTES,
    Command.SERIAL: 2,
}
"""Data bytes of the response to each command."""


def bcc(data: bytes) -> int:
    return reduce(xor, data, 0)


def _number(byte: int) -> int:
    """A number on the wire; bytes below 20h are nonsense and read as 0."""
    return max(0, byte - OFFSET)


def encode_command(code: int, data: bytes = b"") -> bytes:
    body = bytes([EOT, ID, STX, code]) + data + bytes([ETX])
    return body + bytes([bcc(body)])


def dispense_data(counts: Mapping[int, int]) -> bytes:
    """DATA of DISPENSE and TEST: notes (0..94) per cassette 1..4, no time-outs. Raises ValueError for what cannot be asked."""
    if not set(counts) <= set(range(1, CASSETTES + 1)) or not all(0 <= n <= LARGEST_QUANTITY for n in counts.values()):
        raise ValueError(f"cannot ask a dispenser of four cassettes for {dict(counts)}")
    quantities = bytes(OFFSET + counts.get(cassette, 0) for cassette in range(1, CASSETTES + 1))
    return quantities + bytes([OFFSET]) * (2 + RESERVED)


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response of the device: the command it answers and its data."""

    code: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """A single byte outside of frames: ACK, NAK or EOT."""

    byte: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A response with a wrong check byte, or one that never ended."""

    raw: bytes


Item = Response | Control | Damaged


class Decoder:
    """Bytes in, items out. Never waits, never raises on noise, has never seen a port.

    Inside of what looks like a damaged frame no control byte is looked for: a check byte may be any byte, and a NAK that
    nobody sent would let a host say something twice.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def waiting(self) -> bool:
        """The beginning of a response is here, its end is not."""
        return bool(self._held)

    def feed(self, received: bytes) -> list[Item]:
        self._held += received
        items: list[Item] = []
        while self._held:
            first = self._held[0]
            if first == SOH:
                length = self._length()
                if length is None or len(self._held) < length:
                    return items  # the rest is still on its way
                items.append(self._take(length))
            elif first == ETX:
                if len(self._held) < 2:
                    return items
                del self._held[:2]  # the end of something whose beginning was lost, and its check byte
            else:
                if first in (ACK, NAK, EOT):
                    items.append(Control(first))
                del self._held[:1]  # anything else, such as stray FF bytes of an idle device, means nothing
        return items

    def _length(self) -> int | None:
        """Of the response that begins here: 1 = none begins here after all, None = too early to say."""
        for place, right in ((1, ID), (2, STX)):
            if len(self._held) > place and self._held[place] != right:
                return 1
        if len(self._held) < 4:
            return None
        code = self._held[3]
        return _DATA_BYTES[Command(code)] + 6 if code in _DATA_BYTES else 4

    def _take(self, length: int) -> Item:
        raw = bytes(self._held[:length])
        del self._held[:length]
        if length >= 6 and raw[-2] == ETX and raw[-1] == bcc(raw[:-1]):
            return Response(raw[3], raw[4:-2])
        return Damaged(raw)

    def flush(self) -> list[Item]:
        """The missing bytes are not coming."""
        raw = bytes(self._held)
        self._held.clear()
        return [Damaged(raw)] if raw else []


@dataclass(frozen=True, slots=True)
class Moved:
    """What one cassette did: notes that left the machine, notes in the reject tray; `present` False: cassette missing."""

    cassette: int
    exits: int
    rejects: int
    present: bool = field(default=True, compare=False)  # now, not then


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of PURGE, DISPENSE or TEST, from its response or from LAST STATUS. `error`: section 5.2, 0 = good."""

    code: int
    error: int
    moved: tuple[Moved, ...]


def _moved(data: bytes) -> tuple[Moved, ...]:
    rows = []
    for cassette in range(1, CASSETTES + 1):
        exits, rejects, kind = data[(cassette - 1) * 3 : cassette * 3]
        rows.append(Moved(cassette, _number(exits), _number(rejects), kind != ID))
    return tuple(rows)


def parse_result(response: Response) -> Result | None:
    """The result in a response to 51, 52, 53 or 55; None for any other, and for a LAST STATUS of nothing."""
    if response.code == Command.LAST_STATUS:
        code, data = response.data[0], response.data[1:]
    else:
        code, data = response.code, response.data
    if code not in MOVING:
        return None
    return Result(code, _number(data[0]), _moved(data[2 : 2 + 3 * CASSETTES]))


@dataclass(frozen=True, slots=True)
class CassetteState:
    cassette: int
    near_end: bool
    present: bool


@dataclass(frozen=True, slots=True)
class MachineState:
    """Answer to STATUS. `path_blocked`: a sensor of the note path is covered; `tray_out`: reject tray missing."""

    error: int
    path_blocked: bool
    tray_out: bool
    cassettes: tuple[CassetteState, ...]


def parse_state(response: Response) -> MachineState | None:
    if response.code != Command.STATUS:
        return None
    error, sensors, *rows = response.data
    sensors = sensors - OFFSET if sensors >= OFFSET else sensors
    cassettes = []
    for cassette in range(1, CASSETTES + 1):
        flags, kind = rows[(cassette - 1) * 4 : (cassette - 1) * 4 + 2]
        cassettes.append(CassetteState(cassette, bool(flags & 0x08), kind != ID))
    return MachineState(_number(error), bool(sensors & 0x0F), bool(sensors & 0x10), tuple(cassettes))


def parse_serial(response: Response) -> int | None:
    """Transaction number 0..223; None when the firmware does not know the command."""
    if response.code != Command.SERIAL or _number(response.data[0]):
        return None
    return _number(response.data[1])
