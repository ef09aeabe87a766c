"""What a host of the unit makes of its statuses: starts, ends of courses, faults and small news.

Source: ccnet sheet, sections 9, 10, 12; decision page 024. `front.py` says when the unit is asked and what it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b import BillToBill
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_host import Phase
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.before import Before, Teller
from simulator.fronts.port.bill_to_bill.enabling import Enabling
from simulator.fronts.port.bill_to_bill.errands import Errand, Errands
from simulator.fronts.port.bill_to_bill.followed import End, Ended
from simulator.fronts.port.bill_to_bill.known import Known
from simulator.fronts.port.bill_to_bill.line import Course, UnitLine
from simulator.fronts.port.bill_to_bill.mouth import TAKE_MS, Lies, Mouth, retract_for
from simulator.fronts.port.bill_to_bill.note import Slot
from simulator.fronts.port.bill_to_bill.ports import AcceptorPort, DispenserPort, Parts
from simulator.fronts.port.bill_to_bill.waking import set_up, wake_up
from simulator.fronts.port.bill_to_bill.words import JAMS, UnitFaults, pulled_back, small_news, stopped, within_reach
from simulator.fronts.port.linkless import Linkless

MODEL = "b2b"
WRONG_PAUSE_MS = 5_000
START_MS = 60_000
POWER_UP = bytes([State.POWER_UP, 0, 0])
ENDINGS = JAMS | {State.FAILURE}
"""They say what became of a note: that is told before the fault."""
BUNDLES = frozenset({State.DISPENSING, State.UNLOADING})


class UnitHost(Linkless):
    """`acceptor` and `dispenser` are the names of the two ports; keywords as of `BillToBillFront`."""

    def __init__(
        self,
        acceptor: str,
        dispenser: str,
        report: Report,
        twin: BillToBill,
        *,
        first_note: int,
        recycling: Mapping[int, int],
        escrow: int = 1,
        escrow_depth: int = 80,
        poll_ms: int = 100,
        countries: Collection[str] = ("CHN", "CNY"),
    ) -> None:
        self.name = acceptor
        self._twin, self._body = twin, twin.unit
        self._unheard = False  # something was told in this turn: nothing more is ordered before it is on the disk

        def told(fact: Fact) -> None:
            self._unheard = True
            outer(fact)

        outer, report = report, told
        self._report = report
        self._poll_ms = max(100, poll_ms)
        self._faults = UnitFaults(acceptor, dispenser, report, recycling)
        self._line = UnitLine(twin)
        self._known = known = Known(twin, self._line, escrow, recycling, countries, retract_for(TAKE_MS))
        self._slot, self._enabling = Slot(report, known, first_note), Enabling(known)
        self._mouth, self._errands = Mouth(report), Errands(report)
        self._teller = Teller(report, known, self._mouth)
        differs = lambda cassette: self._faults.wrong_notes(True, cassette)
        parts = Parts(
            report, known, self._slot, self._enabling, self._mouth, self._errands, self._teller, self.restart, differs
        )
        self.acceptor, self.dispenser = AcceptorPort(acceptor, parts, escrow_depth), DispenserPort(dispenser, parts)
        self._phase = self._phase_before = Phase.DOWN
        self._status = bytes(3)
        self._course: Course[Ended] | None = None
        self._at_rest = self._spoke = self._overdue = self._restart_wanted = self._attended = False
        self._start_ms = 0

    @property
    def ready(self) -> bool:
        return self._phase is Phase.WORKING

    def restart(self) -> None:
        """A technician cleared it and stands before it: reset and start anew."""
        self._restart_wanted = self._attended = self._phase is not Phase.DOWN
        self._faults.wrong_notes(False)

    # -- statuses

    def _heard(self, status: bytes, now_ms: int) -> None:
        if status[0] in ENDINGS:
            self._follow(status, now_ms)
            self._show(status, now_ms)
        else:
            self._show(status, now_ms)
            self._follow(status, now_ms)

    def _follow(self, status: bytes, now_ms: int) -> None:
        if self._course is not None:
            if status[0] in codes.POWER_UPS and self._phase is Phase.WORKING:
                self._restart_wanted = True
            self._go(status)
            if self._phase is Phase.STARTING:
                self._watch_start(status, now_ms)
        elif (
            self._phase is Phase.SEARCHING
            or status[0] in codes.POWER_UPS
            or status[0] in BUNDLES
            or pulled_back(status)
        ):
            self._begin(status)
        else:
            self._slot.status(status, now_ms)
            self._at_rest = self._enabling.at_rest(status[0])

    def _show(self, status: bytes, now_ms: int) -> None:
        before, self._status = self._status, status
        if status[0] == codes.BUSY:
            self._line.pause(now_ms + status[1] * 100)
        held = self._mouth.lies is Lies.INSIDE and not self._mouth.of_deposit
        self._faults.status(status, keep_failure=self._overdue or held)
        if self._phase is Phase.STARTING and status[0] in JAMS:
            self._slot.jammed()
        if self._phase is Phase.WORKING and self._course is None and status != before:
            news = small_news(status)
            if news is not None:
                self._report(news)

    # -- courses and their ends

    def _run(self, course: Course[Ended]) -> None:
        """It begins at the next step: not before what was told is on the disk."""
        self._at_rest, self._line.at_once = False, True
        self._line.until_ms = None
        self._course = course

    def _go(self, status: bytes | None) -> None:
        """On with the course. A status that came before its next step is none of its own."""
        course, at_once, self._line.at_once = self._course, self._line.at_once, False
        if course is None:
            return
        try:
            course.send(None if at_once else status)
        except StopIteration as end:
            self._course = None
            self._end(end.value)

    def _end(self, ended: Ended) -> None:
        if self._phase is Phase.WORKING:
            self._faults.fitting(self._known)
        if self._phase is Phase.DOWN:
            self._phase_before = Phase.SEARCHING
        elif ended.before is not None:
            self._started(ended, ended.before)
        elif ended.end is End.PULLED_BACK:
            self._begin(POWER_UP)  # it stands still until it is reset, and that is no defect
        elif ended.end is End.SILENT:
            self._phase = Phase.SEARCHING

    def _emptied(self, ended: Ended) -> None:
        """What a start found inside is out of it; nobody in this life knew the numbers of its notes."""
        self._attended = False
        if self._mouth.of_deposit and ended.end is not End.CUT:
            self._mouth.of_deposit = False
            self._teller.acceptor()
            self._teller.deposit_ended()

    # -- starts

    def _begin(self, first: bytes) -> None:
        before = self._teller.before = Before()
        before.see(first)
        self._phase, self._start_ms = Phase.STARTING, self._line.now_ms
        self._restart_wanted = self._spoke = False
        self._enabling.told = None
        self._run(self._start(first, before))
        self._speak_early(first)

    def _start(self, first: bytes, before: Before) -> Course[Ended]:
        understood = yield from wake_up(self._known, first, before)
        return Ended(End.CUT if understood else End.SILENT, "", before=before)

    def _speak_early(self, status: bytes) -> None:
        """What waits for people may take long: what is known so far is said."""
        if not self._spoke and (stopped(status) or within_reach(status)):
            self._spoke, self._known.contents_told = True, False
            self._mouth.lies = Lies.OUT if within_reach(status) else Lies.UNKNOWN
            self._teller.acceptor()
            self._teller.dispenser()

    def _watch_start(self, status: bytes, now_ms: int) -> None:
        self._speak_early(status)
        if stopped(status) or within_reach(status):
            self._start_ms = now_ms
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"start {raw(status)}")

    def _started(self, ended: Ended, before: Before) -> None:
        if ended.end is End.SILENT:
            self._not_known()
            return
        errand = self._phase is Phase.WORKING  # its end was told, unless the unit still holds its notes
        self._phase, self._overdue, self._restart_wanted = Phase.WORKING, False, False
        self._enabling.told = 0
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._settle(before, told=errand and not (ended.end is End.CUT and before.held_inside))
        self._faults.fitting(self._known)
        if before.cut in ("packing", "keeping") and self._known.untyped():
            self._errands.add(Errand(self._set_up, lambda stopped: None))
        self._teller.acceptor()
        self._teller.dispenser()
        if ((self._spoke and before.ending) or before.timer_was_first) and not self._mouth.waits:
            self._teller.deposit_ended()
        for port in (self.acceptor, self.dispenser):
            self._report(DeviceReady(port.name, MODEL, self._twin.part, self._twin.serial))
        if ended.end is End.PULLED_BACK:
            self._begin(POWER_UP)

    def _set_up(self) -> Course[Ended]:
        """Types of empty cassettes, when a start had to tell first what was cut."""
        known = yield from set_up(self._known)
        return Ended(End.AT_REST if known else End.SILENT, "set up")

    def _settle(self, before: Before, *, told: bool) -> None:
        """`told`: what was cut came to an end that is known."""
        slot, mouth = self._slot, self._mouth
        if before.position in ("path", "escrow") and slot.held is None:
            slot.past_value_fen = self._known.value_fen(before.kind)
        if slot.restarted(before):
            before.position = "none"  # told as that note's outcome
        self._teller.before = before = Before(cut="none") if told else before
        mouth.found(before.cut, before.ending, before.mouth, before.power_cut)
        inside = mouth.lies is Lies.INSIDE
        self._attended = self._attended and inside
        if inside and not mouth.of_deposit and not self._attended:
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "3C")

    def _not_known(self) -> None:
        self._phase = Phase.SEARCHING
        if not stopped(self._status):
            self._faults.set(FaultCode.WRONG_DEVICE, True, raw(self._status))
            self._line.pause(self._line.now_ms + WRONG_PAUSE_MS)
