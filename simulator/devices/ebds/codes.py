"""Numbers of the protocol: message types, bits of commands and replies, subtypes (ebds sheet, sections 2 and 5 to 8)."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag, unique

OMNIBUS, REPLY, AUXILIARY, EXTENDED = 0x10, 0x20, 0x60, 0x70
"""Message types as they stand in bits 6 to 4 of CTL."""
BILL_ACCEPTOR = 0
ENQ = 0x05


class Mode(IntFlag):
    """Omnibus command, data byte 1 (section 5)."""

    ESCROW = 0x10
    STACK = 0x20
    RETURN = 0x40


EXTENDED_NOTES = 0x10
"""Omnibus command, data byte 2: extended note reporting. Its bits 2 and 3 are the power-up policy."""


@unique
class Policy(Enum):
    """What becomes of a note that power finds in the path (section 9)."""

    A = 0
    B = 1
    C = 2
    RESERVED = 3  # no such policy in the sheet: the unit does as with A


class Motion(IntFlag):
    """Omnibus reply, data byte 0. None of them: out of service (section 6)."""

    IDLING = 0x01
    ACCEPTING = 0x02
    ESCROWED = 0x04
    STACKING = 0x08
    STACKED = 0x10
    RETURNING = 0x20
    RETURNED = 0x40


class Status(IntFlag):
    """Omnibus reply, data byte 1."""

    CHEATED = 0x01
    REJECTED = 0x02
    JAMMED = 0x04
    FULL = 0x08
    CASSETTE = 0x10
    PAUSED = 0x20
    CALIBRATION = 0x40


class Health(IntFlag):
    """Omnibus reply, data byte 2. Bits 3 to 5 are the denomination."""

    POWER_UP = 0x01
    INVALID = 0x02
    FAILURE = 0x04
    TRANSPORT_OPEN = 0x40


DENOMINATION_SHIFT, DENOMINATIONS = 3, 7


class More(IntFlag):
    """Omnibus reply, data byte 3."""

    STALLED = 0x01
    CAPABILITIES = 0x10


@unique
class Aux(IntEnum):
    """Auxiliary commands, the third data byte (section 7)."""

    CRC = 0x00
    DEVICE_TYPE = 0x04
    SERIAL = 0x05
    BOOT_PART = 0x06
    APPLICATION_PART = 0x07
    VARIANT_NAME = 0x08
    VARIANT_PART = 0x09
    CAPABILITIES = 0x0D
    APPLICATION_ID = 0x0E
    VARIANT_ID = 0x0F


RESET = b"\x7f\x7f\x7f"


@unique
class Sub(IntEnum):
    """Extended commands that this unit obeys, the first data byte (section 8)."""

    NOTE = 0x02
    INHIBITS = 0x03
    ESCROW_TIME = 0x04
    VALUES = 0x06
    RETRIEVED = 0x0B
    BOOKMARK = 0x0D


@unique
class Call(IntEnum):
    """What a link fault can be aimed at: an omnibus command by what it orders; others are type * 256 + command."""

    POLL = 0x1000
    STACK = 0x1020
    RETURN = 0x1040
    RESET = 0x60FF  # no command byte has bit 7: 00 00 7F is an unknown command, and no reset
