"""The host's side of a ccTalk bus: one wire, one question at a time, and the host hears itself. Source: cctalk sheet, section 4.

Whether the adapter echoes is learned from the first exchange; an echo that changes, is missing or is not ours breaks the
exchange, which says nothing about whether the device heard it. After a broken one the bus is left alone, and what comes then
is thrown away: answers do not say what they answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from drivers.cctalk.codec import ANSWERS, HOST, LONGEST, Form, Frame, Header, Sign, decode, encode, size_of

ANSWER_MS = 250
"""A device answers within 10 ms; the rest is for adapters that gather bytes."""
GAP_MS = 50
QUIET_MS = 60


@dataclass(frozen=True, slots=True)
class Request:
    address: int
    header: Header
    data: bytes = b""


@unique
class Kind(Enum):
    ACK = "done, or the data asked for"
    NAK = "refused"
    BUSY = "not now"
    SILENT = "not a byte but our own"
    BROKEN = "something else than an answer came"


@dataclass(frozen=True, slots=True)
class Reply:
    kind: Kind
    data: bytes = b""


class BusLine:
    """`receive` and `poll` answer what became of the question. One per opened link."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._output = bytearray()
        self._request: Request | None = None
        self._sent = b""
        self._heard = bytearray()
        self._deadline_ms = self._byte_ms = self._quiet_ms = 0
        self.echoes: bool | None = None
        self.echo_changed = False
        """It was not so from the beginning."""
        self._echoed_first: bool | None = None
        self.strange = 0
        """Exchanges in a row in which something else than an answer came."""

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def free_at(self, now_ms: int) -> int:
        """When the next question may be sent at the earliest; past `now_ms` while one is outstanding."""
        if self._request is None:
            return self._quiet_ms
        return max(now_ms + 1, self._limit_ms())

    def _limit_ms(self) -> int:
        """The answer's first byte has to come in time, and each next one after the one before."""
        return max(self._deadline_ms, self._byte_ms + GAP_MS) if self._begun() else self._deadline_ms

    def _begun(self) -> bool:
        return bool(self._heard) and self._heard != self._sent

    def send(self, request: Request, now_ms: int) -> None:
        """Only when `free_at` says so."""
        self._request = request
        self._sent = encode(self._form, request.address, request.header, request.data)
        self._heard.clear()
        self._deadline_ms = now_ms + ANSWER_MS + len(self._sent)
        self._output += self._sent

    # -- in

    def receive(self, data: bytes, now_ms: int) -> Reply | None:
        self._byte_ms = now_ms
        if self._request is None:  # nobody was asked
            self._quiet_ms = max(self._quiet_ms, now_ms + QUIET_MS)
            return None
        self._heard += data
        answer = self._without_echo()
        if answer is None or len(answer) < size_of(answer):
            return self._broken(now_ms) if len(self._heard) > LONGEST + len(self._sent) else None
        return self._judge(bytes(answer), now_ms)

    def poll(self, now_ms: int) -> Reply | None:
        """A time-out."""
        if self._request is None or now_ms < self._limit_ms():
            return None
        if self._heard and (self._heard != self._sent or self.echoes is False):
            return self._broken(now_ms)
        if self.echoes and not self._heard:
            return self._broken(now_ms)  # not even our own bytes: cable, adapter or supply
        if self._heard:
            self._learn(True)
        return self._end(Reply(Kind.SILENT), now_ms + QUIET_MS)

    def _without_echo(self) -> bytearray | None:
        """What came behind our own bytes; None while they, or what stands in their place, are not whole."""
        if len(self._heard) < len(self._sent):
            return self._heard if self.echoes is not True and self._heard[0] == HOST else None
        if self._heard.startswith(self._sent):
            return self._heard[len(self._sent) :]
        return self._heard

    def _judge(self, answer: bytes, now_ms: int) -> Reply:
        assert self._request is not None
        echoed = len(answer) < len(self._heard)
        size = size_of(answer)
        frame = decode(self._form, answer[:size])
        ours = frame is not None and self._from(frame, self._request)
        reply = _reply(frame, self._request.header) if frame is not None and ours else None
        if reply is None or self.echoes not in (None, echoed):
            return self._broken(now_ms)
        self._learn(echoed)
        self.strange = 0
        extra = len(answer) > size
        return self._end(reply, now_ms + QUIET_MS if extra else now_ms)

    def _learn(self, echoed: bool) -> None:
        self.echoes = echoed
        if self._echoed_first is None:
            self._echoed_first = echoed
        self.echo_changed = echoed is not self._echoed_first

    @staticmethod
    def _from(frame: Frame, request: Request) -> bool:
        return frame.destination == HOST and frame.source in (None, request.address)

    def _broken(self, now_ms: int) -> Reply:
        self.strange += 1
        if self.strange > 1:
            self.echoes = None  # what was learned may be wrong
        return self._end(Reply(Kind.BROKEN), now_ms + QUIET_MS)

    def _end(self, reply: Reply, quiet_ms: int) -> Reply:
        self._request, self._quiet_ms = None, quiet_ms
        self._heard.clear()
        return reply


def _reply(frame: Frame, header: Header) -> Reply | None:
    """None for an answer that cannot be one to this command."""
    if frame.header == Sign.ACK:
        return Reply(Kind.ACK, frame.data) if len(frame.data) in ANSWERS[header] else None
    if frame.data or frame.header not in (Sign.NAK, Sign.BUSY):
        return None
    return Reply(Kind.NAK if frame.header == Sign.NAK else Kind.BUSY)
