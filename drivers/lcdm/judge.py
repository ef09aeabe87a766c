"""What the figures of an LCDM-4000 prove: full, short, refused or unknown. Pure.

Source: lcdm sheet, sections 5.2 (error byte) and 7 (recovery and counting rules).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique

from drivers.dispensing.health import Aftermath
from drivers.dispensing.outcome import Ending, Judgement, Memory, Result
from drivers.lcdm.codec import Command
from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED

GOOD, PICK_UP, NEAR_END = 0x00, 0x01, 0x25
CASSETTE_MISSING, TRAY_MISSING = 0x24, 0x26
UNSURE = (0x06, 0x07, 0x08, 0x40, 0x41, 0x42, 0x43)  # the customer may hold another number or value than reported
BEFORE_START = (0x0B, 0x20, 0x21, CASSETTE_MISSING, TRAY_MISSING, 0x30, 0x31)
JAMS = (0x02, 0x03, 0x04, 0x05, 0x09, 0x0A, 0x0B, 0x0E)
WRONG_CASSETTE = (0x40, 0x41, 0x42, 0x43)
REASONS = {
    PICK_UP: "empty",
    NEAR_END: "empty",
    0x0C: "rejects",
    0x0D: "rejects",
    CASSETTE_MISSING: "cassette_out",
    **dict.fromkeys(JAMS, "jam"),
    **dict.fromkeys((0x20, 0x21, 0x22, 0x23, TRAY_MISSING, *range(0x30, 0x37)), "other"),
}
"""Error bytes after which the counts hold, and the reason they give."""


def counts_of(asked: Mapping[int, int], result: Result) -> tuple[tuple[int, int, int], ...]:
    rows = (row for row in result.moved if asked.get(row.cassette) or row.exits or row.rejects)
    return tuple((row.cassette, row.exits, row.rejects) for row in rows)


def judge(asked: Mapping[int, int], result: Result) -> Judgement:
    """What `result` says of an order for `asked` notes per cassette. A test order expects its notes as rejects."""
    counts, error = counts_of(asked, result), result.error
    test = result.code == Command.TEST
    done = {row.cassette: row.rejects if test else row.exits for row in result.moved}
    wanted = {row.cassette: asked.get(row.cassette, 0) for row in result.moved}
    strange = any(row.exits > (0 if test else wanted[row.cassette]) for row in result.moved)
    if error in UNSURE or (error != GOOD and error not in REASONS) or strange:
        word = MISCOUNTED if error in UNSURE else "error"
        return Judgement(Ending.UNKNOWN, f"{word} {error:02X}", counts)
    if all(done[cassette] >= wanted[cassette] for cassette in wanted):
        return Judgement(Ending.FULL, "", counts)
    if error == GOOD:
        return Judgement(Ending.UNKNOWN, "counts differ", counts)
    moved = any(row.exits or row.rejects for row in result.moved)
    if error in BEFORE_START and not moved:
        return Judgement(Ending.REFUSED, REASONS[error])
    return Judgement(Ending.SHORT, REASONS[error], counts)


def first_short(asked: Mapping[int, int], result: Result) -> int | None:
    """The cassette at which a pick-up failed: they are emptied in order, so the first that gave less than asked."""
    short = (row.cassette for row in result.moved if row.exits < asked.get(row.cassette, 0))
    return next(short, None)


def fault_of(error: int) -> FaultCode | None:
    """The fault an outcome leaves behind until somebody has looked after it."""
    if error in JAMS or error in (0x06, 0x07, 0x08):
        return FaultCode.DISPENSER_JAM
    if error in WRONG_CASSETTE:
        return FaultCode.WRONG_NOTES
    if error in (0x20, 0x21, 0x22, 0x23, *range(0x32, 0x37)):
        return FaultCode.DEVICE_FAILURE
    return None


def aftermath(asked: Mapping[int, int], result: Result) -> Aftermath:
    """What an order leaves behind at the device."""
    return Aftermath(
        result.error,
        fault_of(result.error),
        clean=result.error == GOOD and judge(asked, result).ending is Ending.FULL,
        moved=tuple(row.cassette for row in result.moved if row.exits or row.rejects),
        empty=first_short(asked, result) if result.error == PICK_UP else None,
    )


@unique
class Taken(Enum):
    YES = "the order was carried out: the last result is its result"
    NO = "the order was never taken"
    UNKNOWN = "cannot be told"


def was_taken(
    code: int, asked: Mapping[int, int], acked: bool, before: Memory, after: Memory, *, serial_counts: bool
) -> Taken:
    """Whether an order without a response was carried out, by what the device remembers before and after (section 7.2, 7.4).

    `serial_counts`: the number was seen to change with an order before, so an unchanged one proves something.
    """
    if serial_counts and after.known and before.serial is not None and after.serial is not None:
        if after.serial == before.serial:
            return Taken.NO
        return Taken.YES if after.last and after.last.code == code else Taken.UNKNOWN
    last = after.last
    if not before.known or not after.known:
        return Taken.UNKNOWN
    if last != before.last:
        return Taken.YES if last and last.code == code else Taken.UNKNOWN
    could_be_ours = last is not None and last.code == code and _fits(asked, last)
    return Taken.UNKNOWN if acked or could_be_ours else Taken.NO


def _fits(asked: Mapping[int, int], last: Result) -> bool:
    """An order for `asked` might have ended like this."""
    if last.error == GOOD and last.code == Command.DISPENSE:
        return all(row.exits == asked.get(row.cassette, 0) for row in last.moved)
    return all(row.exits <= asked.get(row.cassette, 0) for row in last.moved)
