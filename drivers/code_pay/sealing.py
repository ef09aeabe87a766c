"""Calls under a signature and answers that must carry one. Pure but for the clock and the nonces it is given.

Source: code-provider sheet, section 1. What is not signed rightly is no answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.code_pay.calls import Answer, Call

VERSION = b"tvm-code-1\n"
KEY_BYTES = 32


class BadAnswer(ValueError):
    """Something came that is no answer to this call; the text says why."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A call as it leaves."""

    path: str
    headers: Mapping[str, str]
    content: bytes
    nonce: str


class Sealer:
    """`wall_ms` is our clock, `nonce()` answers 32 hex digits that never came before. Used by one thread.

    Our time is put right by what the provider says of its own, so a wrong clock here costs one call. Raises ValueError for a
    key of another length.
    """

    def __init__(self, merchant: str, key: bytes, wall_ms: Callable[[], int], nonce: Callable[[], str]) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of {KEY_BYTES} bytes expected, not {len(key)}")
        self._merchant, self._key = merchant, key
        self._wall_ms, self._nonce = wall_ms, nonce
        self._ahead_ms = 0

    def seal(self, call: Call) -> Sealed:
        time, nonce = str(max(0, self._wall_ms() + self._ahead_ms)), self._nonce()
        content = json.dumps(call.body, separators=(",", ":")).encode()
        sign = self._sign(f"request\n{call.path}\n{self._merchant}\n{time}\n{nonce}\n", content)
        headers = {
            "Content-Type": "application/json",
            "Code-Merchant": self._merchant,
            "Code-Time": time,
            "Code-Nonce": nonce,
            "Code-Sign": sign,
        }
        return Sealed(call.path, headers, content, nonce)

    def open(self, sealed: Sealed, status: int, headers: Mapping[str, str], content: bytes) -> Answer:
        """The answer to `sealed`; names of `headers` in small letters. Raises BadAnswer."""
        time, sign = headers.get("code-time", ""), headers.get("code-sign", "")
        if not (time.isascii() and time.isdecimal() and len(time) < 16):
            raise BadAnswer("not signed")
        good = self._sign(f"answer\n{status}\n{time}\n{sealed.nonce}\n", content)
        if not hmac.compare_digest(good.encode(), sign.encode("utf-8", "replace")):
            raise BadAnswer("signature")
        answer = Answer(status, _parsed(content))
        if answer.code == "clock":
            self._ahead_ms = int(time) - self._wall_ms()
        return answer

    def _sign(self, lines: str, content: bytes) -> str:
        return hmac.new(self._key, VERSION + lines.encode() + content, hashlib.sha256).hexdigest()


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("no JSON") from error
    if type(body) is not dict:
        raise BadAnswer("no object")
    return body
