"""The ticket unit: a ticket printer, the cabinet's tray, flaps and slot, and the seal, as one device that hands over bundles.

Sources: ticket-printer sheet 3 and 4; cabinet-board-v2 sheet; decisions 4, 22, 24, 25, 48. Two witnesses for each ticket: the
printer's memory and the tray's sensor. Where they disagree nobody knows, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.compose.board import Board, Coil, Input
from drivers.compose.motion import Steps, Wait
from drivers.compose.ticket_bundle import FALL_MS, Doing, TicketBundle
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
    SlotStayedShut,
    TicketInTray,
    TicketJob,
    TicketRefused,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketUncertain,
)

STRIPE_CHARS = 43  # before the seal (sheet 3)
BOARD_WAIT_MS = 3_000
LOOK_EVERY_MS = 1_000


class TicketUnit(TicketBundle):
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
        super().__init__(report, board, Raised(name, report), flap_ms)
        self._printer, self._seal = printer, seal
        self._seal_failed = False
        self._door_was_open = False
        self._started: Started | None = None
        self._past_due_ms: int | None = None
        self._past_wanted = False
        self._look_ms = 0
        printer.listen(self._said)
        board.watch(self._board_changed)

    # -- TicketPrinter port

    @property
    def counters(self) -> Mapping[str, int]:
        memory = self._printer.memory
        return {"tickets": memory.tickets, "voided": memory.voided}

    def print_ticket(self, job: TicketJob) -> None:
        self._take_over(job.lying)
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

    def present_again(self, bundle: int) -> None:
        if not self._free():
            self._report(SlotStayedShut(bundle, "busy"))
            return
        self._start(self._presenting_again(bundle))

    def retract(self, bundle: int) -> None:
        if not self._free() and self._doing is not Doing.WAITING:
            self._report(TicketRetractUncertain(bundle, "busy"))
            return
        self._start(self._retracting(bundle))

    def recall(self) -> None:
        self._report(self._past())

    def restart(self) -> None:
        """Service: people have mended it. The printer starts again, faults that only people can mend are gone."""
        self._in_tray, self._unseen, self._seal_failed, self._untouched = 0, "", False, False
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

    def _take_over(self, lying: int) -> None:
        """Tickets from before this start are counted on the machine's word; not after people may have looked into the tray."""
        if lying and self._untouched and self._free() and self._is(Input.TRAY_HAS_TICKETS, True):
            self._in_tray, self._untouched = lying, False

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
            self._in_tray, self._untouched = self._in_tray + 1, False
            self._report(TicketInTray(key))
        else:
            self._nobody_knows(key, "tray")

    def _nobody_knows(self, key: str, reason: str) -> None:
        self._unseen = key
        self._stopped("ticket", reason)
        self._report(TicketUncertain(key, reason))

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
