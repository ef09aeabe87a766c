"""Commands of dialect 50, LCDM-1000 and LCDM-2000 (lcdm sheet, section 4.1). Numbers are two ASCII digits; framing is `wire`."""

from __future__ import annotations

ID = 0x50
ITEM_REJECTED, ITEM_OUT = 0x9C, 0x8D
"""Second byte of the unasked items SOH .. .. that some firmware sends for each note."""

PURGE, UPPER, STATUS, ROM_VERSION = 0x44, 0x45, 0x46, 0x47
LOWER, BOTH, TEST_UPPER, TEST_LOWER = 0x55, 0x56, 0x76, 0x77

ONE_CASSETTE = {PURGE: 0, UPPER: 2, STATUS: 0, ROM_VERSION: 0, TEST_UPPER: 0}
"""Bytes of data per command of an LCDM-1000."""

TWO_CASSETTES = {**ONE_CASSETTE, LOWER: 2, BOTH: 4, TEST_LOWER: 0}
"""The same of an LCDM-2000."""

FEWEST, MOST = 1, 60


def counts(data: bytes) -> list[int] | None:
    """What was asked for per cassette, upper first; None unless each is 01 to 60 in two digits."""
    pairs = [data[at : at + 2] for at in range(0, len(data), 2)]
    if not all(0x30 <= digit <= 0x39 for digit in data):
        return None
    asked = [int(pair) for pair in pairs]
    return asked if all(FEWEST <= count <= MOST for count in asked) else None


def digits(number: int) -> bytes:
    """Two ASCII digits; what does not fit into two is told as 99."""
    return b"%02d" % min(number, 99)
