"""One bundle on its way out of the mouth, one load on its way into the drop cassette: what the unit says until it ends.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. Orders of this kind are sent once; how one ended without a word is found out
by who gave it, from what the cassettes hold then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, unique

from drivers.ccnet.b2b.codec import Sign
from drivers.ccnet.b2b.requests import Script, status_of
from drivers.ccnet.b2b.start_up import at_the_mouth, is_retracted, is_stopped, start_up
from drivers.ccnet.b2b.unit import Past, Unit
from drivers.ccnet.codec import State, Status
from drivers.ccnet.line import POLL, Kind, Request
from drivers.ccnet.start_up import POWER_UPS

MOVE_MS = 60_000  # from the order to the mouth, or into the drop cassette; the sheet names no time
MOUTH_MS = 100_000  # from the mouth to the end: the longest retract time and the way back
REST_FOR_SURE = 5  # statuses in a row that know of no bundle: half a second, in which it would have begun
LAST_WORDS = 10
START_MS = 60_000  # from a power cut in the middle to a unit that can say what became of it


@unique
class End(Enum):
    REFUSED = "not begun, for certain"
    INVALID = "the unit cannot count out that many, or not now"
    DONE = "taken by a hand; of a load: in the drop cassette"
    RETRACTED = "pulled back by the unit's own timer"
    STOPPED = "jammed or failed"
    AT_REST = "disabled again without a word of how it ended"
    LOST = "no sign for too long"
    CUT = "the unit was switched off or reset, and has been started anew"


@dataclass(frozen=True, slots=True)
class Ended:
    """`reason`: raw status for people. `shown`: a hand could reach the notes. `notes`: as UNLOADED says, else 0."""

    end: End
    reason: str
    shown: bool = False
    notes: int = 0
    past: Past | None = None


def with_past(ended: Ended, cut: Ended) -> Ended:
    """How the second attempt ended, with what the start between the two said unless there was another one since."""
    return ended if ended.past else replace(ended, past=cut.past)


def carry_out(unit: Unit, order: Request, shown: Callable[[], None]) -> Script[Ended]:
    """Send `order` once and follow it to its end; `shown` is called once, when a hand can reach the notes."""
    reply = yield order
    if reply.kind is Kind.REFUSED:
        return Ended(End.REFUSED, "refused")
    return (yield from follow(unit, shown))


def follow(unit: Unit, shown: Callable[[], None]) -> Script[Ended]:
    """The statuses of a bundle or load that was begun."""
    reachable, at_rest, until_ms = False, 0, unit.now_ms + MOVE_MS
    while unit.now_ms < until_ms:
        status = status_of((yield POLL))
        if status is None:
            continue
        if at_the_mouth(status) and not reachable:
            reachable, until_ms = True, unit.now_ms + MOUTH_MS
            shown()
        if status.code in POWER_UPS:
            past = Past()
            known = yield from start_up(unit, status, past, until_ms=unit.now_ms + START_MS)
            return Ended(End.CUT if known else End.LOST, status.raw, reachable, past.unloaded or 0, past)
        at_rest = at_rest + 1 if status.code in (State.DISABLED, State.IDLING) else 0
        end = _end_of(status) or (End.AT_REST if at_rest >= REST_FOR_SURE else None)
        if end:
            return Ended(end, status.raw, reachable, status.detail if status.code == Sign.UNLOADED else 0)
    return Ended(End.LOST, "silent", reachable)


def settle(ended: Ended) -> Script[None]:
    """Let the unit say its last word until our ACK has reached it: questions about cassettes are for a disabled one."""
    if ended.end not in (End.DONE, End.INVALID):
        return
    for _ in range(LAST_WORDS):
        status = status_of((yield POLL))
        if status and _end_of(status) not in (End.DONE, End.INVALID):
            return


def _end_of(status: Status) -> End | None:
    if status.code in (Sign.DISPENSED, Sign.UNLOADED):
        return End.DONE
    if is_retracted(status):
        return End.RETRACTED
    if status.code in (Sign.INVALID_NUMBER, Sign.INVALID_COMMAND):
        return End.INVALID
    return End.STOPPED if is_stopped(status) else None
