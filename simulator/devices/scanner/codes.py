"""Codes that are held before a window, and the bytes of the protocols (io-board sheet, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

SYN, ACK, NAK, ENQ, CR, LF = 0x16, 0x06, 0x15, 0x05, 0x0D, 0x0A
TRIGGER_ON, TRIGGER_OFF, MENU = 0x54, 0x55, 0x4D
MOST = 7_089
"""Digits in the largest QR code."""


@unique
class Maker(Enum):
    """Whose commands a scanner understands."""

    HONEYWELL = "trigger by command, menu texts"
    DATALOGIC = "one letter: E D R F B i h s"
    CIPHERLAB = "one letter: E D, and set-up texts that begin with #@"


@unique
class Symbology(Enum):
    """Kind of code: the letter that names it in a prefix, and the menu word that switches it on and off."""

    QR = ("s", "QRCENA")
    CODE_128 = ("j", "128ENA")
    EAN_13 = ("d", "E13ENA")
    DATA_MATRIX = ("w", "IDMENA")
    PDF417 = ("r", "PDFENA")
    AZTEC = ("z", "AZTENA")

    def __init__(self, letter: str, tag: str) -> None:
        self.letter, self.tag = letter, tag


@dataclass(frozen=True, slots=True)
class Code:
    """`content`: 1..7089 bytes, any of them: who prints a code chooses what is in it."""

    content: bytes
    symbology: Symbology = Symbology.QR

    def __post_init__(self) -> None:
        if not 0 < len(self.content) <= MOST:
            raise ValueError(f"a code of {len(self.content)} bytes")
