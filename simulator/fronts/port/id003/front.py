"""An ID-003 acceptor without bytes: its driver's port on one side, the twin's mechanism on the other.

Source: id003 sheet; the facts are those of a driver on a wire, only their times differ. Faults of bytes alone do nothing here:
noise, duplicate_reply, reply_to_previous, echo, answer_after_60_ms. late_reply and answer_after_2500_ms are answers that never
come; bit_flip, cut_frame and wrong_length_next are answers that cannot be read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast
from simulator.devices.id003 import Id003Acceptor, codes
from simulator.devices.id003.body import Body
from simulator.devices.id003.codes import State
from simulator.devices.id003.denominations import CHINA
from simulator.fronts.port.acceptor_book import Wish
from simulator.fronts.port.acceptor_host import ABSENT_MS, Host, Phase
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.id003.line import Line
from simulator.fronts.port.id003.notes import JAMS, SHOWS_NOTE, STUCK, Notes, Valid
from simulator.fronts.port.id003.slot import Slot
from simulator.fronts.port.id003.start import POLL, STOPPED, Ask, Course, Found, Past, start
from simulator.fronts.port.id003.words import show_stops, small_news

MODEL = "id003"
POLL_MS = range(100, 201)
WRONG_PAUSE_MS = 3_000
ODD = frozenset({int(State.CHEATED), codes.COMMUNICATION_ERROR})
ODD_MS = 10_000  # a state that may not pass without a reset
START_MS = 60_000


class Id003Front(Host):
    """Keywords are the driver's; `countries`: bytes of the currency table that are our money."""

    _body: Body
    _line: Line
    _notes: Notes

    def __init__(
        self,
        name: str,
        report: Report,
        twin: Id003Acceptor,
        *,
        first_note: int,
        poll_ms: int = POLL_MS[0],
        escrow_ms: int = 0,
        countries: Collection[int] = (CHINA,),
    ) -> None:
        poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[-1])
        notes = Notes(report, first_note, escrow_ms)
        super().__init__(name, report, twin, Line(twin), notes, poll_ms=poll_ms, hold_ms=escrow_ms)
        rows = enumerate(twin.unit.kinds, codes.FIRST_DENOMINATION)
        self._table = {code: kind.value_fen for code, kind in rows if kind and kind.country in countries}
        self._past = Past("unknown")
        self._course: Course | None = None
        self._next = POLL
        self._heard = self._status = bytes(1)  # the last status, and the last one that was believed
        self._since_ms = 0  # when that one came first
        self._slot = Slot()
        self._overdue = False
        self._start_ms = -START_MS

    # -- the port

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._slot.choose(frozenset(values_fen), self._notes.values)

    def recall(self) -> None:
        past = self._past
        self._report(AcceptorPast(past.position, self._notes.values.get(past.kind, 0), past.credited, ()))

    # -- link

    def _linked(self, now_ms: int) -> None:
        self._start_ms = now_ms

    def _begin_again(self, now_ms: int) -> None:
        self._begin(bytes([State.POWER_UP]), now_ms)

    def _signs(self) -> tuple[object, ...]:
        return self._slot.orders, self._body.state

    def _still_there(self, now_ms: int) -> None:
        self._line.heard_ms = now_ms
        if self._status[0] in STOPPED:
            self._start_ms = now_ms  # how long people take to help it is not its own time
        held, seen = self._notes.held, self._line.seen
        if held is not None and seen is self._body.state and seen in SHOWS_NOTE and self._heard == self._status:
            held.sign_ms = now_ms

    # -- what to do next

    def _act(self, now_ms: int) -> bool:
        if self._phase is Phase.WORKING:
            return self._order(now_ms) or self._set(now_ms) or self._look(now_ms)
        if self._phase is Phase.STARTING and not self._next.polls:
            self._step(*self._send(self._next, now_ms), now_ms)
            return True
        return self._look(now_ms)

    def _send(self, ask: Ask, now_ms: int) -> tuple[Heard, bytes]:
        heard, told = self._line.send(ask.command, now_ms, ask.data)
        if heard.answered:
            self._faults.clear(FaultCode.NO_ANSWER)
        return heard, told

    def _order(self, now_ms: int) -> bool:
        notes = self._notes
        wish = notes.wish(now_ms)
        if wish is Wish.NONE:
            if not notes.renews(now_ms):
                return False
            notes.renewed(now_ms)
            self._send(Ask(codes.HOLD), now_ms)
            return True
        notes.ordered(wish, True, now_ms)
        heard, _ = self._send(Ask(codes.STACK_2 if wish is Wish.STACK else codes.RETURN), now_ms)
        if wish is Wish.STACK and heard is Heard.REFUSED and not self._line.doubtful(now_ms):
            notes.not_obeyed()
        return True

    def _set(self, now_ms: int) -> bool:
        ask = self._slot.due(self._status[0], now_ms)
        if ask is None:
            return False
        heard, _ = self._send(ask, now_ms)
        self._slot.sent(ask, heard, now_ms)
        return True

    # -- statuses

    def _look(self, now_ms: int) -> bool:
        if self._look_ms is None or now_ms < self._look_ms:
            return False
        self._look_ms = None
        status = self._line.look(now_ms)
        if status is not None:
            self._faults.clear(FaultCode.NO_ANSWER)
            before, self._heard = self._heard, status
            if status == before or not self._line.doubtful(now_ms):  # else it is told again if it is true
                self._tell(status, now_ms)
        return True

    def _tell(self, status: bytes, now_ms: int) -> None:
        """A status that is believed."""
        ended = self._phase is Phase.WORKING and status[0] in STUCK  # what became of a note is told before the fault
        starting = self._phase is Phase.STARTING
        if not ended:
            self._show(status, now_ms)
        if self._phase is Phase.SEARCHING:
            self._begin(status, now_ms)
        elif self._phase is Phase.WORKING:
            self._work(status, now_ms)
        if status[0] == State.VEND_VALID:
            self._valid()
        if starting:
            self._step(Heard.GOOD, status, now_ms)
        if ended:
            self._show(status, now_ms)

    def _show(self, status: bytes, now_ms: int) -> None:
        before, self._status = self._status, status
        if before != status:
            self._since_ms = now_ms
        show_stops(self._faults, status, keep_failure=self._overdue)
        if self._phase is Phase.STARTING and status[0] in JAMS:
            self._notes.jammed()
        news = small_news(status) if self._phase is Phase.WORKING and before != status else None
        if news is not None:
            self._report(news)

    def _work(self, status: bytes, now_ms: int) -> None:
        if status[0] in codes.POWER_UPS or status[0] == State.INITIALIZE:
            self._begin(status, now_ms)
        elif status[0] != State.VEND_VALID:
            self._notes.status(status, now_ms)
            odd = status[0] in ODD and now_ms - self._since_ms >= ODD_MS and self._notes.held is None
            self._restart_wanted = self._restart_wanted or odd

    def _valid(self) -> None:
        means, past = self._notes.valid(), self._past
        if means is Valid.WAIT:
            return
        if self._phase is Phase.STARTING:
            if means is Valid.UNKNOWN and not past.credited:
                past.position, past.credited = "stacker", True
                self.recall()
            elif means in (Valid.OURS, Valid.AGAIN):
                self._past = Past()  # told as that note's outcome
        if means is Valid.ODD or (means is Valid.UNKNOWN and self._phase is Phase.WORKING):
            self._faults.set(FaultCode.PROTOCOL, True, raw(self._status))
        self._line.accept()

    # -- start-up and silence

    def _begin(self, first: bytes, now_ms: int) -> None:
        if not self._past.credited or self._notes.used:
            self._past = Past.of(first)
        self._phase, self._start_ms = Phase.STARTING, now_ms
        self._slot.forget()
        self._course = start(first, self._past)
        self._next = next(self._course)
        if first[0] in STOPPED:
            self.recall()

    def _step(self, heard: Heard, told: bytes, now_ms: int) -> None:
        assert self._course is not None
        if self._next.command == codes.INHIBIT or self._next.command == codes.ENABLE:
            self._slot.sent(self._next, heard, now_ms)
        try:
            self._next = self._course.send((heard, told))
        except StopIteration as end:
            self._started(end.value, now_ms)
            return
        if self._status[0] in STOPPED:
            self._start_ms = now_ms
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"start {raw(self._status)}")

    def _started(self, found: Found | None, now_ms: int) -> None:
        self._course = None
        if found is None:
            self._faults.set(FaultCode.WRONG_DEVICE, True, raw(self._status))
            self._phase = Phase.SEARCHING
            self._line.pause(now_ms + WRONG_PAUSE_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._phase, self._overdue = Phase.WORKING, False
        values = self._table if found.tells_notes else {}
        self._faults.set(FaultCode.NOTE_TABLE, not values)
        if self._notes.restarted(self._past.position):
            self._past = Past()  # told as that note's outcome
        self._notes.learnt(values)
        self._slot.choose(self._slot.wanted, values)
        if self._past.position in ("path", "escrow"):
            self._notes.past_value_fen = values.get(self._past.kind, 0)
        self.recall()
        self._report(DeviceReady(self.name, MODEL, found.version, ""))

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = now_ms - self._line.heard_ms
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS
        if not hopeful or self._status[0] in STOPPED or alone_ms >= ABSENT_MS:
            self._notes.late(now_ms)
        if alone_ms >= ABSENT_MS:
            self._phase = Phase.SEARCHING
            self._nobody_answers()

    # -- when to be asked again

    def _wakes(self, now_ms: int) -> Sequence[int | None]:
        if self._phase is not Phase.WORKING:
            return ()
        return (self._slot.wake_ms(self._status[0]),)

    def _grid_ms(self) -> int:
        resting = self._phase is Phase.WORKING and self._status[0] == State.DISABLED
        rests = resting and not self._slot.wanted and self._notes.held is None
        return POLL_MS[-1] if rests else super()._grid_ms()

    def _lively(self) -> bool:
        line, held = self._line, self._notes.held
        if self._phase is Phase.SEARCHING or line.news() or line.broken() or self._heard != self._status:
            return True
        if line.seen is State.VEND_VALID or self._status[0] in ODD:
            return True
        if self._phase is Phase.STARTING:
            return not self._next.patient
        return held is not None and (held.missing > 0 or (held.sent_ms is not None and held.in_escrow))
