"""The printer's condition: faults out of its sensors, its NAKs and what became of the blanks.

Source: ticket-printer sheet 2.3 and 4 (rule 3). What only people can mend stays up until a good ticket or a reset.
"""

from __future__ import annotations

from drivers.raised import Raised
from drivers.ttpm.codec import Status
from drivers.ttpm.events import Made, Outcome, Spoiled
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

STRIPE_RUN = 3  # blanks running with a stripe fault
MENDED_BY_HAND = (FaultCode.TICKET_JAM, FaultCode.CUTTER, FaultCode.DEVICE_FAILURE)
LATCHED = (*MENDED_BY_HAND, FaultCode.STRIPE, FaultCode.PAPER_OUT)

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


class Condition:
    def __init__(self, name: str, report: Report) -> None:
        self.faults = Raised(name, report)
        self.sensors: Status | None = None
        self._last: Status | None = None
        self._head_bad = False
        self._stripe_run = 0
        self._in_path = 0  # readings running, of the unit at rest

    @property
    def answers(self) -> bool:
        """False: nothing can be ordered now."""
        down = (FaultCode.LINK_LOST, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        return not any(code in self.faults for code in down)

    @property
    def needs_reset(self) -> bool:
        return any(code in self.faults for code in MENDED_BY_HAND)

    @property
    def stuck(self) -> bool:
        """A blank sticks in its path: seen twice running while nothing moved."""
        return self._in_path > 1

    @property
    def path_unsure(self) -> bool:
        """Seen once: it may have been a garbled byte."""
        return self._in_path == 1

    def identified(self) -> None:
        self.faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.LINK_LOST)

    def mended(self) -> None:
        """People looked after it; what the sensors still say comes up again."""
        self._stripe_run = 0
        self.faults.clear(*LATCHED)
        if self.sensors is not None:
            self._believe(self.sensors)
        self._look_into_path()

    def look(self, status: Status, *, rests: bool) -> bool:
        """A reading counts when it comes twice running: two bytes without a sum are easily garbled. False: not yet.

        `rests`: nothing moves in the unit, so what lies in its path sticks there.
        """
        self._in_path = self._in_path + 1 if rests and status.in_path else 0
        self._look_into_path()
        sure = self._last is not None and self._last.sensors == status.sensors
        self._last = status
        if sure:
            self._believe(status)
        return sure and not self.path_unsure

    def _believe(self, status: Status) -> None:
        before, self.sensors = self.sensors, status
        if not status.paper:
            self.faults.set(FaultCode.PAPER_OUT, True, "sensor")
        elif before is not None and not before.paper:  # a NAK "no paper" is not answered by a sensor that never moved
            self.faults.clear(FaultCode.PAPER_OUT)
        if not status.head_good:
            self.faults.set(FaultCode.DEVICE_FAILURE, True, "print head")
        elif self._head_bad:
            self.faults.clear(FaultCode.DEVICE_FAILURE)
        self._head_bad = not status.head_good

    def _look_into_path(self) -> None:
        if self.stuck:
            self.faults.set(FaultCode.TICKET_JAM, True, "path")

    def nak(self, code: str) -> None:
        if code in NAK_FAULT:
            self.faults.set(NAK_FAULT[code], True, f"nak {code}")

    def blank_ended(self, outcome: Outcome, naks: str) -> None:
        for code in naks:
            self.nak(code)
        if isinstance(outcome, Made) and not naks:
            self._stripe_run = 0
            self.faults.clear(*LATCHED)
        elif isinstance(outcome, Spoiled) and outcome.reason == "stripe":
            self._stripe_run += 1
            if self._stripe_run >= STRIPE_RUN:
                self.faults.set(FaultCode.STRIPE, True, f"nak {naks}")
