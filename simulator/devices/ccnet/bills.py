"""The bill table of the validator's firmware: which note is which type (ccnet sheet, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.devices.validator.kinds import FEN_PER_YUAN, Kind
from simulator.devices.validator.kinds import row_of as type_of

__all__ = ["CNY", "BillKind", "table_bytes", "type_of"]


@dataclass(frozen=True, slots=True)
class BillKind(Kind):
    """One row of the table: a value, and where it matters a series. The row number is the type the host hears."""

    country: str = "CHN"

    def row(self) -> bytes:
        """Five bytes: leading digits, three letters, number of zeros. Raises ValueError for values it cannot write."""
        digits, fraction = divmod(self.value_fen, FEN_PER_YUAN)
        zeros = 0
        while digits and digits % 10 == 0:
            digits, zeros = digits // 10, zeros + 1
        if fraction or not 1 <= digits <= 255:
            raise ValueError(f"{self.value_fen} fen cannot be written in a bill table")
        return bytes([digits]) + self.country.encode("ascii") + bytes([zeros])


CNY: tuple[BillKind | None, ...] = tuple(BillKind(yuan * FEN_PER_YUAN) for yuan in (1, 5, 10, 20, 50, 100))
"""Types 0..5 of the sheet's own example: 1, 5, 10, 20, 50, 100 yuan."""


def table_bytes(kinds: Sequence[BillKind | None], types: int) -> bytes:
    """The whole table, 5 bytes for each of `types` (24 or 48); rows without a note are zero."""
    rows = [kind.row() if kind else bytes(5) for kind in kinds[:types]]
    return b"".join(rows).ljust(types * 5, b"\0")
