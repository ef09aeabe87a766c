"""Numbers of the protocol: commands, answers, events, reject codes (essp sheet, sections 6 to 8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique

ENCRYPTED = 0x7E
"""The first data byte of an encrypted packet."""
VALIDATOR = 0x00
"""Unit type."""
MOST_CHANNELS = 16
PROTOCOLS = range(1, 8)
"""Protocol versions this firmware speaks; older firmware ends with 5."""
OLD_PROTOCOLS = range(1, 6)
FIRST_PROTOCOL = 4
EXTENDED_FROM = 6
"""From this version on SETUP says the value of each channel in full."""


@unique
class Command(IntEnum):
    """What a validator knows; what only units that pay out know is answered like any unknown command."""

    RESET = 0x01
    SET_INHIBITS = 0x02
    BEZEL_ON = 0x03
    BEZEL_OFF = 0x04
    SETUP = 0x05
    PROTOCOL = 0x06
    POLL = 0x07
    REJECT = 0x08
    DISABLE = 0x09
    ENABLE = 0x0A
    SERIAL = 0x0C
    UNIT_DATA = 0x0D
    CHANNEL_VALUES = 0x0E
    CHANNEL_SECURITY = 0x0F
    SYNC = 0x11
    LAST_REJECT = 0x17
    HOLD = 0x18
    FIRMWARE = 0x20
    DATASET = 0x21
    GENERATOR = 0x4A
    MODULUS = 0x4B
    EXCHANGE = 0x4C
    BUILD = 0x4F
    BEZEL_COLOUR = 0x54
    POLL_WITH_ACK = 0x56
    EVENT_ACK = 0x57
    COUNTERS = 0x58
    RESET_COUNTERS = 0x59
    SET_FIXED_KEY = 0x60
    RESET_FIXED_KEY = 0x61


MUST_BE_ENCRYPTED = frozenset({0x33, 0x38, 0x3B, 0x3C, 0x3D, 0x3F, 0x44, 0x46, 0x52, 0x56, 0x57, 0x60})

DATA_BYTES: Mapping[int, int] = {
    Command.SET_INHIBITS: 2,
    Command.PROTOCOL: 1,
    Command.GENERATOR: 8,
    Command.MODULUS: 8,
    Command.EXCHANGE: 8,
    Command.BEZEL_COLOUR: 4,
    Command.SET_FIXED_KEY: 8,
}
"""Command -> how many bytes of data it takes; the others take none. Decided here: those of the bezel and of the fixed key."""


@unique
class Answer(IntEnum):
    """The first byte of every answer."""

    OK = 0xF0
    UNKNOWN_COMMAND = 0xF2
    WRONG_PARAMETERS = 0xF3
    OUT_OF_RANGE = 0xF4
    CANNOT_PROCESS = 0xF5
    SOFTWARE_ERROR = 0xF6
    FAIL = 0xF8
    KEY_NOT_SET = 0xFA


@unique
class Event(IntEnum):
    """What POLL tells of a validator. Those of the first line are told with a channel."""

    READ, CREDIT, GIVEN_BACK, INTO_BOX, FRAUD = 0xEF, 0xEE, 0xE1, 0xE2, 0xE6
    RESET = 0xF1
    STACKING, STACKED = 0xCC, 0xEB
    REJECTING, REJECTED = 0xED, 0xEC
    BOX_REMOVED, BOX_REPLACED = 0xE3, 0xE4
    FULL, DISABLED, JAM_IN_REACH, JAM_SAFE = 0xE7, 0xE8, 0xE9, 0xEA
    PATH_OPEN = 0xE0
    TICKET_VALID, TICKET_STACKED = 0xE5, 0xD1
    ALL_INHIBITED = 0xB5
    INITIALISING = 0xB6


NOT_AN_EVENT = bytes([0xA0, 0x01, 0x02])
"""A code that no list has, and bytes that belong to it as nobody knows."""

REASONS: Mapping[str, int] = {
    "length": 0x01,
    "not_recognised": 0x02,
    "not_recognised_3": 0x03,
    "not_recognised_4": 0x04,
    "not_recognised_5": 0x05,
    "inhibited": 0x06,
    "two_channels": 0x09,
    "rear_sensor": 0x0A,
    "too_long": 0x0B,
    "slow_mechanism": 0x0D,
    "fraud_channel": 0x0F,
    "no_note": 0x10,
    "peak": 0x11,
    "twisted": 0x12,
    "barcode": 0x14,
    "not_in_path": 0x15,
    "slot": 0x16,
    "slot_17": 0x17,
    "oversample": 0x18,
    "width": 0x19,
    "short": 0x1A,
    "pay_out_note": 0x1B,
    "double": 0x1C,
}
"""Reject codes that only a switch can bring about: name -> what LAST REJECT CODE is answered."""

TAKEN = 0x00
NOT_RECOGNISED = 0x02
NOT_IN_TABLE = 0x03
SECOND_NOTE = 0x07
BY_HOST = 0x08
DISABLED_BY_HOST = 0x0C
PULLED = 0x0E
TIMED_OUT = 0x13
NOT_STACKED = 0x1D
