"""What goes in and out of the provider: calls and answers as bytes, their signatures, and the fields of a body, read strictly.

Source: code-provider sheet, sections 1 and 2.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = "tvm-code-1"
MOST_BODY_BYTES = 16_384
MOST_FEN = 10_000_000
LASTS_MS = (1_000, 7_200_000)
WINDOW_MS = 120_000
MERCHANT = re.compile(r"[A-Za-z0-9_-]{1,32}")
ORDER = re.compile(r"[A-Za-z0-9._-]{1,64}")
NONCE = re.compile(r"[0-9a-f]{32}")
TIME = re.compile(r"[0-9]{1,15}")
TEXT = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Request:
    """One call; names of headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A call answered with an error; `told` are more fields of its body."""

    def __init__(self, status: int, code: str, detail: str, **told: Any) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code = status, code
        self.body = {"error": code, "detail": detail, **told}


def bad(detail: str) -> Refused:
    return Refused(400, "bad_request", detail)


def signature(key: bytes, lines: tuple[str, ...], body: bytes) -> str:
    """HMAC-SHA256 in hex over version, `lines` and `body`."""
    signed = "".join(line + "\n" for line in (VERSION, *lines)).encode() + body
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def content_of(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Body:
    """A JSON object of which every field is taken exactly once. All methods raise Refused."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_BODY_BYTES:
            raise Refused(413, "too_large", f"more than {MOST_BODY_BYTES} bytes")
        try:
            raw = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise bad("no JSON") from error
        if type(raw) is not dict:
            raise bad("an object expected")
        self._left: dict[str, Any] = raw

    def text(self, name: str, shape: re.Pattern[str]) -> str:
        value = self._left.pop(name, None)
        if type(value) is not str or not shape.fullmatch(value):
            raise bad(f"{name}: a text of the sheet's shape expected")
        return value

    def number(self, name: str, least: int, most: int) -> int:
        value = self._left.pop(name, None)
        if type(value) is not int or not least <= value <= most:
            raise bad(f"{name}: a whole number from {least} to {most} expected")
        return value

    def yes(self, name: str) -> bool:
        value = self._left.pop(name, None)
        if type(value) is not bool:
            raise bad(f"{name}: true or false expected")
        return value

    def order(self) -> str:
        return self.text("order", ORDER)

    def amount_fen(self) -> int:
        return self.number("amount_fen", 1, MOST_FEN)

    def end(self) -> None:
        """Nothing else may stand in it."""
        if self._left:
            raise bad(f"{min(self._left)}: no such field")
