"""The host's side of an EBDS line: one message at a time, the toggle that acknowledges the one before, how long to wait.

Source: ebds sheet, section 4 (link rules) and 11 (traps 1, 2). Knows frames and time, no notes. The bit flips when an answer
was taken and not before: what is sent with the new bit tells the device that its news arrived, so it must not leave before
that news is written down; the reactor holds it until then (decision 16). A message that is sent again keeps its bit, so a
device that did take it answers again and does nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from drivers.accepting.framing import Damaged
from drivers.accepting.half_duplex import HalfDuplex
from drivers.ebds.codec import (
    SOFT_RESET,
    Decoder,
    Frame,
    Kind,
    Query,
    State,
    Status,
    Sub,
    Trouble,
    parse_status,
    query,
)

ANSWER_MS = 300
AFTER_ANSWER_MS = 20
COPY_MS = 100  # an answer with the other bit: ours follows if the device took the message
SENDS = 3  # of one message
RESET_DEAF_MS = 1_000
PLAIN_ANSWERS = (Sub.INHIBITS, Sub.ESCROW_TIMEOUT)  # some firmware answers them like a poll (section 8)


@dataclass(frozen=True, slots=True)
class Request:
    """One message; `poll`: an omnibus command that orders nothing, to be sent at the pace of polls."""

    kind: Kind
    data: bytes
    poll: bool = False


def ask(command: Query) -> Request:
    return Request(Kind.AUXILIARY, query(command))


def extended(sub: Sub, omnibus_data: bytes, parameters: bytes = b"") -> Request:
    return Request(Kind.EXTENDED, bytes([sub]) + omnibus_data + parameters)


@unique
class Outcome(Enum):
    DONE = "answered"
    REFUSED = "not done, for certain: the device does not know this command"
    SILENT = "no usable answer, as often as we may send: done or not"
    NEWS = "a status that came in place of the answer; the request goes on"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request. `status`: what the device said of itself with it; `payload`: DATA of the answer."""

    request: Request
    outcome: Outcome
    status: Status | None = None
    payload: bytes = b""


class Line(HalfDuplex[Request, Reply, Frame]):
    """It acknowledges with the toggle of the next message."""

    def __init__(self) -> None:
        super().__init__()
        self._toggle = 0  # of the message that is pending, or else of the next one
        self._sends = 0
        self._again = False
        self._deaf_ms: int | None = None
        self.settled = False  # the last message was answered: the next one is new to the device, whatever it is
        self.written_ms = -ANSWER_MS  # the last message

    def _framing(self) -> Decoder:
        return Decoder()

    def restart(self, now_ms: int) -> None:
        """A new link. The toggle stays: what was not acknowledged on the old link will be told again."""
        super().restart(now_ms)
        self._again, self.settled, self._deaf_ms = False, False, None

    # -- out

    def send(self, request: Request, now_ms: int) -> None:
        self._pending, self._sends, self.settled = request, 0, False
        self._write(now_ms)

    def reset(self, now_ms: int) -> None:
        """Soft reset: what comes in the next second is no answer (section 4)."""
        self.restart(now_ms)
        self._output += Frame(Kind.AUXILIARY << 4 | self._toggle, SOFT_RESET).encode()
        self._quiet_ms = self._deaf_ms = now_ms + RESET_DEAF_MS

    def _write(self, now_ms: int) -> None:
        assert self._pending is not None
        self._decoder = Decoder()  # the line is half-duplex: what is left over is noise
        self._sends += 1
        self._again = False
        self.written_ms, self._deadline_ms = now_ms, now_ms + ANSWER_MS
        self._output += Frame(self._pending.kind << 4 | self._toggle, self._pending.data).encode()

    def _wake_ms(self) -> int:
        return self._quiet_ms if self._again else super()._wake_ms()

    # -- in

    def receive(self, data: bytes, now_ms: int) -> list[Reply]:
        if self._deaf_ms is not None and now_ms < self._deaf_ms:
            return []
        return super().receive(data, now_ms)

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs: a frame that stopped in the middle, a message without an answer, one that has to be sent anew."""
        replies = self._hear(self._broken_off(now_ms), now_ms)
        if self._pending and self._again and self._quiet_ms <= now_ms:
            self._write(now_ms)
        elif self._pending and not self._again and self._deadline_ms <= now_ms:
            if self._sends < SENDS:
                self._write(now_ms)
            else:
                replies.append(Reply(self._pending, Outcome.SILENT))
                self._pending = None
        return replies

    def _hear(self, found: list[Frame | Damaged], now_ms: int) -> list[Reply]:
        replies = []
        for item in found:
            reply = self._frame(item, now_ms) if isinstance(item, Frame) else None
            if reply is not None:
                self.heard_ms, self.noise = now_ms, 0
                replies.append(reply)
            elif isinstance(item, Damaged):
                self.noise += 1
        return replies

    def _frame(self, frame: Frame, now_ms: int) -> Reply | None:
        status = parse_status(frame)
        asked = self._pending
        if status is None and frame.kind != Kind.AUXILIARY:
            self.noise += 1
            return None
        if asked is None or self._again:
            return None  # a copy of what was heard already
        if frame.toggle != self._toggle:  # a copy of the answer before, or the device did not take our message
            self._deadline_ms = min(self._deadline_ms, now_ms + COPY_MS)
            return None
        self._toggle ^= 1
        self._quiet_ms = now_ms + AFTER_ANSWER_MS
        fits = _fits(asked, frame, status)
        refused = status is not None and not asked.poll and bool(status.trouble & Trouble.INVALID_COMMAND)
        if not fits and not refused and self._sends < SENDS:
            self._again = True
            return Reply(asked, Outcome.NEWS, status)
        self._pending, self.settled = None, True
        outcome = Outcome.DONE if fits and not refused else Outcome.REFUSED
        return Reply(asked, outcome, status, frame.data)


def _fits(asked: Request, frame: Frame, status: Status | None) -> bool:
    """Whether this frame is what the request asked for, and not just news that came in its place."""
    if asked.kind is Kind.AUXILIARY:
        return frame.kind == Kind.AUXILIARY
    if status is None:
        return False
    if asked.kind is Kind.OMNIBUS:
        return True
    sub = asked.data[0]
    if frame.kind == Kind.OMNIBUS_REPLY:
        return sub in PLAIN_ANSWERS
    live = sub == Sub.NOTE and status.state & (State.ESCROWED | State.STACKED)
    return frame.data[0] == sub and not live
