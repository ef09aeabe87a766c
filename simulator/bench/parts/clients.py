"""Clients that put load on a station's wires: each connection has some requests under way, and keeps the time of every answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from simulator.web import LOOPBACK


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: `body` as JSON."""

    method: str
    path: str
    token: str
    body: bytes


@dataclass(slots=True)
class Load:
    """What came of it: answers by status, and how long each took, in ms."""

    statuses: dict[int, int] = field(default_factory=dict)
    waits_ms: list[float] = field(default_factory=list)
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """How a request is written, and where a whole answer ends: (status, bytes it took), None while it is not all there."""

    written: Callable[[Asked], bytes]
    read: Callable[[bytes, int], tuple[int, int] | None]


def _http(asked: Asked) -> bytes:
    head = f"{asked.method} {asked.path} HTTP/1.1\r\nHost: station\r\nAuthorization: Bearer {asked.token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(asked.body)}\r\n\r\n".encode() + asked.body


def _http_answer(held: bytes, at: int) -> tuple[int, int] | None:
    """Of a server that names the length of what it says."""
    end = held.find(b"\r\n\r\n", at)
    if end < 0:
        return None
    begins = held.lower().find(b"content-length:", at, end)
    length = int(held[begins + 15 : held.find(b"\r\n", begins)]) if begins >= 0 else 0
    return (int(held[at + 9 : at + 12]), end + 4 + length - at) if len(held) >= end + 4 + length else None


def _lined(asked: Asked) -> bytes:
    return b"x %b %b %b %b\n" % (asked.method.encode(), asked.path.encode(), asked.token.encode(), asked.body)


def _lined_answer(held: bytes, at: int) -> tuple[int, int] | None:
    end = held.find(b"\n", at)
    return None if end < 0 else (int(held[at + 2 : at + 5]), end + 1 - at)


HTTP, LINE = Wire(_http, _http_answer), Wire(_lined, _lined_answer)


class Client(asyncio.Protocol):
    """One connection with `window` requests under way. `ended`: there were no more, or the station hung up."""

    def __init__(self, wire: Wire, asked: Iterator[Asked], window: int, load: Load, mono_us: Callable[[], int]) -> None:
        self._wire, self._asked, self._window, self._load, self._mono_us = wire, asked, window, load, mono_us
        self._held = b""
        self._begun = deque[int]()
        self._transport: Any = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send(self._window)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(ConnectionError("the station hung up"))

    def data_received(self, data: bytes) -> None:
        self._held += data
        at = count = 0
        while (answer := self._wire.read(self._held, at)) is not None:
            status, took = answer
            at, count = at + took, count + 1
            self._load.statuses[status] = self._load.statuses.get(status, 0) + 1
            self._load.waits_ms.append((self._mono_us() - self._begun.popleft()) / 1_000)
        self._held = self._held[at:]
        if count:
            self._send(count)

    def _send(self, count: int) -> None:
        wire = []
        for asked in islice(self._asked, count):
            self._begun.append(self._mono_us())
            wire.append(self._wire.written(asked))
        if wire:
            self._transport.write(b"".join(wire))
        if not self._begun and not self.ended.done():
            self.ended.set_result(None)
            self._transport.close()


async def _put(
    wire: Wire, address: int | Path, asked: Iterator[Asked], connections: int, window: int, mono_us: Callable[[], int]
) -> Load:
    loop, load = asyncio.get_running_loop(), Load()
    begun_us = mono_us()

    def made() -> Client:
        return Client(wire, asked, window, load, mono_us)

    clients = []
    for _ in range(connections):
        if isinstance(address, Path):
            _, client = await loop.create_unix_connection(made, str(address))
        else:
            _, client = await loop.create_connection(made, LOOPBACK, address)
        clients.append(client)
    await asyncio.gather(*(client.ended for client in clients))
    load.wall_s = (mono_us() - begun_us) / 1e6
    return load


def put(
    wire: Wire, address: int | Path, asked: Iterator[Asked], connections: int, window: int, mono_us: Callable[[], int]
) -> Load:
    """Ask everything over so many connections. Raises OSError when the station hangs up."""
    return asyncio.run(_put(wire, address, asked, connections, window, mono_us))
