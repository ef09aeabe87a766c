"""Note acceptor that speaks ID003 (JCM and others), with one note of escrow. Sans-I/O.

Source: id003 sheet. The line keeps the rules of the wire (`line.py`), the start-up learns who is there and what was before
(`start_up.py`), the escrow settles notes (`escrow.py`); here they take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.accepting.polled import ABSENT_POLL_MS, Polled
from drivers.accepting.single import Phase
from drivers.id003.codec import CODES, Command, Denomination, State, Status, parse_status
from drivers.id003.escrow import STUCK, Escrow, Valid
from drivers.id003.line import ACCEPT, HOLD, INHIBIT, POLL, RETURN, STACK, Kind, Line, Reply, Request, enable
from drivers.id003.start_up import POWER_UPS, STOPPED, Found, Past, look, start_up
from drivers.id003.texts import STATE_FAULTS, fault_of, small_news
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast

MODEL = "id003"
CHINA = 0x2D
POLL_MS = range(100, 201)
WRONG_PAUSE_MS = 3_000  # shorter than ABSENT_MS, or it would count as silence
SET_AGAIN_MS = 1_000
ODD_MS = 10_000  # a state that may not pass without a reset
ODD = (State.CHEATED, State.COMMUNICATION_ERROR)


class Id003Acceptor(Polled[Escrow, Request, Reply]):
    """Participant and NoteAcceptor.

    `first_note`: the first number to give to a note. `escrow_ms`: how long a note may be held for a decision, 0 = no limit.
    `countries`: country bytes of the currency table that are our money. `notes`: escrow code 61..70 -> face value in fen, for a
    unit that does not tell; one that does has to agree. `poll_ms`: 100 to 200. `look_only`: ask, and nothing else.
    """

    counters: Mapping[str, int] = {}  # the protocol has none

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        first_note: int,
        poll_ms: int = POLL_MS[0],
        escrow_ms: int = 0,
        countries: Collection[int] = (CHINA,),
        notes: Mapping[int, int] | None = None,
        look_only: bool = False,
    ) -> None:
        super().__init__(name, report, Escrow(report, first_note, escrow_ms), escrow_ms)
        self._poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[-1])
        self._countries = frozenset(countries)
        self._notes = {code: fen for code, fen in (notes or {}).items() if code in CODES}
        self._look_only = look_only
        self._line: Line = Line()
        self._past = Past("unknown")
        self._found: Found | None = None
        self._values: Mapping[int, int] = {}
        self._heard = self._status = Status(0)  # the last one, and the last one that was believed
        self._since_ms = 0  # when that one came first
        self._wanted: frozenset[int] = frozenset()
        self._enabled: Request | None = None  # SET ENABLE as the unit has echoed it; None: not known
        self._setting: Request | None = None  # the last one sent
        self._set_ms = -SET_AGAIN_MS
        self._poll_sent_ms = -POLL_MS[-1]

    # -- the port

    @property
    def values_fen(self) -> Collection[int]:
        return set(self._values.values())

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._wanted = frozenset(values_fen)

    def recall(self) -> None:
        past = self._past
        self._report(AcceptorPast(past.position, self._values.get(past.code, 0), past.credited, ()))

    # -- service and probe

    def probe_lines(self) -> list[str]:
        """Identity, state and notes it knows; one fact a line. The protocol has no counters."""
        lines = [f"model {MODEL}", f"phase {self._phase.value}", f"status {self._status.raw}"]
        if self._found:
            lines += [f"version {self._found.version}", f"boot version {self._found.boot or 'not told'}"]
            table: Mapping[int, Denomination] = self._found.table or {}
            lines += [f"code {n:02X} country {row.country:02X} {row.value_fen} fen" for n, row in sorted(table.items())]
            if not self._look_only:
                lines.append(f"power recovery {'on' if self._found.power_recovery else 'refused'}")
        return lines + self._faults.lines()

    # -- what to send

    def _next_request(self, now_ms: int) -> Request | None:
        poll = POLL if now_ms >= self._poll_due_ms() else None
        if self._phase is Phase.STARTING:
            return self._next_step if self._next_step is not POLL else poll
        if self._phase is Phase.SEARCHING or self._look_only:
            return poll
        return self._escrow.due(now_ms) or self._setting_due(now_ms) or poll

    def _setting_due(self, now_ms: int) -> Request | None:
        """Which notes, and whether any. The table says to set notes while the unit is inhibited (section 8), so it is first."""
        codes = [code for code, value_fen in self._values.items() if value_fen in self._wanted]
        wish = enable(codes)
        if self._status.code not in (State.IDLING, State.DISABLED):
            return None
        if self._status.code == State.IDLING:
            due = None if codes and wish == self._enabled else INHIBIT
        elif not codes:
            return None
        else:
            due = ACCEPT if wish == self._enabled else wish
        again = due == self._setting and now_ms - self._set_ms < SET_AGAIN_MS  # the status may be from before it
        return None if again else due

    def _rests_until(self, free_ms: int, now_ms: int) -> int:
        return max(free_ms, min(self._poll_due_ms(), now_ms + self._poll_ms) - self._line.pause_to_come_ms)

    def _send(self, request: Request, now_ms: int) -> None:
        if request is POLL:
            self._poll_sent_ms = now_ms
        elif request in (STACK, RETURN, HOLD) and self._phase is Phase.WORKING:
            self._escrow.sent(request, now_ms)
            self._poll_sent_ms = now_ms  # a unit that has just begun to move a note is not hurried
        elif request.code in (Command.SET_ENABLE, Command.INHIBIT):
            self._setting, self._set_ms = request, now_ms
            self._enabled = None if request.code == Command.SET_ENABLE else self._enabled
        self._line.send(request, now_ms)

    def _poll_due_ms(self) -> int:
        if self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._faults:
            return self._poll_sent_ms + ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and self._status.code == State.DISABLED
        if resting and not self._wanted and not self._escrow.note:
            return self._poll_sent_ms + POLL_MS[-1]
        return self._poll_sent_ms + self._poll_ms

    # -- what came back

    def _answer(self, replies: list[Reply], now_ms: int) -> None:
        for reply in replies:
            status = None
            if reply.kind is not Kind.SILENT:
                self._faults.clear(FaultCode.NO_ANSWER)
            if reply.request is POLL and reply.frame:
                status = parse_status(reply.frame)
                before, self._heard = self._heard, status or self._heard
                if self._line.doubtful(now_ms) and status != before:
                    continue  # it will be said again if it is true
            ended = self._phase is Phase.WORKING and status is not None and status.code in STUCK
            if status and not ended:
                self._show(status, now_ms)
            if self._phase is Phase.SEARCHING and status:
                self._begin(status, now_ms)
            elif self._phase is Phase.WORKING:
                self._work(reply, status, now_ms)
            if status and status.code == State.VEND_VALID and not self._look_only:
                self._valid()  # before a start-up takes it in: what it says is told first
            if self._phase is Phase.STARTING:
                self._step(reply, now_ms)
            if status and ended:
                self._show(status, now_ms)  # what became of a note is told before the fault, which ends a sale

    def _valid(self) -> None:
        """The ACK leaves when what is reported here is on disk (decision 16)."""
        means = self._escrow.valid()
        if means is Valid.WAIT:
            return
        if means is Valid.UNKNOWN and self._phase is Phase.STARTING and not self._past.credited:
            self._past.position, self._past.credited = "stacker", True
            self.recall()
        elif means is Valid.ODD or (means is Valid.UNKNOWN and self._phase is Phase.WORKING):
            self._faults.set(FaultCode.PROTOCOL, True, self._status.raw)
        elif means is not Valid.UNKNOWN and self._phase is Phase.STARTING:
            self._past = Past("none")  # it has been told as that note's outcome
        self._line.acknowledge()

    def _work(self, reply: Reply, status: Status | None, now_ms: int) -> None:
        if status and (status.code in POWER_UPS or status.code == State.INITIALIZE) and not self._look_only:
            self._begin(status, now_ms)
        elif status and status.code != State.VEND_VALID:
            self._escrow.status(status, now_ms)
            odd = status.code in ODD and now_ms - self._since_ms >= ODD_MS and self._escrow.note is None
            self._reset_wanted = self._reset_wanted or (odd and not self._look_only)
        elif reply.request.code == Command.SET_ENABLE and reply.kind is Kind.ACK:
            self._enabled = reply.request
        elif status is None:
            self._escrow.replied(reply, sure=not self._line.doubtful(now_ms))

    def _show(self, status: Status, now_ms: int) -> None:
        """Faults and small news; a status that stays is told once."""
        before, self._status = self._status, status
        if before != status:
            self._since_ms = now_ms
        fault = fault_of(status)
        for code in STATE_FAULTS:
            passed = code is not fault and status.code != State.PAUSE
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
        if not self._past.credited or self._escrow.used:  # else that note is still the last thing there is to tell
            self._past = Past.of(first)
        self._phase = Phase.STARTING
        self._start_ms = now_ms
        self._enabled = None
        self._steps = look(self._past) if self._look_only else start_up(first, self._past)
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
        if reply.request is not self._next_step:
            return  # the one that began this start
        self._next_of_start(reply, f"start {self._status.raw}", now_ms)

    def _started(self, found: Found | None, now_ms: int) -> None:
        if found is None:
            self._faults.set(FaultCode.WRONG_DEVICE, True, self._status.raw)
            self._phase = Phase.SEARCHING
            self._line.pause(now_ms + WRONG_PAUSE_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._found, self._phase, self._overdue = found, Phase.WORKING, False
        self._values = self._money(found)
        if not self._look_only:
            self._faults.set(FaultCode.NOTE_TABLE, not self._values)
        if self._escrow.restarted(self._past.position):
            self._past = Past("none")  # it has been told as that note's outcome
        self._escrow.use(self._values)
        if self._past.position in ("path", "escrow"):
            self._escrow.past_value_fen = self._values.get(self._past.code, 0)
        self.recall()
        self._report(DeviceReady(self.name, MODEL, found.version, ""))

    def _money(self, found: Found) -> Mapping[int, int]:
        """Escrow code -> fen. Nothing when unit and config contradict each other: then nobody knows what a code is worth."""
        if found.table is None:
            return self._notes
        told = {code: row.value_fen for code, row in found.table.items() if row.country in self._countries}
        return told if all(told.get(code) == fen for code, fen in self._notes.items()) else {}
