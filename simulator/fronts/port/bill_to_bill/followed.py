"""One bundle on its way to the mouth, or one load on its way into the drop cassette, followed by statuses to its end.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. The order is given once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, unique

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b.numbers import DISPENSED, INVALID_NUMBER, UNLOADED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.before import Before
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.bill_to_bill.line import EMPTY_DISPENSER, Course
from simulator.fronts.port.bill_to_bill.mouth import Lies, Mouth
from simulator.fronts.port.bill_to_bill.waking import choose_retract, set_up, wake_up
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


LAST_WORDS = {DISPENSED: End.DONE, UNLOADED: End.DONE, INVALID_NUMBER: End.INVALID}


@dataclass(frozen=True, slots=True)
class Ended:
    """`shown`: a hand could reach it. `notes`: as UNLOADED said, else 0. `before`: what a start in between said."""

    end: End
    reason: str
    shown: bool = False
    notes: int = 0
    before: Before | None = None

    def after(self, cut: Ended) -> Ended:
        """This end, and what the start before it said."""
        return self if self.before else replace(self, before=cut.before)


NOT_BEGUN = Ended(End.REFUSED, "refused")


def carry_out(known: Known, code: int, do: Callable[[int], object], shown: Callable[[], None]) -> Course[Ended]:
    """`do` is told the time; `shown` is called once, when a hand can reach the notes."""
    line, reachable, at_rest = known.line, False, 0
    if line.order(code, lambda: do(line.now_ms)) is Heard.REFUSED:
        return NOT_BEGUN
    line.until_ms = line.now_ms + MOVE_MS
    while line.now_ms < line.until_ms:
        status = yield
        if status is None:
            continue
        if within_reach(status) and not reachable:
            reachable, line.until_ms = True, line.now_ms + MOUTH_MS
            shown()
        if status[0] in codes.POWER_UPS:
            return (yield from _anew(known, status, reachable))
        at_rest = at_rest + 1 if status[0] in (State.DISABLED, State.IDLING) else 0
        end = _end_of(status) or (End.AT_REST if at_rest >= REST_FOR_SURE else None)
        if end is not None:
            return Ended(end, raw(status), reachable, status[1] if status[0] == UNLOADED else 0)
    return Ended(End.SILENT, "silent", reachable)


def _anew(known: Known, status: bytes, reachable: bool) -> Course[Ended]:
    """The unit alone was switched off."""
    before, known.line.until_ms = Before(), known.line.now_ms + START_MS
    before.see(status)
    understood = yield from wake_up(known, status, before, known.line.until_ms)
    return Ended(End.CUT if understood else End.SILENT, raw(status), reachable, before.unloaded or 0, before)


def _end_of(status: bytes) -> End | None:
    if pulled_back(status):
        return End.PULLED_BACK
    return LAST_WORDS.get(status[0], End.STOPPED if stopped(status) else None)


def hear_out(ended: Ended) -> Course[None]:
    """Until its last word has been acknowledged."""
    if ended.end in (End.DONE, End.INVALID):
        for _ in range(LAST_LOOKS):
            status = yield
            if status is not None and status[0] not in LAST_WORDS:
                return


def empty_dispenser(known: Known, shown: Callable[[], None]) -> Course[Ended]:
    """What a power cut left inside comes to the mouth."""
    return (yield from carry_out(known, EMPTY_DISPENSER, known.body.empty_dispenser, shown))


def hand_out_what_is_held(known: Known, mouth: Mouth, retract: int, over: Callable[[Ended], None]) -> Course[Ended]:
    """A bundle of before this start; with nobody there `retract` is the shortest. `over` is told the end before the unit has
    been heard out: what it said last it forgets then."""
    mouth.unnamed = False  # whoever told it to stands before it
    if known.retract != retract:
        choose_retract(known, retract)
    ended = yield from empty_dispenser(known, mouth.shown)
    if ended.end is End.PULLED_BACK:
        mouth.lies = Lies.PULLED_BACK
    elif ended.end is End.DONE and ended.shown:
        mouth.lies = Lies.TAKEN
    elif ended.end is not End.CUT:  # nothing came out: taken or pulled back before the start, and nobody can say which
        mouth.lost(ended.reason)
    over(ended)
    yield from hear_out(ended)
    if ended.end in (End.DONE, End.REFUSED, End.INVALID, End.AT_REST):
        yield from set_up(known)
    return ended
