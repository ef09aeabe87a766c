"""The note table of the firmware as channels, and what the unit says of itself (essp sheet, section 6).

Row 0 of the table is channel 1. Decided here, the sheet is silent: full value = channel value x value multiplier, in yuan; the
real multiplier makes fen of it; channel values and security are their number and one byte each; five counters of four bytes
follow their number; BUILD is answered with the unit type and two bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.essp.codes import EXTENDED_FROM, MOST_CHANNELS, VALIDATOR
from simulator.devices.validator import FEN_PER_YUAN, Kind

Kinds = Sequence[Kind | None]

CNY: tuple[Kind | None, ...] = tuple(Kind(yuan * FEN_PER_YUAN) for yuan in (1, 5, 10, 20, 50, 100))
"""Channels 1 to 6: 1, 5, 10, 20, 50, 100 yuan."""

COUNTRY = b"CNY"
FIRMWARE = b"0412"
DATASET = b"TVM-CNY-NV200-01"
FULL_FIRMWARE = b"NV02004120000000"
BUILD = bytes([VALIDATOR, 0x00, 0x01])
VALUE_MULTIPLIER = (1).to_bytes(3, "big")
REAL_MULTIPLIER = FEN_PER_YUAN.to_bytes(3, "big")
SECURITY = 0x02


def check(kinds: Kinds) -> None:
    """Raises ValueError when channels of this protocol cannot hold the table."""
    if len(kinds) > MOST_CHANNELS:
        raise ValueError(f"{len(kinds)} channels: there are at most {MOST_CHANNELS}")
    for kind in kinds:
        if kind and (kind.value_fen % FEN_PER_YUAN or not 0 < kind.value_fen <= 255 * FEN_PER_YUAN):
            raise ValueError(f"{kind.value_fen} fen cannot be the value of a channel")


def _yuan(kinds: Kinds) -> list[int]:
    return [kind.value_fen // FEN_PER_YUAN if kind else 0 for kind in kinds]


def values(kinds: Kinds) -> bytes:
    """Number of channels, and the value of each; 0 = not used."""
    return bytes([len(kinds), *_yuan(kinds)])


def security(kinds: Kinds) -> bytes:
    return bytes([len(kinds), *(SECURITY if kind else 0 for kind in kinds)])


def setup(kinds: Kinds, protocol: int) -> bytes:
    """What SETUP REQUEST is answered behind F0; longer from protocol 6 on."""
    told = bytes([VALIDATOR]) + FIRMWARE + COUNTRY + VALUE_MULTIPLIER + values(kinds) + security(kinds)[1:]
    told += REAL_MULTIPLIER + bytes([protocol])
    if protocol < EXTENDED_FROM:
        return told
    return told + COUNTRY * len(kinds) + b"".join(yuan.to_bytes(4, "little") for yuan in _yuan(kinds))


def unit_data(protocol: int) -> bytes:
    return bytes([VALIDATOR]) + FIRMWARE + COUNTRY + VALUE_MULTIPLIER + bytes([protocol])


class Counters:
    """Life counters; they survive a power cut. Only notes that were stacked or rejected are counted by a validator."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.stacked = self.rejected = 0

    def told(self) -> bytes:
        """Stacked, stored, paid out, from the store to the box, rejected: 4 bytes each, least significant first."""
        five = (self.stacked, 0, 0, 0, self.rejected)
        return bytes([len(five)]) + b"".join((number & 0xFFFFFFFF).to_bytes(4, "little") for number in five)
