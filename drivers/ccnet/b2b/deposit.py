"""The bulk escrow: kept as a whole, or given back note by note, last in first out. What happened is read from its contents.

Source: ccnet sheet, sections 9.2, 9.4, 10, 12; decisions 1 and 48. A script sends its order once. An order without an answer is
judged by the notes that the escrow cassette holds afterwards; what they do not prove is said to be uncertain.
"""

from __future__ import annotations

from drivers.ccnet.b2b.bundle import End, Ended, carry_out, settle, with_past
from drivers.ccnet.b2b.codec import BUNDLE, ESCROW_TYPE, Cut
from drivers.ccnet.b2b.requests import EMPTY_DISPENSER, Script, dispense, read_contents, unload
from drivers.ccnet.b2b.unit import Unit, unnamed
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    DepositKeepUncertain,
    DepositKept,
    DepositNotMoved,
    DepositPresented,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
)

Notes = tuple[int, ...]
STRANGE = -1
NOT_SENT = Ended(End.REFUSED, "no escrow")


def keep(unit: Unit, notes: Notes, report: Report) -> Script[Ended]:
    """UNLOAD. `notes` in the order in which they went in; wherever they end, they are inside."""
    before = (yield from _contents(unit)) if notes else None
    if before is not None and len(before) < len(notes):
        report(DepositKeepUncertain(notes, "contents"))
        return NOT_SENT
    if before is None or not unit.on_top(notes):  # no order without knowing what it would move
        report(DepositKept(()))
        return NOT_SENT
    ended = yield from carry_out(unit, unload(unit.fitting.escrow, len(notes)), lambda: None)
    after = before if ended.end is End.REFUSED else (yield from _contents(unit, ended))
    report(_kept(notes, _left(before, after), ended))
    return ended


def _kept(notes: Notes, left: int | None, ended: Ended) -> DepositKept | DepositKeepUncertain:
    """`left`: notes that left the cassette by its contents, None when they do not say."""
    if left is None and ended.end is End.DONE and ended.notes == len(notes):
        return DepositKept(notes)
    if left is None or not 0 <= left <= len(notes):
        return DepositKeepUncertain(notes, "contents" if ended.end is End.DONE else ended.reason)
    in_box = _unloaded(ended)
    if left in (0, in_box) and (in_box is None or in_box == left):
        return DepositKept(_top(notes, left))
    return DepositKeepUncertain(_top(notes, max(left, in_box or 0)), ended.reason)


def _unloaded(ended: Ended) -> int | None:
    """How many notes the unit itself says it unloaded; None when it does not."""
    recovery = ended.past.recovery if ended.past else None
    if recovery and recovery.cut is Cut.UNLOADING:
        return sum(count for _, count in recovery.moved)
    said = ended.notes or (ended.past.unloaded if ended.past else None)
    return said or None


def give_back(unit: Unit, notes: Notes, report: Report) -> Script[Ended]:
    """DISPENSE from the escrow cassette: the last ones that went in come out as one bundle."""
    possible = 1 <= len(notes) <= BUNDLE
    before = (yield from _contents(unit)) if possible else None
    if before is None or not unit.on_top(notes):
        report(DepositNotMoved(notes, "contents" if possible else "other"))
        return NOT_SENT
    order = dispense([(ESCROW_TYPE, len(notes))])
    ended = yield from carry_out(unit, order, lambda: report(DepositPresented(notes)))
    if ended.end is End.REFUSED:
        report(DepositNotMoved(notes, ended.reason))
        return ended
    left = _left(before, (yield from _contents(unit, ended)))
    if ended.end is End.CUT:
        return (yield from _after_a_cut(unit, notes, left, ended, report))
    _tell_end(notes, left, ended, report)
    return ended


def _tell_end(notes: Notes, left: int | None, ended: Ended, report: Report) -> None:
    if ended.end in (End.DONE, End.RETRACTED):
        if not ended.shown:  # between two polls
            report(DepositPresented(notes))
        taken = ended.end is End.DONE
        if left != len(notes) and (taken or left is not None):  # a part of it may lie there still, and be owed
            report(DepositReturnUncertain(notes, "contents"))
        else:
            report(DepositTaken(notes) if taken else DepositPulledBack(notes))
    elif ended.shown or left is None or not 0 <= left <= len(notes):
        report(DepositReturnUncertain(notes, ended.reason))
    elif left == 0:
        report(DepositNotMoved(notes, ended.reason))
    else:
        report(DepositReturnUncertain(_top(notes, left), ended.reason))


def _after_a_cut(unit: Unit, notes: Notes, left: int | None, ended: Ended, report: Report) -> Script[Ended]:
    """The unit was switched off in the middle. What had left the cassette lies in it, unless a hand could reach it already."""
    assert ended.past is not None
    recovery = ended.past.recovery
    if recovery is None or recovery.cut is not Cut.DISPENSING or unnamed(ended.past):
        taken = ended.past.ending == "taken" and left is not None and 0 < left <= len(notes)
        if taken and left:
            if not ended.shown:
                report(DepositPresented(_top(notes, left)))
            report(DepositTaken(_top(notes, left)))
        else:
            _tell_end(notes, left, ended, report)
        return ended
    out = sum(count for _, count in recovery.moved)
    if left is not None and out != left:
        report(DepositReturnUncertain(notes, "counts differ"))
        return with_past((yield from carry_out(unit, EMPTY_DISPENSER, lambda: None)), ended)
    bundle = _top(notes, min(out, len(notes)))
    shown_before = ended.shown
    again = yield from carry_out(
        unit, EMPTY_DISPENSER, lambda: None if shown_before or not bundle else report(DepositPresented(bundle))
    )
    if not bundle:
        report(DepositNotMoved(notes, ended.reason))
    elif again.end is End.DONE:
        if not shown_before and not again.shown:
            report(DepositPresented(bundle))
        report(DepositTaken(bundle))
    elif again.end is End.RETRACTED and not shown_before:
        report(DepositPulledBack(bundle))
    elif again.end is End.RETRACTED:  # a hand could reach it before the cut
        report(DepositRetractUncertain(bundle, again.reason))
    else:
        report(DepositReturnUncertain(bundle, again.reason))
    return with_past(again, ended)


def _contents(unit: Unit, ended: Ended | None = None) -> Script[tuple[int, ...] | None]:
    """What lies in the escrow cassette now; a unit that does not answer is not asked, nor one that was just started anew: its
    last words wait for their ACK until what they mean is told."""
    if not unit.has_escrow or (ended is not None and ended.end is End.LOST):
        return None
    if ended is not None and ended.end is End.CUT:
        return unit.contents
    if ended is not None:
        yield from settle(ended)
    unit.contents = yield from read_contents(unit.fitting.escrow, top_first=unit.fitting.top_first)
    return unit.contents


def _left(before: tuple[int, ...], after: tuple[int, ...] | None) -> int | None:
    """How many notes left the stack; None when it was not read, STRANGE when what lies there is not the lower part of it."""
    if after is None:
        return None
    return len(before) - len(after) if before[: len(after)] == after else STRANGE


def _top(notes: Notes, count: int) -> Notes:
    """The last ones that went in."""
    return notes[len(notes) - count :]
