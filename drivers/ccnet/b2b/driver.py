"""CCNET Bill-to-Bill unit: takes notes into a bulk escrow, gives the very notes back, and pays change. Sans-I/O.

Source: ccnet sheet, sections 4, 9, 10 and 12; decisions 1, 9, 22; decision page 024. One participant on one link serves two
ports, `.acceptor` and `.dispenser`. Notes at the slot are followed by `slot.py` while it is enabled; whatever needs several
commands is a script (`start_up`, `deposit`, `payout`), one at a time, and only when the unit is disabled and empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from drivers.accepting.single import NOISE_BYTES, Phase
from drivers.ccnet.b2b.bundle import End, Ended
from drivers.ccnet.b2b.codec import Cut, Recovery, Retract, Sign, retract_for
from drivers.ccnet.b2b.emptying import empty
from drivers.ccnet.b2b.outlet import Mouth
from drivers.ccnet.b2b.ports import BillToBillAcceptor, BillToBillDispenser, Parts
from drivers.ccnet.b2b.requests import CASSETTES, Script, status_of
from drivers.ccnet.b2b.runner import Runner
from drivers.ccnet.b2b.start_up import at_the_mouth, is_retracted, is_stopped, start_up
from drivers.ccnet.b2b.troubles import Troubles
from drivers.ccnet.b2b.unit import Fitting, Past, holds
from drivers.ccnet.codec import BILL_TO_BILL, Command, State, Status
from drivers.ccnet.line import HOLD, POLL, RESET, RETURN, STACK, Kind, Line, Reply, Request
from drivers.ccnet.start_up import POWER_UPS
from drivers.ccnet.texts import small_news
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report

MODEL = "b2b"
ABSENT_MS = 5_000
RESET_EVERY_MS = 10_000
ABSENT_POLL_MS = 500
RESTING_POLL_MS = 300  # disabled and empty
LONGEST_POLL_MS = 400  # enabled: the unit disables itself after 1 s without POLL, and one may be lost
WRONG_PAUSE_MS = 5_000
START_MS = 60_000
DOWN_TURN_MS = 1_000
ENDINGS = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)
"""They say what became of a note: that is told before the fault, which ends a sale."""
BUSY_WITH_A_BUNDLE = (Sign.DISPENSING, Sign.UNLOADING)
"""Nobody here asked for it: one whose end was not waited for."""


class BillToBill:
    """Participant. `.acceptor` and `.dispenser` are its ports.

    `first_note`: the first number to give to a note. `escrow`: number of the cassette that is the bulk escrow, 0 for none.
    `recycling`: cassette number -> face value in fen. `take_ms`: how long people have to take a bundle; the unit's own timer
    is set to at least 5 s more. `escrow_depth`: notes the escrow cassette holds. `type_first`: order of bytes in the answer
    to POWER RECOVERY; `top_first`: of notes in the answer to EXTENDED CASSETTE STATUS. `configure` False: a probe, which sets
    nothing and moves nothing. `countries`: letters of the bill table that are our money. `poll_ms`: 100 to 400.
    """

    def __init__(
        self,
        acceptor: str,
        dispenser: str,
        report: Report,
        *,
        first_note: int,
        escrow: int = 1,
        recycling: Mapping[int, int],
        poll_ms: int = 100,
        take_ms: int = 40_000,
        escrow_depth: int = 80,
        type_first: bool = True,
        top_first: bool = True,
        configure: bool = True,
        address: int = BILL_TO_BILL,
        countries: Collection[str] = ("CHN", "CNY"),
    ) -> None:
        self.name = acceptor
        self._report = report
        self._poll_ms = min(max(100, poll_ms), LONGEST_POLL_MS)
        retract, money = retract_for(take_ms), frozenset(countries)
        fitting = Fitting(escrow, dict(recycling), retract, type_first, top_first, money, configure)
        self._troubles = Troubles(acceptor, dispenser, report, recycling)
        differs = partial(self._troubles.wrong_notes, True)
        parts = Parts.of((acceptor, dispenser), report, fitting, first_note, differs)
        self._unit, self._slot, self._enabling = parts.unit, parts.slot, parts.enabling
        self._outlet, self._errands, self._told = parts.outlet, parts.errands, parts.told
        self.acceptor = BillToBillAcceptor(parts, escrow_depth, self.restart)
        self.dispenser = BillToBillDispenser(parts, self.restart)
        self._line, self._runner = Line(address), Runner()
        self._phase = self._phase_before = Phase.DOWN
        self._status = Status(0)
        self._at_rest = False  # disabled, by a status since the last script
        self._lay: tuple[int, ...] | None = None  # in the escrow cassette before a start
        self._spoke = False  # this start has said what it knows before its end
        self._overdue = self._reset_wanted = self._attended = False
        self._poll_sent_ms = self._reset_ms = self._start_ms = self._down_ms = -RESET_EVERY_MS

    # -- service and probe

    def restart(self) -> None:
        """Reset the unit and start anew: for a technician who has cleared it. Gives a note in escrow back, and hands out a
        bundle that was held inside."""
        self._reset_wanted = self._attended = self._phase is not Phase.DOWN
        self._troubles.wrong_notes(False)

    @property
    def ready(self) -> bool:
        """Identified and able to work."""
        return self._phase is Phase.WORKING

    def probe_lines(self) -> list[str]:
        """Identity, state, cassettes and notes it knows; one fact a line."""
        lines = [f"model {MODEL}", f"phase {self._phase.value}", f"status {self._status.raw}"]
        return lines + self._told.probe_lines() + self._troubles.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._line.restart(now_ms)
        self._start_ms = self._reset_ms = now_ms
        self._reset_wanted = False
        self._troubles.clear(FaultCode.LINK_LOST)
        if self._runner.active and self._phase_before is Phase.WORKING:
            self._phase = Phase.WORKING  # the bundle under way says itself what became of it
            self._end(self._runner.interrupted(), now_ms)
        else:
            self._phase = Phase.SEARCHING
            self._runner.drop()

    def link_lost(self, why: str, now_ms: int) -> None:
        if self._phase is not Phase.DOWN:
            self._phase_before, self._phase, self._down_ms = self._phase, Phase.DOWN, now_ms
        self._troubles.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._troubles.set(FaultCode.LINK_LOST, True, why)
        self._slot.lost()

    def take_output(self) -> bytes:
        return self._line.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._phase is not Phase.DOWN:
            self._answer(self._line.receive(data, now_ms), now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._unit.now_ms = now_ms
        self._outlet.turn(now_ms)
        if not self._runner.active or self._phase is Phase.STARTING:
            stopped = self._phase is not Phase.DOWN and is_stopped(self._status)
            self._errands.refuse_late(now_ms, self._status.raw if stopped else "")
        if self._phase is Phase.DOWN:
            return self._wait_for_link(now_ms)
        self._answer(self._line.poll(now_ms), now_ms)
        if self._reset_wanted and self._line.idle and not (self._runner.active and self._phase is Phase.WORKING):
            self._reset_wanted = False
            self._begin(Status(State.POWER_UP), now_ms)
        self._watch_silence(now_ms)
        if self._may_begin():
            self._next_errand(now_ms)
        free_ms = self._line.free_at(now_ms)
        request = self._next_request(now_ms)
        if request is None:
            return max(free_ms, min(self._poll_due_ms(), now_ms + self._poll_ms) - self._line.pause_to_come_ms)
        if free_ms > now_ms:
            return free_ms
        self._send(request, now_ms)
        return self._line.free_at(now_ms)

    def _wait_for_link(self, now_ms: int) -> int | None:
        self._slot.late(now_ms)
        if self._runner.active and self._phase_before is Phase.WORKING and now_ms - self._down_ms >= DOWN_TURN_MS:
            self._down_ms = now_ms
            self._end(self._runner.give_up(), now_ms)
        waits = self._slot.note or self._runner.active or self._errands or self._outlet.waiting
        return now_ms + DOWN_TURN_MS if waits else None

    # -- what to send

    def _next_request(self, now_ms: int) -> Request | None:
        poll = POLL if now_ms >= self._poll_due_ms() else None
        if self._runner.active:
            return self._runner.due if self._runner.due is not POLL else poll
        if self._phase is Phase.SEARCHING:
            lonely = now_ms - self._line.heard_ms >= ABSENT_MS and now_ms - self._reset_ms >= RESET_EVERY_MS
            undecided = self._slot.note is not None  # a reset would wipe what the unit could still tell of it
            return RESET if lonely and not undecided else poll
        # never enabled before a dispenser that holds a bundle is empty, nor while an errand waits for a unit at rest
        closed = bool(self._errands) or self._outlet.state is Mouth.INSIDE
        return self._slot.due(now_ms) or self._enabling.due(self._status, now_ms, closed=closed) or poll

    def _send(self, request: Request, now_ms: int) -> None:
        self._runner.sent(request)
        if request is POLL:
            self._poll_sent_ms = now_ms
        elif request is RESET:
            self._reset_ms = now_ms
        elif request in (STACK, RETURN, HOLD, CASSETTES):
            self._slot.sent(request, now_ms)
            self._poll_sent_ms = now_ms  # a unit that has just begun to move a note is not hurried (section 12, trap 3)
        elif request.code == Command.ENABLE:
            self._enabling.sent(now_ms)
            self._at_rest = False
        self._line.send(request, now_ms)

    def _poll_due_ms(self) -> int:
        if self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._troubles:
            return self._poll_sent_ms + ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and not self._runner.active and self._status.code == State.DISABLED
        if resting and not self._enabling.wanted and not self._errands and not self._slot.note:
            return self._poll_sent_ms + max(self._poll_ms, RESTING_POLL_MS)
        return self._poll_sent_ms + self._poll_ms

    # -- what came back

    def _answer(self, replies: list[Reply], now_ms: int) -> None:
        self._unit.now_ms = now_ms
        for reply in replies:
            if reply.kind is not Kind.SILENT:
                self._troubles.clear(FaultCode.NO_ANSWER)
            status = status_of(reply)
            last_word = status is not None and status.code in ENDINGS
            if status and not last_word:
                self._show(status, now_ms)
            if self._runner.active:
                if status and status.code in POWER_UPS and self._phase is Phase.WORKING:
                    self._reset_wanted = True  # unless the script itself starts it anew
                self._end(self._runner.hear(reply, status is not None), now_ms)
                if self._phase is Phase.STARTING and status:
                    self._watch_start(status, now_ms)
            elif self._phase is Phase.SEARCHING and status:
                self._begin(status, now_ms)
            elif self._phase is Phase.WORKING:
                self._work(reply, status, now_ms)
            if status and last_word:
                self._show(status, now_ms)

    def _work(self, reply: Reply, status: Status | None, now_ms: int) -> None:
        if status and (status.code in (*POWER_UPS, *BUSY_WITH_A_BUNDLE) or is_retracted(status)):
            self._begin(status, now_ms)
        elif status:
            self._slot.status(status, now_ms)
            self._at_rest = self._enabling.at_rest(status)
        elif reply.request.code == Command.ENABLE:
            self._enabling.replied(reply)
        else:
            self._slot.replied(reply)
            if reply.request is CASSETTES:
                self._troubles.fitting(self._unit)

    def _show(self, status: Status, now_ms: int) -> None:
        """Faults and small news; a status that stays is told once."""
        before, self._status = self._status, status
        if status.code == State.BUSY:
            self._line.pause(now_ms + status.detail * 100)
        held = self._outlet.state is Mouth.INSIDE and not self._outlet.deposit
        self._troubles.status(status, keep=(FaultCode.DEVICE_FAILURE,) if self._overdue or held else ())
        if self._phase is Phase.STARTING and status.code in (State.JAMMED, State.BOX_JAMMED):
            self._slot.jam()  # the reset will not say more of it
        if self._runner.active or self._phase is not Phase.WORKING or before == status:
            return
        if news := small_news(status):
            self._report(news)

    def _run(self, script: Script[Ended], now_ms: int) -> None:
        self._at_rest = False
        self._end(self._runner.run(script), now_ms)

    def _end(self, ended: Ended | None, now_ms: int) -> None:
        """A start or an errand came to its end, if it did; its facts are told."""
        if ended is None:
            return
        if self._phase is Phase.WORKING:
            self._troubles.fitting(self._unit)
        if self._phase is Phase.DOWN:
            self._phase_before = Phase.SEARCHING  # whatever it was, the unit says more when it is back
        elif ended.past is not None:
            self._started(ended, now_ms)
        elif ended.end is End.RETRACTED:
            self._begin(Status(State.POWER_UP), now_ms)  # it stands still until it is reset, and that is no defect
        elif ended.end is End.LOST:
            self._phase = Phase.SEARCHING

    # -- errands

    def _may_begin(self) -> bool:
        return self._phase is Phase.WORKING and not self._runner.active and self._at_rest and self._slot.note is None

    def _next_errand(self, now_ms: int) -> None:
        if not self._line.idle:
            return
        outlet, inside = self._outlet, self._outlet.state is Mouth.INSIDE
        if inside and self._unit.fitting.configure and (outlet.deposit or outlet.waiting or self._attended):
            retract = self._unit.fitting.retract if outlet.for_somebody else Retract.SHORT
            self._run(empty(self._unit, self._outlet, retract, self._emptied), now_ms)
        elif self._errands and not inside:
            self._run(self._errands.begin(), now_ms)

    def _emptied(self, ended: Ended) -> None:
        """What was held since before this start is out of it. The driver of this life never knew the numbers of its notes."""
        self._attended = False
        if self._outlet.deposit and ended.end is not End.CUT:
            self._outlet.deposit = False
            self._told.acceptor()
            self._told.deposit_ended()

    # -- start-up and silence

    def _begin(self, first: Status, now_ms: int) -> None:
        past = self._told.past = Past()
        self._phase, self._start_ms = Phase.STARTING, now_ms
        self._reset_wanted = False
        self._enabling.unknown()
        self._lay, self._spoke = self._unit.contents, False
        self._run(self._start(first, past), now_ms)
        self._speak_early(first)

    def _start(self, first: Status, past: Past) -> Script[Ended]:
        known = yield from start_up(self._unit, first, past)
        return Ended(End.CUT if known else End.LOST, "", past=past)

    def _speak_early(self, status: Status) -> None:
        """What waits for people may take long: say what is known so far."""
        if not self._spoke and (is_stopped(status) or at_the_mouth(status)):
            self._spoke = True
            self._unit.contents = None
            self._outlet.state = Mouth.OUT if at_the_mouth(status) else Mouth.UNKNOWN
            self._told.acceptor()
            self._told.dispenser()

    def _watch_start(self, status: Status, now_ms: int) -> None:
        self._speak_early(status)
        if is_stopped(status) or at_the_mouth(status):
            self._start_ms = now_ms  # how long people take is not its own time
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._troubles.set(FaultCode.DEVICE_FAILURE, True, f"start {status.raw}")

    def _started(self, ended: Ended, now_ms: int) -> None:
        """`ended.past`: what it said. After an errand its end has been told already, unless the unit still holds the notes."""
        past = ended.past or Past()
        if ended.end is End.LOST:
            self._not_known(now_ms)
            return
        errand = self._phase is Phase.WORKING
        self._phase, self._overdue, self._reset_wanted = Phase.WORKING, False, False
        self._enabling.disabled()
        self._troubles.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._settle_past(past, told=errand and not (ended.end is End.CUT and holds(past)))
        self._troubles.fitting(self._unit)
        self._errands.after(past)
        self._told.acceptor()
        self._told.dispenser()
        if ((self._spoke and past.ending) or past.timer_was_first) and not self._outlet.waiting:
            self._told.deposit_ended()
        identity = self._unit.identity
        part, serial = (identity.part, identity.serial) if identity else ("", "")
        for port in (self.acceptor, self.dispenser):
            self._report(DeviceReady(port.name, MODEL, part, serial))
        if ended.end is End.RETRACTED:
            self._begin(Status(State.POWER_UP), now_ms)

    def _settle_past(self, past: Past, *, told: bool) -> None:
        note = self._slot.note
        grown = note is not None and self._lay is not None and self._unit.contents == (*self._lay, note.channel)
        if past.position in ("path", "escrow") and note is None:
            self._slot.past_value_fen = self._unit.value_fen(past.bill_type) if past.bill_type is not None else 0
        if self._slot.restarted(past, grown):
            past.position = "none"  # it has been told as that note's outcome
        self._told.past = Past(recovery=Recovery(Cut.NOTHING)) if told else past
        held = self._outlet.found(self._told.past)
        self._attended = self._attended and held
        if held and not self._outlet.deposit and not self._attended:
            self._troubles.set(FaultCode.DEVICE_FAILURE, True, "3C")

    def _not_known(self, now_ms: int) -> None:
        self._phase = Phase.SEARCHING
        if not is_stopped(self._status):
            self._troubles.set(FaultCode.WRONG_DEVICE, True, self._status.raw)
            self._line.pause(now_ms + WRONG_PAUSE_MS)

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = now_ms - self._line.heard_ms
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS  # it may still tell
        if not hopeful or is_stopped(self._status) or alone_ms >= ABSENT_MS:
            self._slot.late(now_ms)
        if alone_ms < ABSENT_MS:
            return
        self._slot.lost()
        wrong = self._line.noise >= NOISE_BYTES
        self._troubles.set(FaultCode.WRONG_DEVICE, wrong or FaultCode.WRONG_DEVICE in self._troubles, "noise")
        self._troubles.set(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE not in self._troubles)
        under_way = self._phase is Phase.WORKING and self._runner.active  # waited for as long as it may take
        if not under_way:
            self._phase = Phase.SEARCHING
            self._runner.drop()
