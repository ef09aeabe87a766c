"""A web server inside a simulated process: on the loopback address, one ready line, ended by a signal and in good order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator

import uvicorn

LOOPBACK = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A loopback socket; port 0 takes a free one. Raises OSError when the port is taken.

    Named as TCP, for asyncio switches Nagle's wait (40 ms an answer) off only then.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


def say_line(text: str) -> None:
    """One line to the supervisor; when nobody reads any more, the process goes on."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _nothing() -> None:
    """Nobody wants to know."""


class Server(uvicorn.Server):
    """`on_start` is called in the loop before the ready line, `on_end` when SIGTERM or SIGINT has come."""

    def __init__(
        self, settings: uvicorn.Config, on_start: Callable[[], None] = _nothing, on_end: Callable[[], None] = _nothing
    ) -> None:
        super().__init__(settings)
        self._on_start, self._on_end = on_start, on_end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        assert sockets is not None
        self._on_start()
        say_line(f"ready http://{LOOPBACK}:{sockets[0].getsockname()[1]}")

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._finish)
        yield

    def _finish(self) -> None:
        self.should_exit = True
        self._on_end()
