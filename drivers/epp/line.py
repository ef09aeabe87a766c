"""The host's side of the pad's line: one command at a time, how long to wait for its reply, what may be sent again.

Source: pin-pad sheet, section 1. Replies have no number, so a late one looks like the answer to the next command. Hence: a reply
counts only if it has the form that its command asks for, and after any silence the line asks for the information first, whose
answer nothing else resembles; what came before it is stale. Keys between the frames are handed on as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique

from drivers.epp.codec import INFORMATION, Code, Damaged, Decoder, Frame, Press, encode, succeeded

ANSWER_MS = 1_000
SENDS = 5  # once and four repeats
LONGEST_MS = 2_000  # what the longest reply takes on the slowest line, and some more
GAP_MS = 100  # no byte for so long: the rest of a frame is not coming
SHORTEST_INFORMATION = 100
NEWS = (Code.DESTROYED, Code.REMOVED, Code.TIMED_OUT)
"""What a pad may say without being asked."""


def nothing(data: bytes) -> bool:
    return not data


def short(data: bytes) -> bool:
    return len(data) < SHORTEST_INFORMATION


def long(data: bytes) -> bool:
    return len(data) >= SHORTEST_INFORMATION


@dataclass(frozen=True, slots=True)
class Request:
    """One command. Its content may hold a card number, so it does not show.

    `form`: whether the data of a successful reply can be the answer. `repeatable`: silence may be answered with the same again.
    `urgent`: sent even when a stale reply may be on its way, since what it does matters more than what it answers.
    """

    name: str
    content: bytes = field(repr=False)
    form: Callable[[bytes], bool] = nothing
    repeatable: bool = True
    urgent: bool = False


@unique
class Outcome(Enum):
    DONE = "answered with success"
    REFUSED = "answered with an error"
    SILENT = "no usable answer, as often as it may be sent"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of `request`. `code`: what the pad returned, 0 for SILENT."""

    request: Request
    outcome: Outcome
    code: int = 0
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class News:
    """A return code that answers nothing."""

    code: int


Heard = Reply | Press | News
_SYNC = Request("sync", INFORMATION, long)


class Line:
    """`send` when `idle`; `receive` and `poll` answer what came."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._output = bytearray()
        self._request: Request | None = None  # what was asked for
        self._asking: Request | None = None  # what is on the line: that, or the question that goes before it
        self._sends = self._most = 0
        self._limit_ms = self._last_ms = self._answer_ms = 0
        self._byte_ms = 0
        self._unsure = False  # a reply to an earlier command may still come
        self.heard_ms = 0  # the last whole frame
        self.noise = 0  # since then: bytes and frames that were none

    def restart(self, now_ms: int) -> None:
        self._decoder = Decoder()
        self._output.clear()
        self._request = self._asking = None
        self._unsure = False
        self.heard_ms, self.noise = now_ms, 0

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    @property
    def idle(self) -> bool:
        return self._request is None

    def send(self, request: Request, now_ms: int, *, answer_ms: int = ANSWER_MS, sends: int = SENDS) -> None:
        """The outcome comes from `receive` or `poll`. Only when `idle`."""
        self._request, self._answer_ms = request, answer_ms
        sync = self._unsure and not request.urgent and request.content != INFORMATION
        self._asking = _SYNC if sync else request
        self._most = sends
        self._sends = 0
        self._write(now_ms)

    def _write(self, now_ms: int) -> None:
        assert self._asking is not None
        self._sends += 1
        self._limit_ms = now_ms + self._answer_ms
        self._last_ms = self._limit_ms + LONGEST_MS
        self._output += encode(self._asking.content)

    def free_at(self) -> int | None:
        """When something is due; None when nothing is."""
        due = [self._byte_ms + GAP_MS] if self._decoder.waiting else []
        if self._request is not None:
            due.append(self._limit_ms)
        return min(due, default=None)

    def receive(self, data: bytes, now_ms: int) -> list[Heard]:
        heard = self._overdue(now_ms)
        self._byte_ms = now_ms
        return heard + self._hear(self._decoder.feed(data), now_ms)

    def poll(self, now_ms: int) -> list[Heard]:
        heard = self._overdue(now_ms)
        if self._request is not None and now_ms >= self._limit_ms:
            if self._decoder.inside and now_ms < self._last_ms:  # it has begun to answer
                self._limit_ms = self._byte_ms + GAP_MS
            else:
                heard += self._unanswered(now_ms)
        return heard

    def _overdue(self, now_ms: int) -> list[Heard]:
        silent = self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS
        return self._hear(self._decoder.flush(), now_ms) if silent else []

    def _unanswered(self, now_ms: int) -> list[Heard]:
        request, asking = self._request, self._asking
        assert request is not None
        assert asking is not None
        self._unsure = True
        if asking.repeatable and self._sends < self._most:
            self._write(now_ms)
            return []
        self._request = self._asking = None
        return [Reply(request, Outcome.SILENT)]

    def _hear(self, found: Sequence[Frame | Press | Damaged], now_ms: int) -> list[Heard]:
        heard: list[Heard] = []
        for item in found:
            if isinstance(item, Frame):
                self.heard_ms, self.noise = now_ms, 0
                heard += self._frame(item, now_ms)
                continue
            self.noise += 1
            if isinstance(item, Press):
                heard.append(item)
        return heard

    def _frame(self, frame: Frame, now_ms: int) -> list[Heard]:
        request, asking = self._request, self._asking
        good = succeeded(frame.code)
        if request is None or asking is None or (good and not asking.form(frame.data)):
            return [News(frame.code)] if frame.code in NEWS else []
        if asking.content != INFORMATION and (self._sends > 1 or not good):
            self._unsure = True  # each of the others may be answered too; an error may belong to an earlier one
        elif asking.content == INFORMATION and good:
            self._unsure = False  # it answers in order: all before it has been said
        if asking is _SYNC and good:
            self._asking, self._sends = request, 0
            self._write(now_ms)
            return []
        self._request = self._asking = None
        return [Reply(request, Outcome.DONE if good else Outcome.REFUSED, frame.code, frame.data if good else b"")]
