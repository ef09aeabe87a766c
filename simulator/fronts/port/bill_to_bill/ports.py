"""The two ports of one unit: they only hand orders on. Source: decisions 1, 9, 22; `kiosk.ports`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from kiosk.ports.fact import Report
from kiosk.ports.note_dispenser import NotesRefused
from simulator.devices.ccnet.b2b.bundles import MOST_IN_BUNDLE
from simulator.fronts.port.acceptor_line import RETURN, STACK
from simulator.fronts.port.bill_to_bill.enabling import Enabling
from simulator.fronts.port.bill_to_bill.errands import Errands, GiveBack, Keep, Pay
from simulator.fronts.port.bill_to_bill.outlet import Outlet
from simulator.fronts.port.bill_to_bill.slot import Slot
from simulator.fronts.port.bill_to_bill.told import Told
from simulator.fronts.port.bill_to_bill.unit import Unit


@dataclass(frozen=True, slots=True)
class Parts:
    report: Report
    unit: Unit
    slot: Slot
    enabling: Enabling
    outlet: Outlet
    errands: Errands
    told: Told


class AcceptorPort:
    """NoteAcceptor."""

    same_note_return = True
    hold_ms = 0
    can_identify_box = False

    def __init__(self, name: str, parts: Parts, depth: int, restart: Callable[[], None]) -> None:
        """`restart`: of the whole unit, for a technician who has cleared it."""
        self.name, self.restart = name, restart
        self._parts, self._depth = parts, depth

    @property
    def escrow_depth(self) -> int:
        return self._depth if self.bundle_notes else 1

    @property
    def bundle_notes(self) -> int:
        unit = self._parts.unit
        return MOST_IN_BUNDLE if unit.has_escrow or (unit.escrow and unit.cassettes is None) else 0

    @property
    def deposit_fen(self) -> Collection[int]:
        return self._parts.unit.deposit_fen

    @property
    def values_fen(self) -> Collection[int]:
        return set(self._parts.unit.values.values())

    @property
    def counters(self) -> Mapping[str, int]:
        return self._parts.unit.counters

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._parts.enabling.choose(frozenset(values_fen))

    def stack(self, note: int) -> None:
        self._parts.slot.order(note, STACK)

    def give_back(self, note: int) -> None:
        self._parts.slot.order(note, RETURN)

    def keep(self, notes: Sequence[int]) -> None:
        self._parts.errands.add(Keep(tuple(notes)))

    def return_all(self, notes: Sequence[int]) -> None:
        self._parts.errands.add(GiveBack(tuple(notes)))

    def recall(self) -> None:
        self._parts.told.acceptor()


class DispenserPort:
    """NoteDispenser: pays while nothing is accepted; the unit's own timer pulls back."""

    max_notes = MOST_IN_BUNDLE
    can_retract = True

    def __init__(self, name: str, parts: Parts, restart: Callable[[], None]) -> None:
        self.name, self.restart = name, restart
        self._parts = parts

    @property
    def cassettes(self) -> Mapping[int, int]:
        return self._parts.unit.recycling

    @property
    def counters(self) -> Mapping[str, int]:
        return self._parts.unit.cassette_counters

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        self._parts.errands.add(Pay(order, {cassette: notes for cassette, notes in counts.items() if notes}))

    def present_again(self, order: int) -> None:
        self._parts.outlet.ask(order, open_it=True)

    def retract(self, order: int) -> None:
        """Waited for: of an order of this life the end is told anyway."""
        if not self._parts.errands.paid(order):
            self._parts.outlet.ask(order, open_it=False)

    def test(self, cassette: int) -> None:
        """There is no reject bin."""
        self._parts.report(NotesRefused(0, "other"))

    def recall(self) -> None:
        self._parts.told.dispenser()
