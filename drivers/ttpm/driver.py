"""The ticket printer's manners: start, one blank at a time, and the questions after a doubt.

Sources: ticket-printer sheet 2 and 4; sheet "Ticket unit TTPM"; reliability notes 3, row 6. A blank costs two round trips:
first everything that moves nothing (`!CA`, void text, memory, key, face, stripe), then `!P` with the questions behind it: the
unit reads commands one at a time, so their answers come when the ticket has been ejected. What became of the blank is judged
from those answers (`verdict.py`); silence and contradiction are asked again once, from the start, within the hard limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from drivers.ttpm import codec
from drivers.ttpm.blank import ASK_MS, HARD_LIMIT_MS, Blank, Phase
from drivers.ttpm.codec import Ack, Answer, Nak, Status, Text
from drivers.ttpm.condition import Condition
from drivers.ttpm.events import Made, Outcome, Refused, Started, Unknown
from drivers.ttpm.verdict import Memory, judge, undecided
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from kiosk.ports.ticket_printer import Picture

HAIL_EVERY_MS, SILENT_MS = 1_000, 3_000
IDLE_EVERY_MS = 2_000
CLEAR_MS = 3_000  # a unit that starts or still works reads `!CA` when it is done: sent again, it does no harm
LOAD_MS = 3_000
QUIET_MS, REASK_MS = 6_000, 10_000
WRONG_RETRY_MS = 5_000
RESET_MS = 20_000

_TOKEN = {0x04: "clear", 0x05: "layout", 0x14: "key", 0x00: "data", codec.ENCODED: "encoded", codec.PRINTED: "printed"}


class Ttpm:
    """One TTPM on its line. `listen` gets outcomes and starts; `report` gets faults only."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.firmware = ""
        self.memory = Memory("", 0, 0)
        self.strays = 0
        self._condition = Condition(name, report)
        self._said: Callable[[Outcome | Started], None] = lambda event: None
        self._decoder = codec.Decoder()
        self._out = bytearray()
        self._phase = Phase.CLOSED
        self._by_ms = self._hail_ms = self._answered_ms = 0
        self._awaited: deque[str] = deque()
        self._last_token = ""
        self._job: Blank | None = None
        self._new_key: str | None = None
        self._new_counts: tuple[int, int] | None = None
        self._found = self._enquired = False
        self._announce = True
        self._clear_latched = False
        self._wrong_names = 0
        self._reset_wanted = False

    # -- orders

    def listen(self, said: Callable[[Outcome | Started], None]) -> None:
        self._said = said

    @property
    def ready(self) -> bool:
        """Identified, its memory read, and nothing under way."""
        return self._phase is Phase.READY and self._job is None

    def print_ticket(self, key: str, stripe: str, face: Picture) -> None:
        """One blank, into the tray. Outcome: Made, Spoiled, Refused or Unknown, once. `stripe` with its seal."""
        if self._phase is Phase.CLOSED or self._job is not None or not self._condition.answers:
            self._said(Refused(key, "link"))
            return
        if self._condition.needs_reset:  # it would say so itself, and nobody could tell whether a blank was spent
            self._said(Refused(key, "other"))
            return
        try:
            lines = codec.key_line(key) + codec.face_frame(face) + codec.stripe_line(stripe)
        except ValueError:
            self._said(Refused(key, "other"))
            return
        self._job = Blank(key, lines)

    def reset(self) -> None:
        """People have had their hands in it: start it again, and forget what only they can mend. Not during a blank."""
        self._reset_wanted = self._job is None

    # -- Participant

    def link_up(self, now_ms: int) -> None:
        self._condition.faults.clear(FaultCode.LINK_LOST)
        self._begin(now_ms, announce=True)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._phase = Phase.CLOSED
        self._out.clear()
        self._decoder.clear()
        self._announce = True
        self._condition.faults.set(FaultCode.LINK_LOST, True, why)
        if self._job is not None and not self._job.printing:
            self._finish(Refused(self._job.key, "link"))

    def take_output(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._phase is Phase.CLOSED:
            return
        for answer in self._decoder.feed(data):
            self._answered_ms, self._enquired = now_ms, False
            self._hear(answer, now_ms)

    def poll(self, now_ms: int) -> int | None:
        job = self._job
        limit_ms = job.limit_ms(self._phase, now_ms) if job is not None else None
        if job is not None and limit_ms is not None and now_ms >= limit_ms:
            self._give_up(job, now_ms)
            limit_ms = None
        if self._phase is Phase.CLOSED:
            return limit_ms
        step = {
            Phase.HAIL: self._hail,
            Phase.READY: self._idle,
            Phase.LOADING: self._loading,
            Phase.PRINTING: self._printing,
        }.get(self._phase, self._starting)
        wake_ms = step(now_ms)
        return wake_ms if limit_ms is None else min(wake_ms, limit_ms)

    def probe_lines(self) -> list[str]:
        """Identity, state, counters, for a technician. Moves nothing."""
        lines = [f"ticket printer {self.firmware or 'unknown'}", f"state {self._phase.name.lower()}"]
        lines.append(f"last_key {self.memory.last_key or '-'}")
        lines.append(f"tickets {self.memory.tickets} voided {self.memory.voided}")
        if (seen := self._condition.sensors) is not None:
            lines.append(f"sensors {seen.sensors:08b} head {seen.head}")
        return [*lines, *self._condition.faults.lines()]

    # -- start

    def _begin(self, now_ms: int, *, announce: bool = False) -> None:
        self._phase = Phase.HAIL
        self._announce = self._announce or announce
        self._decoder.clear()
        self._awaited.clear()
        self._hail_ms = self._answered_ms = now_ms

    def _hail(self, now_ms: int) -> int:
        if now_ms - self._answered_ms >= SILENT_MS:
            self._condition.faults.set(FaultCode.NO_ANSWER, True)
            self._announce = True
            if self._job is not None and not self._job.printing:
                self._finish(Refused(self._job.key, "link"))
        if now_ms >= self._hail_ms:
            self._out += codec.ENQ
            self._hail_ms = now_ms + HAIL_EVERY_MS
        return self._hail_ms

    def _starting(self, now_ms: int) -> int:
        if now_ms >= self._by_ms:
            self._begin(now_ms)
            return self._hail(now_ms)
        return self._by_ms

    def _ask(self, phase: Phase, lines: bytes, now_ms: int, limit_ms: int) -> None:
        self._phase = phase
        self._out += lines
        self._by_ms = now_ms + limit_ms
        self._new_key = self._new_counts = None

    def _named(self, text: str, now_ms: int) -> None:
        if text.split(" ")[-1] != codec.MARK:
            self._wrong_names += 1
            self._begin(now_ms)
            if self._wrong_names > 1:  # once may be noise
                self._condition.faults.set(FaultCode.WRONG_DEVICE, True, text[:40])
                self._condition.faults.clear(FaultCode.NO_ANSWER)
                self._hail_ms = self._answered_ms = now_ms + WRONG_RETRY_MS
            return
        self._wrong_names = 0
        self.firmware = text
        self._ask(Phase.MEMORY, codec.LAST_KEY + codec.COUNTERS + codec.SENSORS, now_ms, ASK_MS)

    def _remembered(self, memory: Memory, now_ms: int) -> None:
        """The start is complete: a blank that is still open is judged now."""
        before, self.memory = self.memory, memory
        self._phase, self._hail_ms = Phase.READY, now_ms + IDLE_EVERY_MS
        if self._clear_latched:
            self._clear_latched = False
            self._condition.mended()
        self._condition.identified()
        job = self._job
        if job is not None and job.printing:
            job.heard = replace(job.heard, stuck=self._condition.stuck)
            outcome = judge(job.key, before, memory, job.heard) or undecided(job.key, job.heard, answered=True)
            self._announce = self._announce or isinstance(outcome, Unknown)
            self._finish(outcome)
        elif job is not None and self._condition.needs_reset:  # found since the order came
            self._finish(Refused(job.key, "other"))
        if self._announce:
            found, self._found, self._announce = self._found, False, False
            self._said(Started(memory.last_key, found, self.firmware))

    # -- idle

    def _idle(self, now_ms: int) -> int:
        if self._job is not None:
            return self._load(self._job, now_ms)
        if self._reset_wanted:
            return self._start_over(now_ms)
        if self._enquired and now_ms - self._answered_ms >= SILENT_MS and now_ms >= self._hail_ms:
            self._begin(now_ms - SILENT_MS, announce=True)
            return self._hail(now_ms)
        if now_ms >= self._hail_ms:
            self._out += codec.ENQ
            self._hail_ms, self._enquired = now_ms + IDLE_EVERY_MS, True
        return self._hail_ms

    def _start_over(self, now_ms: int) -> int:
        self._reset_wanted, self._clear_latched = False, True
        self._begin(now_ms, announce=True)
        if self._condition.needs_reset:  # it looks into its path, and says so with NAK G
            self._out += codec.CAN
            self._hail_ms, self._answered_ms = now_ms + HAIL_EVERY_MS, now_ms + RESET_MS
            return self._hail_ms
        return self._hail(now_ms)

    # -- one blank

    def _load(self, job: Blank, now_ms: int) -> int:
        """Everything that moves nothing. `!CA` first: whatever the unit forgot or kept, it is as after a start."""
        self._awaited = deque(("clear", "layout", "V", "Y", "key", "layout", "data"))
        lines = codec.CLEAR + codec.VOID_TEXT + codec.LAST_KEY + codec.COUNTERS + job.lines
        self._ask(Phase.LOADING, lines, now_ms, LOAD_MS + len(lines) // 10)
        return self._by_ms

    def _loading(self, now_ms: int) -> int:
        if now_ms >= self._by_ms:
            self._not_loaded(now_ms)
            return self._hail(now_ms)
        return self._by_ms

    def _not_loaded(self, now_ms: int) -> None:
        if self._job is not None:
            self._finish(Refused(self._job.key, "link"))
        self._begin(now_ms)

    def _loaded(self, job: Blank, now_ms: int) -> None:
        assert self._new_counts is not None
        if self._new_key != self.memory.last_key:  # nobody else prints: it was read wrongly
            self._not_loaded(now_ms)
            return
        self.memory = Memory(self.memory.last_key, *self._new_counts)
        self._ask(Phase.PRINTING, codec.PRINT + codec.COUNTERS + codec.LAST_KEY, now_ms, HARD_LIMIT_MS)
        job.printing, job.begun_ms = True, now_ms
        self._hail_ms = now_ms + QUIET_MS

    def _printing(self, now_ms: int) -> int:
        job = self._job
        if job is None:
            self._begin(now_ms)
            return self._hail(now_ms)
        if job.questions_lost(now_ms):
            self._begin(now_ms)
            return self._hail(now_ms)
        if now_ms >= self._hail_ms:
            if now_ms - self._answered_ms >= QUIET_MS + SILENT_MS:
                self._begin(now_ms)  # not even ENQ is answered
                return self._hail(now_ms)
            self._out += codec.ENQ
            self._hail_ms = now_ms + HAIL_EVERY_MS
            if now_ms - job.begun_ms >= REASK_MS and not job.asked_again:
                job.asked_again = True
                self._out += codec.COUNTERS + codec.LAST_KEY
        return self._hail_ms if job.ended_ms is None else min(self._hail_ms, job.ended_ms + ASK_MS)

    def _answered_for(self, job: Blank, now_ms: int) -> None:
        """Both questions behind `!P` are answered: judge, or ask once more from the start."""
        if self._new_key is None or self._new_counts is None:
            return
        memory = Memory(self._new_key, *self._new_counts)
        outcome = judge(job.key, self.memory, memory, job.heard)
        if outcome is None or (job.ended_ms is None and not isinstance(outcome, Made)):
            self._begin(now_ms)  # a contradiction; or no end of the cycle was heard, so these may be older answers
            return
        self.memory = memory
        self._phase, self._hail_ms = Phase.READY, now_ms
        self._finish(outcome)

    def _give_up(self, job: Blank, now_ms: int) -> None:
        if not job.printing:
            self._finish(Refused(job.key, "link"))
            return
        self._finish(undecided(job.key, job.heard, answered=False))
        self._announce = True  # what `!V` says later is history, and may help whoever settles it
        if self._phase is Phase.PRINTING:
            self._begin(now_ms)

    def _finish(self, outcome: Outcome) -> None:
        job, self._job = self._job, None
        self._condition.blank_ended(outcome, job.heard.naks if job is not None else "")
        self._said(outcome)

    # -- answers

    def _hear(self, answer: Answer, now_ms: int) -> None:
        if isinstance(answer, Status):
            self._take_status(answer, now_ms)
        elif isinstance(answer, Nak):
            self._take_nak(answer.code, now_ms)
        elif isinstance(answer, Ack):
            self._take_ack(answer.code, now_ms)
        else:
            self._take_text(answer, now_ms)

    def _take_status(self, status: Status, now_ms: int) -> None:
        rests = self._phase in (Phase.MEMORY, Phase.READY)  # commands wait for the press, and `!S` is one
        if not self._condition.look(status, rests=rests) and self._phase is Phase.READY:
            self._hail_ms = now_ms  # news is looked at twice
        if self._phase is Phase.HAIL:
            self._ask(Phase.CLEAR, codec.CLEAR, now_ms, CLEAR_MS)
        elif self._phase is Phase.MEMORY and self._new_key is not None and self._new_counts is not None:
            if self._condition.path_unsure:
                self._out += codec.SENSORS
            else:
                self._remembered(Memory(self._new_key, *self._new_counts), now_ms)

    def _take_nak(self, code: str, now_ms: int) -> None:
        job = self._job
        if code == "G":
            self._restarted(now_ms, found=True)
        elif self._phase is Phase.LOADING and "clear" not in self._awaited:
            self._condition.nak(code)
            self._not_loaded(now_ms)
        elif job is not None and job.printing:
            job.heard = replace(job.heard, naks=job.heard.naks + code)
            job.ended_ms = job.ended_ms or now_ms
        elif code == "X":
            self._condition.nak(code)
        else:
            self.strays += 1

    def _restarted(self, now_ms: int, *, found: bool) -> None:
        """The unit began anew by itself: what it had been told is gone, what it had made is in `!V` and `!Y`."""
        job = self._job
        self._found = self._found or found
        if job is not None and job.printing:
            job.heard = replace(job.heard, found=job.heard.found or found)
        elif job is not None and self._phase is Phase.LOADING:
            self._finish(Refused(job.key, "link"))
        if self._phase is not Phase.HAIL:
            self._begin(now_ms, announce=found)

    def _take_ack(self, code: int | None, now_ms: int) -> None:
        job = self._job
        token = "short" if code is None else _TOKEN.get(code, "other")
        if self._phase is Phase.CLEAR:
            if token == "clear":
                self._ask(Phase.NAME, codec.FIRMWARE, now_ms, ASK_MS)
            return
        if self._phase is Phase.LOADING:
            self._progress(token, now_ms)
        elif job is not None and job.printing and token == "printed":
            job.heard = replace(job.heard, printed=True)
            job.ended_ms = now_ms
        elif self._phase is Phase.PRINTING and token == "short":
            self._restarted(now_ms, found=False)
        elif token != "encoded":
            self.strays += 1

    def _take_text(self, answer: Text, now_ms: int) -> None:
        if self._phase is Phase.NAME:
            self._named(answer.text, now_ms)
        elif self._phase in (Phase.MEMORY, Phase.LOADING, Phase.PRINTING):
            counts = codec.counts(answer.text)
            if counts is not None:
                self._new_counts = counts
            else:
                self._new_key = answer.text
            if self._phase is Phase.LOADING:
                self._progress("V" if counts is None else "Y", now_ms)
            elif self._phase is Phase.PRINTING and self._job is not None:
                self._answered_for(self._job, now_ms)
        else:
            self.strays += 1

    def _progress(self, token: str, now_ms: int) -> None:
        """Answers of a loading come in the order of its lines; before `!CA` is answered they belong to what was before."""
        if self._awaited and self._awaited[0] == token:
            self._last_token = self._awaited.popleft()
            if not self._awaited and self._job is not None:
                self._loaded(self._job, now_ms)
        elif "clear" not in self._awaited and token != self._last_token:  # the same twice is an echo
            self._not_loaded(now_ms)
