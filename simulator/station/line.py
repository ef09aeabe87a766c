"""The same calls on a Unix socket, a line each, many under way at once: for who has many requests and no need of HTTP.

    request   ID METHOD PATH TOKEN BODY LF     PATH may have a query; BODY is JSON without a line break, or missing
    answer    ID STATUS BODY LF                BODY is `null` where HTTP has none

Answers come in the order of the requests. What arrived together shares one sync. Source: station-api sheet, the line.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from simulator.station.shell import UNSTORED, StationShell
from simulator.station.wire import Reply, Request, bad_request, content_of

LONGEST = 1_000_000


class Line(asyncio.Protocol):
    """One connection. A line that cannot be read is answered 400 under the name `-`; one without an end closes it."""

    def __init__(self, shell: StationShell) -> None:
        self._shell = shell
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None

    def pause_writing(self) -> None:
        """Who does not read its answers is not heard any more."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        *whole, self._held = (self._held + data).split(b"\n")
        answers = [self._answer(line) for line in whole]
        if answers:
            self._shell.when_stored(lambda stored: self._tell(answers, stored))
        if len(self._held) > LONGEST and self._transport is not None:
            self._transport.abort()

    def _answer(self, line: bytes) -> tuple[bytes, Reply]:
        """Name and reply of one line."""
        name, *words = line.split(b" ", 4)
        try:
            method, target, token = (word.decode("ascii") for word in words[:3])
        except ValueError:
            return b"-", bad_request("a line is ID METHOD PATH TOKEN BODY").reply
        path, _, query = target.partition("?")
        body = words[3] if len(words) > 3 else b""
        asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        return name, self._shell.handle(Request(method, unquote(path) if "%" in path else path, asked, body, token))

    def _tell(self, answers: list[tuple[bytes, Reply]], stored: bool) -> None:
        if self._transport is not None and not self._transport.is_closing():
            told = ((name, reply if stored else UNSTORED) for name, reply in answers)
            self._transport.write(b"".join(_line(name, reply) for name, reply in told))


class LineServer:
    """Listens at `path`, for this user only; a socket that an earlier station left there is replaced. Raises OSError."""

    def __init__(self, path: Path, shell: StationShell) -> None:
        self._path, self._shell = path, shell
        if path.is_socket():
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen()
        self._starting: asyncio.Task[asyncio.Server] | None = None

    def start(self) -> None:
        """In the loop; who connected before waits no longer."""
        loop = asyncio.get_running_loop()
        self._starting = loop.create_task(loop.create_unix_server(lambda: Line(self._shell), sock=self._listener))

    def close(self) -> None:
        """Nobody is let in any more."""
        with suppress(FileNotFoundError):
            self._path.unlink()
        self._listener.close()


def _line(name: bytes, reply: Reply) -> bytes:
    return b"%b %d %b\n" % (name, reply.status, content_of(reply.body) or b"null")
