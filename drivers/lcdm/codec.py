"""LCDM-4000 (dialect 30) as the host sees it: commands and what their answers say. Source: lcdm sheet, sections 5 and 6.

Numbers are one byte of value + 20h. Dialect 50 differs in ID, numbers and commands; it is a codec of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique

from drivers.dispensing.exchange import Response
from drivers.dispensing.outcome import Move, Moved, Result
from drivers.dispensing.state import CassetteState, MachineState
from drivers.lcdm.frames import Dialect

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


MOVING = frozenset(int(move) for move in Move)
BLOCKED_BEFORE_START = 0x0B
SENSORS_AND_MOTORS = (0x20, 0x21, 0x22, 0x23)

_DATA_BYTES: dict[int, int] = {
    Command.RESET: 0,
    Command.STATUS: 2 + 4 * CASSETTES,
    Command.PURGE: 2 + 3 * CASSETTES,
    Command.DISPENSE: 2 + 3 * CASSETTES + RESERVED,
    Command.TEST: 2 + 3 * CASSETTES + RESERVED,
    Command.LAST_STATUS: 3 + 3 * CASSETTES,
    Command.SERIAL: 2,
}
"""Data bytes of the response to each command."""

DIALECT_30 = Dialect(ID, MOVING, ends=True, data_bytes=lambda code, held: _DATA_BYTES.get(code, -1))


def _number(byte: int) -> int:
    """A number on the wire; bytes below 20h are nonsense and read as 0."""
    return max(0, byte - OFFSET)


def dispense_data(counts: Mapping[int, int]) -> bytes:
    """DATA of DISPENSE and TEST: notes (0..94) per cassette 1..4, no time-outs. Raises ValueError for what cannot be asked."""
    if not set(counts) <= set(range(1, CASSETTES + 1)) or not all(0 <= n <= LARGEST_QUANTITY for n in counts.values()):
        raise ValueError(f"cannot ask a dispenser of four cassettes for {dict(counts)}")
    quantities = bytes(OFFSET + counts.get(cassette, 0) for cassette in range(1, CASSETTES + 1))
    return quantities + bytes([OFFSET]) * (2 + RESERVED)


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


def parse_state(response: Response) -> MachineState | None:
    if response.code != Command.STATUS:
        return None
    error, sensors, *rows = response.data
    sensors = sensors - OFFSET if sensors >= OFFSET else sensors
    cassettes = []
    for cassette in range(1, CASSETTES + 1):
        flags, kind = rows[(cassette - 1) * 4 : (cassette - 1) * 4 + 2]
        cassettes.append(CassetteState(cassette, bool(flags & 0x08), kind != ID))
    number = _number(error)
    return MachineState(
        number,
        path_blocked=bool(sensors & 0x0F) or number == BLOCKED_BEFORE_START,
        tray_out=bool(sensors & 0x10),
        cassettes=tuple(cassettes),
        broken=number in SENSORS_AND_MOTORS,
        exit_blocked=bool(sensors & 0x08),
    )


def parse_serial(response: Response) -> int | None:
    """Transaction number 0..223; None when the firmware does not know the command."""
    if response.code != Command.SERIAL or _number(response.data[0]):
        return None
    return _number(response.data[1])
