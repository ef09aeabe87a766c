"""The slip printer at port level: commands handed over whole, answers heard as what they tell.

Source: ticket-printer sheet 5 and 6; decision 48. Played are all faults of the printer's menu but `stale_status`, and of the link
`silence_before`, `silence_after`, `reset_by_itself` and their `_once`. On bytes only: `stale_status`, `late_reply`,
`duplicate_reply`, `reply_to_previous`, `bit_flip`, `cut_frame`, `noise`, and a device that is another one (E12).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, unique
from typing import NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.ports.ticket_printer import Picture
from simulator.devices.escpos import EscPosPrinter
from simulator.devices.escpos.status import Condition
from simulator.devices.escpos.stream import Command, Realtime
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

ASK_EVERY_MS, ANSWER_MS, SYNC_MS, RETRY_MS, REOPEN_MS = 5_000, 800, 3_000, 1_000, 1_000
MISSES = 3
SLIP_MS, ROW_MS = 10_000, 3
BAND = 64
REAL_TIME, AUTOMATIC, IN_SEQUENCE = 0x10, 0x61, 0x72

QUESTIONS = tuple(Realtime(number) for number in (1, 2, 3, 4))
BEGIN = (Command(b"\x1b@"), Command(b"\x1da", b"\x0e"))
CUT, DONE = Command(b"\x1dV", b"\x00"), Command(b"\x1dr", b"\x01")
PLAIN_BYTES = 11  # of BEGIN, CUT and DONE on a line; a picture has 8 more than its rows in each band


class Seen(NamedTuple):
    """What matters of a status."""

    cover: bool = False
    cutter: bool = False
    broken: bool = False
    low: bool = False
    out: bool = False

    @property
    def reason(self) -> str:
        if self.out:
            return "paper"
        if self.cover:
            return "cover"
        if self.cutter:
            return "cutter"
        return "other" if self.broken else ""


def seen(condition: Condition) -> Seen:
    broken = condition.mechanical or condition.unrecoverable
    return Seen(condition.cover, condition.cutter, broken, condition.near_end, condition.end)


class Job(NamedTuple):
    slip: str
    picture: Picture
    limit_ms: int


@unique
class Phase(Enum):
    CLOSED = "no link"
    ASKING = "asked how it is"
    SYNCING = "set up; every confirmation ever asked for is waited for"
    READY = "idle"
    PRINTING = "a slip is on its way"


class SlipPrinterFront(Linkless):
    """`ReceiptPrinter` port and participant without a link. `baud`: of the line that is not there; it bounds a slip's time."""

    def __init__(
        self, name: str, report: Report, twin: EscPosPrinter, *, width_dots: int = 576, baud: int = 115_200
    ) -> None:
        self.name, self.width_dots = name, width_dots
        self._report, self._twin, self._link, self._baud = report, twin, twin.link, baud
        self._faults = Faults(name, report)
        self._phase = Phase.ASKING
        self._seen = Seen()
        self._told: list[tuple[int, Condition]] = []
        self._answers = self._owed = self._misses = self._by_ms = 0
        self._begun = self._asked = self._announced = False
        self._job: Job | None = None
        self._plugged = True
        self._reopen_ms: int | None = None
        self._quiet = False  # nothing under way, nothing wrong: only an order or a fault changes that
        twin.told = self._tell

    def _tell(self, kind: int, condition: Condition) -> None:
        self._quiet = False
        self._told.append((kind, condition))

    # -- ReceiptPrinter port

    def print_slip(self, slip: str, picture: Picture) -> None:
        reason = self._objection()
        stride = (picture.width + 7) // 8
        fits = 1 <= picture.width <= self.width_dots and picture.height >= 1
        if not reason and not (fits and len(picture.rows) == stride * picture.height):
            reason = "other"
        if reason:
            self._report(SlipFailed(slip, reason))
            return
        size = PLAIN_BYTES + len(picture.rows) + 8 * -(-picture.height // BAND)
        limit_ms = SLIP_MS + ROW_MS * picture.height + size * 10_000 // self._baud
        self._job, self._quiet = Job(slip, picture, limit_ms), False

    def _objection(self) -> str:
        if self._job is not None:
            return "other"
        if self._phase is Phase.CLOSED:
            return "link"
        return "silent" if FaultCode.NO_ANSWER in self._faults else self._seen.reason

    def restart(self) -> None:
        """Service: people have mended it; known anew from the start."""
        if self._phase is not Phase.CLOSED:
            self._quiet = self._begun = False

    # -- the plug

    def unplug(self, why: str = "") -> None:
        """The data plug is pulled: what a broken line means to a driver."""
        if self._plugged:
            self._plugged = self._quiet = False
            self._phase, self._reopen_ms = Phase.CLOSED, None
            self._faults.set(FaultCode.LINK_LOST, True, why or f"{self.name}: unplugged")
            self._fail("link")

    def replug(self) -> None:
        """It is in again, and found at the next look for it."""
        self._plugged = True

    def _closed(self, now_ms: int) -> int | None:
        if self._reopen_ms is None:
            self._reopen_ms = now_ms + REOPEN_MS
        while self._reopen_ms < now_ms:
            self._reopen_ms += REOPEN_MS
        if self._plugged and now_ms >= self._reopen_ms:
            self._link_up(now_ms)
            return now_ms
        return self._reopen_ms if self._plugged else None

    def _link_up(self, now_ms: int) -> None:
        self._begun, self._announced = True, False
        self._owed = self._misses = 0
        self._faults.clear(FaultCode.LINK_LOST)
        self._ask(now_ms)

    # -- Participant

    def poll(self, now_ms: int) -> int | None:
        twin = self._twin
        if self._quiet and not twin.faults and twin.powered and twin.paper.left > twin.paper.near_end_at:
            return None
        if not self._begun:
            self._link_up(now_ms)
        elif self._phase is not Phase.CLOSED:
            self._step(now_ms)  # limits first: words of this very millisecond would still be on the line
        due_ms = twin.poll(now_ms)
        self._listen(now_ms)
        if self._phase is Phase.CLOSED:
            wake_ms = self._closed(now_ms)
        elif self._phase is Phase.READY and self._job is not None:
            return now_ms
        else:
            wake_ms = self._by_ms if self._restless() else None
        self._quiet = self._phase is Phase.READY and due_ms is None and wake_ms is None and self._seen == Seen()
        return due_ms if wake_ms is None else wake_ms if due_ms is None else min(due_ms, wake_ms)

    def _restless(self) -> bool:
        """Would the next question bring something new?"""
        twin = self._twin
        if self._phase is not Phase.READY or self._asked or not twin.powered or self._misses:
            return True
        if seen(twin.condition()) != self._seen:
            return True
        if not twin.faults:
            return False
        aimed = not self._link.targets or REAL_TIME in self._link.targets
        return "no_status" in twin.faults or (
            aimed and any(name.startswith(("silence", "reset")) for name in twin.faults)
        )

    def _step(self, now_ms: int) -> None:
        if self._phase is Phase.READY and self._job is not None:
            self._begin(self._job, now_ms)
        elif self._phase is Phase.READY and not self._asked and not self._restless():
            return
        elif now_ms >= self._by_ms:
            if self._phase is Phase.READY and not self._asked and now_ms > self._by_ms:
                self._by_ms += -(-(now_ms - self._by_ms) // ASK_EVERY_MS) * ASK_EVERY_MS  # nobody asked in between
            if now_ms >= self._by_ms:
                self._due(now_ms)

    # -- what is said and heard

    def _say(self, *commands: Command | Realtime, now_ms: int) -> None:
        twin = self._twin
        if twin.powered:
            twin.poll(now_ms)
            for command in commands:
                if not twin.obey(command, now_ms):
                    break

    def _listen(self, now_ms: int) -> None:
        while self._told:
            told, self._told = self._told, []
            for kind, condition in told:
                if self._twin.faults and self._link.plays("silence_after", kind):
                    continue
                if self._phase is not Phase.CLOSED:
                    self._hear(kind, seen(condition), now_ms)

    def _hear(self, kind: int, now: Seen, now_ms: int) -> None:
        if kind == REAL_TIME:
            self._take_real_time(now, now_ms)
        elif kind == AUTOMATIC:
            self._look(now)
        else:
            self._take_done(now.out, now_ms)

    # -- start and questions

    def _ask(self, now_ms: int) -> None:
        self._phase = Phase.ASKING
        self._questions(now_ms)

    def _questions(self, now_ms: int) -> None:
        self._answers, self._asked, self._by_ms = 0, True, now_ms + ANSWER_MS
        self._say(*QUESTIONS, now_ms=now_ms)

    def _due(self, now_ms: int) -> None:
        if self._phase is Phase.PRINTING:
            self._fail(self._seen.reason or "silent")
            self._ask(now_ms)
        elif self._phase is Phase.SYNCING:
            if self._asked:
                self._silent("confirmation")
                self._rest(now_ms)
            else:
                self._synced(now_ms)
        elif not self._asked:
            self._questions(now_ms)
        else:
            self._misses += 1
            if self._misses >= MISSES:
                self._silent("")
            self._rest(now_ms)

    def _silent(self, detail: str) -> None:
        self._faults.set(FaultCode.NO_ANSWER, True, detail)
        self._announced = False
        self._fail("silent")

    def _rest(self, now_ms: int) -> None:
        self._phase, self._asked, self._by_ms = Phase.ASKING, False, now_ms + RETRY_MS

    def _take_real_time(self, now: Seen, now_ms: int) -> None:
        if not self._asked or self._phase not in (Phase.ASKING, Phase.READY):
            return
        self._answers += 1
        if self._answers < len(QUESTIONS):
            return
        self._asked, self._misses = False, 0
        self._look(now)
        if self._phase is Phase.READY:
            self._by_ms = now_ms + ASK_EVERY_MS
        elif self._seen.reason:
            self._identified()
            self._rest(now_ms)
        else:
            self._sync(now_ms)

    def _sync(self, now_ms: int) -> None:
        self._phase, self._asked, self._by_ms = Phase.SYNCING, True, now_ms + SYNC_MS
        self._owed += 1
        self._say(*BEGIN, DONE, now_ms=now_ms)
        self._twin.poll(now_ms)

    def _synced(self, now_ms: int) -> None:
        self._owed, self._asked = 0, False
        self._phase, self._by_ms = Phase.READY, now_ms + ASK_EVERY_MS
        self._identified()

    def _identified(self) -> None:
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.LINK_LOST)
        if not self._announced:
            self._announced = True
            self._report(DeviceReady(self.name, "ESC/POS", "", ""))

    # -- a slip

    def _begin(self, job: Job, now_ms: int) -> None:
        self._phase, self._asked = Phase.PRINTING, False
        self._owed += 1
        self._by_ms = now_ms + job.limit_ms
        self._say(*BEGIN, *bands(job.picture), CUT, DONE, now_ms=now_ms)

    def _take_done(self, paper_out: bool, now_ms: int) -> None:
        if not self._owed:
            return
        self._owed -= 1
        if self._phase is Phase.SYNCING:
            self._asked = False
            if not self._owed:
                self._synced(now_ms)
        elif self._phase is Phase.PRINTING and self._job is not None and not self._owed:
            self._printed(self._job, paper_out, now_ms)

    def _printed(self, job: Job, paper_out: bool, now_ms: int) -> None:
        reason = "paper" if paper_out else self._seen.reason
        if reason:
            self._fail(reason)
        else:
            self._job = None
            self._report(SlipPrinted(job.slip))
        self._phase, self._by_ms = Phase.READY, now_ms

    def _fail(self, reason: str) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._report(SlipFailed(job.slip, reason))

    def _look(self, now: Seen) -> None:
        self._seen = now
        faults = self._faults
        faults.set(FaultCode.SLIP_PAPER_OUT, now.out)
        faults.set(FaultCode.SLIP_PAPER_LOW, now.low and not now.out)
        faults.set(FaultCode.SLIP_COVER, now.cover)
        faults.set(FaultCode.SLIP_CUTTER, now.cutter)
        faults.set(FaultCode.DEVICE_FAILURE, now.broken)
        if now.reason and self._job is not None:
            self._fail(now.reason)
            if self._phase is Phase.PRINTING:
                self._phase, self._asked, self._by_ms = Phase.ASKING, False, 0


def bands(picture: Picture) -> Iterator[Command]:
    """The picture as a host sends it, a band at a time."""
    stride = (picture.width + 7) // 8
    for top in range(0, picture.height, BAND):
        rows = picture.rows[top * stride : (top + BAND) * stride]
        size = stride.to_bytes(2, "little") + (len(rows) // stride).to_bytes(2, "little")
        yield Command(b"\x1dv", b"0\x00" + size + rows)
