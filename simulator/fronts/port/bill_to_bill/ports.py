"""The two ports of one unit: they only hand orders on. Source: decisions 1, 9, 22; `kiosk.ports`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import DepositKept, DepositNotMoved
from kiosk.ports.note_dispenser import NotesRefused
from simulator.devices.ccnet.b2b.bundles import MOST_IN_BUNDLE
from simulator.fronts.port.acceptor_line import RETURN, STACK
from simulator.fronts.port.bill_to_bill.before import Teller
from simulator.fronts.port.bill_to_bill.bundles import Change, Deposit
from simulator.fronts.port.bill_to_bill.deeds import hand_out, keep
from simulator.fronts.port.bill_to_bill.enabling import Enabling
from simulator.fronts.port.bill_to_bill.errands import Errand, Errands
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.bill_to_bill.mouth import Mouth
from simulator.fronts.port.bill_to_bill.note import Slot


@dataclass(frozen=True, slots=True)
class Parts:
    """`restart`: of the whole unit, for a technician who has cleared it. `differs`: told a cassette with a wrong count."""

    report: Report
    known: Known
    slot: Slot
    enabling: Enabling
    mouth: Mouth
    errands: Errands
    teller: Teller
    restart: Callable[[], None]
    differs: Callable[[str], None]


class AcceptorPort:
    """NoteAcceptor."""

    same_note_return = True
    hold_ms = 0
    can_identify_box = False

    def __init__(self, name: str, parts: Parts, depth: int) -> None:
        self.name, self.restart = name, parts.restart
        self._parts, self._known, self._depth = parts, parts.known, depth

    @property
    def escrow_depth(self) -> int:
        return self._depth if self.bundle_notes else 1

    @property
    def bundle_notes(self) -> int:
        known = self._known
        return MOST_IN_BUNDLE if known.has_escrow or (known.escrow and known.fitted is None) else 0

    @property
    def deposit_fen(self) -> Collection[int]:
        return self._known.deposit_fen

    @property
    def values_fen(self) -> Collection[int]:
        return set(self._known.values.values())

    @property
    def counters(self) -> Mapping[str, int]:
        return self._known.counters

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._parts.enabling.choose(frozenset(values_fen))

    def stack(self, note: int) -> None:
        self._parts.slot.order(note, STACK)

    def give_back(self, note: int) -> None:
        self._parts.slot.order(note, RETURN)

    def keep(self, notes: Sequence[int]) -> None:
        known, report, deposit = self._known, self._parts.report, tuple(notes)
        self._parts.errands.add(Errand(lambda: keep(known, deposit, report), lambda stopped: DepositKept(())))

    def return_all(self, notes: Sequence[int]) -> None:
        known, deposit = self._known, Deposit(self._known, tuple(notes), self._parts.report)
        refusal = lambda stopped: DepositNotMoved(tuple(notes), stopped or "busy")
        self._parts.errands.add(Errand(lambda: hand_out(known, deposit), refusal))

    def recall(self) -> None:
        self._parts.teller.acceptor()


class DispenserPort:
    """NoteDispenser: pays while nothing is accepted; the unit's own timer pulls back."""

    max_notes = MOST_IN_BUNDLE
    can_retract = True

    def __init__(self, name: str, parts: Parts) -> None:
        self.name, self.restart = name, parts.restart
        self._parts, self._known = parts, parts.known

    @property
    def cassettes(self) -> Mapping[int, int]:
        return self._known.recycling

    @property
    def counters(self) -> Mapping[str, int]:
        return self._known.cassette_counters

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        known, asked = self._known, {cassette: notes for cassette, notes in counts.items() if notes}
        change = Change(known, order, asked, self._parts.report, self._parts.differs)
        refusal = lambda stopped: NotesRefused(order, "jam" if stopped else "other")
        self._parts.errands.add(Errand(lambda: hand_out(known, change), refusal), order)

    def present_again(self, order: int) -> None:
        self._parts.mouth.ask(order, open_it=True)

    def retract(self, order: int) -> None:
        """Waited for: of an order of this life the end is told anyway."""
        if not self._parts.errands.paid(order):
            self._parts.mouth.ask(order, open_it=False)

    def test(self, cassette: int) -> None:
        """There is no reject bin."""
        self._parts.report(NotesRefused(0, "other"))

    def recall(self) -> None:
        self._parts.teller.dispenser()
