"""Note validator that speaks eSSP (ITL), with one note of escrow. Sans-I/O.

Source: essp sheet. Sequence bit and encryption: `line.py`; who is there and what was before: `start_up.py`; notes: `escrow.py`;
here they take turns. Events are asked for with POLL WITH ACK where there is one: then they are told until they are acknowledged,
which happens when they are written down (decision 16). With a plain POLL they are lost with a program that dies before that; then
the device's counter of stacked notes decides.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping

from drivers.accepting.single import OneNote, Phase
from drivers.essp.escrow import ACCEPT, JAMS, Escrow
from drivers.essp.events import Code, Event, parse_events
from drivers.essp.line import (
    COUNTERS,
    EVENT_ACK,
    FEW_SENDS,
    HOLD,
    LAST_REJECT,
    POLL,
    POLL_WITH_ACK,
    REJECT,
    RESET,
    SENDS,
    SYNC,
    Kind,
    Line,
    Reply,
    Request,
)
from drivers.essp.sealed import FACTORY_KEY, GENERATOR, MODULUS, Draw, Exchange
from drivers.essp.slot import Slot
from drivers.essp.start_up import Found, Past, look, stacked_in, start_up
from drivers.essp.texts import TROUBLES, Troubles, refused_because
from drivers.essp.told import Acknowledged, Counter
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import AcceptorPast, NoteMoving, NoteRefused

MODEL = "essp"
POLL_MS = (200, 1_000)
ABSENT_MS = 5_000
RESET_MS = 1_000
WRONG_PAUSE_MS = 3_000
HOPE_MS = 15_000  # a start usually says by then what became of a note
START_MS = 90_000  # somebody's note may have to be taken first
CIPHER_TRIES = 2


class EsspAcceptor(OneNote[Escrow]):
    """Participant and NoteAcceptor.

    `first_note`: the first number to give to a note. `draw`: so many random bytes, for keys and padding. `poll_ms`: 200 to
    1000, others are taken as the nearer end. `escrow_ms`: how long a note may be held for a decision, 0 = no limit.
    `countries`: whose notes are our money. `notes`: channel -> face value in fen, with which the device has to agree.
    `primes`: generator and modulus. `look_only`: ask, and nothing else.
    """

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        first_note: int,
        draw: Draw,
        poll_ms: int = POLL_MS[0],
        escrow_ms: int = 0,
        countries: Collection[str] = ("CNY",),
        notes: Mapping[int, int] | None = None,
        primes: tuple[int, int] = (GENERATOR, MODULUS),
        fixed_key: int = FACTORY_KEY,
        look_only: bool = False,
    ) -> None:
        super().__init__(name, report, Escrow(report, first_note, escrow_ms), escrow_ms)
        self._draw, self._primes, self._fixed_key = draw, primes, fixed_key
        self._poll_ms = min(max(POLL_MS[0], poll_ms), POLL_MS[1])
        self._look_only = look_only
        self._line = Line()
        self._slot = Slot(countries, notes or {})
        self._acknowledged, self._counter = Acknowledged(), Counter()
        self._troubles = Troubles()
        self._steps: Generator[Request, Reply, Found | None] | None = None
        self._next_step: Request | None = None
        self._past = Past("unknown")
        self._past_open = False  # a start began and is not through: what it heard so far is not told yet
        self._past_told = False  # what was credited before this life
        self._found: Found | None = None
        self._why_due = False  # a note was refused, and the unit knows why
        self._cipher_failures = 0
        self._overdue = self._reset_wanted = self._reset_next = self._synced = False
        self._polled_ms = self._start_ms = self._jammed_ms = self._quiet_ms = 0

    # -- the port

    @property
    def values_fen(self) -> Collection[int]:
        return set(self._slot.values.values())

    @property
    def counters(self) -> Mapping[str, int]:
        return {} if self._counter.value is None else {"stacked": self._counter.value}

    def accept_only(self, values_fen: Collection[int]) -> None:
        self._slot.want(values_fen)

    def recall(self) -> None:
        past = self._past
        value_fen = self._slot.values.get(past.channel, 0)
        self._report(AcceptorPast(past.position, value_fen, past.credited, tuple(self.counters.items())))

    # -- service and probe

    def restart(self) -> None:
        """Reset the unit and start anew: for a technician who has cleared a jam. Gives a note in escrow back."""
        self._reset_wanted = self._phase is not Phase.DOWN

    def probe_lines(self) -> list[str]:
        """Identity, counter and notes it knows; one fact a line. Its state is not asked: a POLL takes events away."""
        lines = [f"model {MODEL}", f"phase {self._phase.value}"]
        if self._found:
            found, setup = self._found, self._found.setup
            lines += [f"firmware {found.firmware}", f"dataset {found.dataset}", f"serial {found.serial}"]
            lines += [f"unit type {setup.unit_type:02X} protocol {setup.protocol} country {setup.country}"]
            lines += [f"channel {n} {country} {fen} fen" for n, (country, fen) in setup.notes.items()]
            if not self._look_only:
                lines.append(f"line {'encrypted' if self._line.sealed else 'plain'}")
                lines.append(f"events {'acknowledged' if found.acknowledges else 'told once'}")
        return lines + [f"counter {name} {count}" for name, count in self.counters.items()] + self._faults.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._line.link_up(now_ms)
        self._cipher_failures = 0
        self._search(now_ms)
        self._faults.clear(FaultCode.LINK_LOST)

    def take_output(self) -> bytes:
        return self._line.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._phase is not Phase.DOWN:
            self._answer(self._line.receive(data), now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._phase is Phase.DOWN:
            self._escrow.late(now_ms)
            return now_ms + 1_000 if self._escrow.note else None
        self._answer(self._line.poll(now_ms), now_ms)
        if self._reset_wanted:
            self._reset_wanted, self._reset_next = False, True
            self._line.drop()
            self._cipher_failures = 0
            self._search(now_ms)
        self._watch_silence(now_ms)
        if not self._line.idle:
            return max(now_ms + 1, self._line.deadline_ms)
        if self._quiet_ms > now_ms:
            return self._quiet_ms
        request = self._next_request(now_ms)
        if request is None:
            return now_ms + self._poll_ms if self._look_only else max(now_ms + 1, self._polled_ms + self._poll_ms)
        self._send(request, now_ms)
        return self._line.deadline_ms

    # -- what to send

    def _next_request(self, now_ms: int) -> Request | None:
        due = now_ms - self._polled_ms >= self._poll_ms
        if self._phase is Phase.SEARCHING:
            return RESET if self._reset_next and self._synced else SYNC
        if self._acknowledged.due:
            return EVENT_ACK
        if self._phase is Phase.STARTING:
            paced = self._next_step in (POLL, POLL_WITH_ACK)
            return self._next_step if due or not paced else None
        if self._look_only:
            return None
        if self._why_due:
            return LAST_REJECT
        if self._count_due():
            return COUNTERS
        if request := self._escrow.due(now_ms):
            return request if due or request is not HOLD else None
        return self._slot.due(now_ms) or (self._asks if due else None)

    @property
    def _asks(self) -> Request:
        return POLL_WITH_ACK if self._found and self._found.acknowledges else POLL

    def _count_due(self) -> bool:
        """A note has moved since and none is moving; or nothing is said any more of one that was."""
        if self._found is None or self._found.stacked is None:
            return False
        still = self._escrow.note is None or self._escrow.waiting
        return self._escrow.missed or (still and not self._counter.fresh)

    def _send(self, request: Request, now_ms: int) -> None:
        if request in (POLL, POLL_WITH_ACK, HOLD, REJECT):
            self._polled_ms = now_ms  # a unit that has just begun to move a note is not hurried
        if self._phase is Phase.WORKING:
            if request in (ACCEPT, REJECT) and self._escrow.waiting:
                self._escrow.sent(request, now_ms)
                self._counter.accepted()
            self._slot.sent(request, now_ms)
        patient = self._phase is Phase.WORKING or request is SYNC
        self._line.send(request, now_ms, SENDS if patient else FEW_SENDS)

    # -- what came back

    def _answer(self, replies: list[Reply], now_ms: int) -> None:
        for reply in replies:
            if reply.kind is not Kind.SILENT:
                self._answers_again(reply.kind)
            if reply.request in (POLL, POLL_WITH_ACK) and reply.kind is Kind.DONE:
                self._polled(reply, now_ms)
            elif reply.request in (POLL, POLL_WITH_ACK) and self._phase is Phase.WORKING:
                self._faults.set(FaultCode.PROTOCOL, reply.kind is Kind.REFUSED, f"{reply.code:02X}")
            self._acknowledged.replied(reply)
            if reply.kind in (Kind.NO_KEY, Kind.SILENT) and self._phase is not Phase.SEARCHING:
                self._lost(now_ms)
            elif self._phase is Phase.SEARCHING:
                self._found_one(reply, now_ms)
            elif self._phase is Phase.STARTING:
                self._step(reply, now_ms)
            else:
                self._work(reply, now_ms)

    def _answers_again(self, kind: Kind) -> None:
        """After a silence in which the session went on: it can work again, and lost nothing."""
        silent = FaultCode.NO_ANSWER in self._faults or FaultCode.WRONG_DEVICE in self._faults
        self._faults.clear(FaultCode.NO_ANSWER)
        if silent and self._phase is Phase.WORKING and kind is not Kind.NO_KEY:
            self._faults.clear(FaultCode.WRONG_DEVICE)
            self._say_ready()

    def _say_ready(self) -> None:
        assert self._found is not None
        self._report(DeviceReady(self.name, MODEL, self._found.firmware, self._found.serial))

    def _found_one(self, reply: Reply, now_ms: int) -> None:
        if reply.request is RESET:
            self._reset_next = False
            self._quiet_ms = now_ms + RESET_MS
        elif reply.request is SYNC and reply.kind is Kind.DONE:
            self._synced = True
            if not self._reset_next:
                self._begin(now_ms)

    def _work(self, reply: Reply, now_ms: int) -> None:
        self._escrow.replied(reply, now_ms)
        self._slot.replied(reply)
        if reply.request is COUNTERS and self._found:
            stacked = stacked_in(reply, self._found.setup)
            self._escrow.counted(self._counter.rise(stacked))
            if self._escrow.note is None or self._escrow.waiting:
                self._counter.read(stacked)
        elif reply.request is LAST_REJECT:
            self._why_due = False
            code = reply.data[0] if reply.kind is Kind.DONE and reply.data else 0
            self._report(NoteRefused(refused_because(code), f"{code:02X}" if code else ""))

    # -- events

    def _polled(self, reply: Reply, now_ms: int) -> None:
        """Events are told here, and so written down before the packet leaves that takes them away."""
        data = reply.data
        if reply.request is POLL_WITH_ACK:
            data = self._acknowledged.unread(data)
        events = parse_events(data, self._found.setup.unit_type if self._found else 0)
        unknown = any(not event.known for event in events)
        weak = self._cipher_failures >= CIPHER_TRIES
        self._faults.set(FaultCode.PROTOCOL, unknown or weak, data.hex(" ").upper() if unknown else "plain")
        if self._phase is not Phase.WORKING:
            self._look_back(events, now_ms)
            self._show(events)
            return
        reset = next((at for at, event in enumerate(events) if event.code == Code.SLAVE_RESET), len(events))
        for event in events[:reset]:
            self._event(event, now_ms)
        self._escrow.answered(events[:reset])
        self._show(events)  # what became of a note is told before the fault, which ends a sale
        if reset < len(events):
            self._lost(now_ms)
            self._look_back(events[reset:], now_ms)

    def _event(self, event: Event, now_ms: int) -> None:
        escrow, before = self._escrow, self._escrow.note
        drawn_in = escrow.drawn_in
        escrow.event(event, now_ms, new_jam=self._slot.open and not self._troubles.jammed())
        if event.code == Code.READ and escrow.drawn_in and not drawn_in:
            self._report(NoteMoving())
        elif event.code == Code.REJECTED and before is None:
            self._why_due = True
        elif event.code == Code.DISABLED:
            self._slot.open = False
        if event.code in (Code.STACKING, Code.CREDIT, Code.STACKED, Code.STORED):
            self._counter.fresh = False

    def _show(self, events: list[Event]) -> None:
        self._troubles.answer(events)
        for code in dict.fromkeys(TROUBLES.values()):
            detail = next((f"{event.code:02X}" for event in events if TROUBLES.get(event.code) is code), "")
            if not (self._overdue and code is FaultCode.DEVICE_FAILURE):
                self._faults.set(code, code in self._troubles.up, detail)

    def _look_back(self, events: list[Event], now_ms: int) -> None:
        """Events of a start. What fell is told before the packet leaves that takes the event away."""
        past, escrow = self._past, self._escrow
        past.answer(events)
        for event in events:
            if event.code in JAMS and self._found:
                escrow.event(event, now_ms)
        if not past.credited:
            return
        if self._found is None:
            self._recall_once()
            return
        if not escrow.restarted("stacker", True, None):
            escrow.fell_meanwhile(past.channel)
        past.position, past.channel, past.credited = "none", 0, False  # told as that note's outcome

    def _recall_once(self) -> None:
        if not self._past_told:
            self._past_told = True
            self.recall()

    # -- start-up and silence

    def _lost(self, now_ms: int) -> None:
        """The session is over: the device has started again, or nobody is there any more."""
        if self._phase is Phase.STARTING and self._line.sealed:
            self._cipher_failures += 1
        self._search(now_ms)

    def _search(self, now_ms: int) -> None:
        self._phase, self._steps, self._synced = Phase.SEARCHING, None, False
        self._acknowledged.due = self._why_due = False
        self._slot.forget()
        if not self._past_open:
            self._past, self._past_open, self._start_ms = Past(), True, now_ms

    def _begin(self, now_ms: int) -> None:
        self._phase, self._quiet_ms = Phase.STARTING, now_ms
        exchange = None
        if self._cipher_failures < CIPHER_TRIES:
            exchange = Exchange(self._draw, *self._primes, fixed_key=self._fixed_key)
        self._past.rest = 0
        self._steps = look() if self._look_only else start_up(self._past, exchange, self._line.secure)
        self._next_step = next(self._steps)

    def _step(self, reply: Reply, now_ms: int) -> None:
        assert self._steps is not None
        if reply.request is not self._next_step:
            return
        if self._line.sealed:
            self._cipher_failures = 0
        try:
            self._next_step = self._steps.send(reply)
        except StopIteration as end:
            self._started(end.value, now_ms)
            return
        if self._troubles.jammed():
            self._jammed_ms = now_ms  # how long people take to help it is not its own time
        elif now_ms - max(self._start_ms, self._jammed_ms) >= START_MS:
            self._overdue = True
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "start")

    def _started(self, found: Found | None, now_ms: int) -> None:
        self._steps = None
        if found is None:
            self._faults.set(FaultCode.WRONG_DEVICE, True, "no note acceptor of protocol 6")
            self._phase, self._quiet_ms = Phase.SEARCHING, now_ms + WRONG_PAUSE_MS
            return
        self._faults.clear(FaultCode.WRONG_DEVICE)
        if not self._troubles.up & {FaultCode.DEVICE_FAILURE}:
            self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._found, self._phase, self._past_open, self._overdue = found, Phase.WORKING, False, False
        self._slot.learn(found.setup)
        if not self._look_only:
            self._faults.set(FaultCode.NOTE_TABLE, not self._slot.values)
        rise = self._counter.rise(found.stacked)
        self._counter.read(found.stacked)
        if self._escrow.restarted(self._past.position, self._past.credited, rise):
            self._past = Past()  # it has been told as that note's outcome
        self._escrow.use(self._slot.values)
        if self._past.position in ("path", "escrow"):
            self._escrow.past_value_fen = self._slot.values.get(self._past.channel, 0)
        self.recall()
        self._say_ready()

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = self._line.unanswered_ms(now_ms)
        if self._phase is Phase.WORKING or alone_ms >= ABSENT_MS or now_ms - self._start_ms >= HOPE_MS:
            self._escrow.late(now_ms)
        if alone_ms < ABSENT_MS:
            return
        self._unanswered(self._line.noise)
