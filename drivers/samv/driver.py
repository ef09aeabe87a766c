"""An identity-card reader with a SAM-V module: find, select, read, once for each order. Sans-I/O.

Source: io-board sheet, section 4; identity and scanner open points. It is asked for its status at rest, and for a card only while
an order runs. After a silence or a hurt answer its status is asked first, so that a late answer is not taken
for another's.
"""

from __future__ import annotations

from drivers.once import Once
from drivers.raised import Raised
from drivers.samv.codec import (
    BROKEN,
    FIND,
    FOUND,
    GOOD,
    HURT,
    NONE,
    NOT_FOUND_YET,
    NOT_READ,
    NOT_SELECTED,
    NUMBER,
    READ,
    RESET,
    SELECT,
    STATUS,
    UNKNOWN_KIND,
    Answer,
    Command,
    serial_of,
    text_of,
)
from drivers.samv.document import document_of
from drivers.samv.line import Line, Outcome, Reply
from drivers.samv.search import Search
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.id_reader import LIMIT_MS, IdAgain, IdCardSeen, IdDocument, IdNotRead, IdRead, IdSearching

MODEL = "samv"
CHECK_MS = 700
"""From one status to the next at rest: shorter than a reader is deaf after a power cut (0.8 s), so that none is missed."""
RETRY_MS = 1_000
MISSES = 3


class Samv:
    """Participant and IdReader."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self._report = report
        self._faults = Raised(name, report)
        self._line = Line()
        self._linked = self._ready = False
        self._awake = False  # its status is good, its number not asked yet
        self._unsure = False  # an answer may still come late
        self._misses = 0
        self._check_ms = 0
        self._serial = ""
        self._search: Search | None = None
        self._ended: list[Fact] = []
        self._read: Once[IdDocument] = Once()
        self._unlifted = False  # the card that was read last may lie there still, and the reader knows it
        self._must_lift = False  # the same, and the reader may have forgotten it

    # -- the port

    @property
    def ready(self) -> bool:
        """Identified, and its module is well."""
        return self._ready

    @property
    def can_read(self) -> bool:
        return self._ready and FaultCode.DEVICE_FAILURE not in self._faults

    def look(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        self._end("replaced")
        self._read.forget()
        self._search = Search(order, limit_ms)

    def stop(self, order: int) -> None:
        if self._search is not None and self._search.order == order:
            self._end("asked")

    def take_document(self, order: int) -> IdDocument | None:
        return self._read.take(order)

    def forget(self) -> None:
        self._end("asked")
        self._read.forget()
        self._line.wipe()

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        return [f"model {MODEL}", f"sam {self._serial}", f"ready {self._ready}", *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._faults.clear(FaultCode.LINK_LOST)
        self._line.restart()
        self._linked, self._ready, self._awake, self._unsure = True, False, False, False
        self._misses, self._check_ms = 0, now_ms

    def link_lost(self, why: str, now_ms: int) -> None:
        self._line.restart()
        self._linked = self._ready = False
        self._must_lift = self._unlifted
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.DEVICE_FAILURE)
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._end("link")

    def take_output(self) -> bytes:
        return self._line.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        if reply := self._line.receive(data, now_ms):
            self._hear(reply, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._linked and (reply := self._line.poll(now_ms)):
            self._hear(reply, now_ms)
        self._run_out(now_ms)
        for fact in self._ended:
            self._report(fact)
        self._ended.clear()
        if not self._linked:
            return None
        if self._search is not None and self._ready and not self._search.open:
            self._search.open = True
            self._report(IdSearching(self._search.order))
        if self._line.idle and (command := self._next(now_ms)):
            self._line.send(command, now_ms)
        return max(now_ms + 1, self._wake_ms(now_ms))

    # -- what is asked next

    def _next(self, now_ms: int) -> Command | None:
        search = self._search
        if self._ready and not self._unsure and search is not None:
            return search.next(now_ms)
        if now_ms < self._check_ms:
            return None
        if self._awake and not self._unsure and not self._ready:
            return NUMBER
        return RESET if self._misses > 1 else STATUS  # a module that hung answers nothing else

    def _wake_ms(self, now_ms: int) -> int:
        search = self._search
        limit = [search.until_ms] if search is not None and search.until_ms >= 0 else []
        if not self._line.idle:
            return min([*limit, self._line.due_ms() or now_ms])
        if self._ready and not self._unsure and search is not None:
            return min([*limit, search.due_ms(now_ms)])
        return min([*limit, self._check_ms])

    def _run_out(self, now_ms: int) -> None:
        search = self._search
        if search is None:
            return
        if reason := self._refusal():
            self._end(reason)
            return
        if search.until_ms < 0:
            search.until_ms = now_ms + search.limit_ms
        elif now_ms >= search.until_ms:
            self._end("timed_out")
            return

    def _refusal(self) -> str:
        """Why no card can be looked for; empty when one can, or when that is about to be known."""
        if not self._linked:
            return "link"
        if self._ready:
            return ""  # a reader that refused a card before is tried again
        if FaultCode.NO_ANSWER in self._faults or FaultCode.WRONG_DEVICE in self._faults:
            return "silent"
        return "failed" if FaultCode.DEVICE_FAILURE in self._faults else ""

    def _end(self, reason: str) -> None:
        """Said at the next poll: orders of a port only queue."""
        if self._search is not None:
            self._ended.append(IdNotRead(self._search.order, reason))
            self._search = None

    # -- what it says

    def _hear(self, reply: Reply, now_ms: int) -> None:
        if reply.outcome is not Outcome.ANSWERED or reply.code in HURT:
            self._missed(reply, now_ms)
            return
        self._misses = 0
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        if reply.command in (STATUS, RESET):
            self._status(reply, now_ms)
        elif reply.command is NUMBER:
            self._identified(reply.answer, now_ms)
        else:
            self._check_ms = now_ms + CHECK_MS
            self._card(reply)

    def _missed(self, reply: Reply, now_ms: int) -> None:
        self._misses += 1
        self._unsure = True
        self._check_ms = now_ms if self._misses == 1 else now_ms + RETRY_MS
        if reply.outcome is Outcome.SILENT:
            self._must_lift = self._must_lift or self._unlifted  # perhaps it was without power
        search = self._search
        if search is not None and search.asked is reply.command and search.hurt():
            self._again(search, "damaged")
        if self._misses < MISSES:
            return
        wrong = self._line.strange and not self._line.understood
        code = FaultCode.WRONG_DEVICE if wrong else FaultCode.NO_ANSWER
        if FaultCode.WRONG_DEVICE not in self._faults:
            self._faults.set(code, True)
        self._ready = self._awake = False

    def _status(self, reply: Reply, now_ms: int) -> None:
        self._unsure = False
        well = reply.code == GOOD
        self._check_ms = now_ms + (CHECK_MS if self._ready or not well else 0)
        if not well:
            self._broken(STATUS, reply.code)
            self._ready = self._awake = False
        elif not self._ready:
            self._awake = True
            self._faults.clear(FaultCode.DEVICE_FAILURE)

    def _identified(self, answer: Answer, now_ms: int) -> None:
        self._serial = serial_of(answer.data) if answer.code == GOOD else ""
        self._ready, self._awake = True, False
        self._check_ms = now_ms + CHECK_MS
        self._report(DeviceReady(self.name, MODEL, "", self._serial))

    def _broken(self, by: Command, code: int) -> None:
        self._faults.set(FaultCode.DEVICE_FAILURE, True, f"{by.name} {code:02X}")

    # -- a card

    def _card(self, reply: Reply) -> None:
        search = self._search
        if reply.command is READ and reply.code == GOOD:
            self._unlifted = True
        if search is None or search.asked is not reply.command:
            return  # of an order that is over
        if reply.code in BROKEN:
            self._broken(reply.command, reply.code)
            self._end("failed")
        elif reply.command is FIND:
            self._found(search, reply.code)
        elif reply.code != GOOD:
            moved = reply.code in (NOT_FOUND_YET, NOT_READ, NOT_SELECTED)
            self._again(search, "moved" if moved else "kind" if reply.code == UNKNOWN_KIND else "unreadable")
        elif reply.command is SELECT:
            search.selected()
        else:
            self._text(search, reply.answer)

    def _found(self, search: Search, code: int) -> None:
        if code in (FOUND, NONE):
            self._faults.clear(FaultCode.DEVICE_FAILURE)  # which a status would not: it is good without a key too
        if code == FOUND and self._must_lift:
            self._again(search, "lift")
        elif code == FOUND:
            self._unlifted = False
            search.found()
            if not search.seen:
                search.seen = True
                self._report(IdCardSeen(search.order))
        elif code == NONE:
            search.seen = False
            if self._must_lift:
                self._must_lift = self._unlifted = False
        else:
            self._again(search, "unreadable")

    def _text(self, search: Search, answer: Answer) -> None:
        text = text_of(answer)
        if text is None:
            if search.hurt():
                self._again(search, "damaged")
            return
        found = document_of(text)
        if isinstance(found, str):
            self._again(search, found)
            return
        self._read.keep(search.order, found)
        self._search = None
        self._report(IdRead(search.order))

    def _again(self, search: Search, reason: str) -> None:
        search.anew()
        if reason not in search.told:
            search.told.add(reason)
            self._report(IdAgain(search.order, reason))
