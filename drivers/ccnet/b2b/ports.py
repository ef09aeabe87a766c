"""The two ports of one Bill-to-Bill unit. They only hand orders on: the unit does one thing at a time.

Source: decisions 1, 9 and 22; ccnet sheet, section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from drivers.accepting.ledger import Order
from drivers.ccnet.b2b.codec import BUNDLE
from drivers.ccnet.b2b.enabling import Enabling
from drivers.ccnet.b2b.errands import Errands, GiveBack, Keep, Pay
from drivers.ccnet.b2b.outlet import Outlet
from drivers.ccnet.b2b.slot import Slot
from drivers.ccnet.b2b.told import Told
from drivers.ccnet.b2b.unit import Fitting, Unit
from kiosk.ports.fact import Report
from kiosk.ports.note_dispenser import NotesRefused


@dataclass(frozen=True, slots=True)
class Parts:
    """What one unit is made of; the names are those of its two ports."""

    acceptor: str
    dispenser: str
    report: Report
    unit: Unit
    enabling: Enabling
    slot: Slot
    outlet: Outlet
    errands: Errands
    told: Told

    @classmethod
    def of(
        cls, names: tuple[str, str], report: Report, fitting: Fitting, first_note: int, differs: Callable[[str], None]
    ) -> Parts:
        """`names`: of acceptor and dispenser. `differs`: told a cassette that does not hold what it should."""
        unit, outlet = Unit(fitting), Outlet(report)
        slot, errands = Slot(report, unit, first_note), Errands(report, unit, differs)
        return cls(*names, report, unit, Enabling(unit), slot, outlet, errands, Told(report, unit, outlet))


class BillToBillAcceptor:
    """NoteAcceptor with a bulk escrow. Traits are those of the unit as found; before `DeviceReady` those of config."""

    same_note_return = True
    hold_ms = 0
    can_identify_box = False

    def __init__(self, parts: Parts, depth: int, restart: Callable[[], None]) -> None:
        """`restart`: of the whole unit, for a technician who has cleared it."""
        self.name, self.restart = parts.acceptor, restart
        self._parts, self._unit, self._depth = parts, parts.unit, depth

    @property
    def escrow_depth(self) -> int:
        return self._depth if self.bundle_notes else 1

    @property
    def bundle_notes(self) -> int:
        there = self._unit.has_escrow or (self._unit.fitting.escrow and not self._unit.cassettes)
        return BUNDLE if there else 0

    @property
    def deposit_fen(self) -> Collection[int]:
        return self._unit.deposit_fen

    @property
    def values_fen(self) -> Collection[int]:
        return {bill.value_fen for bill in self._unit.bills.values()}

    @property
    def counters(self) -> Mapping[str, int]:
        """Notes in the bulk escrow (`escrow`) and in each recycling cassette (`cassette.2`): they fall again."""
        return self._unit.counters

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._parts.enabling.wanted = frozenset(values_fen)

    def stack(self, note: int) -> None:
        self._parts.slot.order(note, Order.STACK)

    def give_back(self, note: int) -> None:
        self._parts.slot.order(note, Order.RETURN)

    def keep(self, notes: Sequence[int]) -> None:
        self._parts.errands.add(Keep(tuple(notes)))

    def return_all(self, notes: Sequence[int]) -> None:
        self._parts.errands.add(GiveBack(tuple(notes)))

    def recall(self) -> None:
        self._parts.told.acceptor()


class BillToBillDispenser:
    """NoteDispenser: bundles of at most 20 notes, paid while nothing is accepted, pulled back by the unit's own timer."""

    max_notes = BUNDLE
    can_retract = True

    def __init__(self, parts: Parts, restart: Callable[[], None]) -> None:
        self.name, self.restart = parts.dispenser, restart
        self._parts, self._unit = parts, parts.unit

    @property
    def cassettes(self) -> Mapping[int, int]:
        return self._unit.fitting.recycling

    @property
    def counters(self) -> Mapping[str, int]:
        return self._unit.cassette_counters

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        self._parts.errands.add(Pay(order, {cassette: notes for cassette, notes in counts.items() if notes}))

    def present_again(self, order: int) -> None:
        self._parts.outlet.ask(order, open_it=True)

    def retract(self, order: int) -> None:
        """The unit pulls back by its own timer, which is at least as long as people have to take it: waited for."""
        if not self._parts.errands.paid(order):
            self._parts.outlet.ask(order, open_it=False)

    def test(self, cassette: int) -> None:
        """The unit has no reject bin and no order that moves one note out of sight and counts it apart: refused."""
        self._parts.report(NotesRefused(0, "other"))

    def recall(self) -> None:
        self._parts.told.dispenser()
