"""The host's side of an eSSP line: one command at a time, its sequence bit, its encryption, and how long to wait.

Source: essp sheet, sections 4, 5 and 12 (traps 3 to 5). Knows packets and time, no notes. A command without an answer is sent
again byte for byte: a device that did obey it answers from its store and does nothing twice. What is sent with the next bit
tells the device that its answer was taken; the reactor holds it until that answer's facts are written down (decision 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from drivers.essp.codec import REFUSALS, Answer, Command, Damaged, Decoder, Packet, inhibits
from drivers.essp.sealed import MARK, Session

ANSWER_MS = 1_000
SENDS = 20  # of one packet
FEW_SENDS = 4  # while nothing can be lost: a start, and what was under way on a link that is new


@dataclass(frozen=True, slots=True)
class Request:
    """A command and its data."""

    code: Command
    data: bytes = b""


SYNC = Request(Command.SYNC)
RESET = Request(Command.RESET)
POLL = Request(Command.POLL)
POLL_WITH_ACK = Request(Command.POLL_WITH_ACK)
EVENT_ACK = Request(Command.EVENT_ACK)
HOLD = Request(Command.HOLD)
REJECT = Request(Command.REJECT)
ENABLE = Request(Command.ENABLE)
DISABLE = Request(Command.DISABLE)
COUNTERS = Request(Command.COUNTERS)
LAST_REJECT = Request(Command.LAST_REJECT)


def accept_channels(channels: list[int]) -> Request:
    """SET CHANNEL INHIBITS: these and no others."""
    return Request(Command.SET_INHIBITS, inhibits(channels))


@unique
class Kind(Enum):
    DONE = "OK, and data"
    REFUSED = "not done"
    NO_KEY = "the device does not know our key: it has started again"
    SILENT = "no usable answer, as often as it was sent: done or not"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request. `code`: the generic answer, 0 without one; `data`: what stood behind it."""

    request: Request
    kind: Kind
    code: int = 0
    data: bytes = b""


class Line:
    """`send` when `idle`; `receive` and `poll` answer what became of it."""

    def __init__(self, address: int = 0) -> None:
        self._address = address
        self._decoder = Decoder()
        self._output = bytearray()
        self._session: Session | None = None
        self._bit = 0  # of the packet that is pending, or else of the next one
        self._pending: Request | None = None
        self._packet = b""
        self._sealed = False  # the pending one is
        self._left = 0  # how often it may still be sent
        self._deadline_ms = 0
        self._asked_ms = 0
        self.noise = 0  # bytes and packets since the last answer that were none

    # -- out

    @property
    def idle(self) -> bool:
        """No command waits for its answer."""
        return self._pending is None

    @property
    def sealed(self) -> bool:
        """Keys are agreed: everything but SYNC goes out encrypted."""
        return self._session is not None

    @property
    def deadline_ms(self) -> int:
        """When the pending command is sent again, or given up."""
        return self._deadline_ms

    def unanswered_ms(self, now_ms: int) -> int:
        """For how long the pending command has not been answered; 0 when none is pending."""
        return now_ms - self._asked_ms if self._pending else 0

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def secure(self, session: Session) -> None:
        """From the next command on."""
        self._session = session

    def send(self, request: Request, now_ms: int, sends: int = SENDS) -> None:
        data = bytes([request.code]) + request.data
        if request is SYNC:
            self._session, self._bit = None, 1
        self._sealed = self._session is not None
        self._pending, self._left, self._asked_ms = request, sends, now_ms
        self._packet = Packet(self._bit, self._session.seal(data) if self._session else data, self._address).encode()
        self._write(now_ms)

    def link_up(self, now_ms: int) -> None:
        """A new link: what was pending is sent again as it was, because the device may still keep its answer."""
        self._decoder = Decoder()
        self._output.clear()
        self.noise = 0
        if self._pending:
            self._left, self._asked_ms = FEW_SENDS, now_ms
            self._write(now_ms)

    def drop(self) -> None:
        """Nobody wants the answer any more. A SYNC must follow."""
        self._pending = None

    def _write(self, now_ms: int) -> None:
        self._decoder = Decoder()  # the line is half-duplex: what is left over is noise
        self._left -= 1
        self._deadline_ms = now_ms + ANSWER_MS
        self._output += self._packet

    # -- in

    def receive(self, data: bytes) -> list[Reply]:
        found = self._decoder.feed(data)
        if not found:
            self.noise += len(data)
        replies = []
        for item in found:
            reply = None if isinstance(item, Damaged) else self._answered(item)
            if reply is None:
                self.noise += 1
            else:
                self.noise = 0
                replies.append(reply)
        return replies

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs: the packet once more, or it is given up."""
        if self._pending is None or now_ms < self._deadline_ms:
            return []
        if self._left > 0:
            self._write(now_ms)
            return []
        reply = Reply(self._pending, Kind.SILENT)
        self._pending = None
        return [reply]

    def _answered(self, packet: Packet) -> Reply | None:
        asked = self._pending
        if asked is None or packet.bit != self._bit or packet.address != self._address or not packet.data:
            return None
        payload: bytes | None = packet.data
        if self._session is not None and self._sealed and packet.data[0] == MARK:
            payload = self._session.open(packet.data)
        elif self._sealed and packet.data[0] == Answer.OK:
            return None  # to what was asked in cipher nobody says yes in plain
        if not payload or (asked is SYNC and payload != bytes([Answer.OK])):
            return None
        kind = _kind(payload[0])
        if kind is None:
            return None
        self._pending = None
        self._bit ^= 1
        return Reply(asked, kind, payload[0], payload[1:])


def _kind(code: int) -> Kind | None:
    if code == Answer.OK:
        return Kind.DONE
    if code == Answer.KEY_NOT_SET:
        return Kind.NO_KEY
    return Kind.REFUSED if code in REFUSALS else None
