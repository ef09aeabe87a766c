"""One connection of the screen socket, apart from the socket: bytes and time in, bytes and messages out (decision 29).

A peer says hello first, then both sides beat. It may be slow: only the message that is partly sent is kept, and of those
that wait the last Show wins, so nothing ever piles up and nobody is waited for.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from kiosk.screen.values import (
    HEARTBEAT_MS,
    PROTOCOL_VERSION,
    Deadline,
    Heartbeat,
    Hello,
    Message,
    Show,
    Touched,
    decode,
    encode,
)

ROLES = ("screen", "mirror", "lab", "passenger")
LONGEST_LINE = 4_096
SILENCE_MS = 2_000  # a peer that says nothing for so long is gone, whatever its socket says
MOST_WAITING = 64  # revs whose acknowledgement is remembered as missing


class PeerError(Exception):
    """The peer broke the protocol or fell silent; the connection ends. The text says why."""


class ScreenPeer:
    """What is known of one peer. `role` is empty until its hello; `acked_rev` the last rev it says is on its display."""

    def __init__(self, now_ms: int) -> None:
        self.role = ""
        self.acked_rev = 0
        self._heard_ms = now_ms
        self._beat_ms = now_ms
        self._held = bytearray()
        self._out = bytearray(encode(Hello("controller")))
        self._show: bytes | None = None

    def receive(self, data: bytes, now_ms: int) -> list[Touched]:
        """Bytes cut anywhere; answers the touches in them. Raises PeerError."""
        self._heard_ms = now_ms
        self._held += data
        touches = []
        while (end := self._held.find(b"\n")) >= 0:
            line = bytes(self._held[:end])
            del self._held[: end + 1]
            if (touch := self._hear(line)) is not None:
                touches.append(touch)
        if len(self._held) > LONGEST_LINE:
            raise PeerError(f"a message of more than {LONGEST_LINE} bytes")
        return touches

    def _hear(self, line: bytes) -> Touched | None:
        try:
            message: Message = decode(line)
        except ValueError as error:
            raise PeerError(str(error)[:200]) from error
        if not self.role:
            self._greet(message)
        elif isinstance(message, Heartbeat):
            self.acked_rev = max(self.acked_rev, message.rev)
        elif isinstance(message, Touched):
            return message
        else:
            raise PeerError(f"{type(message).__name__} is not a peer's to say")
        return None

    def _greet(self, message: Message) -> None:
        if not isinstance(message, Hello):
            raise PeerError("hello expected first")
        if message.version != PROTOCOL_VERSION:
            raise PeerError(f"protocol version {message.version}, ours is {PROTOCOL_VERSION}")
        if message.role not in ROLES:
            raise PeerError(f"role {message.role[:40]!r} is none of {', '.join(ROLES)}")
        self.role = message.role

    def show(self, line: bytes) -> None:
        """An encoded Show; takes the place of one that is still waiting."""
        self._show = line

    def output(self, now_ms: int) -> bytes:
        """What is to be sent next; `sent` says how much of it went. Empty: nothing now."""
        if not self._out and self._show is not None and self.role:
            self._out += self._show
            self._show, self._beat_ms = None, now_ms
        if not self._out and self.role and now_ms - self._beat_ms >= HEARTBEAT_MS:
            self._out += encode(Heartbeat())
            self._beat_ms = now_ms
        return bytes(self._out)

    def sent(self, count: int) -> None:
        del self._out[:count]

    @property
    def pending(self) -> bool:
        """Something waits that the socket has not taken."""
        return bool(self._out) or (self._show is not None and bool(self.role))

    def check(self, now_ms: int) -> None:
        """Raises PeerError when the peer is silent for too long."""
        if now_ms - self._heard_ms > SILENCE_MS:
            raise PeerError(f"silent for {now_ms - self._heard_ms} ms")

    def next_wake(self) -> int:
        """When to ask again, absolute; a peer that takes nothing, or has not said hello, is only watched for silence."""
        silent_ms = self._heard_ms + SILENCE_MS + 1
        return silent_ms if self.pending or not self.role else min(silent_ms, self._beat_ms + HEARTBEAT_MS)


class Acknowledgement:
    """Whether what is shown reaches the display: `silent_ms` grows from the oldest Show the screen has not acknowledged.

    A later rev acknowledges all before it, since the last Show wins.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int]] = []

    def shown(self, rev: int, now_ms: int) -> None:
        self._waiting.append((rev, now_ms))
        del self._waiting[1:-MOST_WAITING]  # nobody is there to acknowledge: the oldest tells how long

    def acked(self, rev: int) -> None:
        self._waiting = [(waiting, shown_ms) for waiting, shown_ms in self._waiting if waiting > rev]

    def silent_ms(self, now_ms: int) -> int:
        return now_ms - self._waiting[0][1] if self._waiting else 0

    def forget_all_but_last(self, now_ms: int) -> None:
        """A new screen process is given the last Show only, and its time from now."""
        self._waiting = [(rev, now_ms) for rev, _ in self._waiting[-1:]]


def aged(value: Any, by_ms: int) -> Any:
    """The same screen value shown `by_ms` of real time later: every running deadline has that much less left."""
    if isinstance(value, Deadline):
        return replace(value, remaining_ms=max(0, value.remaining_ms - round(by_ms * value.rate)))
    if isinstance(value, tuple):
        return tuple(aged(item, by_ms) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            part.name: new
            for part in fields(value)
            if (new := aged(old := getattr(value, part.name), by_ms)) is not old and new != old
        }
        return replace(value, **changed) if changed else value
    return value


def show_line(rev: int, screen: Any) -> bytes:
    return encode(Show(rev, screen))
