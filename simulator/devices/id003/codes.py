"""Numbers of the protocol: statuses, reasons, failures and commands (id003 sheet, sections 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique


@unique
class State(IntEnum):
    """What the mechanism is doing; the value is the first byte of the answer to STATUS REQUEST (section 6)."""

    IDLING = 0x11
    ACCEPTING = 0x12
    ESCROW = 0x13
    STACKING = 0x14
    VEND_VALID = 0x15
    STACKED = 0x16
    REJECTING = 0x17
    RETURNING = 0x18
    HOLDING = 0x19
    DISABLED = 0x1A
    INITIALIZE = 0x1B
    POWER_UP = 0x40
    POWER_UP_IN_ACCEPTOR = 0x41
    POWER_UP_IN_STACKER = 0x42
    BOX_FULL = 0x43
    BOX_OUT = 0x44
    JAM_ACCEPTOR = 0x45
    JAM_STACKER = 0x46
    PAUSE = 0x47
    CHEATED = 0x48
    FAILURE = 0x49


POWER_UPS = frozenset({State.POWER_UP, State.POWER_UP_IN_ACCEPTOR, State.POWER_UP_IN_STACKER})
HELD = frozenset({State.ESCROW, State.HOLDING})
STOPPED = frozenset({State.JAM_ACCEPTOR, State.JAM_STACKER, State.CHEATED, State.FAILURE})

ENQ = 0x05
COMMUNICATION_ERROR = 0x4A
INVALID_COMMAND = 0x4B

STATUS_REQUEST = 0x11
RESET, STACK_1, STACK_2, RETURN, HOLD, WAIT = 0x40, 0x41, 0x42, 0x43, 0x44, 0x45
ACK = 0x50
VERSION, BOOT_VERSION, CURRENCY_ASSIGN = 0x88, 0x89, 0x8A
ENABLE, SECURITY, COMM_MODE, INHIBIT, DIRECTION, OPTION, BARCODE, BAR_INHIBIT = range(0xC0, 0xC8)
SETTING_BYTES: Mapping[int, int] = {
    ENABLE: 2,
    SECURITY: 2,
    COMM_MODE: 1,
    INHIBIT: 1,
    DIRECTION: 1,
    OPTION: 2,
    BARCODE: 2,
    BAR_INHIBIT: 1,
}
"""Setting -> how many bytes of data it takes; the code less 40 reads it back."""
READ_BACK = 0x40
NEEDED = frozenset({ENABLE, SECURITY, DIRECTION, OPTION, COMM_MODE})
"""Settings that bring the unit out of INITIALIZE (section 8: C6 and C7 alone are optional, C3 comes last)."""

FIRST_DENOMINATION = 0x61
MOST_DENOMINATIONS = 16
BARCODE_TICKET = 0x6F
POWER_RECOVERY = 0x02  # of the first byte of OPTION
ALL_WAYS = 0x0F

REASONS: Mapping[str, int] = {
    "insertion": 0x71,
    "magnetic": 0x72,
    "left_in_head": 0x73,
    "compensation": 0x74,
    "conveying": 0x75,
    "undecided": 0x76,
    "photo_pattern": 0x77,
    "photo_level": 0x78,
    "unknown_reason": 0x7A,
    "operation": 0x7B,
    "left_in_transport": 0x7C,
    "length": 0x7D,
    "colour": 0x7E,
    "true_bill": 0x7F,
    "multi_feed": 0x98,
    "ticket_returned": 0x9B,
}
"""Reject reasons: name -> data of 17 (section 6)."""
INHIBITED = 0x79

FAILURES: Mapping[str, int] = {
    "stack_motor_failed": 0xA2,
    "transport_speed_failed": 0xA5,
    "transport_motor_failed": 0xA6,
    "aligning_motor_failed": 0xA7,
    "failure_a8": 0xA8,
    "failure_a9": 0xA9,
    "box_not_ready": 0xAB,
    "optical_sensor_failed": 0xAC,
    "magnetic_sensor_failed": 0xAD,
    "head_removed": 0xAF,
    "boot_rom_failed": 0xB0,
    "external_rom_failed": 0xB1,
    "rom_failed": 0xB2,
    "external_rom_write_failed": 0xB3,
}
"""Failures: name -> data of 49 (section 6)."""
