"""Headers a hopper knows, and the flags of TEST HOPPER (cctalk sheet, sections 5, 6.1 and 7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum, auto


class Header(IntEnum):
    RESET = 1
    COMMS_REVISION = 4
    PURGE = 121
    KEY = 160
    PUMP = 161
    TEST = 163
    ENABLE = 164
    SET_VARIABLES = 165
    STATUS = 166
    DISPENSE = 167
    COUNT = 168
    ADDRESS_MODE = 169
    COIN = 171
    STOP = 172
    BUILD = 192
    LEVEL = 217
    ENTER_PIN = 218
    SET_PIN = 219
    OPTOS = 236
    SOFTWARE = 241
    SERIAL = 242
    PRODUCT = 244
    CATEGORY = 245
    MAKER = 246
    VARIABLES = 247
    CHANGE_ADDRESS = 251
    CLASH = 252
    ADDRESS_POLL = 253
    POLL = 254


ENABLED = 165
"""The only data byte of ENABLE that enables."""


class Flag(Enum):
    JAM = auto()
    EMPTY = auto()
    REVERSED = auto()
    BLOCKED_IDLE = auto()
    LIT_IDLE = auto()
    BLOCKED_PAYING = auto()
    LIT_PAYING = auto()
    POWER_UP = auto()
    CUT_PAYING = auto()
    COUNTS_WRONG = auto()
    WRITE_TORN = auto()
    PIN_WRONG = auto()
    KEY_WRONG = auto()
    DISABLED = auto()
    SINGLE_COIN = auto()
    PIN_ON = auto()
    ENCRYPTED = auto()


BLOCKING = frozenset({Flag.JAM, Flag.BLOCKED_IDLE, Flag.LIT_IDLE, Flag.BLOCKED_PAYING, Flag.LIT_PAYING})
"""No coins until a reset."""
BLOCKING_OF_3 = BLOCKING | {Flag.CUT_PAYING, Flag.PIN_WRONG, Flag.KEY_WRONG}
"""The same with three registers: the low bits of the third one are to be cleared with a reset before the next payout."""

_FIRST: Mapping[Flag, tuple[int, int]] = {
    Flag.JAM: (0, 0),
    Flag.EMPTY: (0, 1),
    Flag.REVERSED: (0, 2),
    Flag.BLOCKED_IDLE: (0, 3),
    Flag.LIT_IDLE: (0, 4),
    Flag.BLOCKED_PAYING: (0, 5),
    Flag.POWER_UP: (0, 6),
    Flag.DISABLED: (0, 7),
}
_BOTH: Mapping[Flag, tuple[int, int]] = {
    **_FIRST,
    Flag.LIT_PAYING: (1, 0),
    Flag.SINGLE_COIN: (1, 1),
    Flag.WRITE_TORN: (1, 6),
    Flag.PIN_ON: (1, 7),
}
OF_SCH2: Mapping[Flag, tuple[int, int]] = {**_BOTH, Flag.COUNTS_WRONG: (1, 2)}
"""Two registers of that maker's own."""
GENERIC: Mapping[int, Mapping[Flag, tuple[int, int]]] = {
    1: {**_FIRST, Flag.LIT_PAYING: (0, 4)},
    2: {**_BOTH, Flag.COUNTS_WRONG: (1, 6)},
    3: {
        **_BOTH,
        Flag.JAM: (1, 4),
        Flag.COUNTS_WRONG: (1, 6),
        Flag.CUT_PAYING: (2, 0),
        Flag.PIN_WRONG: (2, 2),
        Flag.KEY_WRONG: (2, 3),
        Flag.ENCRYPTED: (2, 4),
    },
}
"""Number of registers -> flag -> (register from 0, bit). What has no bit there is not told."""


def registers(flags: frozenset[Flag], count: int, bits: Mapping[Flag, tuple[int, int]]) -> bytes:
    """The data of an answer to TEST HOPPER."""
    told = bytearray(count)
    for flag in flags & bits.keys():
        register, bit = bits[flag]
        told[register] |= 1 << bit
    return bytes(told)
