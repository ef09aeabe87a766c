"""One bundle on its way to the mouth, or one load on its way into the drop cassette, followed by statuses to its end.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. The order is sent once; what became of an order without a word is read from the
cassettes by whoever gave it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, unique

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.numbers import DISPENSED, INVALID_NUMBER, UNLOADED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import Heard
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.line import EMPTY_DISPENSER, Script, Send, look
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.start import start_up
from simulator.fronts.port.bill_to_bill.unit import Unit
from simulator.fronts.port.bill_to_bill.words import pulled_back, stopped, within_reach

MOVE_MS = 60_000
MOUTH_MS = 100_000  # the longest retract time and the way back
START_MS = 60_000
REST_FOR_SURE = 5  # statuses in a row of a unit at rest that has not begun
LAST_LOOKS = 10


@unique
class End(Enum):
    REFUSED = "not begun, for certain"
    INVALID = "it cannot count out that many"
    DONE = "taken, or in the drop cassette"
    PULLED_BACK = "not taken in the unit's own time"
    STOPPED = "jammed or failed"
    AT_REST = "disabled again without a word"
    SILENT = "no sign for too long"
    CUT = "switched off or reset, and started anew"


@dataclass(frozen=True, slots=True)
class Ended:
    """`shown`: a hand could reach it. `notes`: as UNLOADED said, else 0. `past`: what a start in between said."""

    end: End
    reason: str
    shown: bool = False
    notes: int = 0
    past: Past | None = None

    def after(self, cut: Ended) -> Ended:
        """This end, and what the start before it said."""
        return self if self.past else replace(self, past=cut.past)


NOT_BEGUN = Ended(End.REFUSED, "refused")


def nothing() -> None:
    """Nobody has to be told."""


def carry_out(unit: Unit, order: Send, shown: Callable[[], None]) -> Script[Ended]:
    """`shown` is called once, when a hand can reach the notes."""
    heard = yield order
    if heard is Heard.REFUSED:
        return NOT_BEGUN
    return (yield from _follow(unit, shown))


def empty_dispenser(unit: Unit, shown: Callable[[], None]) -> Script[Ended]:
    """What a power cut left inside comes to the mouth."""
    order = Send(EMPTY_DISPENSER, lambda: unit.body.empty_dispenser(unit.now_ms))
    return (yield from carry_out(unit, order, shown))


def _follow(unit: Unit, shown: Callable[[], None]) -> Script[Ended]:
    reachable, at_rest = False, 0
    unit.until_ms = unit.now_ms + MOVE_MS
    while unit.now_ms < unit.until_ms:
        status = yield from look()
        if status is None:
            continue
        if within_reach(status) and not reachable:
            reachable, unit.until_ms = True, unit.now_ms + MOUTH_MS
            shown()
        if status[0] in codes.POWER_UPS:
            past = Past()
            unit.until_ms = unit.now_ms + START_MS
            known = yield from start_up(unit, status, past, unit.until_ms)
            return Ended(End.CUT if known else End.SILENT, raw(status), reachable, past.unloaded or 0, past)
        at_rest = at_rest + 1 if status[0] in (State.DISABLED, State.IDLING) else 0
        end = _end_of(status) or (End.AT_REST if at_rest >= REST_FOR_SURE else None)
        if end is not None:
            return Ended(end, raw(status), reachable, status[1] if status[0] == UNLOADED else 0)
    return Ended(End.SILENT, "silent", reachable)


def _end_of(status: bytes) -> End | None:
    if status[0] in (DISPENSED, UNLOADED):
        return End.DONE
    if pulled_back(status):
        return End.PULLED_BACK
    if status[0] == INVALID_NUMBER:
        return End.INVALID
    return End.STOPPED if stopped(status) else None


def hear_out(ended: Ended) -> Script[None]:
    """Until its last word has been acknowledged."""
    if ended.end in (End.DONE, End.INVALID):
        for _ in range(LAST_LOOKS):
            status = yield from look()
            if status is not None and _end_of(status) not in (End.DONE, End.INVALID):
                return
