"""Numbers of the protocol: commands and status words (io-board sheet, section 4)."""

from __future__ import annotations

from enum import IntEnum, unique

RESET, STATUS, NUMBER = (0x10, 0xFF), (0x11, 0xFF), (0x12, 0xFF)
FIND, SELECT = (0x20, 0x01), (0x20, 0x02)
READ, READ_FINGERPRINTS, READ_ADDRESS = (0x30, 0x01), (0x30, 0x10), (0x30, 0x03)
RADIO = (0x61, 0xFF)
"""CMD and PARA."""


@unique
class Status(IntEnum):
    """SW3 of an answer; SW1 and SW2 are 0."""

    GOOD = 0x90
    ITEM_MISSING = 0x91
    FOUND = 0x9F
    CHECKSUM = 0x10
    TIME_OUT = 0x11
    COMMAND = 0x21
    NOT_AUTHORISED = 0x23
    AUTHENTICATION = 0x31
    AUTHENTICATION_BACK = 0x32
    VERIFICATION = 0x33
    NO_CARD_YET = 0x34
    UNKNOWN_CARD = 0x40
    READ_FAILED = 0x41
    WRITE_FAILED = 0x50
    SELF_TEST = 0x60
    LOGIN = 0x61
    NO_KEY = 0x66
    FIND_FAILED = 0x80
    SELECT_FAILED = 0x81


class Refusal(Exception):
    """A command was not obeyed. `status` is what the answer says."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status
