"""Tray, flaps and slot of the ticket unit at port level: how a bundle is handed over, drawn back or dumped.

Sources: ticket-printer sheet 4; cabinet-board-v2 sheet; decisions 4, 24. What is not seen by a sensor in its time is not sure.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique
from typing import Protocol

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from kiosk.ports.seal import Seal
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
from simulator.devices.cabinet_board import contacts as n
from simulator.fronts.port.moves import Moves, Steps, Wait
from simulator.fronts.port.raised import Faults

DELIVER_CLOSED, DUMP_CLOSED, SHUTTER_CLOSED, BELT_HOME = 16, 17, 26, 27
DELIVER_COIL, DUMP_COIL, SHUTTER_COIL, BELT_COIL = 8, 9, 18, 19
FALL_MS, EMPTY_MS, BELT_MS, TAKEN_MS = 1_000, 3_000, 5_000, 300
TRAVEL_MS = 300 + 500


class Board(Protocol):
    """What the unit needs of the cabinet board: contacts and coils by number; whoever moves something polls it too."""

    def poll(self, now_ms: int) -> int | None: ...

    def input(self, contact: int) -> bool | None: ...

    def set_coil(self, coil: int, on: bool) -> None: ...

    def watch(self, changed: Callable[[int, bool | None], None]) -> None: ...


@unique
class Doing(Enum):
    NOTHING = "idle"
    PRINTING = "a blank is under way"
    MOVING = "an outcome is owed"
    WAITING = "the bundle lies in the open slot"
    SETTLING = "the outcome is said, the mechanics come to rest"


class TicketTray:
    """Knows what should lie in the tray, moves it, and says what of it went wrong as faults of the unit."""

    def __init__(self, name: str, report: Report, board: Board, seal: Seal | None) -> None:
        self._report, self._board, self._seal = report, board, seal
        self._faults = Faults(name, report)
        self._moves = Moves()
        self._in_tray = 0
        self._untouched = True  # what lay in the tray at the start lies there still
        self._unseen = ""  # key of a ticket that may lie in the tray without the sensor having shown it
        self._trouble: dict[str, str] = {}
        self._seal_failed = False
        self._doing = Doing.NOTHING
        self._quiet = False  # nothing moves, no fault would change; orders and the board's news end that

    def _free(self) -> bool:
        return self._doing in (Doing.NOTHING, Doing.SETTLING)

    def _start(self, steps: Steps) -> None:
        self._quiet = False
        self._doing = Doing.MOVING
        self._moves.start(self._to_the_end(steps))

    def _to_the_end(self, steps: Steps) -> Steps:
        yield from steps
        if self._doing is not Doing.PRINTING:
            self._doing = Doing.NOTHING

    def _is(self, contact: int, level: bool) -> bool:
        return self._board.input(contact) is level

    # -- a bundle

    def _delivering(self, bundle: int) -> Steps:
        board = self._board

        def fail(reason: str) -> None:
            self._stopped("deliver", reason)
            self._report(DeliverUncertain(bundle, reason))

        if not self._is(n.TICKET_TRAY, True) or not self._is(n.TICKET_SLOT, False):
            fail("tray" if not self._is(n.TICKET_TRAY, True) else "slot")
            return
        board.set_coil(SHUTTER_COIL, False)
        if not (yield self._reads(SHUTTER_CLOSED, True)):
            fail("shutter")
            return
        if not (yield self._reads(DUMP_CLOSED, True)):
            fail("flap")
            return
        board.set_coil(DELIVER_COIL, True)
        ran = yield self._reads(DELIVER_CLOSED, False)
        emptied = ran and (yield Wait(lambda: self._is(n.TICKET_TRAY, False), EMPTY_MS))
        arrived = emptied and (yield Wait(lambda: self._is(n.TICKET_SLOT, True), FALL_MS))
        board.set_coil(DELIVER_COIL, False)
        if not arrived:
            fail("flap" if not ran else "tray" if not emptied else "slot")
            return
        board.set_coil(SHUTTER_COIL, True)
        if not (yield self._reads(SHUTTER_CLOSED, False)):
            board.set_coil(SHUTTER_COIL, False)
            fail("shutter")
            return
        self._in_tray, self._unseen, self._untouched = 0, "", False
        self._works("deliver", "ticket")
        self._doing = Doing.WAITING
        self._report(TicketsPresented(bundle))
        if not (yield self._reads(DELIVER_CLOSED, True)):
            self._stopped("deliver", "flap open")
        yield from self._taken(bundle)

    def _presenting_again(self, bundle: int) -> Steps:
        self._look()
        seen = self._board.input(n.TICKET_SLOT)
        if not seen:
            self._report(SlotStayedShut(bundle, "sensor") if seen is None else TicketsTaken(bundle))
            return
        self._board.set_coil(SHUTTER_COIL, True)
        if (yield self._reads(SHUTTER_CLOSED, False)):
            self._doing = Doing.WAITING
            self._report(SlotReopened(bundle))
            yield from self._taken(bundle)
            return
        self._board.set_coil(SHUTTER_COIL, False)
        self._stopped("deliver", "shutter")
        self._report(SlotStayedShut(bundle, "shutter"))

    def _taken(self, bundle: int) -> Steps:
        while True:
            yield Wait(lambda: self._is(n.TICKET_SLOT, False), None)
            if not (yield Wait(lambda: not self._is(n.TICKET_SLOT, False), TAKEN_MS)):
                break
        self._doing = Doing.SETTLING
        self._board.set_coil(SHUTTER_COIL, False)
        self._report(TicketsTaken(bundle))
        if not (yield self._reads(SHUTTER_CLOSED, True)):
            self._stopped("deliver", "slot shutter open")

    def _retracting(self, bundle: int) -> Steps:
        def fail(reason: str) -> None:
            self._stopped("retract", reason)
            self._report(TicketRetractUncertain(bundle, reason))

        self._board.set_coil(SHUTTER_COIL, False)
        closed = yield self._reads(SHUTTER_CLOSED, True)
        if self._is(n.TICKET_SLOT, False):
            self._report(TicketsTaken(bundle))
            return
        if not closed or self._board.input(n.TICKET_SLOT) is None:
            fail("shutter" if not closed else "sensor")
            return
        if not self._is(n.RETRACT_NOT_FULL, True):
            fail("bin")
            return
        self._board.set_coil(BELT_COIL, True)
        emptied = yield Wait(lambda: self._is(n.TICKET_SLOT, False), BELT_MS)
        self._board.set_coil(BELT_COIL, False)
        if not emptied:
            fail("belt")
            return
        self._works("retract")
        self._doing = Doing.SETTLING
        self._report(TicketsRetracted(bundle))
        if not (yield Wait(lambda: self._is(BELT_HOME, True), BELT_MS)):
            self._stopped("retract", "belt not home")

    def _dumping(self, bundle: int) -> Steps:
        def fail(reason: str) -> None:
            self._stopped("dump", reason)
            self._report(DumpUncertain(bundle, reason))

        slot_before = self._board.input(n.TICKET_SLOT)
        if not (yield self._reads(DELIVER_CLOSED, True)):
            fail("flap")
            return
        expected = self._in_tray > 0 or bool(self._unseen)
        proved = self._is(n.TICKET_TRAY, True) or not expected
        self._board.set_coil(DUMP_COIL, True)
        ran = yield self._reads(DUMP_CLOSED, False)
        emptied = ran and (yield Wait(lambda: self._is(n.TICKET_TRAY, False), EMPTY_MS))
        self._board.set_coil(DUMP_COIL, False)
        shut = yield self._reads(DUMP_CLOSED, True)
        proved = proved and self._board.input(n.TICKET_SLOT) is slot_before
        if not emptied or not proved:
            fail("flap" if not ran else "tray" if not emptied else "sensor")
            return
        self._in_tray, self._unseen, self._untouched = 0, "", False
        self._works("dump", "ticket")
        if not shut:
            self._stopped("dump", "flap open")
        self._report(TrayDumped(bundle))

    def _reads(self, contact: int, level: bool) -> Wait:
        return Wait(lambda: self._is(contact, level), TRAVEL_MS)

    def _stopped(self, what: str, where: str) -> None:
        self._trouble[what] = where
        self._faults.set(FaultCode.TICKET_TRAY, True, f"{what} {where}")

    def _works(self, *whats: str) -> None:
        for what in whats:
            self._trouble.pop(what, None)
        self._look()

    # -- what is seen

    def _levels(self) -> tuple[bool, bool, bool | None, bool]:
        """What the faults should say now: seal, tray; bins (None: unknown, nothing changes) and roll."""
        seal = self._seal_failed or (self._seal is not None and not self._seal.ready())
        tray = bool(self._trouble) or bool(self._left_behind())
        not_full = self._board.input(n.WASTE_NOT_FULL)
        if not_full is None:
            return seal, tray, None, False
        full = not not_full or self._is(n.RETRACT_NOT_FULL, False)
        return seal, tray, full, self._is(n.ROLL_NEAR_END, True)

    def _stale(self) -> bool:
        """Would a look change a fault?"""
        up = self._faults.up
        seal, tray, full, low = self._levels()
        if seal != (FaultCode.SEAL in up) or tray != (FaultCode.TICKET_TRAY in up):
            return True
        return full is not None and (full != (FaultCode.WASTE_FULL in up) or low != (FaultCode.PAPER_LOW in up))

    def _look(self) -> None:
        seal, tray, full, low = self._levels()
        faults = self._faults
        faults.set(FaultCode.SEAL, seal)
        faults.set(FaultCode.TICKET_TRAY, tray, self._left_behind())
        if full is None:
            return
        faults.set(FaultCode.WASTE_FULL, full, "waste" if self._is(n.WASTE_NOT_FULL, False) else "retract")
        faults.set(FaultCode.PAPER_LOW, low)

    def _left_behind(self) -> str:
        if self._doing is not Doing.NOTHING:
            return ""
        if not self._in_tray and self._is(n.TICKET_TRAY, True):
            return "tray not empty"
        return "slot not empty" if self._is(n.TICKET_SLOT, True) else ""
