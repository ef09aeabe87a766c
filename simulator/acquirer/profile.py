"""What acquirers hand out to each terminal's maker and vary among themselves: addresses, header, who may call.

Source: ISO 8583 sheet, introduction and section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MERCHANT = "898110048160001"


@dataclass(frozen=True, slots=True)
class Profile:
    """One variant. `tpdu` 5 bytes and `header` 6 bytes as requests bear them; `terminals` maps terminal (8 characters) to
    merchant (15 characters); `capabilities` is tag 9F33 and `kind` tag 9F35 of these terminals; `tries` is how many wrong
    PINs in a row block a card; `batch_most` is how many payments one batch takes, 1-999 (its counters have three digits)."""

    tpdu: bytes = bytes.fromhex("6000380000")
    header: bytes = bytes.fromhex("603100311301")
    acquirer: str = "48021000"
    issuer: str = "03080000"
    terminals: Mapping[str, str] = field(default_factory=lambda: {"TVM00001": MERCHANT})
    capabilities: bytes = bytes.fromhex("604020")
    kind: bytes = b"\x24"
    country: bytes = b"\x01\x56"
    currency: str = "156"
    tries: int = 3
    batch_most: int = 999

    @property
    def answer_tpdu(self) -> bytes:
        """Both addresses swapped, as real hosts answer."""
        return self.tpdu[:1] + self.tpdu[3:5] + self.tpdu[1:3]
