"""The bulk escrow kept as a whole, or given back, last in first out; judged by the contents before and after.

Source: ccnet sheet, sections 9.2, 9.4, 10, 12; `NoteAcceptor.keep` and `return_all`; decisions 1, 48 and page 024.
"""

from __future__ import annotations

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    DepositKeepUncertain,
    DepositKept,
    DepositNotMoved,
    DepositPresented,
    DepositPulledBack,
    DepositReturnUncertain,
    DepositTaken,
)
from simulator.devices.ccnet.b2b import ESCROW
from simulator.devices.ccnet.b2b.bundles import MOST_IN_BUNDLE
from simulator.fronts.port.bill_to_bill.bundle import End, Ended, carry_out, empty_dispenser, hear_out, nothing
from simulator.fronts.port.bill_to_bill.line import DISPENSE, UNLOAD, Script, Send
from simulator.fronts.port.bill_to_bill.unit import Unit

Notes = tuple[int, ...]
STRANGE = -1
NOT_SENT = Ended(End.REFUSED, "no escrow")


def keep(unit: Unit, notes: Notes, report: Report) -> Script[Ended]:
    before = (yield from _contents(unit)) if notes else None
    if before is not None and len(before) < len(notes):
        report(DepositKeepUncertain(notes, "contents"))
        return NOT_SENT
    if before is None or not unit.on_top(notes):
        report(DepositKept(()))
        return NOT_SENT
    order = Send(UNLOAD, lambda: unit.body.unload(unit.escrow, len(notes), unit.now_ms))
    ended = yield from carry_out(unit, order, nothing)
    after = before if ended.end is End.REFUSED else (yield from _contents(unit, ended))
    report(_kept(notes, _left(before, after), ended))
    return ended


def _kept(notes: Notes, left: int | None, ended: Ended) -> DepositKept | DepositKeepUncertain:
    """`left`: notes that left the escrow by its contents; None when they were not read."""
    said = _unloaded(ended)
    if left is None and ended.end is End.DONE and ended.notes == len(notes):
        return DepositKept(notes)
    if left is None or not 0 <= left <= len(notes):
        return DepositKeepUncertain(notes, "contents" if ended.end is End.DONE else ended.reason)
    if said == left or (said is None and left == 0):
        return DepositKept(_last(notes, left))
    return DepositKeepUncertain(_last(notes, max(left, said or 0)), ended.reason)


def _unloaded(ended: Ended) -> int | None:
    """How many notes the unit says it unloaded."""
    past = ended.past
    if past is not None and past.cut == "unloading":
        return sum(count for _, count in past.moved)
    return ended.notes or (past.unloaded if past is not None else None) or None


def give_back(unit: Unit, notes: Notes, report: Report) -> Script[Ended]:
    possible = 1 <= len(notes) <= MOST_IN_BUNDLE
    before = (yield from _contents(unit)) if possible else None
    if before is None or not unit.on_top(notes):
        report(DepositNotMoved(notes, "contents" if possible else "other"))
        return NOT_SENT
    order = Send(DISPENSE, lambda: unit.body.dispense([(ESCROW, len(notes))], unit.now_ms))
    ended = yield from carry_out(unit, order, lambda: report(DepositPresented(notes)))
    if ended.end is End.REFUSED:
        report(DepositNotMoved(notes, ended.reason))
        return ended
    left = _left(before, (yield from _contents(unit, ended)))
    if ended.end is End.CUT:
        return (yield from _after_a_cut(unit, notes, left, ended, report))
    _tell(notes, left, ended, report)
    return ended


def _tell(notes: Notes, left: int | None, ended: Ended, report: Report) -> None:
    if ended.end in (End.DONE, End.PULLED_BACK):
        if not ended.shown:
            report(DepositPresented(notes))
        if left is not None and left != len(notes):
            report(DepositReturnUncertain(notes, "contents"))
        else:
            report(DepositTaken(notes) if ended.end is End.DONE else DepositPulledBack(notes))
    elif ended.shown or left is None or not 0 <= left <= len(notes):
        report(DepositReturnUncertain(notes, ended.reason))
    elif left == 0:
        report(DepositNotMoved(notes, ended.reason))
    else:
        report(DepositReturnUncertain(_last(notes, left), ended.reason))


def _after_a_cut(unit: Unit, notes: Notes, left: int | None, ended: Ended, report: Report) -> Script[Ended]:
    """The unit alone was switched off. What had left the escrow lies in it, unless a hand could reach it before."""
    past = ended.past
    if past is None or past.cut != "dispensing":
        _tell_without_a_bundle(notes, left, ended, report)
        return ended
    out = sum(count for _, count in past.moved)
    if left is not None and out != left:
        report(DepositReturnUncertain(notes, "counts differ"))
        return (yield from empty_dispenser(unit, nothing)).after(ended)
    bundle, before = _last(notes, min(out, len(notes))), ended.shown
    silent = before or not bundle
    again = yield from empty_dispenser(unit, nothing if silent else lambda: report(DepositPresented(bundle)))
    if not bundle:
        report(DepositNotMoved(notes, ended.reason))
    elif again.end is End.DONE:
        if not before and not again.shown:
            report(DepositPresented(bundle))
        report(DepositTaken(bundle))
    elif again.end is End.PULLED_BACK and not before:
        report(DepositPulledBack(bundle))
    else:
        report(DepositReturnUncertain(bundle, again.reason))
    return again.after(ended)


def _tell_without_a_bundle(notes: Notes, left: int | None, ended: Ended, report: Report) -> None:
    taken = ended.past is not None and ended.past.ending == "taken"
    if taken and left is not None and 0 < left <= len(notes):
        bundle = _last(notes, left)
        if not ended.shown:
            report(DepositPresented(bundle))
        report(DepositTaken(bundle))
    else:
        _tell(notes, left, ended, report)


def _contents(unit: Unit, ended: Ended | None = None) -> Script[tuple[int, ...] | None]:
    if not unit.has_escrow or (ended is not None and ended.end is End.SILENT):
        return None
    if ended is not None:
        yield from hear_out(ended)
    unit.contents = yield from unit.read_contents(unit.escrow)
    return unit.contents


def _left(before: tuple[int, ...], after: tuple[int, ...] | None) -> int | None:
    """Notes that left the stack; STRANGE when what lies there is not its lower part."""
    if after is None:
        return None
    return len(before) - len(after) if before[: len(after)] == after else STRANGE


def _last(notes: Notes, count: int) -> Notes:
    """Those that went in last."""
    return notes[len(notes) - count :]
