"""The flags of a hopper (163), and what they mean for a payout. Source: cctalk sheet, sections 7.2 and 7.3.

Register 1 is the same everywhere. Of register 2 there are several tables: that of the generic specification, whose hoppers have a
third register, and that of the SCH2, which has two. In doubt its bits mean that the counts are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

SCH2 = "SCH2"
"""How its product code begins."""


@dataclass(frozen=True, slots=True)
class Flags:
    """`raw`: one to eight registers, shown as they are; `sch2`: known to be one by its product code."""

    raw: bytes = b"\x00"
    sch2: bool = False

    def _set(self, register: int, *bits: int) -> bool:
        mask = sum(1 << bit for bit in bits)
        return len(self.raw) >= register and bool(self.raw[register - 1] & mask)

    @property
    def _generic(self) -> bool:
        """The second register is that of the generic specification."""
        return len(self.raw) > 2 and not self.sch2

    @property
    def jammed(self) -> bool:
        """The motor's current was too high, or it turned back too often."""
        return self._set(1, 0) or (self._set(2, 4) and self._generic)

    @property
    def ran_empty(self) -> bool:
        """No coin was seen for the set time."""
        return self._set(1, 1)

    @property
    def exit_blocked(self) -> bool:
        """A coin stands in the exit: it was counted or it was not."""
        return self._set(1, 3, 5)

    @property
    def blinded(self) -> bool:
        """Light in the exit's sensor, or sensors that contradict each other: coins may have gone without being counted."""
        return self._set(1, 4) or self._set(2, 0) or (self._set(2, 3) and self._generic)

    @property
    def forgetful(self) -> bool:
        """Its stored counts are damaged."""
        return self._set(2, 6) or (not self._generic and self._set(2, 2, 3, 4, 5))

    @property
    def broken(self) -> bool:
        return self._set(2, 5) and self._generic

    @property
    def single(self) -> bool:
        """It pays one coin a command, and no more."""
        return self._set(2, 1)

    @property
    def wants_reset(self) -> bool:
        """What must be reset before the next payout although nothing needs mending, such as a power cut in the one before."""
        return self._set(3, 0, 1, 2, 3)

    @property
    def blocks(self) -> bool:
        """A DISPENSE would be refused, or what it counts could not be believed."""
        return self.jammed or self.exit_blocked or self.blinded or self.forgetful or self.broken or self.wants_reset

    def __str__(self) -> str:
        return self.raw.hex()
