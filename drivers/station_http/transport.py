"""One HTTP connection to the station computer: its token, its tags, its JSON. Used by one thread only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from drivers.link.http_line import ANSWER_S, HttpLine, NoAnswer
from drivers.station_http.calls import Answer, Call

LONGEST_ANSWER = 8 << 20


class Transport:
    """`mono_ms` is a clock that never jumps, asked from the worker's thread."""

    def __init__(self, base_url: str, token: str, mono_ms: Callable[[], int]) -> None:
        self._line = HttpLine(base_url, mono_ms, LONGEST_ANSWER)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }

    def exchange(self, call: Call) -> Answer:
        """Raises NoAnswer. What `Call.once_more` says is asked again, once."""
        try:
            return self._once(call)
        except NoAnswer as silence:
            if not call.once_more(str(silence)):
                raise
            return self._once(call)

    def close(self) -> None:
        self._line.close()

    def _once(self, call: Call) -> Answer:
        headers = {**self._headers, **({"If-None-Match": call.etag} if call.etag else {})}
        answer_s = ANSWER_S + call.waits_ms / 1_000
        raw = self._line.exchange(call.method, call.path, headers, call.content(), answer_s)
        return Answer(raw.status, parsed(raw.content), raw.headers.get("etag", ""))


def parsed(content: bytes) -> Any:
    """The JSON of an answer; None when there is none or it cannot be read."""
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
