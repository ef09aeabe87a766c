"""What the figures of an LCDM-2000 prove, and what an order leaves behind, at port level. Pure.

Source: lcdm sheet, sections 4.1 (CHK, EXIT, REJECT), 4.2 (error byte) and 7.5; decision page 025.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED, PATH_UNSURE
from simulator.devices.lcdm.codes50 import Error50
from simulator.fronts.port.cassettes import Aftermath
from simulator.fronts.port.paid import Judgement

GOOD, EMPTY = (0x30, 0x31), (0x32, 0x38, 0x40)
BROKEN = (0x41, 0x47, 0x49, 0x4A)
JAMS = frozenset({0x33, 0x35, 0x36, 0x42, 0x43, 0x48, 0x4C, 0x4E, 0x50})
UNSURE = frozenset({0x34, 0x3A, 0x3C, 0x3D, 0x4B, 0x4F})
"""The device says itself that its counts disagree, or that a note of another cassette came."""
BEFORE_START = frozenset({0x37, 0x3B, 0x3F, 0x45, 0x46})
REASONS = {
    **dict.fromkeys(EMPTY, "empty"),
    **dict.fromkeys(JAMS, "jam"),
    **dict.fromkeys((0x45, 0x46), "cassette_out"),
    **dict.fromkeys((0x37, 0x3B, 0x3F, *BROKEN), "other"),
    0x44: "rejects",
}


class Moved(NamedTuple):
    """`left`: picked, and neither out nor rejected."""

    cassette: int
    exits: int
    rejects: int
    left: int


class Told(NamedTuple):
    """A finished order as the unit tells it once. `test`: its notes went to the reject tray on purpose."""

    error: int
    rows: tuple[Moved, ...]
    test: bool

    def done(self, row: Moved) -> int:
        return row.rejects if self.test else row.exits


def judged(asked: Mapping[int, int], told: Told) -> Judgement:
    error, rows = told.error, told.rows
    short = {row.cassette: asked.get(row.cassette, 0) - told.done(row) for row in rows}
    counts = tuple(
        (row.cassette, row.exits, row.rejects) for row in rows if asked.get(row.cassette) or row.exits or row.rejects
    )
    left = sum(max(0, row.left) for row in rows)
    off = any(not 0 <= row.left <= max(0, short[row.cassette]) for row in rows)
    if error in UNSURE or off or (error in GOOD and left):
        return Judgement("unknown", f"{MISCOUNTED} {error:02X} left {left}", counts)
    too_many = any(row.exits > (0 if told.test else asked.get(row.cassette, 0)) for row in rows)
    if too_many or (error not in GOOD and error not in REASONS):
        return Judgement("unknown", f"error {error:02X}", counts)
    if all(missing <= 0 for missing in short.values()):
        return Judgement("full", "", counts)
    if error in GOOD:
        return Judgement("unknown", "counts differ", counts)
    reason = REASONS[error]
    if error in BEFORE_START and not any(row.exits or row.rejects or row.left for row in rows):
        return Judgement("refused", reason)
    return Judgement("short", "jam" if left and reason not in PATH_UNSURE else reason, counts)


def aftermath(asked: Mapping[int, int], told: Told) -> Aftermath:
    empty = (row.cassette for row in told.rows if told.done(row) < asked.get(row.cassette, 0))
    return Aftermath(
        told.error,
        _left_behind(told),
        clean=told.error in GOOD and judged(asked, told).ending == "full",
        moved=tuple(row.cassette for row in told.rows if row.exits or row.rejects),
        empty=next(empty, None) if told.error in EMPTY else None,
    )


def _left_behind(told: Told) -> FaultCode | None:
    if told.error == Error50.OTHER_CASSETTE:
        return FaultCode.WRONG_NOTES
    if told.error in JAMS | UNSURE or any(row.left for row in told.rows):
        return FaultCode.DISPENSER_JAM
    return FaultCode.DEVICE_FAILURE if told.error in BROKEN else None
