"""Numbers of the protocol: return codes, uses of keys, line rates, the keypad (pin-pad sheet, sections 1 to 4)."""

from __future__ import annotations

from enum import Enum, IntEnum, unique


@unique
class Code(IntEnum):
    """First byte of a reply (section 2)."""

    DONE = 0x60
    CHIP = 0xD0
    DESTROYED = 0xDD
    BATTERY_LOW = 0xE0
    NO_IMK = 0xE1
    NO_TMK = 0xE2
    KEY_LENGTH = 0xE3
    KEY_INDEX = 0xE4
    KEY_USE = 0xE5
    KEY_PARITY = 0xE6
    CHECK_VALUE = 0xE7
    COMMAND_LENGTH = 0xE8
    BAD_DATA = 0xE9
    NOTHING_STORED = 0xEA
    PARAMETER = 0xEB
    AUTHENTICATION = 0xEC
    AUTHENTICATION_LOCKED = 0xED
    TIME_OUT = 0xEE
    OTHER = 0xEF
    MEMORY = 0xFE
    REMOVED = 0xFF


class Refusal(Exception):
    """A command is not obeyed; nothing was changed. `code` is what the reply says."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


@unique
class Use(IntEnum):
    """What a key is for (section 3)."""

    IMK = 1
    TMK = 2
    PIN = 3
    PIN_AES = 4  # docs/sheets/pin-pad-open-points.md, format 4
    MAC = 5
    DATA = 6
    ONE_WAY_7 = 7
    ONE_WAY_8 = 8
    ONE_WAY_9 = 9


MASTERS = (Use.IMK, Use.TMK)
ENCRYPTING = (Use.DATA, Use.ONE_WAY_7, Use.ONE_WAY_8, Use.ONE_WAY_9)


@unique
class Style(Enum):
    """When key, format and PAN of a PIN block are told (section 4)."""

    AT_START = "with command 6, as the ZT588 wants it"
    AT_FETCH = "with command 7, as the ZT598 wants it"


FORMATS = {" ": 0, "!": 1, "#": 3, "$": 4}
"""Format character -> ISO 9564-1 format. `$` is ours (docs/sheets/pin-pad-open-points.md)."""

CLEAR_FORMATS = '@"'
"""Plain ASCII and ISO 2 would put the PIN on the line in clear: this pad refuses them."""

RATES = {0x48: 1_200, 0x49: 2_400, 0x4A: 4_800, 0x4B: 9_600, 0x4C: 19_200, 0x4D: 38_400, 0x4E: 57_600, 0x4F: 115_200}
"""Value of control 6 -> line rate."""

HEX_MODE, SPLIT_MODE = 0x37, 0x30
LEAST_PIN, MOST_PIN = 4, 12

DIGITS = tuple("0123456789")
KEYS = (*DIGITS, "clear", "cancel", "enter", "point", "00", "spare", *(f"f{number}" for number in range(1, 9)))
"""The 24 positions of the scan-code table, in its order (docs/sheets/pin-pad-open-points.md)."""

SCAN_CODES = bytes([*range(0x30, 0x3A), 0x08, 0x1B, 0x0D, 0x2E, 0x23, 0x00, *range(0x41, 0x49)])
"""What each position sends at delivery; 00 sends nothing."""

TIME_IS_OUT = b"\x80"
STX, ETX = 0x02, 0x03
