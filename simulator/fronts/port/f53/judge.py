"""What the answer to a bill count proves, and what it leaves behind, at port level. Pure.

Source: f53 sheet, sections 5, 7 and 10.4; decision page 028: after an abnormal end only "nothing came out" is believed.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED, Counts
from simulator.devices.f53.codes import Error, major
from simulator.fronts.port.cassettes import Aftermath
from simulator.fronts.port.f53.line import Result
from simulator.fronts.port.paid import Judgement

CASSETTE, TRANSPORT, COUNT, SHUTTER, COMMAND, OTHER = "cassette", "transport", "count", "shutter", "command", "other"
BY_DIGIT = {0x1: CASSETTE, 0x2: CASSETTE, 0x3: CASSETTE, 0x4: CASSETTE, 0x5: TRANSPORT, 0x7: TRANSPORT, 0x8: COUNT,
            0xA: SHUTTER, 0xE: COMMAND}  # fmt: skip
"""High digit of the major error byte -> family."""
REASONS = {CASSETTE: "empty", TRANSPORT: "jam", COUNT: MISCOUNTED, "B0": "rejects", "B5": "rejects"}
FAULTS = {
    SHUTTER: FaultCode.DEVICE_FAILURE,
    OTHER: FaultCode.DEVICE_FAILURE,
    "B0": FaultCode.REJECT_OUT,
    "B5": FaultCode.REJECT_FULL,
}
"""Of all other families: notes lie in the path."""


def error_of(result: Result) -> int:
    """The major error byte; 0 after a normal end."""
    return major(result.error, result.cassette)


def family(error: int) -> str:
    return f"{error:02X}" if error in (Error.REJECT_MISSING, Error.REJECT_FULL) else BY_DIGIT.get(error >> 4, OTHER)


def judged(asked: Mapping[int, int], result: Result) -> Judgement:
    counts: Counts = tuple(
        (n, exits, rejects)
        for n, (exits, rejects) in enumerate(zip(result.out, result.rejected, strict=True), start=1)
        if asked.get(n) or exits or rejects
    )
    abnormal, error = result.error is not Error.GOOD, error_of(result)
    if any(exits > asked.get(n, 0) for n, exits, _ in counts):
        return Judgement("unknown", f"{MISCOUNTED} {error:02X}00" if abnormal else MISCOUNTED, counts)
    if abnormal:
        return _abnormal(error, counts)
    if all(exits == asked.get(n, 0) for n, exits, _ in counts):
        return Judgement("full", "", counts)
    return Judgement("unknown", "counts differ", counts)


def _abnormal(error: int, counts: Counts) -> Judgement:
    found, out = family(error), any(exits for _, exits, _ in counts)
    reason = REASONS.get(found, "other")
    if found == COMMAND and not any(exits or rejects for _, exits, rejects in counts):
        return Judgement("refused", "other")
    if out or found in (COUNT, COMMAND, OTHER):
        return Judgement("unknown", f"{reason} {error:02X}00", tuple((n, 0, back) for n, _, back in counts if back))
    return Judgement("short", reason, counts)


def aftermath(asked: Mapping[int, int], result: Result) -> Aftermath:
    ending, error = judged(asked, result).ending, error_of(result)
    abnormal = result.error is not Error.GOOD
    found = family(error) if abnormal else ""
    left = FAULTS.get(found, FaultCode.DISPENSER_JAM)
    return Aftermath(
        error << 8,
        left if ending == "unknown" or (abnormal and ending != "refused") else None,
        clean=ending == "full",
        moved=tuple(n + 1 for n in range(len(result.out)) if result.out[n] or result.rejected[n]),
        empty=error >> 4 if found == CASSETTE else None,
    )
