"""An identity-card reader at port level: its twin's field and module find, select and read; what it says needs no packets.

Source: io-board sheet, section 4; identity and scanner open points. Everything its twin does wrong is played, and its line.
"""

from __future__ import annotations

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.id_reader import LIMIT_MS, IdAgain, IdCardSeen, IdDocument, IdNotRead, IdRead, IdSearching
from simulator.devices.samv import SamvReader
from simulator.devices.samv.codes import Status
from simulator.fronts.port.mechanism import first
from simulator.fronts.port.reader import OVER, ReaderFront, next_of
from simulator.fronts.port.samv.document import document_in, text_in
from simulator.fronts.port.samv.line import Line, Reply
from simulator.fronts.port.samv.search import Search
from simulator.fronts.port.samv.words import (
    AGAIN,
    BROKEN,
    FIND,
    HURT,
    NUMBER,
    READ,
    RESET,
    SELECT,
    STATUS,
    Command,
    Told,
    serial_of,
)

MODEL = "samv"
CHECK_MS, EXCHANGE_MS = 700, 7
ABSENCES = (FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)


class SamvFront(ReaderFront):
    """`IdReader` port and participant."""

    def __init__(self, name: str, report: Report, twin: SamvReader) -> None:
        super().__init__(name, report)
        self._twin, self._line = twin, Line(twin)
        self._awake = False  # its status is good, its number not asked yet
        self._unsure = False  # an answer may still come late
        self._sure = self._resting = False
        self._search = Search()
        self._read: tuple[int, IdDocument] | None = None
        self._unlifted = False  # the card that was read last may lie there still, and the reader knows it
        self._must_lift = False  # the same, and the reader may have forgotten it

    # -- the port

    @property
    def can_read(self) -> bool:
        return self._ready and FaultCode.DEVICE_FAILURE not in self._faults

    def look(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        self._begin(order, limit_ms)
        self._read, self._search = None, Search()

    def take_document(self, order: int) -> IdDocument | None:
        if self._read is None or self._read[0] != order:
            return None
        document, self._read = self._read[1], None
        return document

    def forget(self) -> None:
        self._end("asked")
        self._read = None

    def _outcome(self, order: int, why: str) -> Fact:
        return IdNotRead(order, why)

    def _refusal(self) -> str:
        if not self._linked:
            return "link"
        if self._ready:
            return ""  # one that refused a card before is tried again
        if any(code in self._faults for code in ABSENCES):
            return "silent"
        return "failed" if FaultCode.DEVICE_FAILURE in self._faults else ""

    # -- its link

    def _open(self, now_ms: int) -> None:
        self._line.restart()
        self._ready = self._awake = self._unsure = False
        self._check_ms = now_ms

    def _shut(self) -> None:
        self._line.restart()
        self._sure = self._resting = False
        self._must_lift = self._unlifted

    # -- time

    def poll(self, now_ms: int) -> int | None:
        looks_ms = self._follow_plug(now_ms)
        for reply in self._line.turn(now_ms):
            self._hear(reply, now_ms)
        if self._linked and self._rests(now_ms):
            return None
        self._run_out(now_ms)
        if not self._linked:
            return looks_ms
        if self._order and self._ready and not self._search.open:
            self._search.open = True
            self._report(IdSearching(self._order))
        if self._line.idle and (command := self._next(now_ms)):
            self._line.send(command, now_ms)
        return max(now_ms + 1, self._wake_ms(now_ms))

    def _rests(self, now_ms: int) -> bool:
        """It would answer each check as it did the last; checks go on from where they would stand by now."""
        if self._resting:
            self._check_ms = next_of(self._check_ms, CHECK_MS + EXCHANGE_MS, now_ms)
        self._sure = self._sure and self._twin.listens(now_ms) and not self._twin.faults
        self._resting = self._sure and self._line.idle and not self._order and not self._ended
        return self._resting

    def _next(self, now_ms: int) -> Command | None:
        if self._searches:
            return self._search.begin(now_ms) if now_ms >= self._search.due_ms(now_ms) else None
        if now_ms < self._check_ms:
            return None
        if self._awake and not self._unsure and not self._ready:
            return NUMBER
        return RESET if self._misses > 1 else STATUS  # a module that hung answers nothing else

    @property
    def _searches(self) -> bool:
        return self._ready and not self._unsure and bool(self._order)

    def _wake_ms(self, now_ms: int) -> int:
        limit_ms = self._until_ms if self._order and self._until_ms != OVER else None
        next_ms = None
        if self._line.idle:
            next_ms = self._search.due_ms(now_ms) if self._searches else self._check_ms
        return first(limit_ms, next_ms, self._line.due_ms(now_ms)) or now_ms

    # -- what it says

    def _hear(self, reply: Reply, now_ms: int) -> None:
        told, command = reply.told, reply.command
        self._strange, self._understood = self._line.strange, self._line.understood
        if told is None or told.status in HURT:
            self._missed(reply, now_ms)
            return
        self._answered()
        if command in (STATUS, RESET):
            self._status(told, now_ms)
        elif command is NUMBER:
            self._identified(told, now_ms)
        else:
            self._check_ms = now_ms + CHECK_MS
            self._card(command, told)

    def _missed(self, reply: Reply, now_ms: int) -> None:
        absent = self._miss(now_ms)
        self._unsure, self._sure = True, False
        if reply.told is None and not reply.damaged:
            self._must_lift = self._must_lift or self._unlifted  # perhaps it was without power
        if self._order and self._search.asked is reply.command and self._search.missed():
            self._again("damaged")
        if absent:
            self._absent()
            self._ready = self._awake = False

    def _status(self, told: Told, now_ms: int) -> None:
        self._unsure, well = False, told.status is Status.GOOD
        self._check_ms = now_ms + (CHECK_MS if self._ready or not well else 0)
        self._sure = well and self._ready
        if not well:
            self._broken(STATUS, told.status)
            self._ready = self._awake = False
        elif not self._ready:
            self._awake = True
            self._faults.clear(FaultCode.DEVICE_FAILURE)

    def _identified(self, told: Told, now_ms: int) -> None:
        self._ready, self._awake, self._check_ms = True, False, now_ms + CHECK_MS
        self._report(DeviceReady(self.name, MODEL, "", serial_of(told.data) if told.data else ""))

    def _broken(self, by: Command, status: Status) -> None:
        self._faults.set(FaultCode.DEVICE_FAILURE, True, f"{by.name} {status:02X}")

    # -- a card

    def _card(self, command: Command, told: Told) -> None:
        if command is READ and told.status is Status.GOOD:
            self._unlifted = True
        if not self._order or self._search.asked is not command:
            return  # of an order that is over
        if told.status in BROKEN:
            self._broken(command, told.status)
            self._end("failed")
        elif command is FIND:
            self._found(told.status)
        elif told.status is not Status.GOOD:
            self._again(AGAIN.get(told.status, "unreadable"))
        elif command is SELECT:
            self._search.selected()
        else:
            self._text(told)

    def _found(self, status: Status) -> None:
        if status in (Status.FOUND, Status.FIND_FAILED):
            self._faults.clear(FaultCode.DEVICE_FAILURE)  # which a status would not: it is good without a key, too
        if status is Status.FIND_FAILED:
            self._search.seen = False
            if self._must_lift:
                self._must_lift = self._unlifted = False
        elif status is not Status.FOUND:
            self._again("unreadable")
        elif self._must_lift:
            self._again("lift")
        else:
            self._unlifted = False
            self._search.found()
            if not self._search.seen:
                self._search.seen = True
                self._report(IdCardSeen(self._order))

    def _text(self, told: Told) -> None:
        text = text_in(told.data)
        if text is None:
            if self._search.missed():
                self._again("damaged")
            return
        document = document_in(text)
        if isinstance(document, str):
            self._again(document)
            return
        order, self._order = self._order, 0
        self._read = order, document
        self._report(IdRead(order))

    def _again(self, why: str) -> None:
        self._search.step = FIND
        if why not in self._search.told:
            self._search.told.add(why)
            self._report(IdAgain(self._order, why))
