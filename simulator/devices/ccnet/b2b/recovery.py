"""What the unit remembers of motions without power, and tells when it is asked POWER RECOVERY (ccnet sheet, section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from simulator.devices.ccnet.b2b.numbers import DISPENSE, PACKING, UNLOAD
from simulator.devices.ccnet.body import Event

NOTHING = b"\x00"
REQUEST = 0x80


@dataclass(slots=True)
class Job:
    """One DISPENSE, UNLOAD or SET TYPE. `asked`: (type or cassette, count); `moved`: type of each note that has moved.

    `open` until it has ended; `end` is then the event that tells it.
    """

    command: int
    asked: Sequence[tuple[int, int]]
    todo: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    open: bool = True
    end: Event | None = None

    def close(self, end: Event | None) -> None:
        self.open, self.end = False, end


@dataclass(slots=True)
class Recovery:
    """`packed`: (type, destination) of notes that came to rest and were told to nobody; `cut`: the job that was broken off."""

    packed: list[tuple[int, int]] = field(default_factory=list)
    cut: Job | None = None

    def answer(self, left_in_dispenser: bool) -> bytes:
        """Payload of the answer to 66. Packing before the others; each is asked for anew once the last was acknowledged."""
        cut = self.cut
        if self.packed:
            return bytes([PACKING]) + _pairs(self.packed)
        if cut is not None and cut.open and cut.command == DISPENSE:
            asked = [(kind | REQUEST, count) for kind, count in cut.asked]
            return bytes([DISPENSE]) + _pairs(asked) + _pairs(sorted(Counter(cut.moved).items()))
        if cut is not None and cut.open and cut.command == UNLOAD:
            return bytes([UNLOAD]) + _pairs(cut.asked) + _pairs(Counter(cut.moved).items())
        return bytes([DISPENSE]) if left_in_dispenser else NOTHING

    def acknowledged(self) -> None:
        """The answer was heard. A cut dispense stays until the dispenser has been emptied (67)."""
        if self.packed:
            self.packed.clear()
        elif self.cut is not None and self.cut.command == UNLOAD:
            self.cut = None

    def forget_credits(self) -> None:
        """ENABLE came before 66: what was packed and unloaded unheard is told no more."""
        self.packed.clear()
        if self.cut is not None and self.cut.command == UNLOAD:
            self.cut = None


def _pairs(words: Iterable[tuple[int, int]]) -> bytes:
    return bytes(byte for word in words for byte in word)
