"""Numbers of the unit beyond the validator's: events, failures, and which command is obeyed in which state.

Source: ccnet sheet, sections 9.1 to 9.3 and 6.
"""

from __future__ import annotations

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State

DISPENSED, UNLOADED, INVALID_NUMBER, TYPE_SET = 0x25, 0x26, 0x28, 0x29
LATCHED = frozenset({DISPENSED, UNLOADED, codes.CHEATED, codes.STACKED, codes.RETURNED})
"""Events that are told until they are acknowledged (9.3, marked with a star)."""

DISPENSE, UNLOAD, SET_TYPE, POWER_RECOVERY, PACKING = 0x3C, 0x3D, 0x40, 0x66, 0x17

RETRACTED = 0xCA
CHANNEL_BLOCKED = 0x9F
TRANSPORT_MOTOR = 0x52
"""Failure codes of state 47: two of the sheet's 9.3, and one of the validator's list, because Document 6 is not public."""

DEFAULT_OPTIONS = bytes([0x64, 0x00, 0x00, 0x00])  # rev 2.6.0: hold ejected, thorough tape check, host time-out 1 s
HOST_TIMEOUT_MS = (0, 1_000, 2_000, 5_000)  # bits 3-2
RETRACT_NOMINAL_MS = (0, 20_000, 40_000, 60_000)  # bits 1-0, on model XE300

MOVING = codes.MOVING | {State.DISPENSING, State.UNLOADING, State.SETTING_TYPE}

_ANY = frozenset(State)
_HELD = frozenset({State.ESCROW, State.HOLDING})
_CALM = frozenset({State.IDLING, State.DISABLED})
_CLOSED = frozenset({State.DISABLED})
_START = frozenset({State.INITIALIZE, State.DISABLED})

ALLOWED: dict[int, frozenset[State]] = {
    0x30: _ANY,  # RESET
    0x31: _CALM,  # GET STATUS
    0x32: _ANY,  # SET SECURITY
    0x33: _ANY,  # POLL
    0x34: _CALM | _HELD | {State.ACCEPTING, State.REJECTING, State.STACKING, State.RETURNING},  # ENABLE BILL TYPES
    0x35: _HELD,  # STACK
    0x36: _HELD,  # RETURN
    0x37: codes.POWER_UPS | {State.INITIALIZE, State.DISABLED, State.FAILURE},  # IDENTIFICATION
    0x38: _HELD,  # HOLD
    0x3B: _CALM | {State.ESCROW},  # RECYCLING CASSETTE STATUS
    0x3C: _CLOSED,  # DISPENSE
    0x3D: _CLOSED,  # UNLOAD
    0x3E: _CALM,  # EXTENDED IDENTIFICATION
    0x40: _CLOSED,  # SET RECYCLING CASSETTE TYPE
    0x41: _CALM,  # GET BILL TABLE
    0x43: _CALM | {State.ESCROW},  # GET CAPACITY LIMIT
    0x44: _CLOSED,  # SET CAPACITY LIMIT
    0x53: _CALM,  # MODULE IDENTIFICATION
    0x62: _CLOSED,  # TIME&DATE
    0x66: _CLOSED,  # POWER RECOVERY
    0x67: _CLOSED,  # EMPTY DISPENSER
    0x68: _START,  # SET OPTIONS
    0x69: _START,  # GET OPTIONS
    0x70: _CLOSED,  # EXTENDED CASSETTE STATUS
}
"""Command -> states it is obeyed in; everywhere else, and for codes not in this table, the answer is ILLEGAL COMMAND.

Not in the table: what section 5 gives for the validator alone (5A, 5B, 5C of its rev 2.6.0, downloads, check sums), and 39 and
3A, because there are no barcode coupons in this world.
"""
