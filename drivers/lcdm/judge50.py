"""What the figures of an LCDM-1000 or LCDM-2000 prove: full, short, refused or unknown. Pure.

Source: lcdm sheet, sections 4.1 (CHK, EXIT, REJECT), 4.2 (error byte) and 7.5; docs/decisions/025.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.dispensing.health import Aftermath
from drivers.dispensing.outcome import Ending, Judgement
from drivers.lcdm.codec50 import Result50
from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED, PATH_UNSURE

GOOD = (0x30, 0x31)  # 31: normal stop
EMPTY = (0x32, 0x38, 0x40)
CASSETTE_MISSING = (0x45, 0x46)
BEFORE_START = (0x37, 0x3B, 0x3F, *CASSETTE_MISSING)
JAMS = (0x33, 0x35, 0x36, 0x42, 0x43, 0x48, 0x4C, 0x4E, 0x50)
COUNTING = (
    0x34,
    0x3A,
    0x3C,
    0x3D,
    0x4B,
    0x4F,
)  # the device itself says that its counts disagree, or a note too many came
SOLENOID_AND_MOTOR = (0x41, 0x49, 0x4A)
REASONS = {
    **dict.fromkeys(EMPTY, "empty"),
    **dict.fromkeys(JAMS, "jam"),
    **dict.fromkeys(CASSETTE_MISSING, "cassette_out"),
    **dict.fromkeys((0x37, 0x3B, 0x3F, 0x47, *SOLENOID_AND_MOTOR), "other"),
    0x44: "rejects",
}
"""Error bytes after which EXIT holds, and the reason they give."""


def judge(asked: Mapping[int, int], result: Result50) -> Judgement:
    """What `result` says of an order for `asked` notes per cassette. A test order expects its notes as rejects.

    EXIT is what came out. A note that was picked and is neither out nor rejected lies on the path when the device names a
    trouble, and nobody knows where when it names none. More out than picked, or more left than are missing, is a miscount.
    """
    error, moved = result.error, result.moved
    wanted = {row.cassette: asked.get(row.cassette, 0) for row in moved}
    counts = tuple(
        (row.cassette, row.exits, row.rejects) for row in moved if wanted[row.cassette] or row.exits or row.rejects
    )
    done = {row.cassette: row.rejects if result.test else row.exits for row in moved}
    left = sum(row.left for row in moved if row.left > 0)
    miscounted = any(row.left < 0 or row.left > max(0, wanted[row.cassette] - done[row.cassette]) for row in moved)
    if error in COUNTING or miscounted or (error in GOOD and left):
        return Judgement(Ending.UNKNOWN, f"{MISCOUNTED} {error:02X} left {left}", counts)
    strange = any(row.exits > (0 if result.test else wanted[row.cassette]) for row in moved)
    if (
        strange
        or any(n and cassette not in wanted for cassette, n in asked.items())
        or (error not in GOOD and error not in REASONS)
    ):
        return Judgement(Ending.UNKNOWN, f"error {error:02X}", counts)
    if moved and all(done[cassette] >= n for cassette, n in wanted.items()):
        return Judgement(Ending.FULL, "", counts)
    if error in GOOD:
        return Judgement(Ending.UNKNOWN, "counts differ", counts)
    if error in BEFORE_START and not any(row.picked or row.exits or row.rejects for row in moved):
        return Judgement(Ending.REFUSED, REASONS[error])
    reason = REASONS[error]
    return Judgement(Ending.SHORT, "jam" if left and reason not in PATH_UNSURE else reason, counts)


def judge_purge(result: Result50) -> Judgement:
    """A purge tells only whether the path is clear."""
    if result.error in GOOD:
        return Judgement(Ending.FULL, "")
    return Judgement(Ending.SHORT, REASONS.get(result.error, "other"))


def aftermath(asked: Mapping[int, int], result: Result50) -> Aftermath:
    """What an order leaves behind at the device."""
    clean = result.error in GOOD and bool(result.moved) and judge(asked, result).ending is Ending.FULL
    moved = tuple(row.cassette for row in result.moved if row.exits or row.rejects)
    done = {row.cassette: row.rejects if result.test else row.exits for row in result.moved}
    short = (cassette for cassette, n in done.items() if n < asked.get(cassette, 0))
    return Aftermath(result.error, _fault(result), clean, moved, next(short, None) if result.error in EMPTY else None)


def _fault(result: Result50) -> FaultCode | None:
    error = result.error
    if error == 0x4F:
        return FaultCode.WRONG_NOTES
    if error in JAMS or error in COUNTING or any(row.left for row in result.moved):
        return FaultCode.DISPENSER_JAM
    return FaultCode.DEVICE_FAILURE if error in SOLENOID_AND_MOTOR or error == 0x47 else None
