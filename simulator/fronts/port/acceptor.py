"""The note validator without bytes: its driver's port on one side, the twin's mechanism on the other.

Source: ccnet sheet, sections 4 to 8 and 12; the facts are those of a driver on a wire, only their times differ. What the
mechanism does is seen at the next multiple of `poll_ms`; while nothing moves nobody asks.

Faults of bytes alone do nothing here: noise, duplicate_reply, reply_to_previous, nak_next. late_reply is an answer that never
comes. bit_flip and cut_frame are answers that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast, NoteMoving, NoteRefused
from simulator.devices.ccnet import CcnetValidator, codes
from simulator.devices.ccnet.body import Body
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_book import Wish
from simulator.fronts.port.acceptor_host import ABSENT_MS, Host, Phase
from simulator.fronts.port.acceptor_line import ENABLE, HOLD, POLL, RESET, RETURN, STACK, STACKED_COUNTER, Line
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.acceptor_note import SHOWS_NOTE, Notes
from simulator.fronts.port.acceptor_slot import Slot
from simulator.fronts.port.acceptor_start import STOPPED, Start
from simulator.fronts.port.acceptor_words import COUNTABLE, ENDINGS, REASONS, raw, show_stops

MODEL = "ccnet"
TYPES = 24
RESET_EVERY_MS = 10_000
RESTING_POLL_MS = 300
WRONG_PAUSE_MS = 5_000
COUNTER_PAUSE_MS = 1_000
STALE_MS = 10_000
START_MS = 60_000


class AcceptorFront(Host):
    """NoteAcceptor and Participant. Keywords are the driver's; `twin` may be old, a new front is made at each start."""

    _body: Body
    _line: Line
    _notes: Notes

    def __init__(
        self,
        name: str,
        report: Report,
        twin: CcnetValidator,
        *,
        first_note: int,
        poll_ms: int = 100,
        escrow_ms: int = 0,
        countries: Collection[str] = ("CHN", "CNY"),
    ) -> None:
        notes = Notes(report, first_note, escrow_ms)
        super().__init__(name, report, twin, Line(twin), notes, poll_ms=max(100, poll_ms), hold_ms=escrow_ms)
        self._twin: CcnetValidator = twin
        kinds = enumerate(self._body.kinds[:TYPES])
        self._table = {number: kind.value_fen for number, kind in kinds if kind and kind.country in countries}
        self._start = Start(State.DISABLED, 0)
        self._status = bytes([0])
        self._slot = Slot()
        self._overdue = False
        self._start_ms, self._reset_ms = 0, -RESET_EVERY_MS

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        counter = self._notes.counter
        return {} if counter is None else {"stacked": counter}

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._slot.choose(frozenset(values_fen), self._notes.values)

    def recall(self) -> None:
        start = self._start
        value_fen = self._notes.values.get(start.bill_type, 0) if start.bill_type is not None else 0
        self._report(AcceptorPast(start.position, value_fen, start.credited, tuple(self.counters.items())))

    # -- link

    def _signs(self) -> tuple[object, ...]:
        return self._slot.orders, self._body.state, len(self._body.events)

    def _linked(self, now_ms: int) -> None:
        self._start_ms = self._reset_ms = now_ms

    def _begin_again(self, now_ms: int) -> None:
        self._begin(State.POWER_UP, 0, now_ms)

    # -- what to do next

    def _act(self, now_ms: int) -> bool:
        if self._phase is Phase.WORKING:
            return self._order(now_ms) or self._enable(now_ms) or self._count(now_ms) or self._look(now_ms)
        if self._phase is Phase.STARTING:
            return self._look(now_ms) if self._start.next == POLL else self._step(now_ms)
        lonely = now_ms - self._line.heard_ms >= ABSENT_MS and now_ms - self._reset_ms >= RESET_EVERY_MS
        if lonely and self._notes.held is None:
            self._reset(now_ms)
            return True
        return self._look(now_ms)

    def _send(self, command: int, now_ms: int, do: Callable[[], None] | None = None) -> Heard:
        heard = self._line.send(command, now_ms, do)
        if heard.answered:
            self._faults.clear(FaultCode.NO_ANSWER)
        return heard

    def _reset(self, now_ms: int) -> Heard:
        self._reset_ms = now_ms
        return self._send(RESET, now_ms, lambda: self._body.reset(now_ms))

    def _order(self, now_ms: int) -> bool:
        notes, body = self._notes, self._body
        if notes.renews(now_ms):
            self._send(HOLD, now_ms, lambda: body.hold(now_ms))
            notes.renewed(now_ms)
            return True
        wish = notes.wish(now_ms)
        if wish is Wish.NONE:
            return False
        command, act = (STACK, body.stack) if wish is Wish.STACK else (RETURN, body.give_back)
        heard = self._send(command, now_ms, lambda: act(now_ms))
        notes.ordered(wish, heard is not Heard.REFUSED, now_ms)
        return True

    def _enable(self, now_ms: int) -> bool:
        slot = self._slot
        if not slot.due(self._status[0], now_ms):
            return False
        mask = slot.sent(now_ms)
        if self._send(ENABLE, now_ms, lambda: self._body.enable(mask, mask)) is Heard.GOOD:
            slot.enabled = mask
        return True

    def _count(self, now_ms: int) -> bool:
        if not (self._notes.wants_count() and self._status[0] in COUNTABLE):
            return False
        counter = self._read_counter(now_ms)
        if counter is not None:
            self._notes.counted(counter)
        else:
            self._notes.not_counted()
            self._line.pause(now_ms + COUNTER_PAUSE_MS)
        return True

    def _read_counter(self, now_ms: int) -> int | None:
        heard = self._send(STACKED_COUNTER, now_ms)
        return self._body.stacked_counter if heard is Heard.GOOD else None

    # -- statuses

    def _look(self, now_ms: int) -> bool:
        if self._look_ms is None or now_ms < self._look_ms:
            return False
        self._look_ms = None
        status = self._line.look(now_ms)
        if status is not None:
            self._faults.clear(FaultCode.NO_ANSWER)
            self._tell(status, now_ms)
        return True

    def _tell(self, status: bytes, now_ms: int) -> None:
        before, self._status = self._status, status
        code, detail = status[0], status[1] if len(status) > 1 else 0
        ended = self._phase is Phase.WORKING and code in ENDINGS  # what became of a note is told before the fault
        if not ended:
            self._show(before, status, now_ms)
        if self._phase is Phase.SEARCHING or (self._phase is Phase.WORKING and code in codes.POWER_UPS):
            self._begin(code, detail, now_ms)
        elif self._phase is Phase.STARTING:
            self._start.told(code, detail, patient=before == status and code in STOPPED)
            self._watch_start(now_ms)
        else:
            self._notes.status(code, detail, now_ms, stale=now_ms - self._line.lost_ms < STALE_MS)
        if ended:
            self._show(before, status, now_ms)

    def _show(self, before: bytes, status: bytes, now_ms: int) -> None:
        code = status[0]
        if code == codes.BUSY:
            self._line.pause(now_ms + status[1] * 100)
        show_stops(self._faults, status, keep_failure=self._overdue)
        if self._phase is Phase.STARTING and code in (State.JAM_VALIDATOR, State.JAM_CASSETTE):
            self._notes.jammed()
        if self._phase is not Phase.WORKING or before == status:
            return
        if code == State.ACCEPTING:
            self._report(NoteMoving())
        elif code == State.REJECTING:
            self._report(NoteRefused(REASONS[status[1]], raw(status)))
        elif code == State.PAUSE:
            self._report(NoteRefused("double", raw(status)))

    def _still_there(self, now_ms: int) -> None:
        self._line.heard_ms = now_ms
        if self._status[0] in STOPPED:
            self._start_ms = now_ms  # how long people take to help it is not its own time
        held, seen = self._notes.held, self._line.seen
        if held is not None and seen is self._body.state and seen in SHOWS_NOTE:
            held.sign_ms = now_ms

    # -- start-up and silence

    def _begin(self, code: int, detail: int, now_ms: int) -> None:
        self._phase, self._start = Phase.STARTING, Start(code, detail)
        self._start_ms, self._slot.enabled = now_ms, None
        if code in STOPPED:
            self.recall()

    def _step(self, now_ms: int) -> bool:
        start = self._start
        if start.next == RESET:
            start.done(self._reset(now_ms))
        elif start.next == ENABLE:
            self._slot.sent(now_ms)
            start.done(self._send(ENABLE, now_ms, lambda: self._body.enable(0, 0)))
        elif start.next == STACKED_COUNTER:
            counter = self._read_counter(now_ms)
            start.done(Heard.GOOD if counter is not None else Heard.REFUSED, counter)
        else:
            start.done(self._send(start.next, now_ms))
        if start.over:
            self._started(now_ms)
        else:
            self._watch_start(now_ms)
        return True

    def _watch_start(self, now_ms: int) -> None:
        if self._status[0] in STOPPED:
            self._start_ms = now_ms
        elif now_ms - self._start_ms >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"start {raw(self._status)}")

    def _started(self, now_ms: int) -> None:
        start, notes = self._start, self._notes
        if start.failed:
            self._faults.set(FaultCode.WRONG_DEVICE, True, raw(self._status))
            self._phase = Phase.SEARCHING
            self._line.pause(now_ms + WRONG_PAUSE_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._phase, self._overdue = Phase.WORKING, False
        self._faults.set(FaultCode.NOTE_TABLE, not self._table)
        if notes.restarted(start.position, start.credited, start.counter):
            self._start = Start(State.DISABLED, 0)  # told as that note's outcome
        notes.learnt(self._table, start.counter)
        self._slot.choose(self._slot.wanted, notes.values)
        self._slot.enabled = 0
        if self._start.position in ("path", "escrow"):
            bill_type = self._start.bill_type
            notes.past_value_fen = notes.values.get(bill_type, 0) if bill_type is not None else 0
        self.recall()
        self._report(DeviceReady(self.name, MODEL, self._twin.part, self._twin.serial))

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = now_ms - self._line.heard_ms
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS
        if not hopeful or self._status[0] in STOPPED or alone_ms >= ABSENT_MS:
            self._notes.late(now_ms)
        if alone_ms < ABSENT_MS:
            return
        self._phase = Phase.SEARCHING
        self._nobody_answers()

    # -- when to be asked again

    def _wakes(self, now_ms: int) -> Sequence[int | None]:
        return (self._slot.wake_ms(self._status[0]) if self._phase is Phase.WORKING else None,)

    def _grid_ms(self) -> int:
        resting = self._phase is Phase.WORKING and self._status[0] == State.DISABLED
        rests = resting and not self._slot.wanted and self._notes.held is None
        return max(self._poll_ms, RESTING_POLL_MS) if rests else super()._grid_ms()

    def _lively(self) -> bool:
        notes, line = self._notes, self._line
        if self._phase is Phase.SEARCHING or line.news() or line.broken():
            return True
        if self._phase is Phase.STARTING:
            return line.seen is not State.INITIALIZE and line.seen not in STOPPED
        held = notes.held
        if held is None:
            return notes.doubtful
        return notes.doubtful or held.missing > 0 or (held.sent_ms is not None and held.in_escrow)
