"""What was before this start: in the unit's own words, and what both ports say of it.

Source: ccnet sheet, sections 9.3 and 10; reliability notes 3; decision page 024; `DepositPast`, `AcceptorPast`, `DispenserPast`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositPast,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
)
from kiosk.ports.note_dispenser import Counts, DispenserPast
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b import ESCROW
from simulator.devices.ccnet.b2b.numbers import DISPENSE, DISPENSED, UNLOADED
from simulator.devices.ccnet.b2b.recovery import Job
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_start import POSITIONS
from simulator.fronts.port.bill_to_bill.known import IN_BOX, Known
from simulator.fronts.port.bill_to_bill.mouth import Lies, Mouth
from simulator.fronts.port.bill_to_bill.words import JAMS, pulled_back

Word = tuple[int, int]


@dataclass(slots=True)
class Before:
    """`position` as in AcceptorPast. `packed`: (bill type, destination). `unloaded`: notes as UNLOADED said.

    `cut` as in DepositPast, with `paying` for a bundle of change, `unnamed` for one that the unit does not remember, and unknown
    when it was not heard; `moved`: (bill type,
    notes) that left their cassettes by it. `mouth`: empty, notes, unknown. `ending`: taken or retracted, of a bundle on its way.
    """

    position: str = "none"
    kind: int | None = None
    packed: list[Word] = field(default_factory=list)
    returned: bool = False
    unloaded: int | None = None
    cut: str = "unknown"
    moved: tuple[Word, ...] = ()
    mouth: str = "empty"
    ending: str = ""
    power_cut: bool = False

    def see(self, status: bytes) -> None:
        """A status of the start, the first one included."""
        code = status[0]
        self.power_cut = self.power_cut or code in codes.POWER_UPS
        if self.position == "none" and not pulled_back(status):
            self.position = POSITIONS.get(code, "none")
        if code == codes.STACKED:
            self.position, self.kind = "stacker", status[1]
            self.packed += [] if (status[1], status[2]) in self.packed else [(status[1], status[2])]
        elif code in (State.ESCROW, codes.RETURNED):
            self.kind = self.kind if self.packed else status[1]
            self.returned = self.returned or code == codes.RETURNED
        elif code == UNLOADED:
            self.unloaded = status[1]
        elif code == State.DISPENSING:
            self.mouth = "notes"
        elif code == DISPENSED:
            self.mouth, self.ending = "empty", "taken"
        elif pulled_back(status):
            self.mouth, self.ending = "empty", "retracted"
        elif code == State.FAILURE:
            self.position = self.mouth = "unknown"
        elif code in JAMS:
            self.position, self.mouth = "jam", "unknown" if self.mouth == "notes" else self.mouth

    def recovered(self, packed: tuple[Word, ...], cut: Job | None, left: bool) -> None:
        """What POWER RECOVERY names: notes that came to rest, before a job that was broken off; last notes `left` inside."""
        self.cut = "none"
        if packed:
            self.cut, self.position = "packing", "stacker"
            self.packed += (Counter(packed) - Counter(self.packed)).elements()
        elif cut is not None:
            self.moved = tuple(Counter(cut.moved).items())
            self.cut = "keeping"
            if cut.command == DISPENSE:
                self.mouth, self.moved = "notes", tuple(sorted(self.moved))
                self.cut = "returning" if any(kind == ESCROW for kind, _ in cut.asked) else "paying"
        elif left:
            self.cut, self.mouth = "unnamed", "notes"
        if self.cut not in ("none", "packing") and self.position == "stacker":
            self.position = "none"  # what lay there was on its way out

    @property
    def held_inside(self) -> bool:
        """A bundle that was broken off waits in the dispenser."""
        return self.cut in ("returning", "paying", "unnamed")

    @property
    def timer_was_first(self) -> bool:
        """Pulled back by a unit that was never without power."""
        return self.ending == "retracted" and not self.power_cut


class Teller:
    """Says it to both ports; `before` is that of the last start."""

    def __init__(self, report: Report, known: Known, mouth: Mouth) -> None:
        self._report, self._known, self._mouth = report, known, mouth
        self.before = Before()

    def acceptor(self) -> None:
        known, before = self._known, self.before
        if known.escrow:
            self._report(self._deposit())
        position = "path" if before.returned and not before.packed else before.position
        credited = any(known.place(destination) == IN_BOX for _, destination in before.packed)
        counters = tuple(known.counters.items())
        self._report(AcceptorPast(position, known.value_fen(before.kind), credited, counters))

    def _deposit(self) -> DepositPast:
        known, before, lies = self._known, self.before, self._mouth.lies
        unheard = "unknown" if before.power_cut else "none"
        cut = {"paying": "none", "unnamed": "unknown", "unknown": unheard}.get(before.cut, before.cut)
        moved = known.values_of(before.moved) if cut in ("returning", "keeping") else ()
        packed = tuple((known.value_fen(kind), known.place(destination)) for kind, destination in before.packed)
        mouth = self._mouth.of_deposit_word
        if lies is Lies.PULLED_BACK and cut == "returning":
            mouth = "box"
        elif lies is Lies.PULLED_BACK and before.timer_was_first:
            mouth = "notes"
        contents = known.values_of((kind, 1) for kind in known.contents or ())
        return DepositPast(contents, known.contents is not None, cut, moved, packed, mouth)

    def dispenser(self) -> None:
        """`error`: 3C after a payment that a power cut broke off, 47/CA after a bundle that was pulled back."""
        before, last, error = self.before, "none", ""
        counts: Counts | None = ()
        if before.cut == "paying":
            last, counts, error = "pay", counts_of(self._known, before.moved), "3C"
        elif before.cut == "unnamed":
            last, error = "unknown", "3C"
        elif self._mouth.lies is Lies.PULLED_BACK:
            last, error = "unknown", "47/CA"
        elif before.mouth != "empty" or before.cut == "unknown":
            last = "unknown"
        counters = tuple(self._known.cassette_counters.items())
        self._report(DispenserPast(last, counts or (), error, self._mouth.of_change_word, counters))

    def deposit_ended(self) -> None:
        """What lay at the mouth since before this start; no notes named means all of the deposit that was out."""
        if self._mouth.lies is Lies.TAKEN:
            self._report(DepositTaken(()))
        elif self._mouth.lies is Lies.PULLED_BACK:
            self._report(DepositRetractUncertain((), "power") if self._mouth.dark else DepositPulledBack(()))
        elif self._mouth.lies is Lies.UNKNOWN:
            self._report(DepositReturnUncertain((), "silent"))


def counts_of(known: Known, moved: tuple[Word, ...]) -> Counts | None:
    """(bill type, notes) as counts per cassette; None when a type has no cassette of its own, or several."""
    fitted, counts = known.fitted or {}, []
    for kind, notes in moved:
        numbers = [number for number in known.usable if fitted[number].kind == kind]
        if len(numbers) != 1:
            return None
        counts.append((numbers[0], notes, 0))
    return tuple(sorted(counts))
