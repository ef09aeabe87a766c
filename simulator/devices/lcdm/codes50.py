"""Error and sensor bytes of dialect 50 (lcdm sheet, sections 4.2 and 4.3), and how the mechanism's errors are told in it.

Decided here, where the sheet lists codes without saying when: a failed pick from a cassette near its end is told as empty
(38, 40), any other as a pick-up error; a covered sensor looks like a note at CHK 1; a note that was left in the path is told
as the jam of the place where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique

from simulator.devices.lcdm.codes import Error


@unique
class Error50(IntEnum):
    GOOD = 0x30
    PICK_UP = 0x32
    JAM_CHK_UPPER = 0x33
    JAM_EXIT = 0x35
    UNDEFINED = 0x37
    EMPTY_UPPER = 0x38
    BAD_COUNT = 0x3B
    COUNTING_DIV_EJT = 0x3C
    COUNTING_EJT_EXIT = 0x3D
    TRAY_MISSING = 0x3F
    EMPTY_LOWER = 0x40
    MOTOR = 0x41
    DIV_TO_EJT = 0x43
    TOO_MANY_REJECTS = 0x44
    MISSING_UPPER = 0x45
    MISSING_LOWER = 0x46
    TIMED_OUT = 0x47
    JAM_EJT = 0x48
    SOLENOID = 0x49
    JAM_CHK_LOWER = 0x4C
    PURGE = 0x4E
    OTHER_CASSETTE = 0x4F


NEAR_END, ENOUGH = 0x31, 0x30

_TOLD: Mapping[Error, Error50] = {
    Error.GOOD: Error50.GOOD,
    Error.JAM_EJT_EXIT: Error50.JAM_EXIT,
    Error.STAYING_AT_EXIT: Error50.JAM_EXIT,
    Error.TOO_LONG_AT_EXIT: Error50.JAM_EXIT,
    Error.REJECT_EJECTED: Error50.COUNTING_DIV_EJT,
    Error.COUNT_MISMATCH: Error50.COUNTING_EJT_EXIT,
    Error.TOO_MANY_NOTES: Error50.TIMED_OUT,
    Error.TOO_MANY_REJECTS: Error50.TOO_MANY_REJECTS,
    Error.PURGE_ENDED: Error50.PURGE,
    Error.SENSOR: Error50.JAM_CHK_UPPER,
    Error.SOLENOID: Error50.SOLENOID,
    Error.MOTOR: Error50.MOTOR,
    Error.TRAY_MISSING: Error50.TRAY_MISSING,
    Error.FROM_CASSETTE_1: Error50.OTHER_CASSETTE,
    Error.FROM_CASSETTE_2: Error50.OTHER_CASSETTE,
}
_BY_CASSETTE: Mapping[Error, tuple[Error50, Error50]] = {
    Error.JAM_CHK_DVT: (Error50.JAM_CHK_UPPER, Error50.JAM_CHK_LOWER),
    Error.CASSETTE_MISSING: (Error50.MISSING_UPPER, Error50.MISSING_LOWER),
}
_BY_UNIT: Mapping[Error, tuple[Error50, Error50]] = {Error.JAM_DVT_EJT: (Error50.DIV_TO_EJT, Error50.JAM_EJT)}


def told(error: Error, cassette: int, near_end: bool, cassettes: int) -> Error50:
    """The error byte of dialect 50. `cassette`: 0 upper, 1 lower, with `near_end` its sensor; `cassettes`: how many the unit
    has."""
    if error is Error.PICK_UP:
        empty = (Error50.EMPTY_UPPER, Error50.EMPTY_LOWER)[cassette]
        return empty if near_end else Error50.PICK_UP
    if error in _BY_CASSETTE:
        return _BY_CASSETTE[error][cassette]
    if error in _BY_UNIT:
        return _BY_UNIT[error][cassettes - 1]
    return _TOLD[error]


SENSOR_0: Mapping[Error, int] = {
    Error.JAM_CHK_DVT: 0b0000_0001,
    Error.JAM_DVT_EJT: 0b0001_0000,
    Error.JAM_EJT_EXIT: 0b0011_0000,
    Error.STAYING_AT_EXIT: 0b0010_0000,
}
"""b0 CHK1, b1 CHK2, b2 DIV1, b3 DIV2, b4 EJT, b5 EXIT, b6 near end upper, b7 always 1."""
NEAR_END_UPPER, ALWAYS = 0b0100_0000, 0b1000_0000
TRAY_1000, CASSETTE_1000, SOLENOID_1000 = 0b0001, 0b0010, 0b0100
SOLENOID_2000, UPPER_2000, LOWER_2000, CHK3_2000, NEAR_END_LOWER_2000, TRAY_2000 = 1, 2, 4, 8, 32, 64
"""Bits of sensor 1."""
