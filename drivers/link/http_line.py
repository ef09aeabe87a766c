"""One HTTP connection, kept alive, with limits on everything: a home of `requests`. Used by one thread only.

Limits are real time: 2 s to connect, 3 s for the whole answer (decision 18), which may not be longer than `longest` bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

CONNECT_S = 2.0
ANSWER_S = 3.0


class NoAnswer(Exception):
    """Nothing came that could be read; the text is a short reason: `unreachable`, `timeout`, `cut`, `too_long`."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class HttpLine:
    """`mono_ms` is a clock that never jumps, asked from the worker's thread."""

    def __init__(self, base_url: str, mono_ms: Callable[[], int], longest: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._mono_ms, self._longest = mono_ms, longest
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no netrc of the machine comes between us

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None, answer_s: float = ANSWER_S
    ) -> Raw:
        """Raises NoAnswer. Nothing is asked twice. `answer_s`: longer for a call that waits at the other side."""
        until_ms = self._mono_ms() + round((CONNECT_S + answer_s) * 1_000)
        try:
            with self._session.request(
                method,
                self._base_url + path,
                data=content,
                headers=dict(headers),
                timeout=(CONNECT_S, answer_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                came = {name.lower(): value for name, value in response.headers.items()}
                return Raw(response.status_code, came, self._content(response, until_ms))
        except requests.ConnectTimeout as error:
            raise NoAnswer("unreachable") from error
        except requests.Timeout as error:
            raise NoAnswer("timeout") from error
        except requests.ConnectionError as error:
            raise NoAnswer(_broken(error)) from error
        except requests.RequestException as error:
            raise NoAnswer("cut") from error

    def close(self) -> None:
        """Drop the connection; the next exchange opens another."""
        self._session.close()

    def _content(self, response: requests.Response, until_ms: int) -> bytes:
        """The body, as long as it keeps to length and time: who trickles must not hold the worker."""
        parts, length = [], 0
        for part in response.iter_content(65_536):
            parts.append(part)
            length += len(part)
            if length > self._longest:
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
