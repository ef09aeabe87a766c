"""The slip printer's manners. Written is not printed: a slip counts only when the printer confirmed it in sequence.

Source: ticket-printer sheet 5 and 6; decision 48. Silence is failure. A slip may be repeated under its code, so a doubt is
a failure too; what the printer may still print of it later is a second copy of the same claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from drivers.escpos import codec
from drivers.escpos.codec import Automatic, Condition, Done, RealTime
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.ports.ticket_printer import Picture

ASK_EVERY_MS, ANSWER_MS, SYNC_MS = 5_000, 800, 3_000
RETRY_MS = 1_000
MISSES = 3  # unanswered rounds running
SLIP_BASE_MS, SLIP_ROW_MS = 10_000, 3  # cutter and buffer; the slowest printers make 40 mm a second
BITS_PER_BYTE = 10  # with start and stop bit


@unique
class Phase(Enum):
    CLOSED = "no link"
    ASKING = "10 04 1..4 sent"
    SYNCING = "set up; every confirmation ever asked for is waited for"
    READY = "idle"
    PRINTING = "a slip is on its way"


@dataclass(frozen=True, slots=True)
class Slip:
    code: str
    data: bytes
    limit_ms: int


class EscPosPrinter:
    """Participant and `ReceiptPrinter` port on a serial line. `width_dots`: printable width of the paper.

    `baud`: how fast the line takes a picture; a passenger waits no longer than that, the paper's way and some seconds.
    """

    def __init__(self, name: str, report: Report, *, width_dots: int = 576, baud: int = 115_200) -> None:
        self.name = name
        self.width_dots = width_dots
        self._baud = baud
        self._report = report
        self._faults = Raised(name, report)
        self._decoder = codec.Decoder()
        self._out = bytearray()
        self._phase = Phase.CLOSED
        self._condition = Condition()
        self._real_time: list[int] = []
        self._asked = False  # the four questions are out
        self._by_ms = 0
        self._owed = 0  # confirmations asked for and not heard: a late one must not stand for a later slip
        self._slip: Slip | None = None
        self._announced = False
        self._misses = self._noise_bytes = 0
        self.slips = 0

    # -- ReceiptPrinter port

    def print_slip(self, slip: str, picture: Picture) -> None:
        reason = self._objection()
        if reason:
            self._report(SlipFailed(slip, reason))
            return
        try:
            data = b"".join(codec.slip_bytes(picture, self.width_dots))
        except ValueError:
            self._report(SlipFailed(slip, "other"))
            return
        limit_ms = SLIP_BASE_MS + SLIP_ROW_MS * picture.height + len(data) * BITS_PER_BYTE * 1_000 // self._baud
        self._slip = Slip(slip, data, limit_ms)

    def _objection(self) -> str:
        if self._slip is not None:
            return "other"
        if self._phase is Phase.CLOSED:
            return "link"
        if FaultCode.NO_ANSWER in self._faults or FaultCode.WRONG_DEVICE in self._faults:
            return "silent"
        return self._condition.reason

    # -- Participant

    def link_up(self, now_ms: int) -> None:
        self._announced = False
        self._owed = self._misses = 0
        self._faults.clear(FaultCode.LINK_LOST)
        self._ask(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._phase = Phase.CLOSED
        self._out.clear()
        self._decoder.clear()
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._fail("link")

    def take_output(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._phase is Phase.CLOSED:
            return
        answers = self._decoder.feed(data)
        if not answers:
            self._noise_bytes += len(data)
        for answer in answers:
            if isinstance(answer, RealTime):
                self._take_real_time(answer.bits, now_ms)
            elif isinstance(answer, Automatic):
                self._look(answer.condition)
            else:
                self._take_done(answer, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._phase is Phase.CLOSED:
            return None
        if now_ms >= self._by_ms and not (self._phase is Phase.READY and self._slip is not None):
            self._due(now_ms)
        if self._phase is Phase.READY and self._slip is not None:  # also one that waited for this very limit
            self._begin(self._slip, now_ms)
        return self._by_ms

    @property
    def ready(self) -> bool:
        """Identified; whether it can print now is another question."""
        return self._announced

    def probe_lines(self) -> list[str]:
        """Identity, state, counters, for a technician. Moves nothing."""
        seen = self._condition
        lines = [f"slip printer ESC/POS, {self.width_dots} dots", f"state {self._phase.name.lower()}"]
        lines.append(f"offline {seen.offline:d} cover {seen.cover:d} cutter {seen.cutter:d} broken {seen.broken:d}")
        lines.append(f"paper_low {seen.paper_low:d} paper_out {seen.paper_out:d} slips {self.slips}")
        return [*lines, *self._faults.lines()]

    # -- start and questions

    def _ask(self, now_ms: int) -> None:
        """From the start: is it there, and what is wrong with it?"""
        self._phase = Phase.ASKING
        self._decoder.clear()
        self._noise_bytes = 0
        self._questions(now_ms)

    def _questions(self, now_ms: int, again: bool = False) -> None:
        """`again`: nobody answered, and it was told. It may still be waiting for the rest of a picture that was cut off."""
        self._real_time.clear()
        self._asked = True
        fill = codec.filler(self.width_dots) if again else b""
        self._out += fill + codec.ASK_ALL
        self._by_ms = now_ms + ANSWER_MS + len(fill) * BITS_PER_BYTE * 1_000 // self._baud

    def _due(self, now_ms: int) -> None:
        """The limit of this phase has passed."""
        if self._phase is Phase.PRINTING:
            self._fail(self._condition.reason or "silent")
            self._ask(now_ms)
        elif self._phase is Phase.SYNCING:
            if self._asked:  # it answers at once, but processes nothing
                self._silent("confirmation")
                self._rest(now_ms)
            else:
                self._synced(now_ms)  # one of several got lost
        elif not self._asked:
            self._questions(now_ms, again=self._misses >= MISSES)
        else:
            self._unanswered(now_ms)

    def _unanswered(self, now_ms: int) -> None:
        self._misses += 1
        if self._misses >= MISSES and self._noise_bytes and not self._real_time:
            self._faults.set(FaultCode.WRONG_DEVICE, True, "answers fit no pattern")
            self._fail("silent")
        elif self._misses >= MISSES:
            self._silent("")
        self._rest(now_ms)

    def _silent(self, detail: str) -> None:
        self._faults.set(FaultCode.NO_ANSWER, True, detail)
        self._announced = False
        self._fail("silent")

    def _rest(self, now_ms: int) -> None:
        """A pause, then from the start."""
        self._phase, self._asked, self._by_ms = Phase.ASKING, False, now_ms + RETRY_MS

    def _take_real_time(self, bits: int, now_ms: int) -> None:
        if not self._asked or self._phase not in (Phase.ASKING, Phase.READY):
            return  # 10 04 n may stand inside a picture by chance, and is answered there too
        self._real_time.append(bits)
        if len(self._real_time) < 4:
            return
        first, second, third, fourth = self._real_time[:4]
        self._asked = False
        self._misses = 0
        self._look(codec.real_time_condition((first, second, third, fourth)))
        if self._phase is Phase.READY:
            self._by_ms = now_ms + ASK_EVERY_MS
        elif self._condition.reason:
            self._cannot_sync(now_ms)
        else:
            self._sync(now_ms)

    def _cannot_sync(self, now_ms: int) -> None:
        """It answers but would not process anything now: known, faulty, asked again until people have mended it."""
        self._identified()
        self._rest(now_ms)

    def _sync(self, now_ms: int) -> None:
        self._phase, self._asked = Phase.SYNCING, True
        self._owed += 1
        self._out += codec.INIT + codec.STATUS_ON + codec.ASK_DONE
        self._by_ms = now_ms + SYNC_MS

    def _synced(self, now_ms: int) -> None:
        self._owed, self._asked = 0, False
        self._phase, self._by_ms = Phase.READY, now_ms + ASK_EVERY_MS
        self._identified()

    def _identified(self) -> None:
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.LINK_LOST)
        if not self._announced:
            self._announced = True
            self._report(DeviceReady(self.name, "ESC/POS", "", ""))

    # -- a slip

    def _begin(self, slip: Slip, now_ms: int) -> None:
        self._phase, self._asked = Phase.PRINTING, False
        self._owed += 1
        self._out += slip.data
        self._by_ms = now_ms + slip.limit_ms

    def _take_done(self, answer: Done, now_ms: int) -> None:
        if not self._owed:
            return
        self._owed -= 1
        if self._phase is Phase.SYNCING:
            self._asked = False
            if not self._owed:
                self._synced(now_ms)
        elif self._phase is Phase.PRINTING and self._slip is not None and not self._owed:
            self._printed(self._slip, answer, now_ms)

    def _printed(self, slip: Slip, answer: Done, now_ms: int) -> None:
        reason = "paper" if answer.paper_out else self._condition.reason
        if reason:
            self._fail(reason)
        else:
            self._slip = None
            self.slips += 1
            self._report(SlipPrinted(slip.code))
        self._phase, self._by_ms = Phase.READY, now_ms  # ask at once what this slip has left behind

    def _fail(self, reason: str) -> None:
        slip, self._slip = self._slip, None
        if slip is not None:
            self._report(SlipFailed(slip.code, reason))

    def _look(self, condition: Condition) -> None:
        self._condition = condition
        self._faults.set(FaultCode.SLIP_PAPER_OUT, condition.paper_out)
        self._faults.set(FaultCode.SLIP_PAPER_LOW, condition.paper_low and not condition.paper_out)
        self._faults.set(FaultCode.SLIP_COVER, condition.cover)
        self._faults.set(FaultCode.SLIP_CUTTER, condition.cutter)
        self._faults.set(FaultCode.DEVICE_FAILURE, condition.broken)
        if condition.reason and self._slip is not None:
            self._fail(condition.reason)
            if self._phase is Phase.PRINTING:
                self._phase, self._asked, self._by_ms = Phase.ASKING, False, 0
