"""When facts came and when bytes left, in microseconds: what the bench and the report's time split are made from.

One JSON line an event: `{"us":…,"heard":"stack!","result":"stacked"}`, `{"us":…,"sent":"ticket_unit","bytes":24,"head":"2151"}`,
`{"us":…,"turn":…}` with the length of a turn that heard something, `{"us":…,"call":"confirm","out":true}` when a call to
the station left and, false, when its answer was there. In no strict order. Off unless asked for; never part of a decision.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.ports.fact import Fact
from kiosk.reactor import Reactor


class Trace:
    def __init__(self, path: Path, mono_us: Callable[[], int]) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1 << 16)
        self._mono_us = mono_us
        self._heard_us = 0
        self._calls: deque[tuple[int, str, bool]] = deque()  # put in by the station's threads

    def watch(self, reactor: Reactor) -> Trace:
        reactor.heard, reactor.sent, reactor.turn_done = self._heard, self._sent, self._turn_done
        return self

    def call(self, name: str, out: bool) -> None:
        """From any thread: a call left for the station, or its answer is there."""
        self._calls.append((self._mono_us(), name, out))

    def _write(self, us: int, **event: Any) -> None:
        self._file.write(json.dumps({"us": us, **event}, separators=(",", ":")) + "\n")

    def _heard(self, fact: Fact) -> None:
        us = self._mono_us()
        self._heard_us = self._heard_us or us
        self._write(us, heard=fact.kind, result=fact.result)

    def _sent(self, name: str, data: bytes) -> None:
        if self._heard_us or name == "ticket_unit":  # polls at rest are no news
            self._write(self._mono_us(), sent=name, bytes=len(data), head=data[:2].hex())

    def _turn_done(self, now_ms: int) -> None:
        while self._calls:
            us, name, out = self._calls.popleft()
            self._write(us, call=name, out=out)
        if self._heard_us:
            us = self._mono_us()
            self._write(us, turn=us - self._heard_us)
            self._heard_us = 0
            self._file.flush()

    def close(self) -> None:
        self._file.close()
