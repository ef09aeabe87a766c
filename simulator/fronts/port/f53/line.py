"""An F53 on its line without bytes: what is announced, heard and answered of a command when something is broken on purpose.

Source: f53 sheet, sections 2, 4 and 10; `simulator.devices.f53.faults`, `simulator.devices.linkfaults`. Byte-level only: `noise`,
`duplicate_reply`, `bit_flip`, `cut_frame`, `reply_to_previous`. `nak_next`, `frame_ack_lost_next` and `answer_ack_unheard_next`
cost nothing that shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.devices.f53 import F53, wire
from simulator.devices.f53.body import Ended, Order, Sizes
from simulator.devices.f53.codes import Error

WAIT_MS = 5_000  # each wait inside of the handshake, for both sides
SIGN_MS = 3
TOLD_MS = {wire.STATUS: 15, wire.INITIALISE: 30, wire.BILL_COUNT: 38}
ANSWERED_MS = {wire.STATUS: 75, wire.INITIALISE: 75, wire.BILL_COUNT: 180}
"""How long a command and its answer are on the line at 9600 baud, signs before and after them and all."""
TRIES = 3
ANSWER_MS = {wire.STATUS: TRIES * WAIT_MS, wire.INITIALISE: 45_000, wire.BILL_COUNT: 45_000}
"""The host's, from acknowledge to answer: what moves nothing is answered at once, and announced three times."""
MOST_WAITING = 4
SLOW_MS, LATE_MS = 39_000, 41_000
MOVING = (wire.INITIALISE, wire.BILL_COUNT)
REJECTS_ALLOWED, RETRIES, CASSETTES = 4, 3, 4

Kind = Literal["done", "refused", "silent", "lost", "late"]
Phase = Literal["idle", "enq", "sent", "answer"]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A command. `asked`: notes per cassette of a bill count; `sizes`: of an INITIALISE."""

    code: int
    asked: tuple[int, ...] = ()
    sizes: Sizes = ()


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What an answer says. `covered`: notes seen at the exit; `out`, `rejected`: per cassette; `cassette`: of the error, 0 to 3."""

    code: int
    error: Error = Error.GOOD
    cassette: int = 0
    covered: bool = False
    out: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()


class Reply(NamedTuple):
    call: Call | None
    kind: Kind
    result: Result | None = None


@dataclass(slots=True)
class Answer:
    """Waits in the unit until it may be said. `tries`: how often it was announced to nobody; `said`: it is on the line."""

    result: Result
    due_ms: int
    tries: int = 0
    said: bool = False


class Line:
    """`replies`: what became of calls, and answers nobody waits for; to be taken by the mechanism. Set `now_ms` before all else."""

    def __init__(self, twin: F53) -> None:
        self.twin = twin
        self.now_ms = self.heard_ms = 0
        self.linked = self.settled = False
        self.replies: deque[Reply] = deque()
        self.open()
        # what the unit has heard and has to say
        self._waiting: deque[tuple[Call, int]] = deque()
        self._answers: deque[Answer] = deque()
        self._held_ms = 0  # a host that has announced a message may send it until then
        self._said: Result | None = None  # what it has said last, and may say again

    def open(self) -> None:
        """The host's side of a new link: what was under way on the one before is not known to it."""
        self._call: Call | None = None
        self._phase: Phase = "idle"
        self._deadline_ms = self._tries = self._naks = 0
        self._arrives_ms: int | None = None  # when the unit hears what is on the line
        self._unheard = False  # the message was out and not acknowledged
        self._last: Result | None = None
        self.replies.clear()

    @property
    def free(self) -> bool:
        return self._phase == "idle"

    # -- time

    def turn(self) -> None:
        if not self.twin.powered:
            self._lose_power()
        if self._arrives_ms is not None and self.now_ms >= self._arrives_ms:
            self._arrives_ms = None
            (self._heard_announcing if self._phase == "enq" else self._heard_message)()
        self._obey()
        self._speak()
        if self.linked and self._phase != "idle" and self.now_ms >= self._deadline_ms:
            self._overdue()

    def due_ms(self) -> int | None:
        waits = [] if self._phase == "idle" or not self.linked else [self._deadline_ms]
        if self._arrives_ms is not None:
            waits.append(self._arrives_ms)
        if self._answers and self.twin.powered:
            waits.append(max(self._answers[0].due_ms, self._held_ms))
        return min(waits, default=None)

    def _overdue(self) -> None:
        if self._phase == "enq":
            self._not_invited()
        elif self._phase == "sent":
            self._unheard = True
            if self._moves():
                self._expect("answer", self._answer_ms())  # it may have begun: its answer says so
            else:
                self._not_invited()
        else:
            self._end("silent" if self._unheard else "lost")

    def _not_invited(self) -> None:
        if self._tries < TRIES:
            self._announce()
        else:
            self._end("refused" if self._moves() and self._phase == "enq" else "silent")

    def _moves(self) -> bool:
        return self._call is not None and self._call.code in MOVING

    def _answer_ms(self) -> int:
        return ANSWER_MS[self._call.code] if self._call is not None else 0

    def _expect(self, phase: Phase, wait_ms: int) -> None:
        self._phase, self._deadline_ms = phase, self.now_ms + wait_ms

    # -- the host speaks

    def send(self, call: Call) -> None:
        """Only when it is free."""
        if self.settled:
            self.heard_ms, self.settled = self.now_ms, False
        self._call, self._tries, self._naks, self._unheard = call, 0, 0, False
        self._announce()

    def _announce(self) -> None:
        self._tries += 1
        self._expect("enq", WAIT_MS)
        self._arrives_ms = self.now_ms + SIGN_MS

    def _heard_announcing(self) -> None:
        if not self.linked or not self.twin.powered or self.twin.body.booting or self._played("enq_unheard_next"):
            return
        if self._said is not None and not self._answers and self._played("enq_collision_next"):
            self._answers.append(Answer(self._said, self.now_ms + ANSWERED_MS[self._said.code], said=True))
            self._invite()
            return
        self._held_ms = self.now_ms + TRIES * WAIT_MS
        if not self._played("enq_ack_lost_next"):
            self.heard_ms = self.now_ms
            self._expect("sent", WAIT_MS)
            self._arrives_ms = self.now_ms + TOLD_MS[self._call.code] if self._call else None

    def _heard_message(self) -> None:
        call, twin = self._call, self.twin
        if call is None or not self.linked or not twin.powered or twin.body.booting:
            return
        if not twin.link.hears(call.code):
            return
        if twin.link.resets(call.code):
            self._lose_power()
            twin.reset(self.now_ms)
        elif self._played("nak_lost_next"):
            return
        elif len(self._waiting) >= MOST_WAITING or self._played("nak_next"):
            self._naks += 1
            self.heard_ms = self.now_ms
            if self._naks < TRIES:
                self._announce()
            else:
                self._end("refused")
        else:
            self._acknowledge(call)

    def _acknowledge(self, call: Call) -> None:
        self._waiting.append((call, self.now_ms))
        self._held_ms = self.now_ms
        if not self._played("frame_ack_lost_next"):
            self._expect("answer", self._answer_ms())
            self.heard_ms = self.now_ms
        self._obey()

    # -- the unit obeys

    def _obey(self) -> None:
        body, now_ms = self.twin.body, self.now_ms
        while self._waiting and not body.moving():
            call, heard_ms = self._waiting.popleft()
            if call.code == wire.STATUS:
                self._say(Result(call.code, covered=body.exit.covered()), heard_ms, now_ms)
            elif call.code == wire.INITIALISE:
                body.initialise(call.sizes, self._ended(call, heard_ms), now_ms)
            else:
                limits, retries = [REJECTS_ALLOWED] * CASSETTES, [RETRIES] * CASSETTES
                body.bill_count(Order(call.asked, limits, retries, self._counted(call, heard_ms)), now_ms)

    def _ended(self, call: Call, heard_ms: int) -> Ended:
        return lambda error, cassette, now_ms: self._say(Result(call.code, error, cassette), heard_ms, now_ms)

    def _counted(self, call: Call, heard_ms: int) -> Callable[[Order, int], None]:
        def done(order: Order, now_ms: int) -> None:
            told = tuple(order.out), tuple(order.rejected)
            self._say(Result(call.code, order.error, order.cassette, False, *told), heard_ms, now_ms)

        return done

    def _lose_power(self) -> None:
        self._waiting.clear()
        self._answers.clear()
        self._held_ms, self._said = 0, None

    # -- the unit speaks

    def _say(self, result: Result, heard_ms: int, now_ms: int) -> None:
        if self.twin.link.plays("silence_after", result.code):
            return
        due_ms = now_ms
        if self.twin.link.plays("late_reply", result.code):
            due_ms = max(now_ms, heard_ms + LATE_MS)
        elif result.code == wire.BILL_COUNT and self._played("answer_after_39_s_next"):
            due_ms = max(now_ms, heard_ms + SLOW_MS)
        self._answers.append(Answer(result, due_ms))

    def _speak(self) -> None:
        """An answer is announced three times, five seconds apart, and then given up."""
        while self._answers and self.now_ms >= max(self._answers[0].due_ms, self._held_ms):
            answer = self._answers[0]
            if answer.said:
                self._answers.popleft()
                if self.linked:
                    self._said = answer.result
                    self._played("answer_ack_unheard_next")  # said again, and known by the host as the same
                    self._arrive(answer.result)
            elif self.linked and not self._played("answer_enq_lost_next"):
                answer.said, answer.due_ms = True, self.now_ms + ANSWERED_MS[answer.result.code]
                self._invite()
            elif answer.tries == TRIES:
                self._answers.popleft()
            else:
                answer.tries += 1
                answer.due_ms = self.now_ms + WAIT_MS

    def _invite(self) -> None:
        """The host hears that the unit wants to speak, and waits."""
        self.heard_ms = self.now_ms
        if self._phase == "sent" and self._arrives_ms is None:
            self._phase = "answer"  # the acknowledge was lost, this is its answer
        self._deadline_ms = max(self._deadline_ms, self.now_ms + WAIT_MS)

    def _arrive(self, result: Result) -> None:
        self.heard_ms = self.now_ms
        before, self._last = self._last, result
        ours = self._call is not None and self._call.code == result.code
        if ours and self._phase == "answer":
            self._end("done", result)
            return
        if not ours and result is not before:
            self.replies.append(Reply(None, "late", result))
        if self._phase == "enq":
            self._announce()
        elif self._phase == "answer":
            self._deadline_ms = self.now_ms + self._answer_ms()

    def _end(self, kind: Kind, result: Result | None = None) -> None:
        self.replies.append(Reply(self._call, kind, result))
        self._call, self._phase = None, "idle"
        self.settled = kind == "done"

    def _played(self, name: str) -> bool:
        if name not in self.twin.faults:
            return False
        self.twin.faults.discard(name)
        return True
