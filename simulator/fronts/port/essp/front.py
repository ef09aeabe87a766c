"""An eSSP acceptor without bytes: its driver's port on one side, the twin's mechanism on the other.

Source: essp sheet; the facts are those of a driver on a wire, only their times differ. Faults of bytes alone do nothing here:
noise, duplicate_reply, reply_to_previous. late_reply is an answer that never comes; bit_flip, cut_frame and the switches
that spoil a check sum, a count, a bit or an address make an answer that cannot be read. Keys are agreed on, and nothing is
encrypted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast, NoteMoving, NoteRefused
from simulator.devices.essp import EsspValidator
from simulator.devices.essp.body import Body
from simulator.devices.essp.codes import Event
from simulator.devices.essp.state import State
from simulator.fronts.port.acceptor_book import Wish
from simulator.fronts.port.acceptor_host import ABSENT_MS, Host, Phase
from simulator.fronts.port.essp.line import (
    COUNTERS,
    EVENT_ACK,
    FEW_SENDS,
    HOLD,
    LAST_REJECT,
    POLL,
    POLL_WITH_ACK,
    POLLS,
    REJECT,
    RESET,
    SENDS,
    SYNC,
    Ask,
    Kind,
    Line,
    Reply,
)
from simulator.fronts.port.essp.notes import JAMS, Notes
from simulator.fronts.port.essp.slot import Slot
from simulator.fronts.port.essp.start import Course, Found, Past, counted, start
from simulator.fronts.port.essp.told import STOPS, Counter, Troubles, Unread, Word, refused_because, words_in

MODEL = "essp"
COUNTRY = "CNY"
POLL_MS = (200, 1_000)
RESET_MS = 1_000
WRONG_PAUSE_MS = 3_000
HOPE_MS = 15_000  # a start usually says by then what became of a note
START_MS = 90_000
CIPHER_TRIES = 2
COUNTED = (Event.STACKING, Event.CREDIT, Event.STACKED)


class EsspFront(Host):
    """Keywords are the driver's."""

    _body: Body
    _line: Line
    _notes: Notes

    def __init__(
        self,
        name: str,
        report: Report,
        twin: EsspValidator,
        *,
        first_note: int,
        poll_ms: int = POLL_MS[0],
        escrow_ms: int = 0,
    ) -> None:
        poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[1])
        notes = Notes(report, first_note, escrow_ms)
        super().__init__(name, report, twin, Line(twin), notes, poll_ms=poll_ms, hold_ms=escrow_ms)
        self._table = {channel: kind.value_fen for channel, kind in enumerate(self._body.kinds, 1) if kind}
        self._slot, self._unread = Slot(), Unread()
        self._counter, self._troubles = Counter(), Troubles()
        self._course: Course | None = None
        self._next = SYNC
        self._past = Past("unknown")
        self._past_open = False  # a start began and is not through: what it heard so far is not told yet
        self._past_told = False  # what was credited before this life
        self._found: Found | None = None
        self._seen: State | None = None  # what the last POLL found
        self._why_due = False  # a note was refused, and the unit knows why
        self._cipher_failures = 0
        self._reset_next = self._synced = self._overdue = False
        self._start_ms = self._jammed_ms = 0

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        return {} if self._counter.value is None else {"stacked": self._counter.value}

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._slot.choose(values_fen, self._notes.values)

    def recall(self) -> None:
        past = self._past
        value_fen = self._notes.values.get(past.channel, 0)
        self._report(AcceptorPast(past.position, value_fen, past.credited, tuple(self.counters.items())))

    # -- link

    def _linked(self, now_ms: int) -> None:
        self._cipher_failures = 0
        self._search(now_ms)

    def _begin_again(self, now_ms: int) -> None:
        self._reset_next, self._cipher_failures = True, 0
        self._line.drop()
        self._line.free_ms = now_ms
        self._search(now_ms)

    def _signs(self) -> tuple[object, ...]:
        body = self._body
        return self._slot.orders, body.state, len(body.events), self._troubles.up == set()

    def _still_there(self, now_ms: int) -> None:
        if self._notes.held is not None and self._notes.waiting and self._body.holds:
            self._notes.held.sign_ms = now_ms

    # -- what to send

    def _act(self, now_ms: int) -> bool:
        if self._line.pending is not None:
            self._hear(self._line.again(now_ms), now_ms)
            return True
        ask = self._next_ask(now_ms)
        if ask is None:
            return False
        self._send(ask, now_ms)
        return True

    def _next_ask(self, now_ms: int) -> Ask | None:
        due = self._look_ms is not None and now_ms >= self._look_ms
        if self._phase is Phase.SEARCHING:
            return RESET if self._reset_next and self._synced else SYNC
        at_once = self._at_once()
        if at_once is not None:
            return at_once
        if self._phase is Phase.STARTING:
            return self._next if due else None
        if self._notes.waiting:
            wish = self._notes.wish(now_ms)
            if wish is Wish.NONE:
                return HOLD if due or self._notes.renews(now_ms) else None
            return POLL if wish is Wish.STACK else REJECT
        return self._slot.due(now_ms) or (self._asks if due else None)

    def _at_once(self) -> Ask | None:
        """What is asked without waiting for the next turn."""
        if self._unread.due:
            return EVENT_ACK
        if self._phase is Phase.STARTING:
            return None if self._next in POLLS else self._next
        if self._why_due:
            return LAST_REJECT
        return COUNTERS if self._count_due() else None

    @property
    def _asks(self) -> Ask:
        return POLL_WITH_ACK if self._found is not None and self._found.acknowledges else POLL

    def _count_due(self) -> bool:
        """A note has moved since and none is moving; or nothing is said any more of one that was."""
        if self._found is None or self._found.stacked is None:
            return False
        still = self._notes.held is None or self._notes.waiting
        return self._notes.missed or (still and not self._counter.fresh)

    def _send(self, ask: Ask, now_ms: int) -> None:
        if ask in (*POLLS, HOLD, REJECT):
            self._look_ms = None
        if self._phase is Phase.WORKING:
            if ask in (POLL, REJECT) and self._notes.waiting:
                self._notes.leaves(Wish.STACK if ask == POLL else Wish.RETURN, now_ms)
                self._counter.accepted()
            elif ask == HOLD:
                self._notes.renewed(now_ms)
            self._slot.sent(ask, now_ms)
        patient = self._phase is Phase.WORKING or ask is SYNC
        self._hear(self._line.send(ask, now_ms, SENDS if patient else FEW_SENDS), now_ms)

    # -- what came back

    def _hear(self, reply: Reply | None, now_ms: int) -> None:
        if reply is None:
            return
        if reply.kind is not Kind.SILENT:
            self._answers_again(reply.kind)
        if reply.ask in POLLS and reply.kind is Kind.DONE:
            self._seen = self._body.state
            self._polled(reply, now_ms)
            self._line.pause(now_ms + 1)  # what it told is written down before the next packet takes it away
        elif reply.ask in POLLS and self._phase is Phase.WORKING:
            self._faults.set(FaultCode.PROTOCOL, reply.kind is Kind.REFUSED, f"{reply.code:02X}")
        if reply.ask == EVENT_ACK and reply.kind in (Kind.DONE, Kind.REFUSED):
            self._unread.acknowledged()
        if reply.kind in (Kind.NO_KEY, Kind.SILENT) and self._phase is not Phase.SEARCHING:
            self._lost(now_ms)
        elif self._phase is Phase.SEARCHING:
            self._found_one(reply, now_ms)
        elif self._phase is Phase.STARTING:
            self._step(reply, now_ms)
        else:
            self._work(reply, now_ms)

    def _answers_again(self, kind: Kind) -> None:
        """After a silence in which the session went on it can work again, and lost nothing."""
        silent = FaultCode.NO_ANSWER in self._faults or FaultCode.WRONG_DEVICE in self._faults
        self._faults.clear(FaultCode.NO_ANSWER)
        if silent and self._phase is Phase.WORKING and kind is not Kind.NO_KEY:
            self._faults.clear(FaultCode.WRONG_DEVICE)
            self._say_ready()

    def _say_ready(self) -> None:
        assert self._found is not None
        self._report(DeviceReady(self.name, MODEL, self._found.firmware, self._found.serial))

    def _found_one(self, reply: Reply, now_ms: int) -> None:
        if reply.ask == RESET:
            self._reset_next = False
            self._line.pause(now_ms + RESET_MS)
        elif reply.ask == SYNC and reply.kind is Kind.DONE:
            self._synced = True
            if not self._reset_next:
                self._begin()

    def _work(self, reply: Reply, now_ms: int) -> None:
        self._notes.replied(reply, now_ms)
        self._slot.replied(reply)
        if reply.ask == COUNTERS:
            stacked = counted(reply)
            self._notes.counted(self._counter.rise(stacked))
            if self._notes.held is None or self._notes.waiting:
                self._counter.read(stacked)
        elif reply.ask == LAST_REJECT:
            self._why_due = False
            code = reply.data[0] if reply.kind is Kind.DONE else 0
            self._report(NoteRefused(refused_because(code), f"{code:02X}" if code else ""))

    # -- events

    def _polled(self, reply: Reply, now_ms: int) -> None:
        data = self._unread.of(reply.data) if reply.ask == POLL_WITH_ACK else reply.data
        words, all_known = words_in(data)
        weak = self._cipher_failures >= CIPHER_TRIES
        self._faults.set(FaultCode.PROTOCOL, not all_known or weak, "plain" if all_known else data.hex(" ").upper())
        if self._phase is not Phase.WORKING:
            self._look_back(words, now_ms)
            self._show(words)
            return
        reset = next((at for at, word in enumerate(words) if word.code == Event.RESET), len(words))
        for word in words[:reset]:
            self._event(word, now_ms)
        self._notes.answered(words[:reset])
        self._show(words)  # what became of a note is told before the fault
        if reset < len(words):
            self._lost(now_ms)
            self._look_back(words[reset:], now_ms)

    def _event(self, word: Word, now_ms: int) -> None:
        notes, before, drawn_in = self._notes, self._notes.held, self._notes.drawn_in
        notes.event(word, now_ms, self._slot.open and FaultCode.NOTE_JAM not in self._troubles.up)
        if word.code == Event.READ and notes.drawn_in and not drawn_in:
            self._report(NoteMoving())
        elif word.code == Event.REJECTED and before is None:
            self._why_due = True
        elif word.code == Event.DISABLED:
            self._slot.open = False
        if word.code in COUNTED:
            self._counter.fresh = False

    def _show(self, words: list[Word]) -> None:
        self._troubles.answer(words)
        for stop in dict.fromkeys(STOPS.values()):
            said = next((f"{word.code:02X}" for word in words if STOPS.get(word.code) is stop), "")
            if not (self._overdue and stop is FaultCode.DEVICE_FAILURE):
                self._faults.set(stop, stop in self._troubles.up, said)

    def _look_back(self, words: list[Word], now_ms: int) -> None:
        """Events of a start. What fell is told before the packet leaves that takes the event away."""
        past = self._past
        past.answer(words)
        for word in words:
            if word.code in JAMS and self._found is not None:
                self._notes.event(word, now_ms)
        if not past.credited:
            return
        if self._found is None:
            if not self._past_told:
                self._past_told = True
                self.recall()
            return
        if not self._notes.restarted("stacker", True, None):
            self._notes.fell_meanwhile(past.channel)
        past.position, past.channel, past.credited = "none", 0, False  # told as that note's outcome

    # -- start-up and silence

    def _lost(self, now_ms: int) -> None:
        """The session is over: the unit has started again, or nobody is there any more."""
        if self._phase is Phase.STARTING and self._line.sealed:
            self._cipher_failures += 1
        self._search(now_ms)

    def _search(self, now_ms: int) -> None:
        self._phase, self._course, self._synced = Phase.SEARCHING, None, False
        self._unread.due = self._why_due = False
        self._slot.forget()
        if not self._past_open:
            self._past, self._past_open, self._start_ms = Past(), True, now_ms

    def _begin(self) -> None:
        self._phase, self._past.rest = Phase.STARTING, 0
        self._course = start(self._past, self._cipher_failures < CIPHER_TRIES, self._secure)
        self._next = next(self._course)

    def _secure(self) -> None:
        self._line.sealed = True

    def _step(self, reply: Reply, now_ms: int) -> None:
        assert self._course is not None
        if reply.ask is not self._next:
            return
        if self._line.sealed:
            self._cipher_failures = 0
        try:
            self._next = self._course.send(reply)
        except StopIteration as end:
            self._started(end.value, now_ms)
            return
        if FaultCode.NOTE_JAM in self._troubles.up:
            self._jammed_ms = now_ms
        elif now_ms - max(self._start_ms, self._jammed_ms) >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "start")

    def _started(self, found: Found | None, now_ms: int) -> None:
        self._course = None
        if found is None:
            self._faults.set(FaultCode.WRONG_DEVICE, True, "no note acceptor of protocol 6")
            self._phase = Phase.SEARCHING
            self._line.pause(now_ms + WRONG_PAUSE_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE)
        if FaultCode.DEVICE_FAILURE not in self._troubles.up:
            self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._found, self._phase, self._past_open, self._overdue = found, Phase.WORKING, False, False
        self._faults.set(FaultCode.NOTE_TABLE, not self._table)
        rise = self._counter.rise(found.stacked)
        self._counter.read(found.stacked)
        if self._notes.restarted(self._past.position, self._past.credited, rise):
            self._past = Past()  # told as that note's outcome
        self._notes.learnt(self._table)
        self._slot.learn(self._table)
        if self._past.position in ("path", "escrow"):
            self._notes.past_value_fen = self._table.get(self._past.channel, 0)
        self.recall()
        self._say_ready()

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = self._line.unanswered_ms(now_ms)
        if self._phase is Phase.WORKING or alone_ms >= ABSENT_MS or now_ms - self._start_ms >= HOPE_MS:
            self._notes.late(now_ms)
        if alone_ms >= ABSENT_MS:
            self._nobody_answers()

    # -- when to be asked again

    def _wakes(self, now_ms: int) -> Sequence[int | None]:
        next_ms = max(self._line.free_ms, now_ms + 1)
        if self._line.pending is not None or self._phase is Phase.SEARCHING or self._at_once() is not None:
            return (next_ms,)
        if self._phase is not Phase.WORKING:
            return ()
        if self._notes.waiting:
            return (next_ms if self._notes.wish(now_ms) is not Wish.NONE else None,)
        return (self._slot.wake_ms(now_ms),)

    def _grid_ms(self) -> int:
        return self._poll_ms

    def _lively(self) -> bool:
        body, notes = self._body, self._notes
        if self._phase is not Phase.WORKING or self._line.broken() or self._troubles.up:
            return True
        if notes.held is not None:
            return not (notes.waiting and body.holds)
        return bool(body.events) or self._seen is not body.state or FaultCode.PROTOCOL in self._faults
