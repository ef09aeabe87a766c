"""Numbers of the protocol: states, reasons and commands with the states they are allowed in (ccnet sheet, 5 and 6)."""

from __future__ import annotations

from enum import IntEnum, unique

ACK = 0x00
NAK = 0xFF
ILLEGAL = 0x30


@unique
class State(IntEnum):
    """What the mechanism is doing; the value is the first byte of the POLL answer (section 6)."""

    POWER_UP = 0x10
    POWER_UP_IN_VALIDATOR = 0x11
    POWER_UP_IN_STACKER = 0x12
    INITIALIZE = 0x13
    IDLING = 0x14
    ACCEPTING = 0x15
    STACKING = 0x17
    RETURNING = 0x18
    DISABLED = 0x19
    HOLDING = 0x1A
    REJECTING = 0x1C
    DISPENSING = 0x1D  # this and the next two: Bill-to-Bill unit only (9.3)
    UNLOADING = 0x1E
    SETTING_TYPE = 0x21
    BOX_FULL = 0x41
    BOX_OUT = 0x42
    JAM_VALIDATOR = 0x43
    JAM_CASSETTE = 0x44
    PAUSE = 0x46
    FAILURE = 0x47
    ESCROW = 0x80


BUSY = 0x1B
CHEATED = 0x45
STACKED = 0x81
RETURNED = 0x82

REJECT_IDENTIFICATION = 0x65
REJECT_VERIFICATION = 0x66
REJECT_INHIBITED = 0x68

FAILURE_STACK_MOTOR = 0x50

POWER_UPS = frozenset({State.POWER_UP, State.POWER_UP_IN_VALIDATOR, State.POWER_UP_IN_STACKER})
MOVING = frozenset({State.INITIALIZE, State.ACCEPTING, State.STACKING, State.REJECTING, State.RETURNING})

ALL = frozenset(State)
_HELD = frozenset({State.ESCROW, State.HOLDING})
_QUIET = POWER_UPS | {State.INITIALIZE, State.DISABLED, State.FAILURE}

ALLOWED: dict[int, frozenset[State]] = {
    0x30: ALL,  # RESET
    0x31: ALL,  # GET STATUS
    0x32: ALL,  # SET SECURITY
    0x33: ALL,  # POLL
    0x34: ALL,  # ENABLE BILL TYPES
    0x35: _HELD,  # STACK
    0x36: _HELD,  # RETURN
    0x37: _QUIET,  # IDENTIFICATION
    0x38: _HELD,  # HOLD
    0x39: ALL,  # SET BARCODE PARAMETERS
    0x41: _QUIET,  # GET BILL TABLE
    0x51: _QUIET - POWER_UPS,  # GET CRC32 OF CODE
    0x54: frozenset({State.DISABLED, State.IDLING}),  # VALIDATION MODULE ID
    0x56: _QUIET - POWER_UPS,  # GET CRC16
    0x57: _QUIET,  # CRC32 with seed
    0x58: _QUIET,  # CRC16 with seed
    0x5A: ALL
    - POWER_UPS
    - {State.INITIALIZE, State.FAILURE},  # SET ESCROW TIME-OUTS: the table, stricter than the text
    0x5B: _QUIET | {State.IDLING},  # COUNTER OF STACKED BILLS
    0x5C: _QUIET | {State.IDLING},  # RELEASE DATE
    0x68: frozenset({State.INITIALIZE, State.DISABLED}),  # SET OPTIONS
    0x69: frozenset({State.INITIALIZE, State.DISABLED}),  # GET OPTIONS
}
"""Command -> states it is obeyed in; everywhere else, and for codes not in this table, the answer is ILLEGAL COMMAND.

Not in the table: downloads, statistics and diagnostics (50 52 60 F0, whose documents are not public) and 3A, because
there are no barcode coupons in this world and it is illegal without one.
"""
