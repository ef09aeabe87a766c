"""A hopper as something that answers at an address: who it is, what it counts and flags, whether it is there. Sans-I/O.

Source: cctalk sheet, sections 4.3, 5, 7 and 8.5. What a hopper does is written as scripts that yield a question or a pause; the bus
asks the questions, one of all its hoppers at a time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from drivers.cctalk.codec import Header, Level, parse_level, parse_number, parse_status, parse_text
from drivers.cctalk.flags import Flags
from drivers.cctalk.identity import TEXTS, Identity
from drivers.cctalk.judge import Reading
from drivers.cctalk.line import Kind, Reply, Request
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.coin_hopper import HopperLevel, HopperPast
from kiosk.ports.fact import DeviceReady, Report

TRIES = 3
ASK_AGAIN_MS = 1_000
RESET_MS = 600
"""Deaf for a while, and then it tries its exit for a third of a second."""
ABSENT_MS = 5_000
STRANGE = 3

Step = Request | int
"""What a script yields: a question, or a pause in ms."""
Script = Generator[Step, Reply, None]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a hopper sits and what its coins are worth. `serial`: the only one that is believed there; None: any.

    `expected` False: that nobody answers there is no fault.
    """

    number: int
    address: int
    value_fen: int
    serial: int | None = None
    expected: bool = True


class CcTalkDevice(ABC):
    def __init__(self, seat: Seat, report: Report) -> None:
        self.seat = seat
        self.number = seat.number
        self.name = f"hopper.{seat.number}"
        self.identity = Identity()
        self.faults = Raised(self.name, report)
        self.found = False
        self.silent = True
        """Its last question was not answered."""
        self.tried = False
        """On this link it was looked for in vain once."""
        self._report = report
        self._script: Script | None = None  # None: no link
        self._step: Step = 0
        self._waiting = False  # the step is a question that is out
        self._due_ms = self._now_ms = self._heard_ms = 0
        self._strange = 0  # broken exchanges since it was last understood
        self._reading: Reading | None = None
        self._level: Level | None = None
        self._counts = self._levels = True  # until it is silent when asked

    @abstractmethod
    def _serve(self) -> Script:
        """What a hopper does next that was found; again and again while it is `found`."""

    @property
    def counters(self) -> Mapping[str, int]:
        return self._reading.counters.record() if self._reading else {}

    def recall(self) -> None:
        self._report(HopperPast(self.number, tuple(self.counters.items())))

    def probe_lines(self) -> list[str]:
        if not self.found:
            return []
        lines = [f"{self.name} address {self.seat.address}", *self.identity.lines()]
        if self._reading:
            lines += [f"counter {name} {value}" for name, value in self.counters.items() if name != "serial"]
            lines += [f"remaining {self._reading.status.remaining}", f"flags {self._reading.flags}"]
        return [*lines, f"level {self._level.value if self._level else Level.UNKNOWN.value}"]

    # -- what the bus does with it

    def link_up(self, now_ms: int) -> None:
        self._now_ms = self._heard_ms = now_ms
        self.tried = False
        self.faults.clear(FaultCode.LINK_LOST)
        self._start()

    def link_lost(self, why: str, now_ms: int) -> None:
        self._now_ms = now_ms
        self._script, self.found, self._waiting = None, False, False
        self.faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self.faults.set(FaultCode.LINK_LOST, self.seat.expected, why)

    def tick(self, now_ms: int) -> int | None:
        """Pauses and limits; when to be called again, None while only the bus can say."""
        self._now_ms = now_ms
        self._watch_silence()
        if self._script is not None and isinstance(self._step, int) and self._due_ms <= now_ms:
            self._advance(Reply(Kind.ACK))
        return self._due_ms if self._script is not None and isinstance(self._step, int) else None

    def wants(self) -> Request | None:
        """The question it waits to have asked."""
        idle = self._script is None or self._waiting
        return None if idle or isinstance(self._step, int) else self._step

    def asked(self) -> None:
        """The question is out."""
        self._waiting = True

    def hear(self, reply: Reply, now_ms: int) -> None:
        """What became of it."""
        self._now_ms = now_ms
        if self._script is None or not self._waiting:
            return
        self.silent = reply.kind is Kind.SILENT
        if reply.kind is Kind.BROKEN:
            self._strange += 1
        elif reply.kind is not Kind.SILENT:
            self._heard_ms, self._strange = now_ms, 0
            self.faults.clear(FaultCode.NO_ANSWER)
        self._advance(reply)

    def _watch_silence(self) -> None:
        if self._script is None or self._now_ms - self._heard_ms < ABSENT_MS:
            return
        wrong = self._strange >= STRANGE or FaultCode.WRONG_DEVICE in self.faults
        self.faults.set(FaultCode.WRONG_DEVICE, wrong and self.seat.expected, "noise")
        self.faults.set(FaultCode.NO_ANSWER, self.seat.expected and not wrong)

    # -- scripts

    def _start(self) -> None:
        self.found = False
        self._script = self._live()
        self._take(next(self._script))

    def _live(self) -> Script:
        while True:
            if not (yield from self._identify()):
                self.tried = True
                yield ASK_AGAIN_MS
                continue
            while self.found:
                yield from self._serve()

    def _take(self, step: Step) -> None:
        self._step, self._waiting = step, False
        if isinstance(step, int):
            self._due_ms = self._now_ms + step

    def _advance(self, reply: Reply) -> None:
        script = self._script
        assert script is not None
        step = script.send(reply)
        if self._script is script:
            self._take(step)

    def _ask(self, header: Header, data: bytes = b"", tries: int = TRIES) -> Generator[Step, Reply, bytes | None]:
        """DATA of the answer; None after so many others. For commands that may be repeated (section 4.3)."""
        for _ in range(tries):
            reply = yield Request(self.seat.address, header, data)
            if reply.kind is Kind.ACK:
                return reply.data
        return None

    # -- start

    def _identify(self) -> Generator[Step, Reply, bool]:
        """Whether the hopper of this seat answers. Before anything is changed in it its counters are read and told."""
        if (yield from self._ask(Header.POLL, tries=1)) is None:
            return False
        found = Identity()
        category = yield from self._ask(Header.CATEGORY)
        serial = yield from self._ask(Header.SERIAL)
        if category is None or serial is None:
            return False
        found.category, found.serial = parse_text(category), parse_number(serial)
        self._serial_bytes = len(serial)
        if self._is_wrong(found):
            return False
        for header in TEXTS:
            data = yield from self._ask(header)
            found.texts[header] = parse_text(data or b"")
        self.identity = found
        self._counts = (yield from self._ask(Header.COUNT)) is not None
        self._levels = (yield from self._ask(Header.LEVEL)) is not None
        if (yield from self._read()) is None:
            return False
        yield from self._look_at_level()
        self.found = True
        self.recall()
        self._report(DeviceReady(self.name, found.product, found.texts.get(Header.SOFTWARE, ""), str(found.serial)))
        return True

    def _is_wrong(self, found: Identity) -> bool:
        wrong = not found.is_hopper or (self.seat.serial is not None and found.serial != self.seat.serial)
        self.faults.set(FaultCode.WRONG_DEVICE, wrong and self.seat.expected, f"{found.category} {found.serial}")
        return wrong

    # -- looks

    def _read(self) -> Generator[Step, Reply, Reading | None]:
        """Everything that is compared; None when something of it was not answered."""
        serial = yield from self._ask(Header.SERIAL)
        flags = yield from self._ask(Header.TEST)
        count = (yield from self._ask(Header.COUNT)) if self._counts else b""
        status = yield from self._ask(Header.STATUS)
        if serial is None or flags is None or count is None or status is None:
            return None
        self._reading = Reading(
            parse_number(serial),
            parse_status(status),
            parse_number(count) if self._counts else None,
            Flags(flags, self.identity.is_sch2),
        )
        self._show(self._reading.flags)
        return self._reading

    def _show(self, flags: Flags) -> None:
        self.faults.set(FaultCode.DEVICE_FAILURE, flags.blocks, f"flags {flags}")
        self.faults.set(FaultCode.CASSETTE_EMPTY, flags.ran_empty, "no coin came")

    def _look_at_level(self) -> Generator[Step, Reply, None]:
        data = (yield from self._ask(Header.LEVEL)) if self._levels else b"\x00"
        level = parse_level(data) if data is not None else self._level or Level.UNKNOWN
        if level is not self._level:
            self._level = level
            self._report(HopperLevel(self.number, level.value))
        self.faults.set(FaultCode.CASSETTE_LOW, level is Level.LOW)

    def _reset(self) -> Generator[Step, Reply, None]:
        """Clears latched flags; the event counter is lost with them, so not before an order is settled and told."""
        status = yield from self._ask(Header.STATUS)
        if status is not None and parse_status(status).remaining == 0:
            yield Request(self.seat.address, Header.RESET)
            yield RESET_MS
