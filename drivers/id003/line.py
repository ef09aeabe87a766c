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
from drivers.id003.codec import ACK, Command, Decoder, Frame, State, mask, parse_status

ANSWER_MS = 300
GAP_MS = 100  # no byte for so long inside a frame: the rest is not coming
AFTER_ACK_MS = 20
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


class Line:
    """`send` when `free_at` says so; `receive` and `poll` answer what became of it. ACKs are queued at once (decision 16)."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._output = bytearray()
        self._pending: Request | None = None
        self._deadline_ms = 0
        self._quiet_ms = 0
        self._byte_ms = 0
        self._lost_ms = -DOUBT_MS
        self._ack_queued = False
        self._ack_left = False
        self.heard_ms = 0  # the last good frame
        self.noise = 0  # bytes and frames since then that were none

    def restart(self, now_ms: int) -> None:
        """A new link: nothing is pending, nothing was heard of it yet."""
        self._decoder = Decoder()
        self._output.clear()
        self._pending = None
        self._ack_queued = self._ack_left = False
        self._quiet_ms = now_ms
        self.heard_ms, self.noise = now_ms, 0

    # -- out

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        self._ack_left = self._ack_left or self._ack_queued
        self._ack_queued = False
        return output

    def free_at(self, now_ms: int) -> int:
        """When the next command may be sent at the earliest; past `now_ms` while an answer or a pause is outstanding."""
        if self._ack_left:  # the reactor may have held it: the pause begins now, when it is known to have left
            self._ack_left = False
            self._quiet_ms = max(self._quiet_ms, now_ms + AFTER_ACK_MS)
        if self._ack_queued:
            return now_ms + 1
        return max(now_ms + 1, self._wake_ms()) if self._pending else self._quiet_ms

    @property
    def idle(self) -> bool:
        """No command waits for its answer."""
        return self._pending is None

    @property
    def pause_to_come_ms(self) -> int:
        """An ACK is queued: the pause behind it still has to be begun, by a `free_at` after it has left."""
        return AFTER_ACK_MS if self._ack_queued else 0

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

    def pause(self, until_ms: int) -> None:
        """No command before that time."""
        self._quiet_ms = max(self._quiet_ms, until_ms)

    def _wake_ms(self) -> int:
        return min(self._deadline_ms, self._byte_ms + GAP_MS) if self._decoder.waiting else self._deadline_ms

    # -- in

    def receive(self, data: bytes, now_ms: int) -> list[Reply]:
        found: list[Frame | Damaged] = []
        if self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS:
            found += self._decoder.flush()
        found += self._decoder.feed(data)
        self._byte_ms = now_ms
        if not found and not self._decoder.waiting:
            self.noise += len(data)
        return self._hear(found, now_ms)

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs: a frame that stopped in the middle, a command without answer."""
        replies = []
        if self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS:
            replies = self._hear(self._decoder.flush(), now_ms)
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
