"""The host's side of the reader's line: frame, ACK, ENQ, reply; one command at a time. Source: card-reader sheet, section 1.1.

Nothing is executed before the ENQ. So a frame may be sent again until it was acknowledged, whatever it orders, and what never
was is certain not to have happened. After the ENQ nothing is sent again here. After any silence EOT goes first: the reader
drops what it still has of us and echoes it, and all that comes before the echo is stale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, unique

from drivers.crt310.codec import MOST, REFUSED, Decoder, Frame, Item, Noise, Signal, encode

QUICK_MS, MOVE_MS, CHIP_MS, APDU_MS = 1_000, 15_000, 5_000, 30_000
"""For a reply to begin, after the ENQ."""
SIGNAL_MS = 300
"""For an ACK, NAK or EOT."""
TRIES = 4
"""Of what goes before the ENQ."""
HEAD = 2
"""Bytes of a command that its reply repeats."""
GAP_MS = 100
"""No byte for so long: the rest of a frame is not coming."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command. What it carries may be an APDU, so it does not show.

    `form`: whether the data of a reply can be the answer. `answer_ms`: for it to begin, after the ENQ.
    """

    name: str
    command: bytes = field(repr=False)
    form: Callable[[bytes], bool] = field(repr=False)
    answer_ms: int = QUICK_MS


@unique
class Outcome(Enum):
    DONE = "answered"
    REFUSED = "refused with a code"
    UNHEARD = "never acknowledged: not done, for certain"
    SILENT = "acknowledged and asked for; no usable answer"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of `request`. `code`: of a refusal; `data`: behind the command's two bytes."""

    request: Request
    outcome: Outcome
    code: int = 0
    data: bytes = field(default=b"", repr=False)


@unique
class _Phase(Enum):
    IDLE = "nothing is asked"
    CANCELLING = "EOT is out, its echo awaited"
    OFFERING = "the frame is out, its ACK awaited"
    ASKING = "the ENQ is out, the reply awaited"


class Line:
    """`send` when `idle`; `receive` and `poll` answer what became of it. One per opened link."""

    def __init__(self, baud: int, now_ms: int) -> None:
        self._byte_us = 10_000_000 // baud
        self._decoder = Decoder()
        self._output = bytearray()
        self._request: Request | None = None
        self._phase = _Phase.IDLE
        self._tries = 0
        self._unsure = True  # a former life may have left a frame there, or a reply on its way
        self._limit_ms = self._last_ms = self._byte_ms = 0
        self.heard_ms = now_ms
        """The last whole reply."""
        self.noise = 0
        """Since then: what was no frame, no signal and no answer."""

    @property
    def idle(self) -> bool:
        return self._request is None

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    # -- out

    def send(self, request: Request, now_ms: int) -> None:
        """Only when `idle`."""
        self._request, self._tries = request, 0
        self._begin(now_ms)

    def _begin(self, now_ms: int) -> None:
        assert self._request is not None
        if self._unsure:
            self._say(_Phase.CANCELLING, bytes([Signal.EOT]), SIGNAL_MS, now_ms)
        else:
            self._say(_Phase.OFFERING, encode(self._request.command), SIGNAL_MS, now_ms)

    def _say(self, phase: _Phase, data: bytes, answer_ms: int, now_ms: int) -> None:
        self._phase = phase
        self._limit_ms = now_ms + answer_ms + len(data) * self._byte_us // 1_000
        self._last_ms = self._limit_ms + MOST * self._byte_us // 1_000 + GAP_MS
        self._output += data

    # -- in

    def due_ms(self) -> int | None:
        """When something is overdue; None when nothing can be."""
        due = [self._byte_ms + GAP_MS] if self._decoder.waiting else []
        if self._request is not None:
            due.append(self._limit_ms)
        return min(due, default=None)

    def receive(self, data: bytes, now_ms: int) -> Reply | None:
        self._flush(now_ms)
        self._byte_ms = now_ms
        reply = None
        for item in self._decoder.feed(data):
            reply = self._hear(item, now_ms) or reply
        return reply

    def poll(self, now_ms: int) -> Reply | None:
        self._flush(now_ms)
        if self._request is None or now_ms < self._limit_ms:
            return None
        if self._decoder.waiting and now_ms < self._last_ms:  # something is coming
            self._limit_ms = self._byte_ms + GAP_MS
            return None
        self._unsure = True
        if self._phase is _Phase.ASKING:
            return self._end(Outcome.SILENT)
        return self._again(now_ms)

    def _flush(self, now_ms: int) -> None:
        if self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS:
            self.noise += len(self._decoder.flush())

    def _again(self, now_ms: int) -> Reply | None:
        """What goes before the ENQ once more, if it may."""
        self._tries += 1
        if self._tries == TRIES:
            self._unsure = True
            return self._end(Outcome.UNHEARD)
        self._begin(now_ms)
        return None

    def _hear(self, item: Item, now_ms: int) -> Reply | None:
        match item, self._phase:
            case Signal.EOT, _Phase.CANCELLING:
                self._unsure = False
                self._begin(now_ms)
            case Signal.ACK, _Phase.OFFERING:
                assert self._request is not None
                self._say(_Phase.ASKING, bytes([Signal.ENQ]), self._request.answer_ms, now_ms)
            case Signal.NAK, _Phase.OFFERING:
                return self._again(now_ms)
            case Frame(), _Phase.ASKING:
                return self._judge(item.content, now_ms)
            case ((Frame() | Noise()), _):
                self.noise += 1
        return None

    def _judge(self, content: bytes, now_ms: int) -> Reply | None:
        """A reply repeats its command; a refusal names its first byte."""
        assert self._request is not None
        command, head, data = self._request.command, content[:HEAD], content[HEAD:]
        if head == command[:HEAD] and self._request.form(data):
            self.heard_ms, self.noise = now_ms, 0
            return self._end(Outcome.DONE, data=data)
        if head == bytes([REFUSED, command[0]]) and len(data) == 1:
            self.heard_ms, self.noise = now_ms, 0
            return self._end(Outcome.REFUSED, code=data[0])
        self.noise += 1
        return None

    def _end(self, outcome: Outcome, code: int = 0, data: bytes = b"") -> Reply:
        assert self._request is not None
        request, self._request, self._phase = self._request, None, _Phase.IDLE
        return Reply(request, outcome, code, data)
