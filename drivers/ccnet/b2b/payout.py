"""Change out of the recycling cassettes: one bundle at the mouth, by the counts of the cassettes before and after.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12. The cassettes can be asked only while the unit is disabled, so what lies at the
mouth is what was asked for: the unit presents whole bundles or none. The counts afterwards show whether that was true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drivers.ccnet.b2b.bundle import End, Ended, carry_out, settle, with_past
from drivers.ccnet.b2b.codec import BUNDLE, Cut, parse_cassettes
from drivers.ccnet.b2b.requests import CASSETTES, EMPTY_DISPENSER, Script, ask, dispense
from drivers.ccnet.b2b.unit import Unit, unnamed
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    Counts,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)

NOT_BEGUN = Ended(End.REFUSED, "refused")
Differs = Callable[[str], None]
"""Told a cassette whose count afterwards is not what it should be."""


def pay(unit: Unit, order: int, asked: Mapping[int, int], report: Report, differs: Differs) -> Script[Ended]:
    """`asked`: cassette -> notes. Sent once."""
    before = yield from _stock(unit)
    reason = _impossible(asked, before)
    if before is None or reason:
        report(NotesRefused(order, reason or "other"))
        return NOT_BEGUN
    wanted = tuple((cassette, notes, 0) for cassette, notes in sorted(asked.items()) if notes)
    pairs = _pairs(unit, wanted)
    ended = yield from carry_out(unit, dispense(pairs), lambda: report(NotesPresented(order, wanted)))
    if ended.end is End.CUT:
        return (yield from _after_a_cut(unit, order, wanted, before, ended, report))
    if ended.end in (End.DONE, End.RETRACTED):
        if not ended.shown:  # between two polls
            report(NotesPresented(order, wanted))
        report(ChangeTaken(order) if ended.end is End.DONE else ChangeRetracted(order))
        _compare(wanted, before, (yield from _stock(unit, ended)), differs)
    elif ended.shown:
        report(ChangeRetractUncertain(order, ended.reason))
    elif ended.end is End.REFUSED:
        report(NotesRefused(order, "other"))
    else:
        untouched = before == (yield from _stock(unit, ended))
        report(NotesRefused(order, _why(ended)) if untouched else NotesUncertain(order, (), ended.reason))
    return ended


def _impossible(asked: Mapping[int, int], stock: Mapping[int, int] | None) -> str:
    """Why it need not even be asked for; empty when it may."""
    if stock is None or not 1 <= sum(asked.values()) <= BUNDLE or min(asked.values()) < 0:
        return "other"
    if any(cassette not in stock for cassette, notes in asked.items() if notes):
        return "cassette_out"
    return "empty" if any(notes > stock[cassette] for cassette, notes in asked.items() if notes) else ""


def _why(ended: Ended) -> str:
    """`reason` of a refusal: nothing left its cassette."""
    return {End.INVALID: "empty", End.STOPPED: "jam"}.get(ended.end, "other")


def _pairs(unit: Unit, wanted: Counts) -> list[tuple[int, int]]:
    """(bill type, notes): two cassettes of one type are one pair."""
    by_type: dict[int, int] = {}
    for cassette, notes, _ in wanted:
        bill_type = unit.cassettes[cassette].bill_type
        by_type[bill_type] = by_type.get(bill_type, 0) + notes
    return list(by_type.items())


def _after_a_cut(
    unit: Unit, order: int, wanted: Counts, before: Mapping[int, int], ended: Ended, report: Report
) -> Script[Ended]:
    """The unit was switched off in the middle: it names what had left the cassettes, and holds it until it is told to empty.

    What may not be handed over for certain stays inside: after `NotesUncertain` nobody could reach the notes.
    """
    assert ended.past is not None
    recovery = ended.past.recovery
    if recovery is None or recovery.cut is not Cut.DISPENSING or unnamed(ended.past):
        report_by_counts(unit, order, wanted, before, ended, report)
        return ended
    counts = counts_of(unit, recovery.moved)
    if not ended.shown and (counts is None or not _within(counts, wanted)):
        report(NotesUncertain(order, (), "counts differ"))
        return ended
    if not ended.shown and not counts:
        report(NotesRefused(order, "other"))
        again = yield from carry_out(unit, EMPTY_DISPENSER, lambda: None)
        return with_past(again, ended)
    out: list[Fact] = []
    if not ended.shown and counts:
        out.append(NotesPresented(order, counts) if counts == wanted else NotesShort(order, counts, "other"))
    again = yield from carry_out(unit, EMPTY_DISPENSER, lambda: _say(out, report))
    if not again.shown and not ended.shown and again.end not in (End.DONE, End.RETRACTED):
        report(NotesUncertain(order, (), again.reason))
        return with_past(again, ended)
    _say(out, report)
    if again.end is End.DONE:
        report(ChangeTaken(order))
    elif again.end is End.RETRACTED and not ended.shown:
        report(ChangeRetracted(order))
    else:  # a hand was there before the cut, or nobody can say
        report(ChangeRetractUncertain(order, again.reason))
    return with_past(again, ended)


def _say(facts: list[Fact], report: Report) -> None:
    """Each once."""
    while facts:
        report(facts.pop(0))


def report_by_counts(
    unit: Unit, order: int, wanted: Counts, before: Mapping[int, int], ended: Ended, report: Report
) -> None:
    """The unit was switched off and remembers no bundle: the cassettes and its last events say whether there was one."""
    after = unit.stock
    left = {
        cassette: notes - after.get(cassette, 0) for cassette, notes in before.items() if notes - after.get(cassette, 0)
    }
    taken = ended.past is not None and ended.past.ending == "taken"
    if taken and (ended.shown or left == {cassette: notes for cassette, notes, _ in wanted}):
        if not ended.shown:
            report(NotesPresented(order, wanted))
        report(ChangeTaken(order))
    elif ended.shown:
        report(ChangeRetractUncertain(order, ended.reason))
    else:
        report(NotesUncertain(order, (), ended.reason) if left else NotesRefused(order, "other"))


def _within(counts: Counts, wanted: Counts) -> bool:
    """No cassette gave more than was asked of it."""
    asked = {cassette: notes for cassette, notes, _ in wanted}
    return all(notes <= asked.get(cassette, 0) for cassette, notes, _ in counts)


def counts_of(unit: Unit, moved: tuple[tuple[int, int], ...]) -> Counts | None:
    """(bill type, notes) that left the cassettes as counts per cassette; None when a type has no cassette, or several."""
    counts = []
    for bill_type, notes in moved:
        cassettes = [number for number, cassette in unit.usable() if cassette.bill_type == bill_type]
        if len(cassettes) != 1:
            return None
        counts.append((cassettes[0], notes, 0))
    return tuple(sorted(counts))


def _compare(wanted: Counts, before: Mapping[int, int], after: Mapping[int, int] | None, differs: Differs) -> None:
    """The cassettes afterwards: anything else than asked means that the passenger may hold something else."""
    if after is None:
        return
    asked = {cassette: notes for cassette, notes, _ in wanted}
    for cassette, notes in before.items():
        if after.get(cassette, 0) != notes - asked.get(cassette, 0):
            differs(f"cassette {cassette}")


def _stock(unit: Unit, ended: Ended | None = None) -> Script[Mapping[int, int] | None]:
    """Cassette -> notes now; None when the unit does not say."""
    if ended is not None and ended.end is End.LOST:
        return None
    if ended is not None:
        yield from settle(ended)
    payload = yield from ask(CASSETTES)
    cassettes = parse_cassettes(payload) if payload is not None else None
    if cassettes is None:
        return None
    unit.cassettes = dict(cassettes)
    return unit.stock
