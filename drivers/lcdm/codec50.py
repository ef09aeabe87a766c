"""LCDM-1000 and LCDM-2000 (dialect 50) as the host sees them. Source: lcdm sheet, sections 4 and 6.

Numbers are two ASCII digits. There is no memory of the last order and no counter: what a response says is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from drivers.dispensing.exchange import Response
from drivers.dispensing.state import CassetteState, MachineState
from drivers.lcdm.frames import ETX, HEAD, Dialect

ID = 0x50
UPPER, LOWER = 1, 2
LARGEST_QUANTITY = 60


@unique
class Command50(IntEnum):
    """Section 4.1."""

    PURGE = 0x44
    DISPENSE = 0x45
    STATUS = 0x46
    VERSION = 0x47
    DISPENSE_LOWER = 0x55
    DISPENSE_BOTH = 0x56
    TEST = 0x76
    TEST_LOWER = 0x77


MOVING = frozenset(int(command) for command in Command50 if command not in (Command50.STATUS, Command50.VERSION))
TESTS = (Command50.TEST, Command50.TEST_LOWER)
_ONE = (Command50.DISPENSE, Command50.DISPENSE_LOWER, *TESTS)
_LOWER = (Command50.DISPENSE_LOWER, Command50.TEST_LOWER)
_DATA_BYTES: dict[int, int] = {
    Command50.PURGE: 1,
    Command50.STATUS: 4,
    Command50.DISPENSE_BOTH: 15,
    **dict.fromkeys(_ONE, 8),
}
SHORT_VERSION, LONG_VERSION = 4, 8
REJECTED_NOTE, DISPENSED_NOTE = 0x9C, 0x8D
"""Second byte of what some firmware says of each note while an order runs."""


def _data_bytes(code: int, held: bytes) -> int | None:
    """A ROM version has four characters, or four more of a check sum: its ETX says which, for no character is below 20h."""
    if code != Command50.VERSION:
        return _DATA_BYTES.get(code, -1)
    if len(held) <= HEAD + SHORT_VERSION:
        return None
    return SHORT_VERSION if held[HEAD + SHORT_VERSION] == ETX else LONG_VERSION


DIALECT_50 = Dialect(
    ID, MOVING, ends=False, data_bytes=_data_bytes, per_note=frozenset({REJECTED_NOTE, DISPENSED_NOTE})
)


def dispense_request(counts: Mapping[int, int]) -> tuple[int, bytes]:
    """Command and data of an order for notes (0..60) of cassettes 1 (upper) and 2 (lower). Raises ValueError for any other."""
    wanted = {cassette: n for cassette, n in counts.items() if n}
    if not wanted or not set(wanted) <= {UPPER, LOWER} or not all(0 < n <= LARGEST_QUANTITY for n in wanted.values()):
        raise ValueError(f"cannot ask a dispenser of two cassettes for {dict(counts)}")
    data = b"".join(b"%02d" % wanted[cassette] for cassette in sorted(wanted))
    if len(wanted) == 2:
        return Command50.DISPENSE_BOTH, data
    return (Command50.DISPENSE if UPPER in wanted else Command50.DISPENSE_LOWER), data


def trial_command(cassette: int) -> int:
    """One note of that cassette to the reject tray."""
    return Command50.TEST if cassette == UPPER else Command50.TEST_LOWER


@dataclass(frozen=True, slots=True)
class Moved50:
    """What one cassette did: notes seen leaving it (CHK), notes that left the machine, notes in the reject tray."""

    cassette: int
    picked: int
    exits: int
    rejects: int

    @property
    def left(self) -> int:
        """Picked and neither out nor rejected: on the path, or miscounted. Negative: more came than were picked."""
        return self.picked - self.exits - self.rejects


@dataclass(frozen=True, slots=True)
class Result50:
    """Outcome of an order. `error`: the byte of section 4.2; `test`: its notes went to the reject tray on purpose."""

    error: int
    moved: tuple[Moved50, ...]
    test: bool = False


def parse_result(response: Response) -> Result50 | None:
    """None for what is no outcome, and for one whose numbers are none."""
    code, data = response.code, response.data
    if code == Command50.PURGE:
        return Result50(data[0], ())
    try:
        if code == Command50.DISPENSE_BOTH:
            picked_upper, exits_upper, picked_lower, exits_lower = (int(data[at : at + 2]) for at in (0, 2, 4, 6))
            rejects_upper, rejects_lower = int(data[11:13]), int(data[13:15])
            upper = Moved50(UPPER, picked_upper, exits_upper, rejects_upper)
            return Result50(data[8], (upper, Moved50(LOWER, picked_lower, exits_lower, rejects_lower)))
        if code in _ONE:
            cassette = LOWER if code in _LOWER else UPPER
            picked, exits, rejects = int(data[0:2]), int(data[2:4]), int(data[6:8])
            return Result50(data[4], (Moved50(cassette, picked, exits, rejects),), code in TESTS)
    except ValueError:
        return None
    return None


@dataclass(frozen=True, slots=True)
class Sensors:
    """Where a model has its cassettes and sensors (section 4.3): masks in sensor bytes 0 and 1.

    `out`: cassette -> (mask in byte 1, value of the bit when the cassette is missing); `tray_out` the same of the reject tray.
    """

    path_0: int
    path_1: int
    near_end: Mapping[int, tuple[int, int]]  # cassette -> byte 0 or 1, mask
    out: Mapping[int, tuple[int, bool]]
    tray_out: tuple[int, bool]


EXIT = 0x20
PATH = 0x3F
SENSORS = {
    "lcdm1000": Sensors(PATH, 0, {UPPER: (0, 0x40)}, {UPPER: (0x02, True)}, (0x01, True)),
    "lcdm2000": Sensors(
        PATH,
        0x18,
        {UPPER: (0, 0x40), LOWER: (1, 0x20)},
        {UPPER: (0x02, True), LOWER: (0x04, True)},
        (0x40, True),
    ),
}
"""The polarity of cassettes and tray is certain only for the LCDM-1000's tray; the others follow from the answer of a machine
in which nothing is missing (section 6: all bits 0). A unit of the other kind needs another row here, nothing else."""


def parse_state(response: Response, sensors: Sensors) -> MachineState | None:
    """Answer to STATUS. Its error byte is that of the last order, so it says nothing about now."""
    if response.code != Command50.STATUS:
        return None
    _, error, *levels = response.data
    cassettes = tuple(
        CassetteState(cassette, bool(levels[byte] & mask), not _is(levels[1], sensors.out[cassette]))
        for cassette, (byte, mask) in sensors.near_end.items()
    )
    return MachineState(
        error,
        path_blocked=bool(levels[0] & sensors.path_0 or levels[1] & sensors.path_1),
        tray_out=_is(levels[1], sensors.tray_out),
        cassettes=cassettes,
        exit_blocked=bool(levels[0] & EXIT),
    )


def _is(level: int, bit: tuple[int, bool]) -> bool:
    mask, value = bit
    return bool(level & mask) is value


def parse_version(response: Response) -> str:
    """Four characters, such as O16T, and a check sum where the firmware tells one; what is no text is left out."""
    return response.data.decode("ascii", "ignore") if response.code == Command50.VERSION else ""
