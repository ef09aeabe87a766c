"""What a terminal does, step after step, as generators: a flow yields what it waits for and is sent what came of it.

A flow is all that a terminal loses with its power; what it keeps lies in `memory`. So a power cut is a flow that is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator.devices.twin import Speeds
from simulator.devices.zvt.wire import Apdu

ANSWER_MS = 5_000
"""So long the terminal waits for the answer to a message of its own."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Say:
    """A message of the terminal; comes to the answer, or to None when there was none in time."""

    apdu: Apdu


@dataclass(frozen=True, slots=True)
class Pause:
    """Comes to None. `exact`: a time of the protocol, not of matter."""

    ms: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Until:
    """Comes to True when it is met, to False after `limit_ms`."""

    met: Callable[[], bool]
    limit_ms: int


Wait = Say | Pause | Until
Flow = Generator[Wait, Any, T]


class PowerCut(Exception):
    """A fault took the power at this point of a flow."""


class Runner:
    """Carries one flow. `send` puts a message on the line; `ended` is called when the flow has ended by itself."""

    def __init__(self, speeds: Speeds, send: Callable[[Apdu, int], None]) -> None:
        self._speeds, self._send = speeds, send
        self._flow: Flow[None] | None = None
        self._wait: Wait | None = None
        self._due_ms = 0

    @property
    def running(self) -> bool:
        return self._flow is not None

    @property
    def listening(self) -> bool:
        """An answer of the other side is due."""
        return isinstance(self._wait, Say)

    @property
    def due_ms(self) -> int | None:
        """When to go on if nothing happens before; None when nothing is under way."""
        return None if self._wait is None else self._due_ms

    def start(self, flow: Flow[None], now_ms: int) -> None:
        """Raises PowerCut, as everything here."""
        assert self._flow is None
        self._flow = flow
        self._resume(None, now_ms)

    def drop(self) -> None:
        self._flow, self._wait = None, None

    def answered(self, answer: Apdu | None, now_ms: int) -> None:
        """None: the other side is gone."""
        if self.listening:
            self._resume(answer, now_ms)

    def advance(self, now_ms: int) -> None:
        """Go on with what is due or met."""
        while self._wait is not None:
            if isinstance(self._wait, Until) and self._wait.met():
                self._resume(True, now_ms)
            elif now_ms >= self._due_ms:
                self._resume(False if isinstance(self._wait, Until) else None, self._due_ms)
            else:
                return

    def _resume(self, value: object, now_ms: int) -> None:
        assert self._flow is not None
        self._wait = None
        try:
            wait = self._flow.send(value)
        except StopIteration:
            self.drop()
            return
        except PowerCut:
            self.drop()
            raise
        self._wait = wait
        if isinstance(wait, Say):
            self._due_ms = now_ms + ANSWER_MS
            self._send(wait.apdu, now_ms)
        elif isinstance(wait, Pause):
            self._due_ms = now_ms + (wait.ms if wait.exact else self._speeds.motion_ms(wait.ms))
        else:
            self._due_ms = now_ms + wait.limit_ms
