"""The note table of the firmware, as denominations 1 to 7 and as extended notes (ebds sheet, sections 6 and 8).

Row 0 of the table is denomination 1 and extended note 1. The letters of an entry are 'A' where the sheet has no rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.ebds.codes import DENOMINATIONS
from simulator.devices.validator import FEN_PER_YUAN, Kind

Kinds = Sequence[Kind | None]

CNY: tuple[Kind | None, ...] = tuple(Kind(yuan * FEN_PER_YUAN) for yuan in (1, 5, 10, 20, 50, 100))
"""Six denominations: 1, 5, 10, 20, 50, 100 yuan."""

COUNTRY = b"CNY"
ENTRY, VALUE_ENTRY = 18, 10
LETTERS = b"AAAA"
"""Type, series, compatibility, version."""
END = bytes(ENTRY)
"""What an index beyond the table is answered with."""
UNIDENTIFIED = bytes(ENTRY - 3) + b"\x01\x00\x00"
"""A live note that the table does not hold: no currency, no value, class 1 (unknown)."""


def value(kind: Kind) -> bytes:
    """Nine bytes: currency, base of three digits, sign, exponent of two. Raises ValueError for values it cannot write."""
    digits, fraction = divmod(kind.value_fen, FEN_PER_YUAN)
    exponent = 0
    while digits and digits % 10 == 0:
        digits, exponent = digits // 10, exponent + 1
    if fraction or not 1 <= digits <= 999:
        raise ValueError(f"{kind.value_fen} fen cannot be written in a note table")
    return COUNTRY + b"%03d+%02d" % (digits, exponent)


def entry(index: int, kind: Kind) -> bytes:
    """Eighteen bytes: index (0 for a note that is in the unit now), value, orientation, letters, class 0, two reserved."""
    return bytes([index]) + value(kind) + b"\x00" + LETTERS + bytes(3)


def row_of_index(index: int, kinds: Kinds) -> Kind | None:
    """The note of an extended index, 1 the first; None beyond the table."""
    return kinds[index - 1] if 1 <= index <= len(kinds) else None


def value_table(kinds: Kinds) -> bytes:
    """Seven entries of ten bytes: index, value; zeros where there is no denomination (70/06)."""
    seven = [*kinds[:DENOMINATIONS], *[None] * DENOMINATIONS][:DENOMINATIONS]
    rows = [bytes([number]) + value(kind) if kind else bytes(VALUE_ENTRY) for number, kind in enumerate(seven, start=1)]
    return b"".join(rows)
