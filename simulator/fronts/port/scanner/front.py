"""A code scanner at port level: its twin's eyes, light and settings, commands and codes without frames.

Source: io-board sheet, section 3; identity and scanner open points. Everything its twin and its line do wrong is played. Only the
family with menu texts: no machine of the simulator has one of the others.
"""

from __future__ import annotations

from kiosk.faults import FaultCode
from kiosk.ports.code_scanner import LIMIT_MS, SAME_MS, CodeDropped, CodeRead, NoCode, ScannedCode, ScanOpen
from kiosk.ports.fact import DeviceReady, Fact, Report
from simulator.devices.scanner import CodeScanner
from simulator.devices.scanner.wire import Said
from simulator.fronts.port.lane import Lane
from simulator.fronts.port.mechanism import first
from simulator.fronts.port.reader import OF_THE_DEVICE, OVER, ReaderFront, next_of
from simulator.fronts.port.scanner import words

BAUD = 9_600
ANSWER_MS, CHECK_MS, CHECK_LIT_MS = 800, 2_000, 10_000
END_MS, CUT_MS = 60, 300  # a code has ended after a CR and so long a silence; after so long it has no CR
EXCHANGE_MS = 25  # a question after the suffix, and its answer


class ScannerFront(ReaderFront):
    """`CodeScanner` port and participant."""

    def __init__(self, name: str, report: Report, twin: CodeScanner) -> None:
        super().__init__(name, report)
        self._twin = twin
        self._out: Lane[list[Said]] = Lane(BAUD)
        self._in: Lane[bytes] = Lane(BAUD)
        self._saying: list[Said] = []
        self._todo: list[str] = []  # of the start
        self._asked, self._limit_ms, self._answer = "", 0, b""
        self._lit = self._told_open = False
        self._names = (words.MODEL, "", "")
        self._sure = False  # the last check was good, and nothing was wrong since
        self._resting = False
        self._told: set[str] = set()
        self._heard, self._heard_ms = b"", 0
        self._read: tuple[int, ScannedCode] | None = None
        self._last: tuple[ScannedCode, int] | None = None

    # -- the port

    @property
    def can_scan(self) -> bool:
        return self._ready

    def scan(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        self._begin(order, limit_ms)
        self._read, self._told_open = None, False
        self._told = set()

    def take_code(self, order: int) -> ScannedCode | None:
        if self._read is None or self._read[0] != order:
            return None
        code, self._read = self._read[1], None
        return code

    def forget(self) -> None:
        self._end("asked")
        self._read = self._last = None
        self._heard = b""

    def _end(self, why: str) -> None:
        if self._order:
            self._heard = b""
        super()._end(why)

    def _outcome(self, order: int, why: str) -> Fact:
        return NoCode(order, why)

    def _refusal(self) -> str:
        if not self._linked:
            return "link"
        return "silent" if any(code in self._faults for code in OF_THE_DEVICE) else ""

    # -- its link

    def _open(self, now_ms: int) -> None:
        self._start(now_ms)

    def _shut(self) -> None:
        self._out.clear()
        self._in.clear()
        self._saying.clear()
        self._asked, self._heard, self._lit, self._sure, self._resting = "", b"", False, False, False

    # -- time

    def poll(self, now_ms: int) -> int | None:
        looks_ms = self._follow_plug(now_ms)
        twin_ms = self._carry(now_ms)
        if not self._linked:
            self._run_out(now_ms)
            return first(looks_ms, twin_ms)
        if self._rests(now_ms):
            return twin_ms
        if self._asked and now_ms >= self._limit_ms:
            self._missed(now_ms)
        self._settle(now_ms)
        self._run_out(now_ms)
        if not self._asked:
            self._next(now_ms)
        self._send(now_ms)
        return max(now_ms + 1, first(self._wake_ms(), twin_ms, self._out.due_ms(), self._in.due_ms()) or 0)

    def _rests(self, now_ms: int) -> bool:
        """It would answer each check as it did the last; checks go on from where they would stand by now."""
        if self._resting:
            self._check_ms = next_of(self._check_ms, CHECK_MS + EXCHANGE_MS, now_ms)
        self._sure = self._sure and self._twin.listens(now_ms) and not self._twin.faults
        busy = self._asked or self._order or self._ended or self._lit
        under_way = first(self._out.due_ms(), self._in.due_ms()) is not None
        self._resting = self._sure and not busy and not under_way
        return self._resting

    def _wake_ms(self) -> int:
        due = [self._limit_ms if self._asked else self._check_ms]
        if self._heard:
            due = [self._quiet_ms()]
        if self._order and self._until_ms != OVER:
            due.append(self._until_ms)
        return min(due)

    # -- the line

    def _carry(self, now_ms: int) -> int | None:
        """What is due at the scanner's end is heard there, and at ours; answers when the scanner does something by itself."""
        twin = self._twin
        for told in self._out.arrived(now_ms):
            for said in told:
                twin.hear(said, now_ms)
        due_ms = twin.poll(now_ms)
        if (text := twin.take_output()) and self._linked:
            self._in.put(text, len(text), now_ms)
        for text in self._in.arrived(now_ms):
            self._hear(text, now_ms)
        return due_ms

    def _send(self, now_ms: int) -> None:
        if self._saying:
            self._out.put(self._saying, sum(map(words.size_of, self._saying)), now_ms)
            self._saying = []

    def _hear(self, text: bytes, now_ms: int) -> None:
        """While something is asked it is an answer, while a code is wanted and the window lit a code; else nothing."""
        if self._asked:
            self._strange = True
            self._answer = (self._answer + text)[-words.MOST_ANSWER :]
            if told := words.answer_to(self._asked, self._answer):
                self._told_of(told, now_ms)
        elif self._lit and self._order:
            self._settle(now_ms)
            if self._lit:
                self._heard, self._heard_ms = self._heard + text, now_ms

    # -- what is said next

    def _start(self, now_ms: int) -> None:
        self._ready = self._sure = False
        self._asked, self._todo = "", [words.IDENTITY, *words.SET_UP]
        self._dark()
        self._check_ms = now_ms

    def _next(self, now_ms: int) -> None:
        if self._lit and not self._order:
            self._dark()
        if now_ms >= self._check_ms and not self._heard:
            if self._lit:
                self._dark()
            self._asked = self._todo[0] if self._todo else words.SUFFIX
            self._limit_ms, self._answer = now_ms + ANSWER_MS, b""
            self._saying.append(words.asked(self._asked))
        elif self._order and self._ready and not self._misses:
            self._light(now_ms)

    def _light(self, now_ms: int) -> None:
        if not self._lit:
            self._saying.append(words.ON)
            self._lit, self._check_ms = True, now_ms + CHECK_LIT_MS
        if not self._told_open:
            self._told_open = True
            self._report(ScanOpen(self._order))

    def _dark(self) -> None:
        self._saying.append(words.OFF)
        self._lit, self._heard = False, b""

    # -- answers

    def _told_of(self, told: words.Answer, now_ms: int) -> None:
        word, self._asked = self._asked, ""
        self._answered()
        if word == words.SUFFIX:
            if words.WANTED in told.value:
                self._check_ms, self._sure = now_ms + CHECK_MS, True
            else:
                self._start(now_ms)
        elif told.outcome != words.DONE:
            self._faults.set(FaultCode.DEVICE_FAILURE, True, word)
            self._check_ms, self._todo = now_ms + CHECK_MS, [words.IDENTITY, *words.SET_UP]
        else:
            self._done(word, told, now_ms)

    def _done(self, word: str, told: words.Answer, now_ms: int) -> None:
        if word == words.IDENTITY:
            self._names = words.named(told.lines)
        del self._todo[:1]
        if not self._todo:
            self._ready, self._check_ms = True, now_ms + CHECK_MS
            self._faults.clear(FaultCode.DEVICE_FAILURE)
            self._report(DeviceReady(self.name, *self._names))

    def _missed(self, now_ms: int) -> None:
        self._asked = ""
        absent = self._miss(now_ms)
        if self._todo or absent:
            self._start(self._check_ms)  # what was set already may be gone with its power
        if absent:
            self._absent()

    # -- a code

    def _quiet_ms(self) -> int:
        return self._heard_ms + (END_MS if self._heard.endswith(words.CR) else CUT_MS)

    def _settle(self, now_ms: int) -> None:
        """A code that has ended: read, dropped, or the one of just now. Each takes a new trigger."""
        if self._last is not None and now_ms - self._last[1] >= SAME_MS:
            self._last = None
        if not self._heard or now_ms < self._quiet_ms():
            return
        code, self._heard, self._lit = words.code_of(self._heard), b"", False
        if isinstance(code, str):
            self._drop(code, now_ms)
        elif self._last is None or code != self._last[0]:
            self._last, self._read = (code, now_ms), (self._order, code)
            self._report(CodeRead(self._order, code.shape))
            self._order = 0
            self._lit = True  # and is made dark

    def _drop(self, why: str, now_ms: int) -> None:
        if why not in self._told:
            self._told.add(why)
            self._report(CodeDropped(self._order, why))
        if why == "cut":
            self._check_ms = now_ms  # perhaps it lost its suffix
