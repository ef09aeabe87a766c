"""MEI/CPI bill acceptor with one note of escrow, spoken to by EBDS. Sans-I/O.

Source: ebds sheet, sections 4 to 9 and 11. The line keeps the toggle (`line.py`), the start-up learns who is there and what
was before (`start_up.py`), the escrow settles notes (`escrow.py`); here they take turns. Notes are known by extended note
reporting where the device has it, else by the seven denominations of the plain protocol.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.accepting.polled import ABSENT_MS, ABSENT_POLL_MS, Polled
from drivers.accepting.single import Phase
from drivers.ebds.codec import Kind, Order, Policy, Status, Sub, Trouble, omnibus
from drivers.ebds.escrow import Escrow
from drivers.ebds.line import Line, Outcome, Reply, Request
from drivers.ebds.notes import Notes
from drivers.ebds.start_up import Found, Past, poll_off, start_up
from drivers.ebds.texts import STATE_FAULTS, faults_in, lasting_in, silent, small_news, stopped
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast

MODEL = "ebds"
POLL_MS = (100, 200)  # what hosts in the field use (section 4)
RESET_MS, RESET_POLL_MS = 15_000, 1_000
LASTING = 3  # statuses in a row
HELD_FOR = 40  # statuses: 4 s or more, longer than any state between two others
RESETS = 2


class EbdsAcceptor(Polled[Escrow, Request, Reply]):
    """Participant and NoteAcceptor.

    `first_note`: the first number to give to a note. `escrow_ms`: how long a note may be held for a decision, 0 = no limit.
    `currencies`: ISO letters that are our money. `notes`: index or denomination -> face value in fen, for a device that does
    not tell; what one tells must agree with it. `poll_ms`: 100 to 200, others are taken as the nearer end. `gives_back`: a
    start returns the note it finds in escrow; a probe does not.
    """

    counters: Mapping[str, int] = {}  # the protocol has none that a source knows (section 13)
    _next_step: Request

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        first_note: int,
        poll_ms: int = 100,
        escrow_ms: int = 0,
        currencies: Collection[str] = ("CNY",),
        notes: Mapping[int, int] | None = None,
        gives_back: bool = True,
    ) -> None:
        super().__init__(name, report, Escrow(report, first_note, escrow_ms), escrow_ms)
        self._poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[1])
        self._line: Line = Line()
        self._notes = Notes(currencies, notes or {})
        self._gives_back = gives_back
        self._off = self._next_step = poll_off(Policy.HOLDS)
        self._past = Past("unknown")
        self._told: tuple[str, bool] | None = None  # what was said of the past before the start was through
        self._found: Found | None = None
        self._status: Status | None = None
        self._lasting = 0
        self._up: set[FaultCode] | None = None  # faults of the last status; None: look at all of them
        self._order = Order.NONE  # of the message sent last
        self._freed = 0  # resets of this start that should give back a note held out of order
        self._reset_ms = -RESET_MS

    # -- the port

    @property
    def values_fen(self) -> Collection[int]:
        return self._notes.values_fen

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._notes.want(values_fen)

    def recall(self) -> None:
        past = self._past
        self._report(AcceptorPast(past.position, self._past_fen(), past.credited, ()))

    def _past_fen(self) -> int:
        """0 when it cannot say."""
        named = self._past.named
        return (self._notes.value_fen(named) or 0) if named is not None else 0

    # -- service and probe

    def probe_lines(self) -> list[str]:
        """Identity, state and notes it knows; one fact a line."""
        status = self._status.raw if self._status else "none"
        lines = [f"model {MODEL}", f"phase {self._phase.value}", f"status {status}"]
        if self._found:
            found = self._found
            lines += [f"type {found.model}", f"serial {found.serial}", f"part {found.version}"]
            lines += [f"reports {'extended notes' if found.extended else 'denominations'}"]
            lines += [f"can {word}" for word in found.can]
            lines += [f"note {n} {s.currency} {s.value_fen} fen {s.letters}".rstrip() for n, s in found.notes.items()]
        return lines + self._faults.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        super().link_up(now_ms)
        self._off, self._freed = poll_off(Policy.HOLDS), 0

    def _turn(self, now_ms: int) -> int:
        return super()._turn(now_ms) if self._line.idle else self._line.free_at(now_ms)

    # -- what to send

    def _next_request(self, now_ms: int) -> Request | None:
        """A message that acts or asks is sent only when the device has answered the one before: else it would take it for
        that one sent again, and do nothing (section 4)."""
        due = now_ms >= self._poll_due_ms()
        self._order = Order.NONE
        if self._phase is not Phase.WORKING:
            asks = self._phase is Phase.STARTING and self._line.settled and not self._next_step.poll
            return self._next_step if asks else self._off if due else None
        if self._line.settled:
            if order := self._escrow.due(now_ms):
                self._order = order
                return Request(Kind.OMNIBUS, self._omnibus(order))
            resting = self._escrow.note is None and self._status is not None and self._status.at_rest
            if resting and (request := self._notes.due(now_ms)):
                return request
        return Request(Kind.OMNIBUS, self._omnibus(Order.NONE), poll=True) if due else None

    def _rests_until(self, free_ms: int, now_ms: int) -> int:
        return max(free_ms, min(self._poll_due_ms(), now_ms + self._poll_ms), now_ms + 1)

    def _omnibus(self, order: Order) -> bytes:
        return omnibus(self._notes.enabled, order, extended=self._notes.by_spec)

    def _send(self, request: Request, now_ms: int) -> None:
        if request.kind is Kind.OMNIBUS:
            self._escrow.enabled = request.data[0] != 0
        elif _sets_inhibits(request):
            self._notes.sent(now_ms)
        if self._order:
            self._escrow.sent(self._order, now_ms)
        self._line.send(request, now_ms)

    def _poll_due_ms(self) -> int:
        """A message that was sent again counts as the last one: the device is not hurried."""
        last_ms, searching = self._line.written_ms, self._phase is Phase.SEARCHING
        if searching and last_ms < self._reset_ms + RESET_MS:
            return max(last_ms, self._reset_ms) + RESET_POLL_MS
        if searching and FaultCode.NO_ANSWER in self._faults:
            return last_ms + ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and not self._notes.wanted and not self._escrow.note
        return last_ms + (POLL_MS[1] if resting else self._poll_ms)

    # -- what came back

    def _answer(self, replies: list[Reply], now_ms: int) -> None:
        for reply in replies:
            status = reply.status
            if reply.outcome is not Outcome.SILENT:
                self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
            ended = self._phase is Phase.WORKING and status is not None and stopped(status)
            if status and not ended:
                self._show(status, reply)
            if self._phase is Phase.SEARCHING and status:
                self._begin(status, now_ms)
            elif self._phase is Phase.STARTING:
                self._step(reply, now_ms)
            elif self._phase is Phase.WORKING:
                self._work(reply, now_ms)
            if status and ended:  # what became of the note is told before the fault, which ends a sale
                self._show(status, reply)

    def _work(self, reply: Reply, now_ms: int) -> None:
        status, request = reply.status, reply.request
        if reply.outcome is Outcome.REFUSED and request.kind is Kind.OMNIBUS:
            self._escrow.refused(Order(request.data[1] & (Order.STACK | Order.RETURN)))
        if _sets_inhibits(request):
            self._notes.replied(reply)
            self._faults.set(FaultCode.NOTE_TABLE, self._notes.wrong is not None, self._notes.wrong or "")
        if status and status.trouble & Trouble.POWER_UP:
            self._begin(status, now_ms)
        elif status:
            self._escrow.status(status, self._notes.value_fen(status), now_ms)

    def _show(self, status: Status, reply: Reply) -> None:
        """Faults and small news."""
        before, self._status = self._status, status
        self._lasting = self._lasting + 1 if lasting_in(status) else 0
        up = faults_in(status)
        if self._overdue or self._lasting >= LASTING or (self._escrow.stuck and not stopped(status)):
            up.add(FaultCode.DEVICE_FAILURE)
        if reply.request.poll and status.trouble & Trouble.INVALID_COMMAND:
            up.add(FaultCode.PROTOCOL)
        starting = bool(status.trouble & Trouble.POWER_UP)
        if starting:  # it does not know its box yet, and clears nothing
            up &= {FaultCode.NOTE_JAM, FaultCode.DEVICE_FAILURE}
        for code in STATE_FAULTS if up != self._up else ():
            if code in up or not starting:
                self._faults.set(code, code in up, status.raw)
        self._up = None if starting else up
        if self._phase is Phase.WORKING and not starting and (news := small_news(status, before)):
            self._report(news)

    # -- start-up and silence

    def _begin(self, first: Status, now_ms: int) -> None:
        self._phase, self._told = Phase.STARTING, None
        self._past = Past("unknown" if self._freed else "none")
        self._start_ms = now_ms
        self._notes.forget()
        self._escrow.enabled = False
        self._steps = start_up(first, self._off, self._gives_back)
        self._next_step = next(self._steps)
        self._see(first)

    def _see(self, status: Status) -> None:
        """What it says of the past is told before the next message takes the event away, or when people have to help first."""
        past = self._past
        past.see(status)
        if past.credited and self._escrow.restarted("stacker", credited=True):
            self._past = Past()  # it has been told as that note's outcome
            return
        if past.position == "jam":
            self._escrow.jam()
        helpless = stopped(status) or self._lasting >= LASTING
        now = (past.position if past.position != "none" or not helpless else "unknown", past.credited)
        if (past.credited or helpless) and self._told != now:
            past.position, self._told = now[0], now
            self.recall()

    def _step(self, reply: Reply, now_ms: int) -> None:
        if reply.status:
            self._see(reply.status)
        if reply.outcome is Outcome.NEWS or reply.request is not self._next_step:
            return
        self._next_of_start(reply, "start", now_ms)
        if self._steps and self._helpless:
            self._reset_wanted = self._reset_wanted or self._may_hold_a_note()

    @property
    def _helpless(self) -> bool:
        return self._status is not None and (stopped(self._status) or self._lasting >= LASTING)

    def _may_hold_a_note(self) -> bool:
        """Out of service and no reason why: by policy B it holds a note that was in escrow when the power failed. A reset
        under the other policy gives it back; twice, should the device go by what it was told before."""
        if not self._gives_back or self._freed >= RESETS or self._lasting < HELD_FOR:
            return False
        if self._status is None or not silent(self._status):
            return False
        self._freed += 1
        return True

    def _started(self, found: Found, now_ms: int) -> None:
        self._off, self._freed = poll_off(Policy.HOLDS), 0
        self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._found, self._phase, self._overdue = found, Phase.WORKING, False
        self._notes.use(found)
        self._faults.set(FaultCode.NOTE_TABLE, self._notes.wrong is not None, self._notes.wrong or "")
        self._past.close()
        if self._escrow.restarted(self._past.position, self._past.credited):
            self._past = Past()
        self._escrow.use(self.values_fen)
        if self._past.position in ("path", "escrow"):
            self._escrow.past_value_fen = self._past_fen()
        self.recall()
        self._report(DeviceReady(self.name, MODEL, found.version, found.serial))

    def _reset(self, now_ms: int) -> None:
        self._off = poll_off(Policy.GIVES_BACK)
        self._line.reset(now_ms)
        self._phase, self._steps = Phase.SEARCHING, None
        self._reset_ms = self._start_ms = now_ms

    def _absent_ms(self, now_ms: int) -> int:
        return RESET_MS if now_ms - self._reset_ms < RESET_MS else ABSENT_MS


def _sets_inhibits(request: Request) -> bool:
    return request.kind is Kind.EXTENDED and request.data[0] == Sub.INHIBITS
