"""What lies at the mouth, or on the way there, since before this start, and who may decide about it.

Source: ccnet sheet, sections 9.3 and 10; decision 024. A bundle that a power cut broke off stays inside until EMPTY DISPENSER;
there is no order to pull back, only the unit's own timer.
"""

from __future__ import annotations

from enum import Enum, unique

from drivers.ccnet.b2b.unit import Past, holds, of_deposit, unnamed
from kiosk.ports.fact import Report
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    TrayReopened,
    TrayStayedShut,
)

ANSWER_MS = 40_000  # for a unit that says nothing to come back and say it
MOUTH_MS = 100_000  # longer than any retract time


@unique
class Mouth(Enum):
    UNKNOWN = "not asked yet, or nobody can say"
    EMPTY = "nothing lies there"
    OUT = "a hand can reach it"
    INSIDE = "held in the unit until it is told to empty its dispenser"
    TAKEN = "a hand took it since the start"
    PULLED_BACK = "the unit's timer pulled it back since the start"


class Outlet:
    """Answers the two orders about a bundle of an earlier life. `state` is set by who hears the unit."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._order: int | None = None
        self._ended: int | None = None  # the order whose end was told last
        self._open = False  # wanted open, not back
        self._told_open = False
        self._since_ms: int | None = None
        self.state = Mouth.UNKNOWN
        self.deposit = False  # what is held inside came from the bulk escrow
        self.dark = False  # it lay there, or on the way there, when the unit was switched off
        self.unnamed = False  # nobody knows what is held inside: it comes out before a technician only

    def found(self, past: Past) -> bool:
        """A start is over. True: a bundle is held inside. What came to its end since the first start is not forgotten."""
        held = holds(past)
        self.deposit = held and past.recovery is not None and of_deposit(past.recovery)
        self.unnamed = unnamed(past)
        if held:
            self.state, self.dark = Mouth.INSIDE, True
        elif past.ending:
            self.dark = past.power_cut
            self.state = Mouth.TAKEN if past.ending == "taken" else Mouth.PULLED_BACK
        elif past.mouth != "empty":  # it lay there, and its end was not said
            self.state = Mouth.UNKNOWN
        elif self.state not in (Mouth.TAKEN, Mouth.PULLED_BACK):
            self.state = Mouth.EMPTY
        return held

    def ask(self, order: int, *, open_it: bool) -> None:
        """Present again, or retract. The next `turn` answers what can be answered."""
        if order == self._ended:
            return  # a hand or the timer was faster; it has been told
        if order != self._order:
            self._told_open = False
        self._order, self._open, self._since_ms = order, open_it, None

    @property
    def waiting(self) -> bool:
        """An order is not answered yet."""
        return self._order is not None

    @property
    def for_somebody(self) -> bool:
        """The one who decided stands before it."""
        return self._order is not None and self._open

    def turn(self, now_ms: int) -> None:
        if self._order is None:
            return
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        waits = {Mouth.UNKNOWN: ANSWER_MS, Mouth.INSIDE: 2 * MOUTH_MS, Mouth.OUT: MOUTH_MS}.get(self.state)
        if self.state is Mouth.OUT:
            self.shown()
        if waits is None:
            self._settle(self._order)
        elif self.state is Mouth.INSIDE and self.unnamed:
            self.fail("3C")
            self.state = Mouth.INSIDE
        elif now_ms - self._since_ms >= waits:
            self.fail("silent")

    def shown(self) -> None:
        """A hand can reach it now."""
        if self._order is not None and self._open and not self._told_open:
            self._told_open = True
            self._report(TrayReopened(self._order))

    def fail(self, reason: str) -> None:
        """Nobody can say what became of it."""
        order, self._order, self.state = self._order, None, Mouth.UNKNOWN
        if order is not None and self._open and not self._told_open:
            self._report(TrayStayedShut(order, "other"))
        elif order is not None:
            self._report(ChangeRetractUncertain(order, reason))

    def _settle(self, order: int) -> None:
        self._order, self._ended = None, order
        if self.state in (Mouth.EMPTY, Mouth.TAKEN):
            self._report(ChangeTaken(order))
        elif self._open and not self._told_open:
            self._ended = None  # it may still be asked back
            self._report(TrayStayedShut(order, "other"))
        elif self.dark:
            self._report(ChangeRetractUncertain(order, "power"))
        else:
            self._report(ChangeRetracted(order))

    def words(self) -> tuple[str, str]:
        """`outlet` of DispenserPast and `mouth` of DepositPast.

        A bundle that was pulled back was taken by nobody: the dispenser is asked for it by an order and says so; of a
        deposit it cannot be said which notes they were.
        """
        if self.state is Mouth.INSIDE and self.unnamed:
            return "unknown", "unknown"
        if self.state is Mouth.INSIDE:
            return ("empty", "notes") if self.deposit else ("notes", "empty")
        if self.state is Mouth.OUT:
            return "notes", "notes"
        if self.state is Mouth.PULLED_BACK:
            return "notes", "unknown"
        return ("unknown", "unknown") if self.state is Mouth.UNKNOWN else ("empty", "empty")
