"""What can be set in a scanner, and what it puts around a code (io-board sheet, section 3).

Numbers and words are of docs/sheets/identity-and-scanner-open-points.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from simulator.devices.scanner.codes import Code, Symbology

CODE_LETTER = b"\x5c\x80"
"""In a prefix or suffix: the letter of the code's kind stands here."""


@unique
class Mode(IntEnum):
    MANUAL = 0
    PRESENTATION = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """As at delivery. `prefix` and `suffix`: bytes, with `CODE_LETTER` for the kind of code."""

    mode: Mode = Mode.MANUAL
    light_ms: int = 30_000
    reread_ms: int = 750
    prefix: bytes = b""
    suffix: bytes = b""
    reads: frozenset[Symbology] = frozenset(Symbology) - {Symbology.AZTEC}

    def around(self, code: Code) -> tuple[bytes, bytes]:
        """What comes before the code and after it."""
        letter = code.symbology.letter.encode()
        return self.prefix.replace(CODE_LETTER, letter), self.suffix.replace(CODE_LETTER, letter)
