"""A twin behind a TCP port of the loopback address: bytes as they are, one client at a time, as a terminal's network socket.

It is served like a pty host: one descriptor that becomes readable, a call when it is, a call when time has passed. A client that
comes while another is there takes its place: the old connection may have died without a word.
"""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from typing import Protocol

from simulator.devices.twin import Twin

LOOPBACK = "127.0.0.1"
LARGEST_READ = 65_536
MOST_PENDING = 65_536


class Connected(Twin, Protocol):
    """A twin that knows of its connection."""

    def disconnected(self, now_ms: int) -> None:
        """The client is gone."""
        ...

    def hangs_up(self) -> bool:
        """Whether the twin itself wants to end the connection now; asked after each exchange."""
        ...


class TcpHost:
    """Serves one twin at `path`, `tcp:127.0.0.1:PORT`. `port` 0 takes a free one. Raises OSError when it cannot be had."""

    def __init__(self, twin: Connected, port: int = 0) -> None:
        self.twin = twin
        self._client: socket.socket | None = None
        self._pending = b""
        self._listener = socket.create_server((LOOPBACK, port))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.path = f"tcp:{LOOPBACK}:{self.port}"
        self._poll = select.epoll()
        self._poll.register(self._listener.fileno(), select.EPOLLIN)

    def fileno(self) -> int:
        """Raises OSError after `close`."""
        if self._listener.fileno() < 0:
            raise OSError("the port is closed")
        return self._poll.fileno()

    def serve_readable(self, now_ms: int) -> None:
        for number, _ in self._poll.poll(0):
            if number == self._listener.fileno():
                self._accept(now_ms)
            elif self._client is not None and number == self._client.fileno():
                self._receive(self._client, now_ms)
        self._flush(now_ms)

    def serve_timers(self, now_ms: int) -> int | None:
        due_ms = self.twin.poll(now_ms)
        self._flush(now_ms)
        return due_ms

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        self._listener.close()
        self._poll.close()

    def _accept(self, now_ms: int) -> None:
        try:
            client, _ = self._listener.accept()
        except BlockingIOError:
            return
        if self._client is not None:
            self._drop(now_ms)
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._poll.register(client.fileno(), select.EPOLLIN)

    def _receive(self, client: socket.socket, now_ms: int) -> None:
        try:
            data = client.recv(LARGEST_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(now_ms)
            return
        self.twin.receive(data, now_ms)
        if self.twin.hangs_up():
            self._drop(now_ms)

    def _drop(self, now_ms: int) -> None:
        if self._client is not None:
            with suppress(OSError):
                self._poll.unregister(self._client.fileno())
            self._client.close()
            self._client, self._pending = None, b""
            self.twin.disconnected(now_ms)

    def _flush(self, now_ms: int) -> None:
        self._pending = (self._pending + self.twin.take_output())[-MOST_PENDING:]
        if self._client is None:
            self._pending = b""  # nobody is there to hear it
        if not self._pending or self._client is None:
            return
        try:
            written = self._client.send(self._pending)
        except BlockingIOError:
            return
        except OSError:
            self._drop(now_ms)
            return
        self._pending = self._pending[written:]
