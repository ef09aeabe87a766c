"""How a bundle of tickets is handed over, drawn back or dumped: flaps, slot, belt and their sensors.

Sources: ticket-printer sheet 4; cabinet-board-v2 sheet; decisions 4, 24. What is not seen by a sensor in its time is not sure.
"""

from __future__ import annotations

from enum import Enum, unique

from drivers.compose.board import Board, Coil, Input
from drivers.compose.motion import Motion, Steps, Wait
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    SlotReopened,
    SlotStayedShut,
    TicketRetractUncertain,
    TicketsPresented,
    TicketsRetracted,
    TicketsTaken,
    TrayDumped,
)

FALL_MS = 1_000  # the unit says ejected; debounce and poll of the tray sensor lie behind that
EMPTY_MS = 3_000  # sheet 4, rule 5
BELT_MS = 5_000
TAKEN_MS = 300  # the slot must stay empty so long before its shutter closes: a hand may sort the bundle
FLAP_GRACE_MS = 500


@unique
class Doing(Enum):
    NOTHING = "idle"
    PRINTING = "a blank is under way"
    MOVING = "an outcome is owed"
    WAITING = "the bundle lies in the open slot"
    SETTLING = "the outcome is said, the mechanics come to rest"


class TicketBundle:
    """Knows what should lie in the tray, and moves it. `flap_ms`: run time of flaps and shutter."""

    def __init__(self, report: Report, board: Board, faults: Raised, flap_ms: int) -> None:
        self._report, self._board, self._faults = report, board, faults
        self._motion = Motion()
        self._travel_ms = flap_ms + FLAP_GRACE_MS
        self._in_tray = 0  # tickets of this bundle, both witnesses agreeing; only we or people take them out
        self._untouched = True  # nobody, and no order, has changed what lay in the tray at the start
        self._unseen = ""  # key of a ticket that may lie in the tray without the sensor having shown it
        self._trouble: dict[str, str] = {}  # what stopped it ("ticket", "deliver", "retract", "dump") -> where
        self._doing = Doing.NOTHING

    # -- steps

    def _free(self) -> bool:
        return self._doing in (Doing.NOTHING, Doing.SETTLING)

    def _start(self, steps: Steps) -> None:
        self._doing = Doing.MOVING
        self._motion.start(self._to_the_end(steps))

    def _to_the_end(self, steps: Steps) -> Steps:
        yield from steps
        if self._doing is not Doing.PRINTING:  # a blank may begin while the mechanics still come to rest
            self._doing = Doing.NOTHING

    def _is(self, which: Input, level: bool) -> bool:
        """Unknown is neither."""
        return self._board.input(which) is level

    # -- the bundle

    def _delivering(self, bundle: int) -> Steps:
        def fail(reason: str) -> None:
            self._stopped("deliver", reason)
            self._report(DeliverUncertain(bundle, reason))

        if not self._is(Input.TRAY_HAS_TICKETS, True) or not self._is(Input.SLOT_OCCUPIED, False):
            fail("tray" if not self._is(Input.TRAY_HAS_TICKETS, True) else "slot")
            return
        self._board.set_coil(Coil.SLOT_SHUTTER, False)
        if not (yield self._reads(Input.SLOT_SHUTTER_CLOSED, True)):
            fail("shutter")
            return
        if not (yield self._reads(Input.DUMP_FLAP_CLOSED, True)):
            fail("flap")
            return
        self._board.set_coil(Coil.DELIVER_FLAP, True)
        ran = yield self._reads(Input.DELIVER_FLAP_CLOSED, False)
        emptied = ran and (yield Wait(lambda: self._is(Input.TRAY_HAS_TICKETS, False), EMPTY_MS))
        arrived = emptied and (yield Wait(lambda: self._is(Input.SLOT_OCCUPIED, True), FALL_MS))
        self._board.set_coil(Coil.DELIVER_FLAP, False)
        if not arrived:
            fail("flap" if not ran else "tray" if not emptied else "slot")
            return
        self._board.set_coil(Coil.SLOT_SHUTTER, True)
        if not (yield self._reads(Input.SLOT_SHUTTER_CLOSED, False)):
            self._board.set_coil(Coil.SLOT_SHUTTER, False)
            fail("shutter")
            return
        self._in_tray, self._unseen, self._untouched = 0, "", False
        self._works("deliver", "ticket")
        self._doing = Doing.WAITING
        self._report(TicketsPresented(bundle))
        if not (yield self._reads(Input.DELIVER_FLAP_CLOSED, True)):
            self._stopped("deliver", "flap open")
        yield from self._taken(bundle)

    def _presenting_again(self, bundle: int) -> Steps:
        """The board forgot its coils with the power, so the slot is shut before whoever waits for the bundle."""
        self._look()  # what lies in the slot is nothing left behind any more
        if self._is(Input.SLOT_OCCUPIED, False):
            self._report(TicketsTaken(bundle))
            return
        if self._board.input(Input.SLOT_OCCUPIED) is None:
            self._report(SlotStayedShut(bundle, "sensor"))
            return
        self._board.set_coil(Coil.SLOT_SHUTTER, True)
        if not (yield self._reads(Input.SLOT_SHUTTER_CLOSED, False)):
            self._board.set_coil(Coil.SLOT_SHUTTER, False)
            self._stopped("deliver", "shutter")
            self._report(SlotStayedShut(bundle, "shutter"))
            return
        self._doing = Doing.WAITING
        self._report(SlotReopened(bundle))
        yield from self._taken(bundle)

    def _taken(self, bundle: int) -> Steps:
        while True:
            yield Wait(lambda: self._is(Input.SLOT_OCCUPIED, False), None)
            if not (yield Wait(lambda: not self._is(Input.SLOT_OCCUPIED, False), TAKEN_MS)):
                break
        self._doing = Doing.SETTLING
        self._board.set_coil(Coil.SLOT_SHUTTER, False)
        self._report(TicketsTaken(bundle))
        if not (yield self._reads(Input.SLOT_SHUTTER_CLOSED, True)):
            self._stopped("deliver", "slot shutter open")

    def _retracting(self, bundle: int) -> Steps:
        def fail(reason: str) -> None:
            self._stopped("retract", reason)
            self._report(TicketRetractUncertain(bundle, reason))

        self._board.set_coil(Coil.SLOT_SHUTTER, False)
        closed = yield self._reads(Input.SLOT_SHUTTER_CLOSED, True)
        if self._is(Input.SLOT_OCCUPIED, False):
            self._report(TicketsTaken(bundle))
            return
        if not closed or self._board.input(Input.SLOT_OCCUPIED) is None:
            fail("shutter" if not closed else "sensor")
            return
        if not self._is(Input.RETRACT_BINS_NOT_FULL, True):
            fail("bin")
            return
        self._board.set_coil(Coil.SLOT_RETRACT, True)
        emptied = yield Wait(lambda: self._is(Input.SLOT_OCCUPIED, False), BELT_MS)
        self._board.set_coil(Coil.SLOT_RETRACT, False)
        if not emptied:
            fail("belt")
            return
        self._works("retract")
        self._doing = Doing.SETTLING
        self._report(TicketsRetracted(bundle))
        if not (yield Wait(lambda: self._is(Input.SLOT_BELT_HOME, True), BELT_MS)):
            self._stopped("retract", "belt not home")

    def _dumping(self, bundle: int) -> Steps:
        def fail(reason: str) -> None:
            self._stopped("dump", reason)
            self._report(DumpUncertain(bundle, reason))

        slot_before = self._board.input(Input.SLOT_OCCUPIED)
        if not (yield self._reads(Input.DELIVER_FLAP_CLOSED, True)):
            fail("flap")
            return
        expected = self._in_tray > 0 or bool(self._unseen)
        proved = self._is(Input.TRAY_HAS_TICKETS, True) or not expected
        self._board.set_coil(Coil.DUMP_FLAP, True)
        ran = yield self._reads(Input.DUMP_FLAP_CLOSED, False)
        emptied = ran and (yield Wait(lambda: self._is(Input.TRAY_HAS_TICKETS, False), EMPTY_MS))
        self._board.set_coil(Coil.DUMP_FLAP, False)
        shut = yield self._reads(Input.DUMP_FLAP_CLOSED, True)
        proved = proved and self._board.input(Input.SLOT_OCCUPIED) is slot_before  # else they went the other way
        if not emptied or not proved:
            fail("flap" if not ran else "tray" if not emptied else "sensor")
            return
        self._in_tray, self._unseen, self._untouched = 0, "", False
        self._works("dump", "ticket")
        if not shut:
            self._stopped("dump", "flap open")
        self._report(TrayDumped(bundle))

    def _reads(self, which: Input, level: bool) -> Wait:
        """A flap or shutter was told to move; its switch must follow within its run time and some."""
        return Wait(lambda: self._is(which, level), self._travel_ms)

    def _stopped(self, what: str, where: str) -> None:
        self._trouble[what] = where
        self._faults.set(FaultCode.TICKET_TRAY, True, f"{what} {where}")

    def _works(self, *whats: str) -> None:
        for what in whats:
            self._trouble.pop(what, None)
        self._look()

    def _look(self) -> None:
        """What is wrong with it becomes a fault; whoever sees more says more."""
        self._faults.set(FaultCode.TICKET_TRAY, bool(self._trouble))
