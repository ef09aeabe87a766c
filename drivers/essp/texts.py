"""What events and reject codes mean in the words of the ports, and which faults are up. Source: essp sheet, sections 6 and 8.

Whether a device says a lasting trouble once or in every answer is not documented. So one that is said again and again has
passed when it is said no more, and one that was said once stays up until the device says something that contradicts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drivers.essp.events import Code, Event
from kiosk.faults import FaultCode

TROUBLES: Mapping[int, FaultCode] = {
    Code.STACKER_FULL: FaultCode.BOX_FULL,
    Code.BOX_REMOVED: FaultCode.BOX_OUT,
    Code.JAM_IN_REACH: FaultCode.NOTE_JAM,
    Code.JAM_SAFE: FaultCode.NOTE_JAM,
    Code.PATH_OPEN: FaultCode.DEVICE_FAILURE,
    Code.FRAUD: FaultCode.CHEATED,
}
_MOVES = (Code.READ, Code.STACKING, Code.STACKED, Code.STORED)
_ENDS: Mapping[int, tuple[int, ...]] = {
    Code.BOX_REPLACED: (Code.BOX_REMOVED, Code.STACKER_FULL),
    Code.SLAVE_RESET: tuple(TROUBLES),
    **dict.fromkeys(_MOVES, tuple(TROUBLES)),
}
QUIET_ANSWERS = 2

_REASONS = {
    **dict.fromkeys((0x01, 0x0B, 0x12, 0x13, 0x1A), "folded"),
    **dict.fromkeys((0x02, 0x03, 0x04, 0x05, 0x09, 0x11, 0x16, 0x17, 0x18), "unreadable"),
    **dict.fromkeys((0x06, 0x0C), "inhibited"),
    **dict.fromkeys((0x07, 0x1C), "double"),
}


def refused_because(code: int) -> str:
    """Reason of a `NoteRefused` for a LAST REJECT code."""
    return _REASONS.get(code, "other")


class Troubles:
    """Which troubles last, from the events of one answer after the other."""

    def __init__(self) -> None:
        self._said: dict[int, int] = {}  # trouble that is up -> in how many answers
        self._quiet: dict[int, int] = {}  # answers since it was said last

    @property
    def up(self) -> set[FaultCode]:
        return {TROUBLES[code] for code in self._said}

    def jammed(self) -> bool:
        return FaultCode.NOTE_JAM in self.up

    def answer(self, events: Sequence[Event]) -> None:
        """All events of one answer, perhaps none."""
        codes = [event.code for event in events]
        for code in codes:
            for ended in _ENDS.get(code, ()):
                self._said.pop(ended, None)
            if code in TROUBLES:
                self._said[code] = self._said.get(code, 0) + 1
                self._quiet[code] = 0
        for code in [code for code in self._said if code not in codes]:
            self._quiet[code] += 1
            if self._said[code] > 1 and self._quiet[code] >= QUIET_ANSWERS:
                del self._said[code]

    def forget(self) -> None:
        self._said.clear()
