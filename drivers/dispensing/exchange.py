"""One exchange with a dispenser, whatever the bytes: a command, and what became of it. The line itself is each family's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """A command. `sends`: how often in all, when it is not acknowledged or refused with NAK."""

    code: int
    data: bytes = b""
    sends: int = 3


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response of the device: the command it answers and its data."""

    code: int
    data: bytes


@unique
class Kind(Enum):
    DONE = "answered"
    REFUSED = "NAK each time: not understood, so not begun"
    NO_ACK = "silence: heard or not"
    LOST = "acknowledged, but no usable response came"
    STRAY = "a response nobody was waiting for"


@dataclass(frozen=True, slots=True)
class Reply:
    request: Request | None
    kind: Kind
    response: Response | None = None


class Line(Protocol):
    """The host's side of one opened link. `heard_ms`: when the device was last understood; `noise`: bytes since then that
    meant nothing; `settled`: the last exchange was heard to its end."""

    heard_ms: int
    noise: int
    settled: bool

    def free_at(self, now_ms: int) -> int:
        """When the next command may be sent at the earliest; past `now_ms` while something is outstanding."""
        ...

    def send(self, request: Request, now_ms: int) -> None:
        """Only when `free_at` says so."""
        ...

    def receive(self, data: bytes, now_ms: int) -> list[Reply]: ...

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs, and the repeats they ask for."""
        ...

    def take_output(self) -> bytes: ...
