"""Error bytes of dialect 30 (lcdm sheet, section 5.2), as values without the +20 they travel with."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Error(IntEnum):
    GOOD = 0x00
    PICK_UP = 0x01
    JAM_CHK_DVT = 0x02
    JAM_DVT_EJT = 0x03
    JAM_EJT_EXIT = 0x04
    STAYING_AT_EXIT = 0x05
    REJECT_EJECTED = 0x06
    COUNT_MISMATCH = 0x07
    TOO_LONG_AT_EXIT = 0x0A
    NOTES_ON_PATH = 0x0B
    TOO_MANY_NOTES = 0x0C
    TOO_MANY_REJECTS = 0x0D
    PURGE_ENDED = 0x0E
    SENSOR = 0x20
    SOLENOID = 0x22
    MOTOR = 0x23
    CASSETTE_MISSING = 0x24
    NEAR_END = 0x25
    TRAY_MISSING = 0x26
    BAD_COMMAND = 0x30
    BAD_PARAMETER = 0x31
    FROM_CASSETTE_1 = 0x40
    FROM_CASSETTE_2 = 0x41
    FROM_CASSETTE_3 = 0x42
    FROM_CASSETTE_4 = 0x43


INTERRUPTED = Error.MOTOR
"""What LAST STATUS says of a dispense that the power cut short; the sheet names no code, the motor did stop."""

MOST_NOTES = 100
MOST_REJECTS = 10
CASSETTES = 4
NUMBERS = 96  # transaction numbers 0..95: with + 20 they stay below 80
