"""The ticket unit: a ticket printer, the cabinet's tray, flaps and slot, and the seal, as one device that hands over bundles.

Sources: ticket-printer sheet 3 and 4; cabinet-board-v2 sheet; decisions 4, 22, 24, 25, 48. Two witnesses for each ticket: the
printer's memory and the tray's sensor. Where they disagree nobody knows, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique

from drivers.compose.board import Board, Coil, Input
from drivers.compose.motion import Motion, Steps, Wait
from drivers.raised import Raised
from drivers.ttpm.driver import Ttpm
from drivers.ttpm.events import Made, Outcome, Refused, Spoiled, Started, Unknown
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.seal import Seal
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    PrinterPast,
    TicketInTray,
    TicketJob,
    TicketRefused,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsRetracted,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)

STRIPE_CHARS = 43  # before the seal (sheet 3)
FALL_MS = 1_000  # the unit says ejected; debounce and poll of the tray sensor lie behind that
EMPTY_MS = 3_000  # sheet 4, rule 5
BELT_MS = 5_000
TAKEN_MS = 300  # the slot must stay empty so long before its shutter closes: a hand may sort the bundle
FLAP_GRACE_MS = 500
BOARD_WAIT_MS = 3_000
LOOK_EVERY_MS = 1_000


@unique
class Doing(Enum):
    NOTHING = "idle"
    PRINTING = "a blank is under way"
    MOVING = "an outcome is owed"
    WAITING = "the bundle lies in the open slot"
    SETTLING = "the outcome is said, the mechanics come to rest"


class TicketUnit:
    """Participant on the printer's line and `TicketPrinter` port. `flap_ms`: run time of flaps and shutter."""

    def __init__(
        self,
        name: str,
        report: Report,
        printer: Ttpm,
        board: Board,
        seal: Seal,
        *,
        flap_ms: int = 300,
        tray_size: int = 20,
    ) -> None:
        self.name = name
        self.tray_size = tray_size
        self._report = report
        self._printer, self._board, self._seal = printer, board, seal
        self._faults = Raised(name, report)
        self._motion = Motion()
        self._travel_ms = flap_ms + FLAP_GRACE_MS
        self._in_tray = 0  # tickets of this bundle, both witnesses agreeing; only we or people take them out
        self._unseen = ""  # key of a ticket that may lie in the tray without the sensor having shown it
        self._trouble: dict[str, str] = {}  # what stopped it ("ticket", "deliver", "retract", "dump") -> where
        self._seal_failed = False
        self._door_was_open = False
        self._started: Started | None = None
        self._past_due_ms: int | None = None
        self._past_wanted = False
        self._look_ms = 0
        self._doing = Doing.NOTHING
        printer.listen(self._said)
        board.watch(self._board_changed)

    # -- TicketPrinter port

    @property
    def counters(self) -> Mapping[str, int]:
        memory = self._printer.memory
        return {"tickets": memory.tickets, "voided": memory.voided}

    def print_ticket(self, job: TicketJob) -> None:
        reason = self._objection()
        sealed = self._seal.seal(job.stripe.encode("ascii", "replace")) if not reason else None
        if not reason and len(job.stripe) != STRIPE_CHARS:
            reason = "other"
        if not reason and (sealed is None or len(sealed) != 4):
            self._seal_failed = True
            reason = "seal"
        self._look()
        if reason or sealed is None:
            self._report(TicketRefused(job.key, reason))
            return
        self._doing = Doing.PRINTING
        self._printer.print_ticket(job.key, job.stripe + sealed.hex().upper(), job.face)

    def deliver(self, bundle: int) -> None:
        if not self._free():
            self._report(DeliverUncertain(bundle, "busy"))
            return
        self._start(self._delivering(bundle))

    def dump(self, bundle: int) -> None:
        if not self._free():
            self._report(DumpUncertain(bundle, "busy"))
            return
        self._start(self._dumping(bundle))

    def retract(self, bundle: int) -> None:
        if not self._free() and self._doing is not Doing.WAITING:
            self._report(TicketRetractUncertain(bundle, "busy"))
            return
        self._start(self._retracting(bundle))

    def recall(self) -> None:
        self._report(self._past())

    def restart(self) -> None:
        """Service: people have mended it. The printer starts again, faults that only people can mend are gone."""
        self._in_tray, self._unseen, self._seal_failed = 0, "", False
        self._trouble.clear()
        self._look()
        self._printer.reset()

    # -- Participant

    def link_up(self, now_ms: int) -> None:
        self._printer.link_up(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._printer.link_lost(why, now_ms)

    def receive(self, data: bytes, now_ms: int) -> None:
        self._printer.receive(data, now_ms)

    def take_output(self) -> bytes:
        return self._printer.take_output()

    def poll(self, now_ms: int) -> int | None:
        printer_ms = self._printer.poll(now_ms)
        self._motion.look(now_ms)
        if now_ms >= self._look_ms:
            self._look_ms = now_ms + LOOK_EVERY_MS
            self._look()
        if self._past_wanted:
            self._say_past(now_ms)
        wakes = (printer_ms, self._motion.wake_ms(now_ms), self._past_due_ms, self._look_ms)
        return min(wake for wake in wakes if wake is not None)

    def probe_lines(self) -> list[str]:
        """Identity, state, counters, for a technician. Moves nothing."""
        levels = {which: self._board.input(which) for which in Input if 12 <= which <= 17 or which in (26, 27, 28)}
        shown = {True: "1", False: "0", None: "?"}
        lines = [f"input {which:2} {which.name} {shown[level]}" for which, level in levels.items()]
        lines.append(f"seal {'ready' if self._seal.ready() else 'not ready'}")
        return [*self._printer.probe_lines(), *lines, *self._faults.lines()]

    # -- one ticket

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

    def _objection(self) -> str:
        """Why no blank may be started now; empty: it may."""
        if not self._free():
            return "other"
        flaps = self._is(Input.DELIVER_FLAP_CLOSED, True) and self._is(Input.DUMP_FLAP_CLOSED, True)
        as_counted = self._is(Input.TRAY_HAS_TICKETS, self._in_tray > 0)
        if not flaps or not as_counted or self._unseen or self._in_tray >= self.tray_size:
            return "tray"
        if not self._is(Input.WASTE_NOT_FULL, True):
            return "waste"
        return "" if self._seal.ready() else "seal"

    def _said(self, event: Outcome | Started) -> None:
        if isinstance(event, Started):
            self._started, self._past_wanted, self._past_due_ms = event, True, None
            if self._unseen and event.last_key != self._unseen:
                self._unseen = ""  # the unit itself says that no ticket was made under this key
                self._works("ticket")
            return
        self._doing = Doing.NOTHING
        if isinstance(event, Made):
            self._start(self._falling(event.key))
        elif isinstance(event, Spoiled):
            self._report(TicketSpoiled(event.key, event.blanks, event.reason))
        elif isinstance(event, Refused):
            self._report(TicketRefused(event.key, event.reason))
        elif isinstance(event, Unknown):
            self._nobody_knows(event.key, event.reason)

    def _falling(self, key: str) -> Steps:
        if (yield Wait(lambda: self._is(Input.TRAY_HAS_TICKETS, True), FALL_MS)):
            self._in_tray += 1
            self._report(TicketInTray(key))
        else:
            self._nobody_knows(key, "tray")

    def _nobody_knows(self, key: str, reason: str) -> None:
        self._unseen = key
        self._stopped("ticket", reason)
        self._report(TicketUncertain(key, reason))

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
        self._in_tray, self._unseen = 0, ""
        self._works("deliver", "ticket")
        self._doing = Doing.WAITING
        self._report(TicketsPresented(bundle))
        if not (yield self._reads(Input.DELIVER_FLAP_CLOSED, True)):
            self._stopped("deliver", "flap open")
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
        self._in_tray, self._unseen = 0, ""
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

    # -- what is seen

    def _board_changed(self, which: Input, level: bool | None) -> None:
        if which is Input.SLOT_SHUTTER_CLOSED and level and self._doing is Doing.WAITING:
            self._board.set_coil(Coil.SLOT_SHUTTER, True)  # the board started anew, the bundle still waits
        elif which is Input.TICKET_DOOR_CLOSED and level is not None:
            if level and self._door_was_open:
                self.restart()  # whoever opened it has looked into path and tray
            self._door_was_open = not level
        self._look()
        self._motion.look(None)

    def _look(self) -> None:
        self._faults.set(FaultCode.SEAL, self._seal_failed or not self._seal.ready())
        left = self._left_behind()
        self._faults.set(FaultCode.TICKET_TRAY, bool(self._trouble) or bool(left), left)
        if self._board.input(Input.WASTE_NOT_FULL) is None:
            return
        retract_full = self._is(Input.RETRACT_BINS_NOT_FULL, False)
        waste_full = self._is(Input.WASTE_NOT_FULL, False)
        self._faults.set(FaultCode.WASTE_FULL, waste_full or retract_full, "waste" if waste_full else "retract")
        self._faults.set(FaultCode.PAPER_LOW, self._is(Input.ROLL_NEAR_END, True))

    def _left_behind(self) -> str:
        """What lies at rest where nothing of ours should lie: a blank would be refused, so nothing is sold before."""
        if self._doing is not Doing.NOTHING:
            return ""
        if not self._in_tray and self._is(Input.TRAY_HAS_TICKETS, True):
            return "tray not empty"
        return "slot not empty" if self._is(Input.SLOT_OCCUPIED, True) else ""

    def _past(self) -> PrinterPast:
        def place(which: Input) -> str:
            return {True: "tickets", False: "empty", None: "unknown"}[self._board.input(which)]

        started = self._started or Started("", False, "")
        tray, slot = place(Input.TRAY_HAS_TICKETS), place(Input.SLOT_OCCUPIED)
        counters = tuple(self.counters.items())
        return PrinterPast(self._printer.memory.last_key, started.voided_at_start, tray, slot, counters)

    def _say_past(self, now_ms: int) -> None:
        """The printer is there; the tray's sensors may take a moment longer."""
        if self._past_due_ms is None:
            self._past_due_ms = now_ms + BOARD_WAIT_MS
        if self._board.input(Input.TRAY_HAS_TICKETS) is None and now_ms < self._past_due_ms:
            return
        self._past_wanted, self._past_due_ms = False, None
        self._look()
        model, _, rest = (self._started.firmware if self._started else "").partition(" ")
        self._report(self._past())
        self._report(DeviceReady(self.name, model, rest.partition(" ")[0], ""))
