"""A code scanner on a serial line: dark unless a code is wanted, and deaf to what it says then. Sans-I/O.

Source: io-board sheet, section 3; identity and scanner open points. Triggers are never answered, so whether anybody is there is
asked: at rest, and between two lights of a long scan. A scanner that lost its power has forgotten its suffix, and is set up anew.
"""

from __future__ import annotations

from drivers.once import Once
from drivers.raised import Raised
from drivers.scanner.codec import DONE, MOST_ANSWER, STYLES, Collector, Question, product_of
from kiosk.faults import FaultCode
from kiosk.ports.code_scanner import LIMIT_MS, SAME_MS, CodeDropped, CodeRead, NoCode, ScannedCode, ScanOpen
from kiosk.ports.fact import DeviceReady, Fact, Report

ANSWER_MS = 800
CHECK_MS = 2_000
CHECK_LIT_MS = 10_000
RETRY_MS = 1_000
MISSES = 3
END_MS = 60
"""Quiet for so long after a CR: the code has ended."""
CUT_MS = 300
"""Quiet for so long without a CR: its end is not coming."""


class Scanner:
    """Participant and CodeScanner. `model`: a key of STYLES."""

    def __init__(self, name: str, report: Report, *, model: str = "scanner") -> None:
        self.name = name
        self._report = report
        self._model, self._style = model, STYLES[model]
        self._faults = Raised(name, report)
        self._output = bytearray()
        self._linked = self._ready = self._lit = False
        self._todo: list[Question] = []  # of the start
        self._asked: Question | None = None
        self._answer = bytearray()
        self._limit_ms = self._check_ms = self._byte_ms = 0
        self._misses = 0
        self._strange = self._understood = False
        self._product = self._revision = self._serial = ""
        self._order = 0
        self._span_ms, self._until_ms = 0, -1
        self._open = False
        self._told: set[str] = set()
        self._ended: list[Fact] = []
        self._content = Collector()
        self._read: Once[ScannedCode] = Once()
        self._last: tuple[ScannedCode, int] | None = None  # the code that was read last, and when

    # -- the port

    @property
    def ready(self) -> bool:
        """Identified and set up."""
        return self._ready

    @property
    def can_scan(self) -> bool:
        return self._ready

    def scan(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        self._end("replaced")
        self._read.forget()
        self._order, self._span_ms, self._until_ms, self._open = order, limit_ms, -1, False
        self._told = set()

    def stop(self, order: int) -> None:
        if order == self._order:
            self._end("asked")

    def take_code(self, order: int) -> ScannedCode | None:
        return self._read.take(order)

    def forget(self) -> None:
        self._end("asked")
        self._read.forget()
        self._last = None
        self._content.clear()

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        lines = [f"model {self._model}", f"product {self._product}", f"revision {self._revision}"]
        return [*lines, f"serial {self._serial}", f"ready {self._ready}", *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._linked = True
        self._faults.clear(FaultCode.LINK_LOST)
        self._strange = self._understood = False
        self._misses = 0
        self._start(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._linked = self._ready = self._lit = False
        self._asked = None
        self._output.clear()
        self._content.clear()
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._end("link")

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def receive(self, data: bytes, now_ms: int) -> None:
        """While something is asked it is an answer, while a code is wanted and the window lit a code; else it is discarded."""
        if self._asked is not None:
            self._strange = self._strange or bool(data)
            self._answer = (self._answer + data)[-MOST_ANSWER:]
            if found := self._asked.answer.search(self._answer):
                self._answered(found[1], now_ms)
        elif self._lit and self._order:
            self._settle(now_ms)
            if self._lit:
                self._byte_ms = now_ms
                self._content.feed(data)

    def poll(self, now_ms: int) -> int | None:
        if self._linked:
            if self._asked is not None and now_ms >= self._limit_ms:
                self._missed(now_ms)
            self._settle(now_ms)
        self._run_out(now_ms)
        for fact in self._ended:
            self._report(fact)
        self._ended.clear()
        if not self._linked:
            return None
        if self._asked is None:
            self._next(now_ms)
        return max(now_ms + 1, self._wake_ms())

    # -- what is said next

    def _start(self, now_ms: int) -> None:
        self._ready = False
        self._asked = None
        self._todo = [self._style.identity, *self._style.set_up]
        self._dark()
        self._check_ms = now_ms

    def _next(self, now_ms: int) -> None:
        if self._lit and not self._order:
            self._dark()
        if now_ms >= self._check_ms and not len(self._content):
            if self._lit:
                self._dark()
            self._ask(self._todo[0] if self._todo else self._style.check, now_ms)
        elif self._order and self._ready and not self._misses:
            self._light(now_ms)

    def _ask(self, question: Question, now_ms: int) -> None:
        self._asked, self._limit_ms = question, now_ms + ANSWER_MS
        self._answer.clear()
        self._output += question.ask

    def _light(self, now_ms: int) -> None:
        if not self._lit:
            self._output += self._style.on
            self._lit = True
            self._check_ms = now_ms + CHECK_LIT_MS
        if not self._open:
            self._open = True
            self._report(ScanOpen(self._order))

    def _dark(self) -> None:
        self._output += self._style.off
        self._lit = False
        self._content.clear()

    def _wake_ms(self) -> int:
        due = [self._limit_ms if self._asked is not None else self._check_ms]
        if self._order and self._until_ms >= 0:
            due.append(self._until_ms)
        if len(self._content):
            due = [*due[1:], self._quiet_ms()]  # a check waits for the end of a code
        return min(due)

    # -- answers

    def _answered(self, said: bytes, now_ms: int) -> None:
        question, self._asked = self._asked, None
        self._answer.clear()
        self._understood, self._misses = True, 0
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        if question is self._style.check:
            if self._style.wanted.search(said):
                self._check_ms = now_ms + CHECK_MS
            else:
                self._start(now_ms)
            return
        if question is self._style.identity:
            self._product, self._revision, self._serial = product_of(said)
        elif question is not None and said != DONE:
            self._faults.set(FaultCode.DEVICE_FAILURE, True, question.name)
            self._check_ms = now_ms + CHECK_MS
            self._todo = [self._style.identity, *self._style.set_up]
            return
        del self._todo[:1]
        if not self._todo:
            self._set_up(now_ms)

    def _set_up(self, now_ms: int) -> None:
        self._ready = True
        self._check_ms = now_ms + CHECK_MS
        self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._report(DeviceReady(self.name, self._product or self._model, self._revision, self._serial))

    def _missed(self, now_ms: int) -> None:
        self._asked = None
        self._misses += 1
        again_ms = now_ms if self._misses == 1 else now_ms + RETRY_MS
        self._check_ms = again_ms
        if self._todo or self._misses >= MISSES:
            self._start(again_ms)  # what was set already may be gone with its power
        if self._misses < MISSES:
            return
        wrong = self._strange and not self._understood
        if FaultCode.WRONG_DEVICE not in self._faults:
            self._faults.set(FaultCode.WRONG_DEVICE if wrong else FaultCode.NO_ANSWER, True)

    # -- the order

    def _refusal(self) -> str:
        """Why nothing can be scanned; empty when it can, or when that is about to be known."""
        if not self._linked:
            return "link"
        troubles = (FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        return "silent" if any(code in self._faults for code in troubles) else ""

    def _run_out(self, now_ms: int) -> None:
        if not self._order:
            return
        if reason := self._refusal():
            self._end(reason)
        elif self._until_ms < 0:
            self._until_ms = now_ms + self._span_ms
        elif now_ms >= self._until_ms:
            self._end("timed_out")

    def _end(self, reason: str) -> None:
        """Said at the next poll: orders of a port only queue."""
        if self._order:
            self._ended.append(NoCode(self._order, reason))
            self._order = 0
            self._content.clear()

    # -- a code

    def _quiet_ms(self) -> int:
        return self._byte_ms + (END_MS if self._content.ended else CUT_MS)

    def _settle(self, now_ms: int) -> None:
        """A code that ended: read, dropped, or the one that was read just now. Each needs a new trigger."""
        if self._last is not None and now_ms - self._last[1] >= SAME_MS:
            self._last = None
        if not len(self._content) or now_ms < self._quiet_ms():
            return
        code = self._content.take()
        self._lit = False
        if isinstance(code, str):
            if code not in self._told:
                self._told.add(code)
                self._report(CodeDropped(self._order, code))
            if code == "cut":
                self._check_ms = now_ms  # perhaps it lost its suffix
        elif self._last is None or code != self._last[0]:
            self._last = (code, now_ms)
            self._read.keep(self._order, code)
            self._report(CodeRead(self._order, code.shape))
            self._order = 0
            self._lit = True  # for scanners that stay lit: the window is made dark
