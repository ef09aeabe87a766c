"""The ticket unit at port level: printer, tray, flaps, slot and seal as one device, on the physics of the twins.

Sources: ticket-printer sheet 3 and 4; cabinet-board-v2 sheet; decisions 4, 22, 24, 25, 48. A ticket counts when the printer's
memory and the tray's sensor agree.

All faults of the printer's menu are played, and of the link's `silence_before`, `silence_after`, `reset_by_itself` and their
`_once`. On bytes only: `late_reply`, `duplicate_reply`, `reply_to_previous`, `bit_flip`, `cut_frame`, `noise`; and
`verify_fail_track2`, `unreadable`, `front_blocked`, `front_feeder`, which no order of this port can meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
from simulator.devices.cabinet_board import contacts as n
from simulator.devices.ttpm import Ttpm
from simulator.devices.ttpm.desk import FIRMWARE
from simulator.devices.ttpm.raster import HEIGHT, WIDTH
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.moves import Steps, Wait
from simulator.fronts.port.printer import PrinterFront
from simulator.fronts.port.printing import Ended
from simulator.fronts.port.raised import Faults
from simulator.fronts.port.ticket_tray import (
    DELIVER_CLOSED,
    DUMP_CLOSED,
    FALL_MS,
    SHUTTER_CLOSED,
    SHUTTER_COIL,
    Board,
    Doing,
    TicketTray,
)

TICKET_DOOR = 2
STRIPE_CHARS = 43
BOARD_WAIT_MS, LOOK_EVERY_MS, REOPEN_MS = 3_000, 1_000, 1_000
MODEL, VERSION = FIRMWARE.split(" ")
WRITABLE = re.compile(r"[A-Z0-9.]{1,79}")
KEY = re.compile(r"[0-9A-Z-]{1,15}")


class TicketUnitFront(TicketTray, Linkless):
    """`TicketPrinter` port and participant without a link. `seal` None: the stripe is written as it comes."""

    def __init__(
        self, name: str, report: Report, twin: Ttpm, board: Board, seal: Seal | None = None, *, tray_size: int = 20
    ) -> None:
        self.name, self.tray_size = name, tray_size
        super().__init__(name, report, board, seal)
        self._printer = PrinterFront(twin, Faults(name, report), self._ended, self._printer_started)
        self._door_was_open = False
        self._found = False
        self._past_wanted = False
        self._past_due_ms: int | None = None
        self._look_ms = 0
        self._now_ms: int | None = None  # while polled
        self._plugged = self._linked = True
        self._reopen_ms: int | None = None
        board.watch(self._board_changed)

    # -- TicketPrinter port

    @property
    def counters(self) -> Mapping[str, int]:
        memory = self._printer.memory
        return {"tickets": memory.tickets, "voided": memory.voided}

    def print_ticket(self, job: TicketJob) -> None:
        self._quiet = False
        self._take_over(job.lying)
        reason = self._objection()
        if not reason and len(job.stripe) != STRIPE_CHARS:
            reason = "other"
        stripe = job.stripe
        if not reason and self._seal is not None:
            sealed = self._seal.seal(stripe.encode("ascii", "replace"))
            if sealed is None or len(sealed) != 4:
                self._seal_failed, reason = True, "seal"
            else:
                stripe += sealed.hex().upper()
        self._look()
        if reason:
            self._report(TicketRefused(job.key, reason))
            return
        self._doing = Doing.PRINTING
        self._printer.make(job, stripe, _fits(job, stripe))

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
        """Service: people have mended it."""
        self._in_tray, self._unseen, self._seal_failed, self._quiet = 0, "", False, False
        self._untouched = False
        self._trouble.clear()
        self._look()
        self._printer.reset()

    # -- the plug

    def unplug(self, why: str = "") -> None:
        """The printer's data plug is pulled: what a broken line means to a driver."""
        if self._plugged:
            self._plugged = self._linked = self._quiet = False
            self._printer.unplug(why or f"{self.name}: unplugged")

    def replug(self) -> None:
        """It is in again, and found at the next look for it."""
        self._plugged = True

    def _look_for_line(self, now_ms: int) -> int | None:
        """Tried once a second while it is lost; answers the next try that can succeed."""
        if self._reopen_ms is None:
            self._reopen_ms = now_ms + REOPEN_MS
        while self._reopen_ms < now_ms:
            self._reopen_ms += REOPEN_MS
        if not self._plugged:
            return None
        if now_ms < self._reopen_ms:
            return self._reopen_ms
        self._linked, self._reopen_ms = True, None
        self._printer.replug(now_ms)
        return None

    # -- Participant

    def poll(self, now_ms: int) -> int | None:
        if self._quiet and self._printer.rests and (self._seal is None or self._seal.ready()):
            return None
        self._now_ms = now_ms
        line_ms = None if self._linked else self._look_for_line(now_ms)
        wake_ms = _sooner(self._printer.poll(now_ms), line_ms)
        wake_ms = _sooner(wake_ms, self._move(now_ms))
        wake_ms = _sooner(wake_ms, self._look_again(now_ms))
        if self._past_wanted:
            self._say_past(now_ms)
            wake_ms = _sooner(wake_ms, self._past_due_ms)
        self._now_ms = None
        self._quiet = wake_ms is None and not self._moves.running and self._board.input(n.TICKET_TRAY) is not None
        return wake_ms

    def _move(self, now_ms: int) -> int | None:
        """What is under way in tray and slot: orders reach the board, its news the steps."""
        moves = self._moves
        moves.look(now_ms)
        if not moves.running:
            return None
        board_ms = self._board.poll(now_ms)
        moves.look(now_ms)
        return _sooner(board_ms, moves.due_ms) if moves.running else None

    def _look_again(self, now_ms: int) -> int | None:
        """Every second from the first poll on; nobody wakes for a look that would change nothing."""
        if not self._look_ms:
            self._look_ms = now_ms
        if not self._stale():
            return None
        late_ms = now_ms - self._look_ms
        if late_ms % LOOK_EVERY_MS == 0:
            self._look()
            return None
        return now_ms + LOOK_EVERY_MS - late_ms % LOOK_EVERY_MS

    # -- what may be begun

    def _objection(self) -> str:
        if not self._free():
            return "other"
        flaps = self._is(DELIVER_CLOSED, True) and self._is(DUMP_CLOSED, True)
        as_counted = self._is(n.TICKET_TRAY, self._in_tray > 0)
        if not flaps or not as_counted or self._unseen or self._in_tray >= self.tray_size:
            return "tray"
        if not self._is(n.WASTE_NOT_FULL, True):
            return "waste"
        return "" if self._seal is None or self._seal.ready() else "seal"

    def _take_over(self, lying: int) -> None:
        """Tickets from before this start are counted on the machine's word; not after people may have looked into the tray."""
        if lying and self._untouched and self._free() and self._is(n.TICKET_TRAY, True):
            self._in_tray, self._untouched = lying, False

    # -- a blank

    def _printer_started(self, last_key: str, found: bool) -> None:
        self._found, self._past_wanted, self._past_due_ms = found, True, None
        if self._unseen and last_key != self._unseen:
            self._unseen = ""
            self._works("ticket")

    def _ended(self, ended: Ended) -> None:
        self._doing = Doing.NOTHING
        if ended.how == "made":
            self._start(self._falling(ended.key))
        elif ended.how == "spoiled":
            self._report(TicketSpoiled(ended.key, ended.blanks, ended.reason))
        elif ended.how == "refused":
            self._report(TicketRefused(ended.key, ended.reason))
        else:
            self._nobody_knows(ended.key, ended.reason)

    def _falling(self, key: str) -> Steps:
        if (yield Wait(lambda: self._is(n.TICKET_TRAY, True), FALL_MS)):
            self._in_tray, self._untouched = self._in_tray + 1, False
            self._report(TicketInTray(key))
        else:
            self._nobody_knows(key, "tray")

    def _nobody_knows(self, key: str, reason: str) -> None:
        self._unseen = key
        self._stopped("ticket", reason)
        self._report(TicketUncertain(key, reason))

    # -- what is seen

    def _board_changed(self, contact: int, level: bool | None) -> None:
        self._quiet = False
        if contact == SHUTTER_CLOSED and level and self._doing is Doing.WAITING:
            self._board.set_coil(SHUTTER_COIL, True)  # the board began anew, the bundle still waits
        elif contact == TICKET_DOOR and level is not None:
            if level and self._door_was_open:
                self.restart()
            self._door_was_open = not level
        self._look()
        self._moves.look(self._now_ms)

    def _past(self) -> PrinterPast:
        tray, slot = (_PLACE[self._board.input(contact)] for contact in (n.TICKET_TRAY, n.TICKET_SLOT))
        return PrinterPast(self._printer.memory.last_key, self._found, tray, slot, tuple(self.counters.items()))

    def _say_past(self, now_ms: int) -> None:
        if self._past_due_ms is None:
            self._past_due_ms = now_ms + BOARD_WAIT_MS
        if self._board.input(n.TICKET_TRAY) is None and now_ms < self._past_due_ms:
            return
        self._past_wanted, self._past_due_ms = False, None
        self._look()
        self._report(self._past())
        self._report(DeviceReady(self.name, MODEL, VERSION, ""))


_PLACE = {True: "tickets", False: "empty", None: "unknown"}


def _sooner(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _fits(job: TicketJob, stripe: str) -> bool:
    """Can the unit be told this at all?"""
    face = job.face
    good = 1 <= face.width <= WIDTH and 1 <= face.height <= HEIGHT
    good = good and len(face.rows) == (face.width + 7) // 8 * face.height
    return good and bool(KEY.fullmatch(job.key)) and bool(WRITABLE.fullmatch(stripe))
