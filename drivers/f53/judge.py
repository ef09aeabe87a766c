"""What an answer to BILL COUNT proves: full, short, refused or unknown. Pure.

Source: f53 sheet, sections 5, 7 and 10.4; docs/decisions/028. Counts are told after an abnormal end too, but a unit that ends
so leaves notes in its path: what it counted as out may have stayed there. Only "nothing came out" is believed then.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique

from drivers.dispensing.health import Aftermath
from drivers.dispensing.outcome import Ending, Judgement, Moved
from drivers.f53.codec import Error
from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED


@unique
class Family(Enum):
    """Of an error's major byte (section 7); the value says it in words."""

    CASSETTE = "a cassette gives nothing"
    TRANSPORT = "transport or pool"
    COUNT = "length, thickness, spacing or number of notes"
    SHUTTER = "shutter"
    REJECT_OUT = "reject box missing"
    REJECT_FULL = "reject box full"
    COMMAND = "command or parameter"
    OTHER = "anything else"


FAMILIES = {
    **dict.fromkeys((0x1, 0x2, 0x3, 0x4), Family.CASSETTE),
    **dict.fromkeys((0x5, 0x7), Family.TRANSPORT),
    0x8: Family.COUNT,
    0xA: Family.SHUTTER,
    0xE: Family.COMMAND,
}
"""By the high digit of the major byte."""
REASONS = {
    Family.CASSETTE: "empty",
    Family.TRANSPORT: "jam",
    Family.COUNT: MISCOUNTED,
    Family.REJECT_OUT: "rejects",
    Family.REJECT_FULL: "rejects",
}
FAULTS = {
    Family.SHUTTER: FaultCode.DEVICE_FAILURE,
    Family.REJECT_OUT: FaultCode.REJECT_OUT,
    Family.REJECT_FULL: FaultCode.REJECT_FULL,
    Family.OTHER: FaultCode.DEVICE_FAILURE,
}
"""All other families leave notes in the path."""


def family(error: Error) -> Family:
    if error.major in (0xB0, 0xB5):
        return Family.REJECT_OUT if error.major == 0xB0 else Family.REJECT_FULL
    return FAMILIES.get(error.major >> 4, Family.OTHER)


def judge(asked: Mapping[int, int], error: Error | None, moved: tuple[Moved, ...] | None) -> Judgement:
    """`error` None: a normal end. `moved` None: counts that cannot be read."""
    if moved is None:
        return Judgement(Ending.UNKNOWN, "no counts")
    wanted = {row.cassette: asked.get(row.cassette, 0) for row in moved}
    counts = tuple(
        (row.cassette, row.exits, row.rejects) for row in moved if wanted[row.cassette] or row.exits or row.rejects
    )
    if any(row.exits > wanted[row.cassette] for row in moved):
        return Judgement(Ending.UNKNOWN, f"{MISCOUNTED} {error or ''}".rstrip(), counts)
    if error is not None:
        return _abnormal(error, counts)
    full = all(row.exits == wanted[row.cassette] for row in moved)
    return Judgement(Ending.FULL, "", counts) if full else Judgement(Ending.UNKNOWN, "counts differ", counts)


def _abnormal(error: Error, counts: tuple[tuple[int, int, int], ...]) -> Judgement:
    found, out = family(error), any(exits for _, exits, _ in counts)
    reason = REASONS.get(found, "other")
    if found is Family.COMMAND and not out and not any(rejects for _, _, rejects in counts):
        return Judgement(Ending.REFUSED, "other")
    if out or found in (Family.COUNT, Family.COMMAND, Family.OTHER):
        sure = tuple((cassette, 0, rejects) for cassette, _, rejects in counts if rejects)
        return Judgement(Ending.UNKNOWN, f"{reason} {error}", sure)
    return Judgement(Ending.SHORT, reason, counts)


def aftermath(asked: Mapping[int, int], error: Error | None, moved: tuple[Moved, ...] | None) -> Aftermath:
    """What an order leaves behind at the device."""
    ending = judge(asked, error, moved).ending
    found = family(error) if error else None
    jam = ending is Ending.UNKNOWN or (found is not None and ending is not Ending.REFUSED)
    left = FAULTS.get(found, FaultCode.DISPENSER_JAM) if found else FaultCode.DISPENSER_JAM
    return Aftermath(
        error=error.major << 8 | error.minor if error else 0,
        fault=left if jam else None,
        clean=ending is Ending.FULL,
        moved=tuple(row.cassette for row in moved or () if row.exits or row.rejects),
        empty=error.major >> 4 if error and found is Family.CASSETTE else None,
    )
