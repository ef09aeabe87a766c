"""What goes in and out of the station's core: requests and replies as values, and the refusal that becomes an error reply."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)

Step = dict[str, Any]
"""One change of state as a JSON object with `kind` first; replaying all steps in order gives the state again."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a machine. `path` without query, `token` the bearer token or None, `etag` of If-None-Match."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    token: str | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """HTTP status, JSON body (None: no body) and extra headers."""

    status: int
    body: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deed comes to: the body, the steps that make it so, the status and extra headers."""

    body: Mapping[str, Any] | None
    steps: Sequence[Step] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A call that is answered with an error: `{"error": code, "detail": text, ...extra}`.

    `steps` are kept although the call is refused (the alarm of a fork, for example).
    """

    def __init__(self, status: int, code: str, detail: str, steps: Sequence[Step] = (), **extra: Any) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.steps = tuple(steps)
        self.reply = Reply(status, {"error": code, "detail": detail, **extra})


def content_of(body: Mapping[str, Any] | Sequence[Any] | None) -> bytes:
    """The bytes of a reply's body, or of what the journal keeps."""
    return b"" if body is None else to_json(body)


def bad_request(detail: str) -> Refused:
    """The 400 of the sheet: a body, a path or a query that cannot be meant."""
    return Refused(400, "bad_request", detail)


def digest_of(value: Any) -> str:
    """The same 16 hex digits for equal JSON values, whatever their spacing or key order."""
    return hashlib.sha256(_SORTED.encode(value).encode()).hexdigest()[:16]
