"""The controller's side of a CCNET line: one command at a time, who acknowledges what, and how long to wait.

Source: ccnet sheet, section 4 (link rules) and 12 (traps 3, 9). Knows frames and time, no notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from drivers.accepting.framing import Damaged
from drivers.accepting.half_duplex import Acknowledging
from drivers.ccnet.codec import ACK, ILLEGAL, NAK, Command, Decoder, Frame

ANSWER_MS = 500  # the sheet's 10 ms plus a loaded computer and a USB adapter; field drivers wait far longer
AFTER_NAK_MS = 100
SENDS = 3  # of one command that the device answers with NAK
LONGEST_STATUS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """A command and what answers it: `answer_bytes` of data, or ACK when 0.

    `fits`: for answers whose length alone does not tell them from a status, whether these bytes can be one; it may claim the
    payload 00, which otherwise is an ACK. `answer_ms`: how long to wait for it.
    """

    code: IntEnum
    data: bytes = b""
    answer_bytes: int = 0
    fits: Callable[[bytes], bool] | None = None
    answer_ms: int = ANSWER_MS


POLL = Request(Command.POLL, answer_bytes=LONGEST_STATUS)
RESET = Request(Command.RESET)
STACK = Request(Command.STACK)
RETURN = Request(Command.RETURN)
HOLD = Request(Command.HOLD)
IDENTIFICATION = Request(Command.IDENTIFICATION, answer_bytes=34)
BILL_TABLE = Request(Command.BILL_TABLE, answer_bytes=120)
STACKED_COUNTER = Request(Command.STACKED_COUNTER, answer_bytes=2)


@unique
class Kind(Enum):
    ACK = "done, or begun"
    DATA = "data, already acknowledged"
    REFUSED = "not done, for certain: ILLEGAL COMMAND, or NAK as often as we may send"
    SILENT = "no usable answer: done or not"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request. A POLL answer that came late still is a reply to POLL: its news may not come twice."""

    request: Request
    kind: Kind
    payload: bytes = b""


class Line(Acknowledging[Request, Reply, Frame]):
    """`address`: of the device on the line."""

    def __init__(self, address: int) -> None:
        super().__init__()
        self._address = address
        self._late: Request | None = None  # the last one that was given up
        self._sends = 0
        self._again = False

    def _framing(self) -> Decoder:
        return Decoder()

    def restart(self, now_ms: int) -> None:
        """A new link: nothing is pending, nothing was heard of it yet."""
        super().restart(now_ms)
        self._late, self._again = None, False

    # -- out

    def send(self, request: Request, now_ms: int) -> None:
        self._pending = request
        self._sends = 0
        self._write(now_ms)

    def _write(self, now_ms: int) -> None:
        assert self._pending is not None
        self._decoder = Decoder()  # the line is half-duplex: what is left over is noise
        self._sends += 1
        self._again = False
        self._deadline_ms = now_ms + self._pending.answer_ms
        self._output += Frame(self._address, bytes([self._pending.code]) + self._pending.data).encode()

    def _control(self, payload: bytes) -> None:
        self._output += Frame(self._address, payload).encode()
        self._ack_queued = True

    # -- in

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs: a frame that stopped in the middle, a command without answer, a NAK that asks for a repeat."""
        if self._pending and self._again:
            self._write(now_ms)
        replies = self._hear(self._broken_off(now_ms), now_ms)
        if self._pending and self._deadline_ms <= now_ms:
            replies.append(self._end(Kind.SILENT))
        return replies

    def _hear(self, found: list[Frame | Damaged], now_ms: int) -> list[Reply]:
        replies, damaged = [], False
        for item in found:
            if isinstance(item, Damaged) or item.address != self._address:
                damaged = damaged or isinstance(item, Damaged)
                self.noise += 1
                continue
            self.heard_ms, self.noise = now_ms, 0
            replies += self._frame(item.payload)
        if damaged and self._pending and not replies:
            self._control(NAK)
            self._quiet_ms = now_ms + AFTER_NAK_MS
            replies.append(self._end(Kind.SILENT))
        return replies

    def _frame(self, payload: bytes) -> list[Reply]:
        if payload in (ACK, NAK, ILLEGAL):
            return self._control_answer(payload)
        self._control(ACK)
        asked = self._asked_for(payload)
        if asked is None:
            return []
        if asked is self._pending:
            return [self._end(Kind.DATA, payload)]
        return [Reply(asked, Kind.DATA, payload)]

    def _control_answer(self, payload: bytes) -> list[Reply]:
        asked = self._pending
        may_be_late = self._late is not None and not self._late.answer_bytes  # then this is the ACK of that one
        if asked is not None and not may_be_late and asked.fits is not None and asked.fits(payload):
            return [self._end(Kind.DATA, payload)]  # on the wire it is an ACK, so it is not acknowledged
        if asked is None or (payload != NAK and asked is POLL):
            late, self._late = self._late, None  # the answer to an earlier order, after we gave it up
            if late is None or late.answer_bytes or payload == NAK:
                return []
            return [Reply(late, Kind.ACK if payload == ACK else Kind.REFUSED)]
        if payload == ACK:
            return [] if asked.answer_bytes else [self._end(Kind.ACK)]
        if payload == ILLEGAL or self._sends >= SENDS:
            return [self._end(Kind.REFUSED)]
        self._again = True  # NAK: it did not understand, so it did nothing
        return []

    def _asked_for(self, payload: bytes) -> Request | None:
        """Which request these data answer; short ones that do not fit the pending request are a late POLL answer."""
        pending = self._pending
        if pending and pending.fits is not None:
            if pending.fits(payload):
                return pending
        elif pending and pending.answer_bytes and (pending is POLL) == (len(payload) <= LONGEST_STATUS):
            return pending
        if pending is STACKED_COUNTER and len(payload) == STACKED_COUNTER.answer_bytes:
            return pending
        if len(payload) > LONGEST_STATUS:
            return None
        return None if pending is None and self._late is STACKED_COUNTER else POLL

    def _end(self, kind: Kind, payload: bytes = b"") -> Reply:
        assert self._pending is not None
        reply = Reply(self._pending, kind, payload)
        self._late = self._pending if kind is Kind.SILENT else None
        self._pending = None
        return reply
