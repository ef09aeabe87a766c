"""One HTTP connection to the station computer, kept alive: the home of `requests`. Used by one thread only.

Limits are real time: 2 s to connect, 3 s for the whole answer (decision 18), which may not be longer than 8 MiB.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests

from drivers.station_http.calls import Answer, Call

CONNECT_S = 2.0
ANSWER_S = 3.0
LONGEST_ANSWER = 8 << 20


class NoAnswer(Exception):
    """The station said nothing that could be read; the text is a short reason: `unreachable`, `timeout`, `cut`, `too_long`."""


class Transport:
    """`mono_ms` is a clock that never jumps, asked from the worker's thread."""

    def __init__(self, base_url: str, token: str, mono_ms: Callable[[], int]) -> None:
        self._base_url = base_url.rstrip("/")
        self._mono_ms = mono_ms
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no netrc of the machine comes between us
        self._session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def exchange(self, call: Call) -> Answer:
        """Raises NoAnswer. What `Call.once_more` says is asked again, once."""
        try:
            return self._once(call)
        except NoAnswer as silence:
            if not call.once_more(str(silence)):
                raise
            return self._once(call)

    def close(self) -> None:
        self._session.close()

    def _once(self, call: Call) -> Answer:
        until_ms = self._mono_ms() + round((CONNECT_S + ANSWER_S) * 1000)
        headers = {"Content-Type": "application/json", **({"If-None-Match": call.etag} if call.etag else {})}
        try:
            with self._session.request(
                call.method,
                self._base_url + call.path,
                data=call.content(),
                headers=headers,
                timeout=(CONNECT_S, ANSWER_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = self._content(response, until_ms)
                return Answer(response.status_code, parsed(content), response.headers.get("ETag", ""))
        except requests.ConnectTimeout as error:
            raise NoAnswer("unreachable") from error
        except requests.Timeout as error:
            raise NoAnswer("timeout") from error
        except requests.ConnectionError as error:
            raise NoAnswer(_broken(error)) from error
        except requests.RequestException as error:
            raise NoAnswer("cut") from error

    def _content(self, response: requests.Response, until_ms: int) -> bytes:
        """The body, as long as it keeps to length and time: a station that trickles must not hold the worker."""
        parts, length = [], 0
        for part in response.iter_content(65_536):
            parts.append(part)
            length += len(part)
            if length > LONGEST_ANSWER:
                raise NoAnswer("too_long")
            if self._mono_ms() > until_ms:
                raise NoAnswer("timeout")
        return b"".join(parts)


def _broken(error: Exception) -> str:
    """Told apart by what urllib3 says: nobody listens, the answer came too slowly, or the line was cut."""
    text = str(error)
    if "NewConnectionError" in text or "NameResolutionError" in text or "Failed to establish" in text:
        return "unreachable"
    return "timeout" if "Read timed out" in text else "cut"


def parsed(content: bytes) -> Any:
    """The JSON of an answer; None when there is none or it cannot be read."""
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
