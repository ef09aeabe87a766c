"""What the figures of the dispenser prove, at port level: outcome of an order, what is left behind, whether an order was taken.

Source: lcdm sheet, sections 5.2 (error byte) and 7 (recovery and counting rules). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import MISCOUNTED, Counts
from simulator.devices.lcdm import wire
from simulator.devices.lcdm.body import Body, Result
from simulator.devices.lcdm.codes import CASSETTES, Error
from simulator.fronts.port.cassettes import Aftermath

UNSURE = frozenset({0x06, 0x07, 0x08, 0x40, 0x41, 0x42, 0x43})
"""The passenger may hold another number or value than was reported."""

BEFORE_START = frozenset({0x0B, 0x20, 0x21, 0x24, 0x26, 0x30, 0x31})
REASONS = {
    **dict.fromkeys((0x01, 0x25), "empty"),
    **dict.fromkeys((0x0C, 0x0D), "rejects"),
    0x24: "cassette_out",
    **dict.fromkeys((0x02, 0x03, 0x04, 0x05, 0x09, 0x0A, 0x0B, 0x0E), "jam"),
    **dict.fromkeys((0x20, 0x21, 0x22, 0x23, 0x26, *range(0x30, 0x37)), "other"),
}
JAMMED = frozenset({0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0E})
BROKEN = frozenset({0x20, 0x21, 0x22, 0x23, *range(0x32, 0x37)})

Ending = Literal["full", "short", "refused", "unknown"]


class Done(NamedTuple):
    """A finished order as the device remembers it. `rows`: (cassette, exits, rejects) of all four."""

    code: int
    error: int
    rows: Counts


class Memory(NamedTuple):
    """`known` False: it could not be asked."""

    last: Done | None = None
    serial: int | None = None
    known: bool = False


@dataclass(slots=True)
class Deed:
    """An order that moves notes, and how far it got. `code`: the LCDM-4000's command for it, in every family."""

    order: int
    code: int
    asked: Mapping[int, int]
    before: Memory
    sent_ms: int | None = None
    acked: bool = False


class Judgement(NamedTuple):
    ending: Ending
    reason: str
    counts: Counts = ()


REFUSED = Judgement("refused", "other")


def done_of(result: Result) -> Done:
    rows = tuple((n + 1, result.out[n], result.rejected[n]) for n in range(CASSETTES))
    return Done(result.command, int(result.error), rows)


def last_of(body: Body) -> Done | None:
    return done_of(body.last) if body.last else None


def judged(asked: Mapping[int, int], done: Done) -> Judgement:
    """A test order wants its notes as rejects, any other at the exit."""
    test, error = done.code == wire.TEST_DISPENSE, done.error
    counts = tuple(row for row in done.rows if asked.get(row[0]) or row[1] or row[2])
    too_many = any(row[1] > (0 if test else asked.get(row[0], 0)) for row in done.rows)
    if too_many or error in UNSURE or (error != Error.GOOD and error not in REASONS):
        return Judgement("unknown", f"{MISCOUNTED if error in UNSURE else 'error'} {error:02X}", counts)
    if all(row[2 if test else 1] >= asked.get(row[0], 0) for row in done.rows):
        return Judgement("full", "", counts)
    if error == Error.GOOD:
        return Judgement("unknown", "counts differ", counts)
    if error in BEFORE_START and not any(row[1] or row[2] for row in done.rows):
        return Judgement("refused", REASONS[error])
    return Judgement("short", REASONS[error], counts)


def aftermath(asked: Mapping[int, int], done: Done) -> Aftermath:
    return Aftermath(
        done.error,
        left_behind(done.error),
        clean=done.error == Error.GOOD and judged(asked, done).ending == "full",
        moved=tuple(cassette for cassette, exits, rejects in done.rows if exits or rejects),
        empty=emptied(asked, done) if done.error == Error.PICK_UP else None,
    )


def left_behind(error: int) -> FaultCode | None:
    """What stays wrong until somebody has looked after it."""
    if error in JAMMED:
        return FaultCode.DISPENSER_JAM
    if Error.FROM_CASSETTE_1 <= error <= Error.FROM_CASSETTE_4:
        return FaultCode.WRONG_NOTES
    return FaultCode.DEVICE_FAILURE if error in BROKEN else None


def emptied(asked: Mapping[int, int], done: Done) -> int | None:
    """The cassette at which the picking failed: the first that gave less than asked."""
    return next((row[0] for row in done.rows if row[1] < asked.get(row[0], 0)), None)


def taken(
    code: int, asked: Mapping[int, int], acked: bool, before: Memory, after: Memory, serial_counts: bool
) -> bool | None:
    """Was an order without a response carried out? None: cannot be told (section 7.2, 7.4)."""
    last = after.last
    ours = last is not None and last.code == code
    if serial_counts and after.known and before.serial is not None and after.serial is not None:
        return False if after.serial == before.serial else (ours or None)
    if not before.known or not after.known:
        return None
    if last != before.last:
        return ours or None
    return None if acked or (ours and last is not None and _fits(asked, last)) else False


def _fits(asked: Mapping[int, int], last: Done) -> bool:
    """An order for `asked` might have ended like this."""
    if last.error == Error.GOOD and last.code == wire.DISPENSE:
        return all(row[1] == asked.get(row[0], 0) for row in last.rows)
    return all(row[1] <= asked.get(row[0], 0) for row in last.rows)
