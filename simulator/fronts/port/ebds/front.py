"""An EBDS acceptor without bytes: its driver's port on one side, the twin's mechanism on the other.

Source: ebds sheet; the facts are those of a driver on a wire, only their times differ. Faults of bytes alone do nothing here:
noise, duplicate_reply, reply_to_previous, enq, reset_answered_next. late_reply is an answer that never comes; bit_flip and
cut_frame are answers that cannot be read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast
from simulator.devices.ebds import EbdsValidator
from simulator.devices.ebds.body import Body
from simulator.devices.ebds.codes import EXTENDED, OMNIBUS, Health, Mode, Motion, Policy, Sub
from simulator.fronts.port.acceptor_book import Wish
from simulator.fronts.port.acceptor_host import ABSENT_MS, Host, Phase
from simulator.fronts.port.ebds.line import Line, Outcome, Reply, Request
from simulator.fronts.port.ebds.notes import Notes
from simulator.fronts.port.ebds.slot import Slot
from simulator.fronts.port.ebds.start import Course, Found, Past, omnibus, poll_off, start
from simulator.fronts.port.ebds.told import Told
from simulator.fronts.port.ebds.words import STOPS, small_news, stops_in

MODEL = "ebds"
POLL_MS = (100, 200)
RESET_MS, RESET_POLL_MS = 15_000, 1_000
START_MS = 60_000
LASTING = 3  # statuses in a row
HELD_FOR = 40  # statuses: longer than any state between two others
RESETS = 2
ORDERS = {Wish.STACK: Mode.STACK, Wish.RETURN: Mode.RETURN}


class EbdsFront(Host):
    """Keywords are the driver's; `currencies`: ISO letters that are our money."""

    _twin: EbdsValidator
    _body: Body
    _line: Line
    _notes: Notes

    def __init__(
        self,
        name: str,
        report: Report,
        twin: EbdsValidator,
        *,
        first_note: int,
        poll_ms: int = POLL_MS[0],
        escrow_ms: int = 0,
        currencies: Collection[str] = ("CNY",),
    ) -> None:
        poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[1])
        notes = Notes(report, first_note, escrow_ms)
        super().__init__(name, report, twin, Line(twin), notes, poll_ms=poll_ms, hold_ms=escrow_ms)
        self._slot = Slot(currencies)
        self._course: Course | None = None
        self._off = self._next = poll_off(Policy.B)
        self._past = Past("unknown")
        self._past_told: tuple[str, bool] | None = None  # what was said of it before the start was through
        self._status: Told | None = None
        self._said = b""  # modes and notes of the last message that was answered
        self._lasting = 0
        self._up: set[FaultCode] | None = None  # faults of the last status; None: look at all of them
        self._overdue = False
        self._freed = 0  # resets of this start that should give back a note held out of order
        self._start_ms = self._reset_ms = -RESET_MS

    # -- the port

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._slot.choose(values_fen)

    def recall(self) -> None:
        past = self._past
        self._report(AcceptorPast(past.position, self._past_fen(), past.credited, ()))

    def _past_fen(self) -> int:
        return max(self._slot.worth(self._past.named), 0) if self._past.named is not None else 0

    # -- link

    def _linked(self, now_ms: int) -> None:
        self._off, self._freed, self._course = poll_off(Policy.B), 0, None
        self._start_ms = now_ms

    def _begin_again(self, now_ms: int) -> None:
        """Soft reset; a note in escrow comes back."""
        self._off = poll_off(Policy.A)
        self._line.reset(now_ms)
        self._phase, self._course = Phase.SEARCHING, None
        self._look_ms = self._reset_ms = self._start_ms = now_ms

    def _signs(self) -> tuple[object, ...]:
        body = self._body
        return self._slot.orders, body.state, len(body.events), body.opened, body.box_there, body.box_full

    def _still_there(self, now_ms: int) -> None:
        self._line.heard_ms = now_ms
        held, status = self._notes.held, self._status
        if status is None or self._news():
            return
        if self._helpless:
            self._start_ms = now_ms  # how long people take to help it is not its own time
        if held is not None and status.motion & (Motion.ESCROWED | Motion.STACKING | Motion.RETURNING):
            held.sign_ms = now_ms

    @property
    def _helpless(self) -> bool:
        return self._status is not None and (self._status.stopped or self._lasting >= LASTING)

    # -- what to send

    def _act(self, now_ms: int) -> bool:
        if self._line.pending is not None:
            self._hear(self._line.again(now_ms), now_ms)
            return True
        request = self._next_request(now_ms)
        if request is not None:
            self._send(request, now_ms)
        return request is not None

    def _next_request(self, now_ms: int) -> Request | None:
        """What acts or asks is said only when the message before it was answered."""
        due = self._look_ms is not None and now_ms >= self._look_ms
        if self._phase is not Phase.WORKING:
            asks = self._phase is Phase.STARTING and self._line.settled and not self._next.poll
            return self._next if asks else self._off if due else None
        if self._line.settled:
            wish = self._notes.wish(now_ms)
            if wish is not Wish.NONE:
                self._notes.ordered(wish, True, now_ms)
                return Request(OMNIBUS, self._omnibus(ORDERS[wish]))
            resting = self._notes.held is None and self._status is not None and self._status.at_rest
            request = self._slot.due(now_ms) if resting else None
            if request is not None:
                return request
        return Request(OMNIBUS, self._omnibus(0), poll=True) if due else None

    def _omnibus(self, order: int) -> bytes:
        return omnibus(self._slot.enabled, order, extended=self._slot.by_index)

    def _send(self, request: Request, now_ms: int) -> None:
        if request.kind == OMNIBUS:
            self._notes.enabled = request.data[0] != 0
            self._look_ms = None
        elif _sets_inhibits(request):
            self._slot.sent(now_ms)
        self._hear(self._line.send(request, now_ms), now_ms)

    # -- what came back

    def _hear(self, reply: Reply | None, now_ms: int) -> None:
        if reply is None:
            return
        told, request = reply.told, reply.request
        if reply.outcome is not Outcome.SILENT:
            self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
            if request.kind in (OMNIBUS, EXTENDED):
                self._said = request.data if request.kind == OMNIBUS else request.data[1:4]
        ended = self._phase is Phase.WORKING and told is not None and told.stopped
        if told is not None and not ended:
            self._show(told, request)
        if self._phase is Phase.SEARCHING and told is not None:
            self._begin(told, now_ms)
        elif self._phase is Phase.STARTING:
            self._step(reply, now_ms)
        elif self._phase is Phase.WORKING:
            self._work(reply, now_ms)
        if told is not None and ended:  # what became of the note is told before the fault
            self._show(told, request)

    def _work(self, reply: Reply, now_ms: int) -> None:
        told, request = reply.told, reply.request
        if reply.outcome is Outcome.REFUSED and request.kind == OMNIBUS and request.data[1] & Mode.STACK:
            self._notes.not_obeyed()
        if _sets_inhibits(request):
            self._slot.replied(reply)
            self._faults.set(FaultCode.NOTE_TABLE, bool(self._slot.wrong), self._slot.wrong)
        if told is not None and told.health & Health.POWER_UP:
            self._begin(told, now_ms)
        elif told is not None:
            self._notes.status(told, self._slot.worth(told), now_ms)

    def _show(self, told: Told, request: Request) -> None:
        before, self._status = self._status, told
        self._lasting = self._lasting + 1 if told.disabled_itself else 0
        up = stops_in(told)
        if self._overdue or self._lasting >= LASTING or (self._notes.stuck and not told.stopped):
            up.add(FaultCode.DEVICE_FAILURE)
        if request.poll and told.health & Health.INVALID:
            up.add(FaultCode.PROTOCOL)
        starts = bool(told.health & Health.POWER_UP)
        if starts:  # it does not know its box yet, and clears nothing
            up &= {FaultCode.NOTE_JAM, FaultCode.DEVICE_FAILURE}
        for fault in STOPS if up != self._up else ():
            if fault in up or not starts:
                self._faults.set(fault, fault in up, told.raw)
        self._up = None if starts else up
        news = small_news(told, before) if self._phase is Phase.WORKING and not starts else None
        if news is not None:
            self._report(news)

    # -- start-up and silence

    def _begin(self, first: Told, now_ms: int) -> None:
        self._phase, self._past_told = Phase.STARTING, None
        self._past = Past("unknown" if self._freed else "none")
        self._start_ms = now_ms
        self._slot.forget()
        self._notes.enabled = False
        self._course = start(first, self._off)
        self._next = next(self._course)
        self._see(first)

    def _see(self, told: Told) -> None:
        """What falls is told before the next message takes it away; so is what is known when people have to help first."""
        past = self._past
        past.see(told)
        if past.credited and self._notes.restarted("stacker", True):
            self._past = Past()
            return
        if past.position == "jam":
            self._notes.jammed()
        now = (past.position if past.position != "none" or not self._helpless else "unknown", past.credited)
        if (past.credited or self._helpless) and self._past_told != now:
            past.position, self._past_told = now[0], now
            self.recall()

    def _step(self, reply: Reply, now_ms: int) -> None:
        assert self._course is not None
        if reply.told is not None:
            self._see(reply.told)
        if reply.outcome is Outcome.NEWS or reply.request is not self._next:
            return
        try:
            self._next = self._course.send(reply)
        except StopIteration as end:
            self._started(end.value)
            return
        if self._helpless:
            self._start_ms = now_ms
            self._restart_wanted = self._restart_wanted or self._may_hold_a_note()
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "start")

    def _may_hold_a_note(self) -> bool:
        """Out of service for no reason: by policy B it holds what lay in escrow. A reset with policy A gives it back."""
        silent = self._status is not None and self._status.silent
        if self._freed >= RESETS or self._lasting < HELD_FOR or not silent:
            return False
        self._freed += 1
        return True

    def _started(self, found: Found) -> None:
        self._course = None
        self._off, self._freed = poll_off(Policy.B), 0
        self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._phase, self._overdue = Phase.WORKING, False
        self._slot.learn(found)
        self._faults.set(FaultCode.NOTE_TABLE, bool(self._slot.wrong), self._slot.wrong)
        self._past.close()
        if self._notes.restarted(self._past.position, self._past.credited):
            self._past = Past()
        self._notes.learnt(set(self._slot.fen.values()))
        if self._past.position in ("path", "escrow"):
            self._notes.past_value_fen = self._past_fen()
        self.recall()
        self._report(DeviceReady(self.name, MODEL, found.version, found.serial))

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = now_ms - self._line.heard_ms
        absent_ms = RESET_MS if now_ms - self._reset_ms < RESET_MS else ABSENT_MS
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS
        if not hopeful or self._helpless or alone_ms >= absent_ms:
            self._notes.late(now_ms)
        if alone_ms >= absent_ms:
            self._course = None
            self._phase = Phase.SEARCHING
            self._nobody_answers()

    # -- when to be asked again

    def _wakes(self, now_ms: int) -> Sequence[int | None]:
        free_ms = self._line.free_ms if self._line.free_ms > now_ms else None
        if self._line.pending is not None or self._phase is Phase.STARTING or self._notes.wish(now_ms) is not Wish.NONE:
            return (free_ms,)
        slot_ms = self._slot.wake_ms() if self._phase is Phase.WORKING else None
        return (free_ms if free_ms is not None and slot_ms is not None and slot_ms < free_ms else slot_ms,)

    def _grid_ms(self) -> int:
        grid_ms = super()._grid_ms()
        if self._phase is Phase.SEARCHING:
            waits = self._line.heard_ms == self._reset_ms and FaultCode.NO_ANSWER not in self._faults
            return RESET_POLL_MS if waits else grid_ms
        resting = self._phase is Phase.WORKING and not self._slot.wanted and self._notes.held is None
        return POLL_MS[1] if resting else grid_ms

    def _news(self) -> bool:
        """The next status will be another one than the last."""
        body, status = self._body, self._status
        return status is None or bool(body.events) or body.opened or self._twin.shows() != status.data

    def _lively(self) -> bool:
        line, notes, status = self._line, self._notes, self._status
        if self._phase is Phase.SEARCHING or line.pending is not None or self._news() or line.broken():
            return True
        if 0 < self._lasting <= HELD_FOR:
            return True
        if self._phase is Phase.STARTING and status is not None:
            return not (status.stopped or status.disabled_itself) or (status.silent and self._freed < RESETS)
        if self._omnibus(0) != self._said or notes.nameless or notes.stuck:
            return True
        held = notes.held
        return held is not None and (held.missing > 0 or (held.sent_ms is not None and held.in_escrow))


def _sets_inhibits(request: Request) -> bool:
    return request.kind == EXTENDED and request.data[0] == Sub.INHIBITS
