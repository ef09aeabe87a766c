"""A passenger's place at the screen socket: sees what the screen is told to show, touches targets. Real time only."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from pathlib import Path

from kiosk.screen.values import HEARTBEAT_MS, Heartbeat, Hello, Message, Screen, Show, Touched, decode, encode

log = logging.getLogger(__name__)
AGAIN_MS = 500


class Eyes:
    """`rev` and `screen` are what is shown now; `screen` is None until something was, and while nobody is there."""

    def __init__(self, path: Path, role: str = "passenger") -> None:
        self._path, self._role = path, role
        self._socket: socket.socket | None = None
        self._held = bytearray()
        self._beat_ms = self._try_ms = 0
        self.rev = 0
        self.screen: Screen | None = None

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def fileno(self) -> int:
        """Raises OSError while not connected."""
        if self._socket is None:
            raise OSError("not connected to the screen socket")
        return self._socket.fileno()

    def poll(self, now_ms: int) -> int:
        """Connect, beat; answers when to call again."""
        if self._socket is None and now_ms >= self._try_ms:
            self._connect(now_ms)
        if self._socket is not None and now_ms - self._beat_ms >= HEARTBEAT_MS:
            self._beat_ms = now_ms
            self._say(Heartbeat(self.rev))
        return now_ms + HEARTBEAT_MS if self._socket is not None else self._try_ms

    def on_readable(self, now_ms: int) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(str(error))
            return
        if not data:
            self._lost("closed")
            return
        self._held += data
        *lines, rest = bytes(self._held).split(b"\n")
        self._held = bytearray(rest)
        for line in lines:
            self._hear(line)

    def touch(self, target: str) -> None:
        """Touch what is shown now."""
        self._say(Touched(self.rev, target))

    def close(self) -> None:
        self._lost("we leave")

    def _connect(self, now_ms: int) -> None:
        self._try_ms = now_ms + AGAIN_MS
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(1.0)
        try:
            made.connect(str(self._path))
        except OSError:
            made.close()
            return
        made.setblocking(False)
        self._socket, self._beat_ms = made, now_ms
        self._held.clear()
        self._say(Hello(self._role))

    def _say(self, message: Message) -> None:
        """A message is shorter than any socket buffer; one that cannot be taken means nobody listens."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(encode(message))
        except OSError as error:
            self._lost(str(error))

    def _hear(self, line: bytes) -> None:
        try:
            message = decode(line)
        except ValueError as error:
            log.warning("screen_noise why=%.120s", error)
            return
        if isinstance(message, Show):
            self.rev, self.screen = message.rev, message.screen

    def _lost(self, why: str) -> None:
        if self._socket is not None:
            log.info("screen_socket_left why=%s", why)
            with suppress(OSError):
                self._socket.close()
        self._socket, self.screen = None, None
