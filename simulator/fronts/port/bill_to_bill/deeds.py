"""What needs the whole unit, disabled and empty: the deposit is kept, or comes back, or change is paid. Each is ordered once.

Source: `NoteAcceptor.keep` and `return_all`, `NoteDispenser.pay`; ccnet sheet, 9.2 to 9.4, 10, 12; decisions 1, 48, page 024.
Where the notes are is seen in the matter itself. It is said as certain only when a host could know it: by the unit's last
word, by POWER RECOVERY, or by contents that it was able to ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import DepositKeepUncertain, DepositKept
from simulator.fronts.port.bill_to_bill.bundles import Change, Deposit, Gone, Notes
from simulator.fronts.port.bill_to_bill.followed import NOT_BEGUN, End, Ended, carry_out, empty_dispenser, hear_out
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.bill_to_bill.line import DISPENSE, UNLOAD, Course


def hand_out(known: Known, bundle: Deposit | Change) -> Course[Ended]:
    if bundle.refused():
        return NOT_BEGUN
    lay = {number: _lie(known, number) for number in bundle.asked}
    ended = yield from carry_out(known, DISPENSE, bundle.order, lambda: bundle.presented(bundle.asked))
    if ended.end is End.REFUSED:
        bundle.not_moved(ended)
    elif ended.end in (End.DONE, End.PULLED_BACK):
        if not ended.shown:
            bundle.presented(bundle.asked)
        taken = ended.end is End.DONE
        if bundle.own and taken and not (yield from _told(known, ended, bundle.look, by_start=False)):
            bundle.in_doubt(None, "contents", shown=True)  # a part of it may lie there still, and be owed
            return ended
        bundle.ended(taken, bundle.asked, _gone(known, lay) if taken else None)
        yield from hear_out(ended)
        bundle.look()
    elif ended.shown and ended.end is not End.CUT and not bundle.own:
        bundle.in_doubt(None, ended.reason, shown=True)
    else:
        told = yield from _told(known, ended, bundle.look, known.contents_told or not bundle.own)
        gone = _gone(known, lay) if told else None
        cut = ended.before.cut if ended.end is End.CUT and ended.before is not None else ""
        if cut in ("returning", "paying") or (cut == "unnamed" and bundle.own):
            return (yield from _held_inside(known, bundle, gone, ended))
        _unfinished(bundle, gone, ended)
    return ended


def _told(known: Known, ended: Ended, look: Callable[[], bool], by_start: bool) -> Course[bool]:
    """Whether the unit says what it holds now. A start has asked: its last words wait until what they mean is told."""
    if ended.end is End.CUT:
        return by_start
    yield from hear_out(ended)
    yield from known.line.step()
    return ended.end is not End.SILENT and look()


def _unfinished(bundle: Deposit | Change, gone: Gone | None, ended: Ended) -> None:
    """The unit did not say how it ended, or that it stands still."""
    taken = ended.before is not None and ended.before.ending == "taken"
    if taken and gone and (gone == bundle.asked or bundle.own or ended.shown):
        if not ended.shown:
            bundle.presented(gone)
        bundle.ended(True, gone, None)
    elif gone == {} and not ended.shown:
        bundle.not_moved(ended)
    else:
        bundle.in_doubt(None if ended.shown else gone, ended.reason, ended.shown)


def _held_inside(known: Known, bundle: Deposit | Change, gone: Gone | None, ended: Ended) -> Course[Ended]:
    """The unit alone was switched off, names what had left its cassettes, and holds it until it is told to empty."""
    assert ended.before is not None
    out = bundle.named(ended.before.moved)
    doubt = out is None or any(notes > bundle.asked.get(number, 0) for number, notes in out.items())
    doubt = doubt or (bundle.own and gone is not None and out != gone)
    if (doubt and (bundle.own or not ended.shown)) or out is None:
        bundle.in_doubt(None, "counts differ", ended.shown)
    elif not out and not ended.shown:
        bundle.not_moved(ended)
        doubt = False
    else:
        return (yield from _bring_out(known, bundle, out, ended))
    if doubt and not bundle.own:
        return ended  # nothing of it may come within reach
    yield from known.line.step()
    return (yield from empty_dispenser(known, lambda: None)).after(ended)


def _bring_out(known: Known, bundle: Deposit | Change, out: Gone, ended: Ended) -> Course[Ended]:
    told: list[Gone] = [] if ended.shown else [out]

    def shown() -> None:
        while told:
            bundle.presented(told.pop())

    again = yield from empty_dispenser(known, shown)
    over = again.end in (End.DONE, End.PULLED_BACK)
    if over or again.shown or ended.shown:
        shown()
    if again.end is End.DONE or (over and not ended.shown):
        bundle.ended(again.end is End.DONE, out, None)
    elif over:  # a hand could reach it before the cut
        bundle.back_in_part(out, again.reason)
    else:
        bundle.in_doubt(out, again.reason, ended.shown or again.shown)
    return again.after(ended)


def keep(known: Known, notes: Notes, report: Report) -> Course[Ended]:
    """The whole deposit falls into the drop cassette."""
    contents = (known.look_inside() and known.contents) if notes else None
    if isinstance(contents, tuple) and len(contents) < len(notes):
        report(DepositKeepUncertain(notes, "contents"))
        return NOT_BEGUN
    if not isinstance(contents, tuple) or not known.on_top(notes):
        report(DepositKept(()))
        return NOT_BEGUN
    body, escrow = known.body, known.body.cassettes[known.escrow - 1].place
    deposit = escrow.notes()[-len(notes) :]
    ended = yield from carry_out(
        known, UNLOAD, lambda now_ms: body.unload(known.escrow, len(notes), now_ms), lambda: None
    )
    told = ended.end is End.REFUSED or (yield from _told(known, ended, known.look_inside, known.contents_told))
    left = sum(escrow.index(note) < 0 for note in deposit)
    boxed = sum(body.box.index(note) >= 0 for note in deposit)
    said = _unloaded(ended)
    if told and left == boxed == said:
        report(DepositKept(_last(notes, left)))
    elif told:
        report(DepositKeepUncertain(_last(notes, max(left, said)), ended.reason))
    elif ended.end is End.DONE and said == len(notes):
        report(DepositKept(notes))
    else:
        report(DepositKeepUncertain(notes, "contents" if ended.end is End.DONE else ended.reason))
    return ended


def _unloaded(ended: Ended) -> int:
    """How many notes the unit says it unloaded."""
    before = ended.before
    if before is not None and before.cut == "keeping":
        return sum(count for _, count in before.moved)
    return ended.notes or (before.unloaded if before is not None else None) or 0


def _lie(known: Known, number: int) -> int:
    cassette = known.body.present(number)
    return 0 if cassette is None else len(cassette.memory)


def _gone(known: Known, lay: Mapping[int, int]) -> Gone:
    gone = {number: notes - _lie(known, number) for number, notes in lay.items()}
    return {number: notes for number, notes in gone.items() if notes}


def _last(notes: Notes, count: int) -> Notes:
    """Those that went in last."""
    return notes[len(notes) - count :]
