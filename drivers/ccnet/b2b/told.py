"""What a Bill-to-Bill unit says of the time before a start, in the words of its two ports, and of itself to a probe.

Source: ccnet sheet, sections 9 and 10; decision page 024.
"""

from __future__ import annotations

from collections.abc import Iterable

from drivers.ccnet.b2b.codec import ESCROW_TYPE, Cut
from drivers.ccnet.b2b.outlet import Mouth, Outlet
from drivers.ccnet.b2b.payout import counts_of
from drivers.ccnet.b2b.unit import BOX_PLACE, Past, Unit, of_deposit, unnamed
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositPast,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
)
from kiosk.ports.note_dispenser import DispenserPast


class Told:
    """Says the past of both ports, from what a start-up heard and what the outlet knows now."""

    def __init__(self, report: Report, unit: Unit, outlet: Outlet) -> None:
        self._report, self._unit, self._outlet = report, unit, outlet
        self.past = Past()

    def acceptor(self) -> None:
        """`DepositPast` where there is a bulk escrow, then `AcceptorPast`."""
        unit, past = self._unit, self.past
        if unit.fitting.escrow:
            known = unit.contents is not None
            contents = self._values((bill_type, 1) for bill_type in unit.contents or ())
            moved, packed = self._moved(past), self._packed(past)
            self._report(DepositPast(contents, known, cut_of(past), moved, packed, self._mouth(past)))
        position = "path" if past.returned and not past.packed else past.position
        value_fen = unit.value_fen(past.bill_type) if past.bill_type is not None else 0
        credited = any(unit.place(destination) == BOX_PLACE for _, destination in past.packed)
        self._report(AcceptorPast(position, value_fen, credited, tuple(unit.counters.items())))

    def dispenser(self) -> None:
        """`error`: raw first byte of POWER RECOVERY, or 47/CA after a bundle that was pulled back; else empty."""
        past, recovery = self.past, self.past.recovery
        outlet, _ = self._outlet.words()
        last, counts, error = "none" if recovery else "unknown", None, ""
        if unnamed(past):
            last, error = "unknown", "3C"
        elif recovery and recovery.cut is Cut.DISPENSING and not of_deposit(recovery):
            last, counts, error = "pay", counts_of(self._unit, recovery.moved), "3C"
        elif self._outlet.state is Mouth.PULLED_BACK:
            last, error = "unknown", "47/CA"
        elif past.mouth != "empty":
            last = "unknown"
        counters = tuple(self._unit.cassette_counters.items())
        self._report(DispenserPast(last, counts or (), error, outlet, counters))

    def deposit_ended(self) -> None:
        """What lay at the mouth since before this start came to its end. `notes` empty: all of the deposit that was out."""
        if self._outlet.state is Mouth.TAKEN:
            self._report(DepositTaken(()))
        elif self._outlet.state is Mouth.PULLED_BACK:
            self._report(DepositRetractUncertain((), "power") if self._outlet.dark else DepositPulledBack(()))
        elif self._outlet.state is Mouth.UNKNOWN:
            self._report(DepositReturnUncertain((), "silent"))

    def _moved(self, past: Past) -> tuple[int, ...]:
        """Values that left the escrow cassette for certain."""
        return self._values(past.recovery.moved) if cut_of(past) in ("returning", "keeping") and past.recovery else ()

    def _packed(self, past: Past) -> tuple[tuple[int, int], ...]:
        place = self._unit.place
        return tuple((self._unit.value_fen(bill_type), place(destination)) for bill_type, destination in past.packed)

    def _mouth(self, past: Past) -> str:
        """What was left of a deposit that a power cut found on its way lies in the box. What the unit's own timer pulled back
        without one lay there, and `deposit_ended` follows.
        """
        if self._outlet.state is Mouth.PULLED_BACK and cut_of(past) == "returning":
            return "box"
        if self._outlet.state is Mouth.PULLED_BACK and past.timer_was_first:
            return "notes"
        return self._outlet.words()[1]

    def _values(self, words: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        return tuple(self._unit.value_fen(bill_type) for bill_type, notes in words for _ in range(notes))

    def probe_lines(self) -> list[str]:
        """Identity, notes, cassettes; one fact a line."""
        unit, lines = self._unit, []
        if unit.identity:
            lines += [f"part {unit.identity.part}", f"serial {unit.identity.serial}", f"asset {unit.identity.asset}"]
        lines += [f"type {n} {bill.country} {bill.value_fen} fen" for n, bill in sorted(unit.table.items())]
        for number, cassette in sorted(unit.cassettes.items()):
            kind = {ESCROW_TYPE: "escrow"}.get(cassette.bill_type, f"type {cassette.bill_type}")
            state = f"{kind} notes {cassette.notes} full {cassette.full}" if cassette.present else "out"
            lines.append(f"cassette {number} {state}")
        if unit.contents is not None:
            lines.append(f"counter escrow {len(unit.contents)}")
        return lines


def cut_of(past: Past) -> str:
    """`cut` of DepositPast."""
    recovery = past.recovery
    if recovery is None:
        return "unknown" if past.power_cut else "none"
    if unnamed(past):
        return "unknown"
    if recovery.cut is Cut.DISPENSING:
        return "returning" if of_deposit(recovery) else "none"
    return {Cut.NOTHING: "none", Cut.PACKING: "packing"}.get(recovery.cut, "keeping")
