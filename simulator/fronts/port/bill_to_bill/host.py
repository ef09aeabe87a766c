"""What a host of the unit makes of its statuses: starts, ends of scripts, faults and small news. Knows no time of its own.

Source: ccnet sheet, sections 9, 10, 12; decision page 024. `front.py` says when the unit is asked and what it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b import BillToBill
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_start import Phase
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.bundle import End, Ended
from simulator.fronts.port.bill_to_bill.enabling import Enabling
from simulator.fronts.port.bill_to_bill.errands import Errands
from simulator.fronts.port.bill_to_bill.line import Script, UnitLine
from simulator.fronts.port.bill_to_bill.outlet import TAKE_MS, Mouth, Outlet, retract_for
from simulator.fronts.port.bill_to_bill.past import Past
from simulator.fronts.port.bill_to_bill.ports import AcceptorPort, DispenserPort, Parts
from simulator.fronts.port.bill_to_bill.runner import Runner
from simulator.fronts.port.bill_to_bill.slot import Slot
from simulator.fronts.port.bill_to_bill.start import start_up
from simulator.fronts.port.bill_to_bill.told import Told
from simulator.fronts.port.bill_to_bill.unit import Unit
from simulator.fronts.port.bill_to_bill.words import UnitFaults, pulled_back, small_news, stopped, within_reach
from simulator.fronts.port.linkless import Linkless

MODEL = "b2b"
WRONG_PAUSE_MS = 5_000
START_MS = 60_000
POWER_UP = bytes([State.POWER_UP, 0, 0])
ENDINGS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE, State.FAILURE})
"""They say what became of a note: that is told before the fault."""
SHOWS_NOTE = frozenset({State.ESCROW, State.HOLDING, State.STACKING, State.RETURNING})
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
        self._unit = unit = Unit(twin, escrow, recycling, countries, retract_for(TAKE_MS))
        self._slot, self._enabling = Slot(report, unit, first_note), Enabling(unit)
        self._outlet = Outlet(report)
        self._errands = Errands(report, unit, lambda cassette: self._faults.wrong_notes(True, cassette))
        self._told = Told(report, unit, self._outlet)
        parts = Parts(report, unit, self._slot, self._enabling, self._outlet, self._errands, self._told)
        self.acceptor = AcceptorPort(acceptor, parts, escrow_depth, self.restart)
        self.dispenser = DispenserPort(dispenser, parts, self.restart)
        self._line, self._runner = UnitLine(twin), Runner()
        self._phase = self._phase_before = Phase.DOWN
        self._status = bytes(3)
        self._lay: tuple[int, ...] | None = None  # in the escrow before a start
        self._plugged, self._at_rest, self._spoke, self._overdue = True, False, False, False
        self._restart_wanted = self._attended = False
        self._reopen_ms: int | None = None
        self._look_ms: int | None = None
        self._start_ms = self._reset_ms = self._down_ms = 0
        self._rested: tuple[object, ...] | None = None
        self._due_ms: int | None = 0

    @property
    def ready(self) -> bool:
        return self._phase is Phase.WORKING

    def restart(self) -> None:
        """A technician cleared it and stands before it: reset and start anew."""
        self._restart_wanted = self._attended = self._phase is not Phase.DOWN
        self._faults.wrong_notes(False)

    # -- statuses

    def _look(self, now_ms: int) -> bool:
        if self._look_ms is None or now_ms < self._look_ms:
            return False
        self._look_ms = None
        status = self._line.look(now_ms)
        if status is None:
            if self._runner.active:
                self._end(self._runner.answer(None), now_ms)
            return True
        self._faults.clear(FaultCode.NO_ANSWER)
        ending = status[0] in ENDINGS
        if not ending:
            self._show(status, now_ms)
        self._hear(status, now_ms)
        if ending:
            self._show(status, now_ms)
        return True

    def _hear(self, status: bytes, now_ms: int) -> None:
        if self._runner.active:
            if status[0] in codes.POWER_UPS and self._phase is Phase.WORKING:
                self._restart_wanted = True
            self._end(self._runner.answer(status), now_ms)
            if self._phase is Phase.STARTING:
                self._watch_start(status, now_ms)
        elif (
            self._phase is Phase.SEARCHING
            or status[0] in codes.POWER_UPS
            or status[0] in BUNDLES
            or pulled_back(status)
        ):
            self._begin(status, now_ms)
        else:
            self._slot.status(status, now_ms)
            self._at_rest = self._enabling.at_rest(status[0])

    def _show(self, status: bytes, now_ms: int) -> None:
        before, self._status = self._status, status
        if status[0] == codes.BUSY:
            self._line.pause(now_ms + status[1] * 100)
        held = self._outlet.state is Mouth.INSIDE and not self._outlet.of_deposit
        self._faults.status(status, keep_failure=self._overdue or held)
        if self._phase is Phase.STARTING and status[0] in (State.JAM_VALIDATOR, State.JAM_CASSETTE):
            self._slot.jammed()
        if self._phase is Phase.WORKING and not self._runner.active and status != before:
            news = small_news(status)
            if news is not None:
                self._report(news)

    def _still_there(self, now_ms: int) -> None:
        """Nobody asked because nothing changed: a host that had asked would have heard the same."""
        self._line.heard_ms = now_ms
        if self._line.seen is self._body.state and self._line.seen in SHOWS_NOTE:
            self._slot.seen_again(now_ms)

    # -- scripts and their ends

    def _run(self, script: Script[Ended], now_ms: int) -> None:
        self._at_rest = False
        self._unit.until_ms = None
        self._end(self._runner.run(script), now_ms)

    def _end(self, ended: Ended | None, now_ms: int) -> None:
        if ended is None:
            return
        if self._phase is Phase.WORKING:
            self._faults.fitting(self._unit)
        if self._phase is Phase.DOWN:
            self._phase_before = Phase.SEARCHING
        elif ended.past is not None:
            self._started(ended, ended.past, now_ms)
        elif ended.end is End.PULLED_BACK:
            self._begin(POWER_UP, now_ms)  # it stands still until it is reset, and that is no defect
        elif ended.end is End.SILENT:
            self._phase = Phase.SEARCHING

    def _emptied(self, ended: Ended) -> None:
        """What a start found inside is out of it; nobody in this life knew the numbers of its notes."""
        self._attended = False
        if self._outlet.of_deposit and ended.end is not End.CUT:
            self._outlet.of_deposit = False
            self._told.acceptor()
            self._told.deposit_ended()

    # -- start and silence

    def _begin(self, first: bytes, now_ms: int) -> None:
        past = self._told.past = Past()
        self._phase, self._start_ms = Phase.STARTING, now_ms
        self._restart_wanted = self._spoke = False
        self._enabling.told = None
        self._lay = self._unit.contents
        self._run(self._start(first, past), now_ms)
        self._speak_early(first)

    def _start(self, first: bytes, past: Past) -> Script[Ended]:
        known = yield from start_up(self._unit, first, past)
        return Ended(End.CUT if known else End.SILENT, "", past=past)

    def _speak_early(self, status: bytes) -> None:
        """What waits for people may take long: what is known so far is said."""
        if not self._spoke and (stopped(status) or within_reach(status)):
            self._spoke = True
            self._unit.contents = None
            self._outlet.state = Mouth.OUT if within_reach(status) else Mouth.UNKNOWN
            self._told.acceptor()
            self._told.dispenser()

    def _watch_start(self, status: bytes, now_ms: int) -> None:
        self._speak_early(status)
        if stopped(status) or within_reach(status):
            self._start_ms = now_ms
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"start {raw(status)}")

    def _started(self, ended: Ended, past: Past, now_ms: int) -> None:
        if ended.end is End.SILENT:
            self._not_known(now_ms)
            return
        self._phase, self._overdue, self._restart_wanted = Phase.WORKING, False, False
        self._enabling.told = 0
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._settle(past, broken_off=ended.end is End.CUT)
        self._faults.fitting(self._unit)
        self._told.acceptor()
        self._told.dispenser()
        if ((self._spoke and past.ending) or past.timer_was_first) and not self._outlet.waits:
            self._told.deposit_ended()
        for port in (self.acceptor, self.dispenser):
            self._report(DeviceReady(port.name, MODEL, self._twin.part, self._twin.serial))
        if ended.end is End.PULLED_BACK:
            self._begin(POWER_UP, now_ms)

    def _settle(self, past: Past, *, broken_off: bool) -> None:
        slot, held = self._slot, self._slot.held
        grown = held is not None and self._lay is not None and self._unit.contents == (*self._lay, held.kind)
        if past.position in ("path", "escrow") and held is None:
            slot.past_value_fen = self._unit.value_fen(past.kind)
        if slot.restarted(past, grown):
            past.position = "none"  # told as that note's outcome
        self._told.past = past if broken_off else Past(cut="nothing")
        inside = self._outlet.found(self._told.past)
        self._attended = self._attended and inside
        if inside and not self._outlet.of_deposit and not self._attended:
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "3C")

    def _not_known(self, now_ms: int) -> None:
        self._phase = Phase.SEARCHING
        if not stopped(self._status):
            self._faults.set(FaultCode.WRONG_DEVICE, True, raw(self._status))
            self._line.pause(now_ms + WRONG_PAUSE_MS)
