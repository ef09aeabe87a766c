"""What the unit says of the time before a start. Source: ccnet sheet, sections 9.3 and 10; reliability notes 3."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b import ESCROW
from simulator.devices.ccnet.b2b.numbers import DISPENSE, DISPENSED, PACKING, UNLOADED
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_start import POSITIONS
from simulator.fronts.port.bill_to_bill.words import pulled_back

Words = tuple[tuple[int, int], ...]
ASKED = 0x80


@dataclass(slots=True)
class Past:
    """`position` as in AcceptorPast. `packed`: (bill type, destination). `unloaded`: notes as UNLOADED said.

    `mouth`: empty, notes, unknown. `ending`: taken or retracted, of a bundle that was on its way when the start began.
    `cut`: what POWER RECOVERY named: nothing, packing, dispensing, unloading; unknown when it did not answer. `moved`: (bill
    type, notes) that it says left their cassettes.
    """

    position: str = "none"
    kind: int | None = None
    packed: list[tuple[int, int]] = field(default_factory=list)
    returned: bool = False
    unloaded: int | None = None
    mouth: str = "empty"
    ending: str = ""
    cut: str = "unknown"
    of_deposit: bool = False
    moved: Words = ()
    power_cut: bool = False

    def see(self, status: bytes) -> None:
        """A status of the start, the first one included."""
        code = status[0]
        self.power_cut = self.power_cut or code in codes.POWER_UPS
        if self.position == "none" and not pulled_back(status):
            self.position = POSITIONS.get(code, "none")
        if code == codes.STACKED:
            self.position, self.kind = "stacker", status[1]
            if (status[1], status[2]) not in self.packed:
                self.packed.append((status[1], status[2]))
        elif code in (State.ESCROW, codes.RETURNED):
            self.kind = self.kind if self.packed else status[1]
            self.returned = self.returned or code == codes.RETURNED
        elif code == UNLOADED:
            self.unloaded = status[1]
        else:
            self._see_bundle(status)

    def _see_bundle(self, status: bytes) -> None:
        code = status[0]
        if code == State.DISPENSING:
            self.mouth = "notes"
        elif code == DISPENSED:
            self.mouth, self.ending = "empty", "taken"
        elif pulled_back(status):
            self.mouth, self.ending = "empty", "retracted"
        elif code in (State.JAM_VALIDATOR, State.JAM_CASSETTE, State.FAILURE):
            failed = code == State.FAILURE
            self.position = "unknown" if failed else "jam"
            self.mouth = "unknown" if failed or self.mouth == "notes" else self.mouth

    def recovered(self, answer: bytes) -> None:
        """The answer to POWER RECOVERY."""
        words = tuple(zip(answer[1::2], answer[2::2], strict=True))
        if answer == b"\0":
            self.cut = "nothing"
        elif answer[0] == PACKING:
            self.cut, self.position = "packing", "stacker"
            told = list(self.packed)
            self.packed = [*told, *(Counter(words) - Counter(told)).elements()]
        elif answer[0] == DISPENSE and words:
            self.cut, self.mouth = "dispensing", "notes"
            self.of_deposit = any(kind == ESCROW | ASKED for kind, _ in words)
            self.moved = tuple(word for word in words if not word[0] & ASKED)
        elif words:
            self.cut, self.moved = "unloading", words[1:]
        if self.cut in ("dispensing", "unloading") and self.position == "stacker":
            self.position = "none"  # what lay there was on its way out

    @property
    def timer_was_first(self) -> bool:
        """Pulled back by a unit that was never without power."""
        return self.ending == "retracted" and not self.power_cut

    @property
    def deposit_cut(self) -> str:
        """`cut` of DepositPast."""
        if self.cut == "unknown":
            return "unknown" if self.power_cut else "none"
        if self.cut == "dispensing":
            return "returning" if self.of_deposit else "none"
        return {"nothing": "none", "unloading": "keeping"}.get(self.cut, self.cut)
