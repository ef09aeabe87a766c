"""A bundle that lies at the mouth, or is held inside, since before this start: who decides about it, and what is answered.

Source: decision page 024; ccnet sheet, 9.3 and 10; `NoteDispenser.present_again` and `retract`.
"""

from __future__ import annotations

from dataclasses import dataclass
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

ANSWER_MS = 40_000
MOUTH_MS = 100_000
SHORT, LONG = 1, 3
TAKE_MS, SPARE_MS = 40_000, 5_000  # decision 5


def retract_for(take_ms: int) -> int:
    """Option bits of the shortest retract time that leaves people `take_ms` and five seconds more."""
    fitting = (bits for bits, ms in enumerate(RETRACT_NOMINAL_MS) if bits and ms >= take_ms + SPARE_MS)
    return next(fitting, LONG)


@unique
class Lies(Enum):
    UNKNOWN = "nobody can say where"
    NOWHERE = "nothing is there"
    OUT = "within reach"
    INSIDE = "held in the dispenser"
    TAKEN = "with the passenger, since the start"
    PULLED_BACK = "in the box, since the start"


ENDED = (Lies.NOWHERE, Lies.TAKEN, Lies.PULLED_BACK)
PATIENCE_MS = {Lies.UNKNOWN: ANSWER_MS, Lies.INSIDE: 2 * MOUTH_MS, Lies.OUT: MOUTH_MS}
"""How long an order waits for what the unit will say; otherwise it is answered at once."""
CHANGE_WORDS = {Lies.UNKNOWN: "unknown", Lies.OUT: "notes", Lies.INSIDE: "notes", Lies.PULLED_BACK: "notes"}
"""`outlet` of DispenserPast, else empty: what was pulled back is asked for by an order."""
DEPOSIT_WORDS = {Lies.UNKNOWN: "unknown", Lies.OUT: "notes", Lies.INSIDE: "notes", Lies.PULLED_BACK: "unknown"}
"""`mouth` of DepositPast, else empty."""


@dataclass(slots=True)
class Asked:
    """An order about it. `open`: somebody stands there; `told`: that it can be reached."""

    order: int
    open: bool
    told: bool
    since_ms: int | None = None

    def found(self, lies: Lies, dark: bool) -> ChangeTaken | ChangeRetracted | ChangeRetractUncertain | TrayStayedShut:
        if lies is not Lies.PULLED_BACK:
            return ChangeTaken(self.order)
        if self.open and not self.told:
            return TrayStayedShut(self.order, "other")
        return ChangeRetractUncertain(self.order, "power") if dark else ChangeRetracted(self.order)

    def lost(self, reason: str) -> TrayStayedShut | ChangeRetractUncertain:
        shut = self.open and not self.told
        return TrayStayedShut(self.order, "other") if shut else ChangeRetractUncertain(self.order, reason)


class Mouth:
    """`lies`: where the bundle is. What is held inside came from the bulk escrow (`of_deposit`), or nobody knows what it is
    (`unnamed`): it comes out before a technician only. One order waits here at a time."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._asked: Asked | None = None
        self._over: int | None = None  # the order whose end was told last
        self.lies = Lies.UNKNOWN
        self.of_deposit = self.unnamed = False
        self.dark = False  # it was on its way, or lay there, when the unit was switched off

    def found(self, cut: str, ending: str, mouth: str, power_cut: bool) -> None:
        """A start is over: the words of `Before`."""
        held = cut in ("returning", "paying", "unnamed")
        self.of_deposit, self.unnamed = cut == "returning", cut == "unnamed"
        if held:
            self.lies, self.dark = Lies.INSIDE, True
        elif ending:
            self.dark = power_cut
            self.lies = Lies.TAKEN if ending == "taken" else Lies.PULLED_BACK
        elif mouth != "empty":
            self.lies = Lies.UNKNOWN
        elif self.lies not in (Lies.TAKEN, Lies.PULLED_BACK):
            self.lies = Lies.NOWHERE

    # -- orders

    def ask(self, order: int, *, open_it: bool) -> None:
        if order != self._over:  # else a hand or the timer was faster
            told = self._asked is not None and self._asked.order == order and self._asked.told
            self._asked = Asked(order, open_it, told)

    @property
    def waits(self) -> bool:
        return self._asked is not None

    @property
    def for_somebody(self) -> bool:
        return self._asked is not None and self._asked.open

    def turn(self, now_ms: int) -> None:
        asked = self._asked
        if asked is None:
            return
        asked.since_ms = now_ms if asked.since_ms is None else asked.since_ms
        if self.lies is Lies.OUT:
            self.shown()
        if self.lies is Lies.INSIDE and self.unnamed:
            self._end(asked.lost("3C"))
        elif self.lies not in PATIENCE_MS:
            self._end(asked.found(self.lies, self.dark))
        elif now_ms >= asked.since_ms + PATIENCE_MS[self.lies]:
            self.lost("silent")

    def wake_ms(self) -> int | None:
        """When `turn` has something to say; a time of the past when it has now."""
        asked = self._asked
        if asked is None or asked.since_ms is None or self.lies not in PATIENCE_MS:
            return None if asked is None else 0
        return asked.since_ms + PATIENCE_MS[self.lies]

    def shown(self) -> None:
        asked = self._asked
        if asked is not None and asked.open and not asked.told:
            asked.told = True
            self._report(TrayReopened(asked.order))

    def lost(self, reason: str) -> None:
        """Nobody can say what became of it."""
        self.lies = Lies.UNKNOWN
        if self._asked is not None:
            self._end(self._asked.lost(reason))

    def _end(self, fact: ChangeTaken | ChangeRetracted | TrayStayedShut | ChangeRetractUncertain) -> None:
        """A bundle that was taken or is back is asked for no more; one that stayed shut may be."""
        self._asked = None
        if self.lies in ENDED and not isinstance(fact, TrayStayedShut):
            self._over = fact.order
        self._report(fact)

    # -- words

    @property
    def of_change_word(self) -> str:
        """`outlet` of DispenserPast: a deposit is not its business."""
        if self.lies is Lies.INSIDE and (self.of_deposit or self.unnamed):
            return "unknown" if self.unnamed else "empty"
        return CHANGE_WORDS.get(self.lies, "empty")

    @property
    def of_deposit_word(self) -> str:
        """`mouth` of DepositPast."""
        if self.lies is Lies.INSIDE and not self.of_deposit:
            return "unknown" if self.unnamed else "empty"
        return DEPOSIT_WORDS.get(self.lies, "empty")
