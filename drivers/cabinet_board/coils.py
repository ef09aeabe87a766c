"""What the board's outputs should be, against what they are. Source: io-board sheet 2.1, 2.5; cabinet-board-v2 sheet."""

from __future__ import annotations

from collections.abc import Collection

from drivers.compose.board import Coil
from drivers.raised import Raised
from kiosk.faults import FaultCode

MOTIONS = frozenset(
    {
        Coil.DELIVER_FLAP,
        Coil.DUMP_FLAP,
        Coil.RELEASE_DOOR,
        Coil.CHANGE_SHUTTER,
        Coil.CHANGE_RETRACT,
        Coil.SLOT_SHUTTER,
        Coil.SLOT_RETRACT,
    }
)
"""Never set again by themselves: whoever ordered the motion must decide anew."""

LIMITED = frozenset({Coil.SIREN, Coil.RELEASE_DOOR})
"""The board itself ends these, so a difference says nothing."""


class Coils:
    def __init__(self, faults: Raised) -> None:
        self._faults = faults
        self._want = 1 << Coil.BACKLIGHT
        self._differed = 0  # coils that were written again after the last comparison

    def wanted(self, which: Coil) -> bool:
        return bool(self._want >> which & 1)

    def want(self, which: Coil, on: bool) -> bool:
        """True when this is news."""
        if self.wanted(which) == on:
            return False
        self._want ^= 1 << which
        return True

    def all_wanted(self) -> list[bool]:
        return [self.wanted(coil) for coil in Coil]

    def forget_motions(self) -> None:
        for coil in MOTIONS:
            self.want(coil, False)

    def compare(self, levels: int, waiting: Collection[int]) -> list[tuple[Coil, bool]]:
        """Coils to be written again; one that differs twice running is a fault. `waiting`: coils with a write on its way."""
        again = []
        for coil in Coil:
            wanted = self.wanted(coil)
            if coil in waiting or coil in LIMITED or bool(levels >> coil & 1) == wanted:
                continue
            if coil in MOTIONS and wanted:
                self.want(coil, False)
            else:
                again.append((coil, wanted))
        differs = sum(1 << coil for coil, _ in again)
        stuck = differs & self._differed
        self._differed = differs
        self._faults.set(FaultCode.DEVICE_FAILURE, bool(stuck), f"coil {(stuck & -stuck).bit_length() - 1}")
        return again
