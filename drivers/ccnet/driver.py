"""CashCode/Crane/CPI note validator with one note of escrow, spoken to by CCNET. Sans-I/O.

Source: ccnet sheet, sections 4 to 8 and 12. The line keeps the rules of the wire (`line.py`), the start-up learns who is
there and what was before (`start_up.py`), the escrow settles notes (`escrow.py`); here they take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.accepting.polled import ABSENT_MS, ABSENT_POLL_MS, Polled
from drivers.accepting.single import Phase
from drivers.ccnet.codec import VALIDATOR, Bill, Command, State, Status, enable_data, parse_counter, parse_status
from drivers.ccnet.escrow import Escrow
from drivers.ccnet.line import HOLD, POLL, RESET, RETURN, STACK, STACKED_COUNTER, Kind, Line, Reply, Request
from drivers.ccnet.start_up import POWER_UPS, STOPPED, Found, Past, start_up
from drivers.ccnet.texts import FAULTS, STATE_FAULTS, small_news
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast

MODEL = "ccnet"
RESET_EVERY_MS = 10_000
RESTING_POLL_MS = 300  # disabled and empty
WRONG_PAUSE_MS = 5_000
ENABLE_AGAIN_MS = 1_000
COUNTER_PAUSE_MS = 1_000
STALE_MS = 10_000
QUIET_STATES = (State.IDLING, State.DISABLED, State.FAILURE)  # the counter may be asked


ENDINGS = (State.JAMMED, State.BOX_JAMMED, State.FAILURE)
"""They say what became of a note: that is told before the fault, which ends a sale."""


class CcnetValidator(Polled[Escrow, Request, Reply]):
    """Participant and NoteAcceptor.

    `first_note`: the first number to give to a note. `escrow_ms`: how long a note may be held for a decision, renewals
    included, 0 = no limit. `countries`: letters of the bill table that are our money. `poll_ms`: 100 or more.
    """

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        first_note: int,
        poll_ms: int = 100,
        escrow_ms: int = 0,
        address: int = VALIDATOR,
        countries: Collection[str] = ("CHN", "CNY"),
    ) -> None:
        super().__init__(name, report, Escrow(report, first_note, escrow_ms), escrow_ms)
        self._poll_ms = max(100, poll_ms)
        self._countries = frozenset(countries)
        self._line: Line = Line(address)
        self._past = Past("unknown")
        self._found: Found | None = None
        self._bills: Mapping[int, Bill] = {}
        self._status = Status(0)
        self._wanted: frozenset[int] = frozenset()
        self._enabled: bytes | None = None  # the mask the unit has acknowledged; None: not known
        self._enable_ms = -ENABLE_AGAIN_MS
        self._poll_sent_ms = self._reset_ms = self._lost_ms = -RESET_EVERY_MS

    # -- the port

    @property
    def values_fen(self) -> Collection[int]:
        return {bill.value_fen for bill in self._bills.values()}

    @property
    def counters(self) -> Mapping[str, int]:
        return {} if self._escrow.expected is None else {"stacked": self._escrow.expected}

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._wanted = frozenset(values_fen)

    def recall(self) -> None:
        past = self._past
        bill = self._bills.get(past.bill_type) if past.bill_type is not None else None
        counters = tuple(self.counters.items())
        self._report(AcceptorPast(past.position, bill.value_fen if bill else 0, past.credited, counters))

    # -- service and probe

    def probe_lines(self) -> list[str]:
        """Identity, state, counters and notes it knows; one fact a line."""
        lines = [f"model {MODEL}", f"phase {self._phase.value}", f"status {self._status.raw}"]
        if self._found:
            identity = self._found.identity
            lines += [f"part {identity.part}", f"serial {identity.serial}", f"asset {identity.asset}"]
            lines += [f"type {n} {b.country} {b.value_fen} fen" for n, b in sorted(self._found.bills.items())]
        lines += [f"counter {name} {count}" for name, count in self.counters.items()]
        return lines + self._faults.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        super().link_up(now_ms)
        self._reset_ms = now_ms

    # -- what to send

    def _next_request(self, now_ms: int) -> Request | None:
        poll = POLL if now_ms >= self._poll_due_ms() else None
        if self._phase is Phase.STARTING:
            return self._next_step if self._next_step is not POLL else poll
        if self._phase is Phase.SEARCHING:
            lonely = now_ms - self._line.heard_ms >= ABSENT_MS and now_ms - self._reset_ms >= RESET_EVERY_MS
            undecided = self._escrow.note is not None  # a reset would wipe what the unit could still tell of it
            return RESET if lonely and not undecided else poll
        return self._escrow.due(now_ms) or self._enable_due(now_ms) or self._count_due() or poll

    def _enable_due(self, now_ms: int) -> Request | None:
        """ENABLE when the wish changed, or when the unit shows that it forgot it."""
        data = enable_data(n for n, bill in self._bills.items() if bill.value_fen in self._wanted)
        forgot = self._status.code == (State.DISABLED if any(data) else State.IDLING)
        if data == self._enabled and not forgot:
            return None
        if (data == self._enabled or self._enabled is None) and now_ms - self._enable_ms < ENABLE_AGAIN_MS:
            return None
        return Request(Command.ENABLE, data)

    def _count_due(self) -> Request | None:
        return STACKED_COUNTER if self._escrow.wants_count and self._status.code in QUIET_STATES else None

    def _rests_until(self, free_ms: int, now_ms: int) -> int:
        return max(free_ms, min(self._poll_due_ms(), now_ms + self._poll_ms) - self._line.pause_to_come_ms)

    def _send(self, request: Request, now_ms: int) -> None:
        if request is POLL:
            self._poll_sent_ms = now_ms
        elif request is RESET:
            self._reset_ms = now_ms
        elif request in (STACK, RETURN, HOLD):
            self._escrow.sent(request, now_ms)
            self._poll_sent_ms = now_ms  # a unit that has just begun to move a note is not hurried (section 12, trap 3)
        elif request.code == Command.ENABLE:
            self._enabled, self._enable_ms = None, now_ms
        self._line.send(request, now_ms)

    def _poll_due_ms(self) -> int:
        if self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._faults:
            return self._poll_sent_ms + ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and self._status.code == State.DISABLED
        if resting and not self._wanted and not self._escrow.note:
            return self._poll_sent_ms + max(self._poll_ms, RESTING_POLL_MS)
        return self._poll_sent_ms + self._poll_ms

    # -- what came back

    def _answer(self, replies: list[Reply], now_ms: int) -> None:
        for reply in replies:
            if reply.kind is Kind.SILENT and reply.request is POLL:
                self._lost_ms = now_ms
            if reply.kind is not Kind.SILENT:
                self._faults.clear(FaultCode.NO_ANSWER)
            status = parse_status(reply.payload) if reply.request is POLL and reply.kind is Kind.DATA else None
            ended = self._phase is Phase.WORKING and status is not None and status.code in ENDINGS
            if status and not ended:
                self._show(status, now_ms)
            if self._phase is Phase.SEARCHING and status:
                self._begin(status, now_ms)
            elif self._phase is Phase.STARTING:
                self._step(reply, now_ms)
            elif self._phase is Phase.WORKING:
                self._work(reply, status, now_ms)
            if status and ended:
                self._show(status, now_ms)

    def _work(self, reply: Reply, status: Status | None, now_ms: int) -> None:
        if status and status.code in POWER_UPS:
            self._begin(status, now_ms)
        elif status:
            self._escrow.status(status, now_ms, stale=now_ms - self._lost_ms < STALE_MS)
        elif reply.request is STACKED_COUNTER:
            self._count(reply, now_ms)
        elif reply.request.code == Command.ENABLE and reply.kind is Kind.ACK:
            self._enabled = reply.request.data
        else:
            self._escrow.replied(reply)

    def _count(self, reply: Reply, now_ms: int) -> None:
        stacked = parse_counter(reply.payload) if reply.kind is Kind.DATA else None
        if stacked is not None:
            self._escrow.counted(stacked)
        else:
            self._escrow.no_count()
            self._line.pause(now_ms + COUNTER_PAUSE_MS)  # its late answer would look like a status

    def _show(self, status: Status, now_ms: int) -> None:
        """Faults and small news; a status that stays is told once."""
        before, self._status = self._status, status
        if status.code == State.BUSY:
            self._line.pause(now_ms + status.detail * 100)
        fault = FAULTS.get(status.code, FaultCode.PROTOCOL)
        for code in STATE_FAULTS:
            passed = code is not fault and status.code not in (State.BUSY, State.PAUSE)
            if passed and not (self._overdue and code is FaultCode.DEVICE_FAILURE):
                self._faults.set(code, False)
        if fault:
            self._faults.set(fault, True, status.raw)
        if self._phase is Phase.STARTING and status.code in (State.JAMMED, State.BOX_JAMMED):
            self._escrow.jam()  # the reset will not say more of it
        if self._phase is not Phase.WORKING or before == status:
            return
        if news := small_news(status):
            self._report(news)

    # -- start-up and silence

    def _begin(self, first: Status, now_ms: int) -> None:
        self._phase, self._past = Phase.STARTING, Past.of(first)
        self._start_ms = now_ms
        self._enabled = None
        self._steps = start_up(first, self._past)
        self._next_step = next(self._steps)
        if first.code in STOPPED:
            self.recall()  # the rest may take until a technician comes

    @property
    def _helpless(self) -> bool:
        return self._status.code in STOPPED

    def _reset(self, now_ms: int) -> None:
        """As from a power-up: a status from before the help would say that it still is stuck."""
        self._begin(Status(State.POWER_UP), now_ms)

    def _step(self, reply: Reply, now_ms: int) -> None:
        if reply.request is not self._next_step:  # something late; its news still counts
            status = parse_status(reply.payload) if reply.request is POLL else None
            if status:
                self._past.see(status)
            return
        self._next_of_start(reply, f"start {self._status.raw}", now_ms)

    def _started(self, found: Found | None, now_ms: int) -> None:
        if found is None:
            self._faults.set(FaultCode.WRONG_DEVICE, True, self._status.raw)
            self._phase = Phase.SEARCHING
            self._line.pause(now_ms + WRONG_PAUSE_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._found, self._phase, self._overdue = found, Phase.WORKING, False
        self._bills = {n: bill for n, bill in found.bills.items() if bill.country in self._countries}
        self._faults.set(FaultCode.NOTE_TABLE, not self._bills)
        if self._escrow.restarted(self._past.position, self._past.credited, found.stacked):
            self._past = Past("none")  # it has been told as that note's outcome
        self._escrow.use(self._bills, found.stacked)
        self._enabled = enable_data(())  # a disabled unit ended the start-up
        if self._past.position in ("path", "escrow"):
            bill = self._bills.get(self._past.bill_type) if self._past.bill_type is not None else None
            self._escrow.past_value_fen = bill.value_fen if bill else 0
        self.recall()
        self._report(DeviceReady(self.name, MODEL, found.identity.part, found.identity.serial))
