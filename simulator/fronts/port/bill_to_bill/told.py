"""What both ports say of the time before this start (`DepositPast`, `AcceptorPast`, `DispenserPast`). Decision page 024."""

from __future__ import annotations

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositPast,
    DepositPulledBack,
    DepositReturnUncertain,
    DepositTaken,
)
from kiosk.ports.note_dispenser import DispenserPast
from simulator.fronts.port.bill_to_bill.change import counts_of
from simulator.fronts.port.bill_to_bill.outlet import Mouth, Outlet
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.unit import IN_BOX, Unit


class Told:
    def __init__(self, report: Report, unit: Unit, outlet: Outlet) -> None:
        self._report, self._unit, self._outlet = report, unit, outlet
        self.past = Past()

    def acceptor(self) -> None:
        unit, past = self._unit, self.past
        if unit.escrow:
            self._report(self._deposit())
        position = "path" if past.returned and not past.packed else past.position
        credited = any(unit.place(destination) == IN_BOX for _, destination in past.packed)
        self._report(AcceptorPast(position, unit.value_fen(past.kind), credited, tuple(unit.counters.items())))

    def _deposit(self) -> DepositPast:
        unit, past, cut = self._unit, self.past, self.past.deposit_cut
        contents = unit.values_of((kind, 1) for kind in unit.contents or ())
        moved = unit.values_of(past.moved) if cut in ("returning", "keeping") else ()
        packed = tuple((unit.value_fen(kind), unit.place(destination)) for kind, destination in past.packed)
        mouth = self._outlet.mouth
        if cut == "returning" and self._outlet.state is Mouth.PULLED_BACK:
            packed, mouth = packed + tuple((value_fen, IN_BOX) for value_fen in moved), "empty"
        elif self._outlet.state is Mouth.PULLED_BACK and past.timer_was_first:
            mouth = "notes"
        return DepositPast(contents, unit.contents is not None, cut, moved, packed, mouth)

    def dispenser(self) -> None:
        """`error`: 3C after a payment that a power cut broke off, 47/CA after one that was pulled back."""
        past = self.past
        last, counts, error = "unknown" if past.cut == "unknown" else "none", None, ""
        if past.cut == "dispensing" and not past.of_deposit:
            last, counts, error = "pay", counts_of(self._unit, past.moved), "3C"
        elif self._outlet.state is Mouth.PULLED_BACK:
            last, error = "unknown", "47/CA"
        elif past.mouth != "empty":
            last = "unknown"
        counters = tuple(self._unit.cassette_counters.items())
        self._report(DispenserPast(last, counts or (), error, self._outlet.outlet, counters))

    def deposit_ended(self) -> None:
        """What lay at the mouth since before this start; no notes named means all of the deposit that was out."""
        if self._outlet.state is Mouth.TAKEN:
            self._report(DepositTaken(()))
        elif self._outlet.state is Mouth.PULLED_BACK:
            self._report(DepositPulledBack(()))
        elif self._outlet.state is Mouth.UNKNOWN:
            self._report(DepositReturnUncertain((), "silent"))
