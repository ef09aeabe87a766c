"""The currency table of the firmware: which note is which denomination (id003 sheet, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.devices.id003.codes import FIRST_DENOMINATION
from simulator.devices.validator import FEN_PER_YUAN, Kind

CHINA = 0x2D


@dataclass(frozen=True, slots=True)
class Denomination(Kind):
    """One row; row n is denomination 61 + n. `country` is the byte of the table."""

    country: int = CHINA

    def entry(self) -> bytes:
        """Country, value, exponent: amount = value x 10^exponent. Raises ValueError for values it cannot write."""
        value, fraction = divmod(self.value_fen, FEN_PER_YUAN)
        exponent = 0
        while value and value % 10 == 0:
            value, exponent = value // 10, exponent + 1
        if fraction or not 1 <= value <= 255:
            raise ValueError(f"{self.value_fen} fen cannot be written in a currency table")
        return bytes([self.country, value, exponent])


CNY: tuple[Denomination | None, ...] = (
    *(Denomination(yuan * FEN_PER_YUAN) for yuan in (1, 5, 10, 20, 50, 100)),
    None,
    None,
)
"""Denominations 61 to 68 of the sheet's example (9.1): 1, 5, 10, 20, 50, 100 yuan and two that are not used."""


def table_bytes(kinds: Sequence[Denomination | None]) -> bytes:
    """The whole table, four bytes for each row; value 00 = not used."""
    return b"".join(
        bytes([FIRST_DENOMINATION + row]) + (kind.entry() if kind else bytes(3)) for row, kind in enumerate(kinds)
    )
