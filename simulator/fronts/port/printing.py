"""What becomes of a blank, and which faults the printer has: outcomes and condition of the ticket printer at port level.

Sources: ticket-printer sheet 2.3 and 4; sheet "Ticket unit TTPM"; reliability notes 3, row 6. Judged from the unit's memory as
it was before and after, and from what it said in between; never from silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique
from typing import NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.ticket_printer import TicketJob
from simulator.devices.ttpm import Ttpm
from simulator.fronts.port.raised import Faults

STRIPE_RUN = 3
BY_HAND = (FaultCode.TICKET_JAM, FaultCode.CUTTER, FaultCode.DEVICE_FAILURE)
UNTIL_GOOD = (*BY_HAND, FaultCode.STRIPE, FaultCode.PAPER_OUT)
DOWN = (FaultCode.LINK_LOST, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)

NAK_FAULT = {
    "1": FaultCode.PAPER_OUT,
    "P": FaultCode.PAPER_OUT,
    "2": FaultCode.TICKET_JAM,
    "7": FaultCode.TICKET_JAM,
    "4": FaultCode.CUTTER,
    "5": FaultCode.CUTTER,
    "6": FaultCode.CUTTER,
    "X": FaultCode.DEVICE_FAILURE,
}
LOST_AFTER = "456789"  # NAKs of a blank that has left the roll
SPOILT_BY = {"8": "stripe", "9": "stripe", "4": "jam", "5": "jam", "6": "jam", "7": "jam"}
UNKNOWN_BY = {"7": "jam", "4": "cutter", "5": "cutter", "6": "cutter", "X": "failure"}


@unique
class Phase(Enum):
    CLOSED = "no link"
    HAIL = "ENQ until the unit answers"
    CLEAR = "C asked"
    NAME = "U asked"
    MEMORY = "V Y S asked"
    READY = "idle"
    LOADING = "everything of a blank but P is asked"
    PRINTING = "P asked"


class Memory(NamedTuple):
    """What the battery keeps: text of `!V` and the counts of `!Y`."""

    last_key: str = ""
    tickets: int = 0
    voided: int = 0


class Ended(NamedTuple):
    """How a blank ended. `how`: made, spoiled, refused, unknown."""

    how: str
    key: str
    reason: str = ""
    blanks: int = 0


@dataclass(slots=True)
class Sheet:
    """One blank asked for, and what was heard of it. `ended_ms`: its 06 02 or NAK came."""

    job: TicketJob
    stripe: str
    ordered_ms: int | None = None
    begun_ms: int = 0
    ended_ms: int | None = None
    printing: bool = False
    asked_again: bool = False
    printed: bool = False
    found: bool = False
    stuck: bool = False  # when the unit rested again a blank lay in its path
    naks: list[str] = field(default_factory=list)


def judged(sheet: Sheet, before: Memory, after: Memory) -> Ended | None:
    """None: memory and words contradict each other."""
    key, naks = sheet.job.key, sheet.naks
    tickets, voided = after.tickets - before.tickets, after.voided - before.voided
    if tickets not in (0, 1) or not 0 <= voided <= 3:
        return None
    if after.last_key == key:
        if tickets:
            return Ended("made", key)
        return Ended("spoiled", key, "other", voided) if sheet.found and voided else None
    if after.last_key != before.last_key or tickets or (sheet.printed and not naks and not sheet.stuck):
        return None
    lost = next((nak for nak in naks if nak in LOST_AFTER), "")
    if lost:
        return Ended("spoiled", key, SPOILT_BY.get(lost, "other"), max(1, voided))
    if sheet.stuck:
        return Ended("spoiled", key, "jam", max(1, voided))
    if voided or "2" in naks:
        return Ended("spoiled", key, "jam" if "2" in naks else "other", voided)
    if "1" in naks or "P" in naks:
        return Ended("refused", key, "paper")
    return Ended("refused", key, "other" if "X" in naks else "link")


def unknown(sheet: Sheet, *, answered: bool) -> Ended:
    reason = next((why for nak, why in UNKNOWN_BY.items() if nak in sheet.naks), "")
    return Ended("unknown", sheet.job.key, reason or ("disagrees" if answered else "silent"))


class Sensors(NamedTuple):
    paper: bool
    head: bool


def blocked(twin: Ttpm) -> bool:
    """A blank lies in the path, which the status bits of top of form, cutter position or behind the cutter show."""
    return len(twin.press.path) > 0


def sensors(twin: Ttpm) -> Sensors:
    """The two bits of the status that mean something to the machine whatever the press does."""
    faults = twin.faults
    paper = len(twin.press.roll.things) > 0 and "paper_out" not in faults
    return Sensors(paper, not ("cover_open" in faults or "critical" in faults))


class Condition:
    """Faults out of sensors, NAKs and outcomes; what only people can mend stays until a good ticket or their reset."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.believed: Sensors | None = None
        self._last: Sensors | None = None
        self._stripe_run = 0
        self._blocked_run = 0

    @property
    def answers(self) -> bool:
        return not any(code in self.faults for code in DOWN)

    @property
    def needs_reset(self) -> bool:
        return any(code in self.faults for code in BY_HAND)

    @property
    def stuck(self) -> bool:
        """The path was seen blocked at two looks running, while the press rested."""
        return self._blocked_run >= 2

    def look_in_path(self, blocked: bool) -> bool:
        """A look while the press rests; one into a running press is none, and counts as `blocked` False. False: look again."""
        self._blocked_run = self._blocked_run + 1 if blocked else 0
        if self.stuck:
            self.faults.set(FaultCode.TICKET_JAM, True, "path")
        return self._blocked_run != 1

    def settled(self, seen: Sensors, blocked: bool) -> bool:
        """True: the next reading of this would say nothing. A good ticket may have cleared what the sensors still say."""
        if seen != self.believed or blocked != self.stuck:
            return False
        if seen.paper and seen.head:
            return True
        faults = self.faults
        return (seen.paper or FaultCode.PAPER_OUT in faults) and (seen.head or FaultCode.DEVICE_FAILURE in faults)

    def identified(self) -> None:
        self.faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.LINK_LOST)

    def mended(self) -> None:
        self._stripe_run = 0
        self.faults.clear(*UNTIL_GOOD)
        if self.believed is not None:
            self._believe(self.believed, self.believed)
        if self.stuck:
            self.faults.set(FaultCode.TICKET_JAM, True, "path")

    def look(self, seen: Sensors) -> bool:
        """A reading counts when it comes twice running. False: not yet."""
        sure = self._last == seen
        self._last = seen
        if sure:
            self._believe(seen, self.believed)
        return sure

    def _believe(self, seen: Sensors, before: Sensors | None) -> None:
        self.believed = seen
        if not seen.paper:
            self.faults.set(FaultCode.PAPER_OUT, True, "sensor")
        elif before is not None and not before.paper:
            self.faults.clear(FaultCode.PAPER_OUT)
        if not seen.head:
            self.faults.set(FaultCode.DEVICE_FAILURE, True, "print head")
        elif before is not None and not before.head:
            self.faults.clear(FaultCode.DEVICE_FAILURE)

    def nak(self, sign: str) -> None:
        if sign in NAK_FAULT:
            self.faults.set(NAK_FAULT[sign], True, f"nak {sign}")

    def ended(self, ended: Ended, naks: list[str]) -> None:
        for sign in naks:
            self.nak(sign)
        if ended.how == "made" and not naks:
            self._stripe_run = 0
            self.faults.clear(*UNTIL_GOOD)
        elif ended.how == "spoiled" and ended.reason == "stripe":
            self._stripe_run += 1
            if self._stripe_run >= STRIPE_RUN:
                self.faults.set(FaultCode.STRIPE, True, f"nak {''.join(naks)}")
