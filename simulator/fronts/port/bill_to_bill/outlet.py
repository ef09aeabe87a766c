"""A bundle that lies at the mouth, or is held inside, since before this start: who decides about it, and what is answered.

Source: decision page 024; ccnet sheet, 9.3 and 10; `NoteDispenser.present_again` and `retract`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique

from kiosk.ports.fact import Report
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    TrayReopened,
    TrayStayedShut,
)
from simulator.devices.ccnet.b2b.numbers import RETRACT_NOMINAL_MS
from simulator.fronts.port.bill_to_bill.bundle import End, Ended, empty_dispenser, hear_out
from simulator.fronts.port.bill_to_bill.line import Script
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.start import choose_retract, set_up
from simulator.fronts.port.bill_to_bill.unit import Unit

ANSWER_MS = 40_000
MOUTH_MS = 100_000
SHORT, LONG = 1, 3
TAKE_MS, SPARE_MS = 40_000, 5_000  # decision 5


def retract_for(take_ms: int) -> int:
    """Option bits of the shortest retract time that leaves people `take_ms` and five seconds more."""
    fitting = (bits for bits, ms in enumerate(RETRACT_NOMINAL_MS) if bits and ms >= take_ms + SPARE_MS)
    return next(fitting, LONG)


@unique
class Mouth(Enum):
    UNKNOWN = "nobody can say"
    EMPTY = "nothing lies there"
    OUT = "a hand can reach it"
    INSIDE = "held in the dispenser"
    TAKEN = "taken since the start"
    PULLED_BACK = "pulled back since the start"


PATIENCE_MS = {Mouth.UNKNOWN: ANSWER_MS, Mouth.INSIDE: 2 * MOUTH_MS, Mouth.OUT: MOUTH_MS}
"""How long an order waits for what the unit will say; the other states answer it at once."""


class Outlet:
    """`of_deposit`: what is held inside came from the bulk escrow. An order waits here until it can be answered."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._order: int | None = None
        self._open = self._reopened = False
        self._until_ms: int | None = None
        self._since_ms = 0
        self.state = Mouth.UNKNOWN
        self.of_deposit = False

    def found(self, past: Past) -> bool:
        """A start is over. True: a bundle is held inside."""
        held = past.cut == "dispensing"
        self.of_deposit = held and past.of_deposit
        if held:
            self.state = Mouth.INSIDE
        elif past.ending:
            self.state = Mouth.TAKEN if past.ending == "taken" else Mouth.PULLED_BACK
        elif past.mouth != "empty":
            self.state = Mouth.UNKNOWN
        elif self.state not in (Mouth.TAKEN, Mouth.PULLED_BACK):
            self.state = Mouth.EMPTY
        return held

    # -- orders

    def ask(self, order: int, *, open_it: bool) -> None:
        if order != self._order:
            self._reopened = False
        self._order, self._open, self._until_ms = order, open_it, None
        self._since_ms = -1

    @property
    def waits(self) -> bool:
        return self._order is not None

    @property
    def for_somebody(self) -> bool:
        return self._order is not None and self._open

    def turn(self, now_ms: int) -> None:
        if self._order is None:
            return
        self._since_ms = now_ms if self._since_ms < 0 else self._since_ms
        patience = PATIENCE_MS.get(self.state)
        if self.state is Mouth.OUT:
            self.shown()
        if patience is None:
            self._settle(self._order)
            return
        self._until_ms = self._since_ms + patience
        if now_ms >= self._until_ms:
            self.fail("silent")

    def wake_ms(self) -> int | None:
        """When `turn` has something to say; a time of the past when it has now."""
        if self._order is None:
            return None
        return self._until_ms if self.state in PATIENCE_MS else 0

    def shown(self) -> None:
        if self._order is not None and self._open and not self._reopened:
            self._reopened = True
            self._report(TrayReopened(self._order))

    def fail(self, reason: str) -> None:
        """Nobody can say what became of it."""
        order, self._order, self.state = self._order, None, Mouth.UNKNOWN
        if order is not None and self._open and not self._reopened:
            self._report(TrayStayedShut(order, "other"))
        elif order is not None:
            self._report(ChangeRetractUncertain(order, reason))

    def _settle(self, order: int) -> None:
        self._order = None
        if self.state in (Mouth.EMPTY, Mouth.TAKEN):
            self._report(ChangeTaken(order))
        elif self._open and not self._reopened:
            self._report(TrayStayedShut(order, "other"))
        else:
            self._report(ChangeRetracted(order))

    # -- words

    @property
    def outlet(self) -> str:
        """`outlet` of DispenserPast: a bundle that was pulled back is asked for by an order; a deposit is not its business."""
        if self.state is Mouth.INSIDE:
            return "empty" if self.of_deposit else "notes"
        if self.state in (Mouth.OUT, Mouth.PULLED_BACK):
            return "notes"
        return "unknown" if self.state is Mouth.UNKNOWN else "empty"

    @property
    def mouth(self) -> str:
        """`mouth` of DepositPast."""
        if self.state is Mouth.INSIDE:
            return "notes" if self.of_deposit else "empty"
        if self.state is Mouth.OUT:
            return "notes"
        return "unknown" if self.state in (Mouth.UNKNOWN, Mouth.PULLED_BACK) else "empty"


def empty(unit: Unit, outlet: Outlet, retract: int, over: Callable[[Ended], None]) -> Script[Ended]:
    """A bundle that a power cut left inside is handed out; with nobody there `retract` is the shortest. `over` is told the end
    before the unit has been heard out: what it said last it forgets then."""
    if unit.retract != retract:
        yield from choose_retract(unit, retract)
    ended = yield from empty_dispenser(unit, outlet.shown)
    if ended.end is End.PULLED_BACK:
        outlet.state = Mouth.PULLED_BACK
    elif ended.end is End.DONE and ended.shown:
        outlet.state = Mouth.TAKEN
    elif ended.end is not End.CUT:  # nothing came out: taken or pulled back before the start, and nobody can say which
        outlet.fail(ended.reason)
    over(ended)
    yield from hear_out(ended)
    if ended.end in (End.DONE, End.REFUSED, End.INVALID, End.AT_REST):
        yield from set_up(unit, change_types=True)
    return ended
