"""Numbers of the protocol (EMV sheet, section 7). What the sheet does not name is of the public lists of the open implementations
it compares, or of ours; decision page 050 says which."""

from __future__ import annotations

from enum import IntEnum, IntFlag, unique

Control = tuple[int, int]
"""Class and instruction of an APDU."""

STATUS: Control = (0x05, 0x01)
REGISTRATION, AUTHORISATION, LOG_OFF = (0x06, 0x00), (0x06, 0x01), (0x06, 0x02)
REPEAT_RECEIPT, REVERSAL, REFUND = (0x06, 0x20), (0x06, 0x30), (0x06, 0x31)
END_OF_DAY, DIAGNOSIS, STOP = (0x06, 0x50), (0x06, 0x70), (0x06, 0xB0)
"""From the cash register (ECR)."""

INTERMEDIATE, RESULT = (0x04, 0xFF), (0x04, 0x0F)
COMPLETION, ABORT, PRINT_LINE, PRINT_BLOCK = (0x06, 0x0F), (0x06, 0x1E), (0x06, 0xD1), (0x06, 0xD3)
"""From the terminal."""

POSITIVE, NEGATIVE = 0x80, 0x84
"""Classes of the answers of both sides."""
ACKNOWLEDGED: Control = (POSITIVE, 0x00)
STILL_WORKING, NOT_ISSUED, PART_ISSUED = 0x9C, 0x66, 0x9D
"""What a cash register answers to a good result instead of 80 00: class 84 and this."""

CURRENCY = 156
MOST_AMOUNT_FEN = 999_999_999_999
MOST_TRACE, MOST_RECEIPT = 999_999, 9_999


@unique
class Code(IntEnum):
    """Of field 27, of an abort, of a negative answer. 01..63 hex: the host's own answer, as a number."""

    GOOD = 0x00
    UNREADABLE = 0x64
    PROCESSING = 0x66
    NOT_REGISTERED = 0x6B
    ABORTED = 0x6C
    WRONG_CURRENCY = 0x6F
    CHIP = 0x72
    NO_END_OF_DAY = 0x77
    EXPIRED = 0x78
    UNKNOWN_CARD = 0x7A
    NOT_SUPPORTED = 0x83
    PROTOCOL = 0x9A
    BUSY = 0x9C
    HOST_SILENT = 0xA0
    NO_CONNECTION = 0xA3
    FORBIDDEN = 0xA5
    ALREADY_REVERSED = 0xB4
    NOT_REVERSIBLE = 0xB5
    READER_BROKEN = 0xE2
    TOO_MUCH = 0xC3
    WRONG_PASSWORD = 0xD2
    OPEN_BATCH = 0xF0
    SYSTEM = 0xFF


@unique
class Step(IntEnum):
    """Of 04 FF: what the passenger is asked to do, or what the terminal does."""

    PIN_PAD = 0x01
    HOST = 0x04
    AUTO_REVERSAL = 0x05
    EXPIRED = 0x09
    INSERT_CARD = 0x0A
    REMOVE_CARD = 0x0B
    UNREADABLE = 0x0C
    WAIT = 0x0E
    END_OF_DAY = 0x0F
    TAKE_GOODS = 0x1C
    DECLINED = 0x1D


class Config(IntFlag):
    """Configuration byte of a registration."""

    PRINTS_PAYMENTS = 0x02
    PRINTS_OTHERS = 0x04
    WANTS_STEPS = 0x08
    PRINT_COMMANDS = 0x80


class Field(IntEnum):
    """Data fields (BMP)."""

    LIMIT = 0x01
    REPEATS = 0x02
    SERVICE = 0x03
    AMOUNT = 0x04
    TLV = 0x06
    TRACE = 0x0B
    TIME = 0x0C
    DATE = 0x0D
    EXPIRY = 0x0E
    KIND = 0x19
    PAN = 0x22
    TRACK_2 = 0x23
    CODE = 0x27
    TERMINAL = 0x29
    ORIGINAL_TRACE = 0x37
    APPROVAL = 0x3B
    CURRENCY = 0x49
    RECEIPT = 0x87
    CARD_KIND = 0x8A
    CARD_NAME = 0x8B


def host_code(code: str) -> int:
    """An answer code of the bank (two digits, not 00) as field 27 tells it; what is no number is a plain decline."""
    return int(code) if code.isdigit() and 0 < int(code) < 100 else 5
