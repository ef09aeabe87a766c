"""What a device answered, by what it was asked: the recorded exchanges of one link, given again to a driver that asks.

A driver that runs again asks at its own moments, a few ms off, so answers go by the bytes asked, in their order, and never
before they came. What it asks more often than it did gets the answer of the last time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import takewhile

from simulator.replay.ring import Chunk, Event

WINDOW_MS = 500
"""How far ahead a question is looked for, and how late it may be asked."""
BEAT_MS = 30
"""The loop is late by so much at most."""
PICTURE_BYTES = 200
"""Longer questions carry a picture; their beginnings tell which one it is."""
STALE_MS = 2


@dataclass(slots=True)
class Exchange:
    """`asked_ms`, the bytes of the question, and (ms, bytes) of what came until the next one."""

    asked_ms: int
    question: bytes
    answers: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Span:
    """From one link_up to its loss; `down_ms` None: it held."""

    up_ms: int
    exchanges: list[Exchange] = field(default_factory=list)
    down_ms: int | None = None
    why: str = ""


def spans(items: Iterable[Chunk | Event]) -> list[Span]:
    """Recorded chunks of one link (`ring.chunks`), in order. A loss without a link before it makes a span of its own."""
    made: list[Span] = []
    for item in items:
        if isinstance(item, Event):
            if item.kind == "up" or not made:
                made.append(Span(item.mono_ms))
            if item.kind == "down":
                made[-1].down_ms, made[-1].why = item.mono_ms, str(item.value)
            continue
        way, at_ms, data = item
        if not made:
            made.append(Span(at_ms))
        exchanges = made[-1].exchanges
        if way == "sent":
            exchanges.append(Exchange(at_ms, data))
        else:
            if not exchanges:
                exchanges.append(Exchange(made[-1].up_ms, b""))
            exchanges[-1].answers.append((at_ms, data))
    return made


class Answers:
    """One span, asked again. `ask` hears what the driver sends; `due_ms` and `take` give what comes."""

    def __init__(self, span: Span) -> None:
        self._open = deque(span.exchanges)
        self._asking = b""
        self._last: dict[bytes, bytes] = {}
        self._coming: list[tuple[int, int, bytes]] = []
        self._count = 0
        self._ended_ms = 0
        if self._open and not self._open[0].question:
            self._answer(self._open.popleft(), 0)

    def ask(self, data: bytes, now_ms: int) -> None:
        self._asking += data
        while self._open and self._open[0].asked_ms < now_ms - WINDOW_MS:
            self._remember(self._open.popleft())
        while self._asking:
            exchange = self._find(now_ms)
            if exchange is None:
                if not any(each.question.startswith(self._asking) for each in self._near(now_ms)):
                    self._stale(now_ms)
                return
            self._open.remove(exchange)
            self._asking = b"" if _picture(exchange.question) else self._asking[len(exchange.question) :]
            self._answer(exchange, now_ms)

    def beat_ms(self, wake_ms: int) -> int:
        """When a driver that is due at `wake_ms` was really asked: it had sent something shortly after."""
        for exchange in self._open:
            if exchange.asked_ms >= wake_ms:
                return exchange.asked_ms if exchange.asked_ms <= wake_ms + BEAT_MS else wake_ms
        return wake_ms

    def due_ms(self) -> int | None:
        return self._coming[0][0] if self._coming else None

    def take(self) -> bytes:
        return heappop(self._coming)[2]

    def _near(self, now_ms: int) -> Iterator[Exchange]:
        return takewhile(lambda each: each.asked_ms <= now_ms + WINDOW_MS, self._open)

    def _find(self, now_ms: int) -> Exchange | None:
        fits = (each for each in self._near(now_ms) if _begins(self._asking, each.question))
        return next(fits, None)

    def _answer(self, exchange: Exchange, now_ms: int) -> None:
        for at_ms, data in exchange.answers:
            due_ms = max(at_ms, now_ms + at_ms - exchange.asked_ms, self._ended_ms)
            self._come(due_ms, data)
        self._remember(exchange)

    def _remember(self, exchange: Exchange) -> None:
        if exchange.answers:
            self._last[exchange.question] = exchange.answers[0][1]

    def _stale(self, now_ms: int) -> None:
        answer, self._asking = self._last.get(self._asking), b""
        if answer is not None:
            self._come(now_ms + STALE_MS, answer)

    def _come(self, due_ms: int, data: bytes) -> None:
        self._count += 1
        self._ended_ms = max(due_ms, self._ended_ms)
        heappush(self._coming, (self._ended_ms, self._count, data))


def _picture(question: bytes) -> bool:
    return len(question) > PICTURE_BYTES


def _begins(asking: bytes, question: bytes) -> bool:
    pictures = _picture(question) and _picture(asking)
    return asking.startswith(question) or (pictures and asking[:4] == question[:4])
