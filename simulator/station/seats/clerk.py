"""The engine behind a line of bytes: JSON arrays in, JSON arrays out, answered only when the journal is durable.

    ["left",stock,a,b]                                                     -> [stock,"","left",number]
    ["hold",order,command,stock,a,b,wanted,wish,seller]                    -> [order,command,"held",[places],expires_ms]
    ["exchange", the same, old_order, [indexes]]                           -> the same
    ["confirm",order,command]  ["release",order,command]  ["renew",order,command,add_ms]  ["refund",order,command,[indexes]]
                                                                           -> [order,command,result,[],expires_ms]
    anything that is refused                                               -> [order,command,"refused",[],0,reason,left]

What came in together is one group: as many commands as the client has on their way share one sync.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from simulator.station.seats.orders import REFUSED, Answer, Ask, refused
from simulator.station.seats.store import SeatStore

HOLD_MS, LIMIT_MS = 120_000, 300_000
LONGEST = 65_536
BAD = refused("bad_request")
SHAPES: dict[str, tuple[type, ...]] = {
    "left": (str, int, int),
    "hold": (str, str, str, int, int, int, str, str),
    "exchange": (str, str, str, int, int, int, str, str, str, list),
    "confirm": (str, str),
    "release": (str, str),
    "renew": (str, str, int),
    "refund": (str, str, list),
}
"""Words behind the first: exactly these types, so `true` is no number."""


class Clerk:
    """`serve` ends when the line does; an OSError of the journal ends it too."""

    def __init__(self, store: SeatStore, now_ms: Callable[[], int]) -> None:
        self._store, self._engine, self._now_ms = store, store.engine, now_ms

    def serve(self, source: int, target: int) -> None:
        """Read commands from one descriptor and write answers to the other."""
        held = b""
        while received := os.read(source, LONGEST):
            *whole, held = (held + received).split(b"\n")
            now_ms = self._now_ms()
            answers = [self.answer(line, now_ms) for line in whole]
            if len(held) > LONGEST:
                held = b""
                answers.append(_told("", "", BAD))
            self._store.commit()
            data = "".join(f"{answer}\n" for answer in answers).encode()
            while data:
                data = data[os.write(target, data) :]

    def answer(self, line: bytes, now_ms: int) -> str:
        """One command; what it changed is not durable yet."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, list) or not told or not isinstance(told[0], str) or not _shaped(told):
            return _told("", "", BAD)
        kind, *words = told
        if kind == "left":
            return json.dumps([words[0], "", "left", self._engine.left(*words)])
        return _told(words[0], words[1], self._done(kind, words, now_ms))

    def _done(self, kind: str, words: list[Any], now_ms: int) -> Answer:
        engine, (order, command, *rest) = self._engine, words
        if kind in ("hold", "exchange"):
            ask, replaces = Ask(*rest[:6]), (rest[6], tuple(rest[7])) if kind == "exchange" else None
            return engine.hold(order, command, ask, now_ms, now_ms + HOLD_MS, now_ms + LIMIT_MS, replaces)
        if kind == "confirm":
            return engine.confirm(order, command, now_ms)
        if kind == "release":
            return engine.release(order, command, now_ms)
        if kind == "renew":
            return engine.renew(order, command, rest[0], now_ms)
        return engine.refund(order, command, tuple(rest[0]), now_ms)


def _shaped(told: list[Any]) -> bool:
    shape = SHAPES.get(told[0])
    if shape is None or [type(word) for word in told[1:]] != list(shape):
        return False
    return shape[-1] is not list or all(type(index) is int for index in told[-1])


def _told(order: str, command: str, answer: Answer) -> str:
    words: list[Any] = [order, command, answer.result, answer.places, answer.expires_ms]
    if answer.result == REFUSED:
        words += [answer.reason, answer.left]
    return json.dumps(words, separators=(",", ":"))
