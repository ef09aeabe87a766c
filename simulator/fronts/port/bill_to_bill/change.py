"""Change from the recycling cassettes: one bundle at the mouth, judged by the cassettes' own counts.

Source: ccnet sheet, sections 9.2, 9.3, 10, 12; `NoteDispenser.pay`; decision page 024. The cassettes can be asked only while the
unit is disabled, so what lies at the mouth is what was asked for, and the counts afterwards show whether that was true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

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
from simulator.devices.ccnet.b2b.bundles import MOST_IN_BUNDLE
from simulator.fronts.port.bill_to_bill.bundle import (
    NOT_BEGUN,
    End,
    Ended,
    carry_out,
    empty_dispenser,
    hear_out,
    nothing,
)
from simulator.fronts.port.bill_to_bill.line import DISPENSE, Script, Send
from simulator.fronts.port.bill_to_bill.unit import Unit

Stock = Mapping[int, int]
Differs = Callable[[str], None]
"""Told a cassette whose count afterwards is not what it should be."""


def pay(unit: Unit, order: int, asked: Mapping[int, int], report: Report, differs: Differs) -> Script[Ended]:
    before = yield from unit.read_stock()
    reason = _impossible(asked, before)
    if before is None or reason:
        report(NotesRefused(order, reason))
        return NOT_BEGUN
    wanted = tuple((cassette, notes, 0) for cassette, notes in sorted(asked.items()))
    send = Send(DISPENSE, lambda: unit.body.dispense(_pairs(unit, wanted), unit.now_ms))
    ended = yield from carry_out(unit, send, lambda: report(NotesPresented(order, wanted)))
    if ended.end is End.CUT:
        return (yield from _after_a_cut(unit, order, wanted, before, ended, report))
    if ended.end in (End.DONE, End.PULLED_BACK):
        if not ended.shown:
            report(NotesPresented(order, wanted))
        report(ChangeTaken(order) if ended.end is End.DONE else ChangeRetracted(order))
        _compare(wanted, before, (yield from _stock(unit, ended)), differs)
    elif ended.shown:
        report(ChangeRetractUncertain(order, ended.reason))
    elif ended.end is End.REFUSED:
        report(NotesRefused(order, "other"))
    else:
        untouched = before == (yield from _stock(unit, ended))
        reason = {End.INVALID: "empty", End.STOPPED: "jam"}.get(ended.end, "other")
        report(NotesRefused(order, reason) if untouched else NotesUncertain(order, (), ended.reason))
    return ended


def _impossible(asked: Mapping[int, int], stock: Stock | None) -> str:
    """Why it is not even asked for; empty when it is."""
    if stock is None or not 1 <= sum(asked.values()) <= MOST_IN_BUNDLE or min(asked.values()) < 0:
        return "other"
    if any(cassette not in stock for cassette in asked):
        return "cassette_out"
    return "empty" if any(notes > stock[cassette] for cassette, notes in asked.items()) else ""


def _pairs(unit: Unit, wanted: Counts) -> list[tuple[int, int]]:
    """(bill type, notes) as DISPENSE wants them: two cassettes of one type are one pair."""
    pairs: Counter[int] = Counter()
    for cassette, notes, _ in wanted:
        pairs[(unit.cassettes or {})[cassette].kind] += notes
    return list(pairs.items())


def _after_a_cut(unit: Unit, order: int, wanted: Counts, before: Stock, ended: Ended, report: Report) -> Script[Ended]:
    """The unit alone was switched off. It names what had left its cassettes, and holds it until it is told to empty."""
    past = ended.past
    if past is None or past.cut != "dispensing":
        _tell_by_counts(unit, order, wanted, before, ended, report)
        return ended
    counts = counts_of(unit, past.moved)
    if not ended.shown and (counts is None or not _within(counts, wanted)):
        report(NotesUncertain(order, (), "counts differ"))
        return ended
    if not ended.shown and not counts:
        report(NotesRefused(order, "other"))
        return (yield from empty_dispenser(unit, nothing)).after(ended)
    return (yield from _hand_out(unit, order, wanted, counts or (), ended, report))


def _hand_out(unit: Unit, order: int, wanted: Counts, counts: Counts, ended: Ended, report: Report) -> Script[Ended]:
    told: list[Fact] = []
    if not ended.shown:
        told.append(NotesPresented(order, counts) if counts == wanted else NotesShort(order, counts, "other"))

    def shown() -> None:
        while told:
            report(told.pop())

    again = yield from empty_dispenser(unit, shown)
    if not again.shown and not ended.shown and again.end not in (End.DONE, End.PULLED_BACK):
        report(NotesUncertain(order, (), again.reason))
        return again.after(ended)
    shown()
    if again.end is End.DONE:
        report(ChangeTaken(order))
    elif again.end is End.PULLED_BACK and not ended.shown:
        report(ChangeRetracted(order))
    else:
        report(ChangeRetractUncertain(order, again.reason))
    return again.after(ended)


def _tell_by_counts(unit: Unit, order: int, wanted: Counts, before: Stock, ended: Ended, report: Report) -> None:
    """It remembers no bundle: cassettes and its last events say whether there was one."""
    after = unit.stock
    gone = {cassette: notes - after.get(cassette, 0) for cassette, notes in before.items()}
    left = {cassette: notes for cassette, notes in gone.items() if notes}
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
    asked = {cassette: notes for cassette, notes, _ in wanted}
    return all(notes <= asked.get(cassette, 0) for cassette, notes, _ in counts)


def counts_of(unit: Unit, moved: tuple[tuple[int, int], ...]) -> Counts | None:
    """(bill type, notes) as counts per cassette; None when a type has no cassette of its own, or several."""
    counts = []
    for kind, notes in moved:
        of_kind = [number for number in unit.usable if (unit.cassettes or {})[number].kind == kind]
        if len(of_kind) != 1:
            return None
        counts.append((of_kind[0], notes, 0))
    return tuple(sorted(counts))


def _compare(wanted: Counts, before: Stock, after: Stock | None, differs: Differs) -> None:
    asked = {cassette: notes for cassette, notes, _ in wanted}
    for cassette, notes in before.items() if after is not None else ():
        if after is not None and after.get(cassette, 0) != notes - asked.get(cassette, 0):
            differs(f"cassette {cassette}")


def _stock(unit: Unit, ended: Ended) -> Script[dict[int, int] | None]:
    if ended.end is End.SILENT:
        return None
    yield from hear_out(ended)
    return (yield from unit.read_stock())
