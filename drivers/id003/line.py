"""The host's side of an ID003 line: one command at a time, what answers it, and how long to wait.

Source: id003 sheet, section 4 (link rules) and 11 (traps 1 and 7). Knows frames and time, no notes. A damaged frame is
answered by silence on both sides, and an answer may come when its command was given up: a frame that does not answer the
pending command is dropped. What a late one could have said is said again, because statuses last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from drivers.accepting.framing import Damaged
from drivers.accepting.half_duplex import Acknowledging
from drivers.id003.codec import ACK, Command, Decoder, Frame, State, mask, parse_status

ANSWER_MS = 300
DOUBT_MS = 10_000  # so long after a lost answer to STATUS REQUEST a status may be the late copy of an older one


@dataclass(frozen=True, slots=True)
class Request:
    """A command and its data; what answers it follows from its code (section 4, answer classes)."""

    code: Command
    data: bytes = b""


POLL = Request(Command.STATUS_REQUEST)
RESET = Request(Command.RESET)
STACK = Request(Command.STACK_2)
RETURN = Request(Command.RETURN)
HOLD = Request(Command.HOLD)
VERSION = Request(Command.VERSION)
BOOT_VERSION = Request(Command.BOOT_VERSION)
CURRENCY = Request(Command.CURRENCY_ASSIGN)
SECURITY = Request(Command.SET_SECURITY, b"\x00\x00")
POLLED = Request(Command.COMMUNICATION_MODE, b"\x00")
ALL_WAYS = Request(Command.DIRECTION, b"\x00")
POWER_RECOVERY = Request(Command.OPTIONAL_FUNCTION, b"\x02\x00")
ACCEPT, INHIBIT = (Request(Command.INHIBIT, bytes([off])) for off in (0, 1))


def enable(codes: Iterable[int]) -> Request:
    """SET ENABLE: these escrow codes and no others."""
    return Request(Command.SET_ENABLE, mask(codes))


@unique
class Kind(Enum):
    ACK = "done, or begun"
    DATA = "data, or a status"
    REFUSED = "INVALID COMMAND: not done"
    SILENT = "no usable answer: done or not"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request; `frame` is the answer, None when there was none."""

    request: Request
    kind: Kind
    frame: Frame | None = None


def answer_kind(request: Request, frame: Frame) -> Kind | None:
    """What this frame says as an answer to that request; None: it answers something else."""
    if request is POLL:
        return Kind.DATA if parse_status(frame) is not None else None
    if frame == Frame(State.INVALID_COMMAND):
        return Kind.REFUSED
    if request.data:  # a setting is echoed; our own bytes on a looped line look the same, so an echo proves no unit
        return Kind.ACK if frame == Frame(request.code, request.data) else None
    if request.code >= Command.VERSION:
        return Kind.DATA if frame.code == request.code and frame.data else None
    return Kind.ACK if frame == Frame(ACK) else None


class Line(Acknowledging[Request, Reply, Frame]):
    """A point-to-point line: no addresses, and only VEND VALID is acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self._lost_ms = -DOUBT_MS

    def _framing(self) -> Decoder:
        return Decoder()

    # -- out

    def doubtful(self, now_ms: int) -> bool:
        """An answer to STATUS REQUEST was lost shortly before, so a status may be the late copy of an older one."""
        return now_ms - self._lost_ms < DOUBT_MS

    def send(self, request: Request, now_ms: int) -> None:
        self._decoder = Decoder()  # the line is half-duplex: what is left over is noise
        self._pending = request
        self._deadline_ms = now_ms + ANSWER_MS
        self._output += Frame(request.code, request.data).encode()

    def acknowledge(self) -> None:
        """ACK for VEND VALID. The unit does not answer it."""
        self._output += Frame(ACK).encode()
        self._ack_queued = True

    # -- in

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs: a frame that stopped in the middle, a command without answer."""
        replies = self._hear(self._broken_off(now_ms), now_ms)
        if self._pending and self._deadline_ms <= now_ms:
            if self._pending is POLL:
                self._lost_ms = now_ms
            replies.append(self._end(Kind.SILENT))
        return replies

    def _hear(self, found: list[Frame | Damaged], now_ms: int) -> list[Reply]:
        replies: list[Reply] = []
        for item in found:
            if isinstance(item, Damaged):
                self.noise += 1  # no answer to wait for, but the rest of the true one may be behind it
                continue
            self.heard_ms, self.noise = now_ms, 0
            kind = answer_kind(self._pending, item) if self._pending else None
            if kind is not None:
                replies.append(self._end(kind, item))
        return replies

    def _end(self, kind: Kind, frame: Frame | None = None) -> Reply:
        assert self._pending is not None
        reply = Reply(self._pending, kind, frame)
        self._pending = None
        return reply
