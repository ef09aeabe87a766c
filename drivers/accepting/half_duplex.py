"""The host's side of a half-duplex line: one request at a time, frames found in what comes, and when the next one may leave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from drivers.accepting.framing import Damaged, Framing

GAP_MS = 100  # no byte for so long inside a frame: the rest is not coming
AFTER_ACK_MS = 20

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Heard = TypeVar("Heard")


class HalfDuplex(ABC, Generic[Asked, Answer, Heard]):
    """`send` when `free_at` says so; `receive` and `poll` answer what became of it. All times in ms of the host's own clock."""

    def __init__(self) -> None:
        self._decoder = self._framing()
        self._output = bytearray()
        self._pending: Asked | None = None
        self._deadline_ms = 0
        self._quiet_ms = 0
        self._byte_ms = 0
        self.heard_ms = 0  # the last good frame of our device
        self.noise = 0  # bytes and frames since then that were none

    @abstractmethod
    def _framing(self) -> Framing[Heard]:
        """A decoder that has heard nothing yet."""

    def restart(self, now_ms: int) -> None:
        """A new link: nothing is pending, nothing was heard of it yet."""
        self._decoder = self._framing()
        self._output.clear()
        self._pending = None
        self._quiet_ms = now_ms
        self.heard_ms, self.noise = now_ms, 0

    # -- out

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def free_at(self, now_ms: int) -> int:
        """When the next request may be sent at the earliest; past `now_ms` while an answer or a pause is outstanding."""
        return max(now_ms + 1, self._wake_ms()) if self._pending else self._quiet_ms

    @property
    def idle(self) -> bool:
        """No request waits for its answer."""
        return self._pending is None

    @abstractmethod
    def send(self, request: Asked, now_ms: int) -> None: ...

    def pause(self, until_ms: int) -> None:
        """No request before that time."""
        self._quiet_ms = max(self._quiet_ms, until_ms)

    def _wake_ms(self) -> int:
        return min(self._deadline_ms, self._byte_ms + GAP_MS) if self._decoder.waiting else self._deadline_ms

    # -- in

    def receive(self, data: bytes, now_ms: int) -> list[Answer]:
        found = self._broken_off(now_ms)
        found += self._decoder.feed(data)
        self._byte_ms = now_ms
        if not found and not self._decoder.waiting:
            self.noise += len(data)
        return self._hear(found, now_ms)

    @abstractmethod
    def poll(self, now_ms: int) -> list[Answer]:
        """Time-outs: a frame that stopped in the middle, a request without an answer."""

    def _broken_off(self, now_ms: int) -> list[Heard | Damaged]:
        """What is left of a frame that stopped in the middle."""
        overdue = self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS
        return self._decoder.flush() if overdue else []

    @abstractmethod
    def _hear(self, found: list[Heard | Damaged], now_ms: int) -> list[Answer]:
        """What these frames answer."""


class Acknowledging(HalfDuplex[Asked, Answer, Heard]):
    """One whose host says ACK to what it heard, and is quiet for a while behind it. ACKs are queued at once (decision 16)."""

    def __init__(self) -> None:
        super().__init__()
        self._ack_queued = self._ack_left = False

    def restart(self, now_ms: int) -> None:
        """A new link: nothing is pending, nothing was heard of it yet."""
        super().restart(now_ms)
        self._ack_queued = self._ack_left = False

    def take_output(self) -> bytes:
        self._ack_left = self._ack_left or self._ack_queued
        self._ack_queued = False
        return super().take_output()

    def free_at(self, now_ms: int) -> int:
        """When the next request may be sent at the earliest; past `now_ms` while an answer or a pause is outstanding."""
        if self._ack_left:  # the reactor may have held it: the pause begins now, when it is known to have left
            self._ack_left = False
            self._quiet_ms = max(self._quiet_ms, now_ms + AFTER_ACK_MS)
        return now_ms + 1 if self._ack_queued else super().free_at(now_ms)

    @property
    def pause_to_come_ms(self) -> int:
        """An ACK is queued: the pause behind it still has to be begun, by a `free_at` after it has left."""
        return AFTER_ACK_MS if self._ack_queued else 0
