"""What an F53 says went wrong: the families of the f53 sheet, section 7. The pair is (major, minor); minor is always 00 here.

The sheet gives families and names, not all numbers: the low digit of a cassette's code (10 + n, 20 + n ..) and the numbers
within 00-0F, 80-8F, E0-EF are this twin's own. A host may rely on the family only.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique

from simulator.devices.f53.wire import BILL_COUNT, INITIALISE


@unique
class Error(IntEnum):
    GOOD = -1
    STOPPED = 0x01
    MOTOR = 0x02
    CASSETTE_MISSING = 0x10  # of cassette 1; the others + 10, + 20, + 30
    NOT_PICKED = 0x11
    NO_SIZE = 0x12
    POOL_NOT_HOME = 0x50
    POOL_NO_MEDIUM = 0x52
    JAM_FDLS = 0x70
    JAM_DFSS = 0x71
    JAM_BPS = 0x72
    JAM_REJS = 0x73
    JAM_EJSF = 0x74
    JAM_EJSR = 0x75
    LENGTH = 0x80
    THICKNESS = 0x81
    WRONG_PICK = 0x82
    SPACING = 0x83
    COUNT_MISMATCH = 0x84
    SHUTTER = 0xA0
    REJECT_MISSING = 0xB0
    REJECT_FULL = 0xB5
    CAPTURE_FULL = 0xB8
    NOT_INITIALISED = 0xE0
    BAD_PARAMETER = 0xE1
    UNKNOWN_COMMAND = 0xE2
    UNNAMED = 0xF1


PER_CASSETTE = frozenset({Error.CASSETTE_MISSING, Error.NOT_PICKED, Error.NO_SIZE})


def major(error: Error, cassette: int) -> int:
    """The first error byte; `cassette` is the index (0 to 3) an error of a cassette belongs to. 00 when nothing is wrong."""
    if error is Error.GOOD:
        return 0
    return error + 0x10 * cassette if error in PER_CASSETTE else int(error)


@unique
class Operation(IntEnum):
    """Deeds of the mechanism whose command codes nobody has confirmed (section 6); `./tvm` settings name the codes.

    The values are the codes of the sheet's single weak source; the sheet has none for a shutter order.
    """

    RESET = 0x08
    PRESENT = 0x09
    RETRACT = 0x0A
    REJECT = 0x0B
    SHUTTER = -1


OPERATIONS = {operation.name.lower(): operation for operation in Operation}


def check_codes(unverified: Mapping[str, int]) -> None:
    """Raises ValueError for an operation nobody knows, and for a code that is another's or no byte."""
    for name, code in unverified.items():
        if name not in OPERATIONS:
            raise ValueError(f"{name} is no operation of an F53; known: {', '.join(OPERATIONS)}")
        if not 0 < code <= 0xFF or code in (INITIALISE, BILL_COUNT):
            raise ValueError(f"{name}: {code} cannot be its command code")
    if len(set(unverified.values())) < len(unverified):
        raise ValueError("two operations have the same command code")
