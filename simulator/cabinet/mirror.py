"""The passenger screen's pixels on their way to a browser, and taps on their way back (decision 31).

The screen process serves a Unix socket: per region one line of JSON {"x","y","w","h","n"}, LF, n bytes of PNG, the whole
canvas first. Each browser gets a connection of its own, so it always begins with the whole picture.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from starlette.websockets import WebSocketDisconnect

RETRY_S = 1.0
LONGEST_HEADER = 4_096
LONGEST_PICTURE = 16_000_000
CANVAS = (1_080, 1_920)


class Browser(Protocol):
    """What is used of a WebSocket."""

    async def send_text(self, data: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...

    async def receive_text(self) -> str: ...


def region_bytes(line: bytes) -> int:
    """How many bytes of PNG follow a header line. Raises ValueError when it is none."""
    try:
        head = json.loads(line)
        sizes = [head[key] for key in ("x", "y", "w", "h", "n")]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no region: {line[:80]!r}") from error
    if not all(type(size) is int and size >= 0 for size in sizes) or sizes[4] > LONGEST_PICTURE:
        raise ValueError(f"no region: {line[:80]!r}")
    return int(sizes[4])


def tap_line(text: str) -> bytes | None:
    """The line for a tap `{"x","y"}` of a browser, None when it is none or lies outside the canvas."""
    try:
        said = json.loads(text)
        x, y = said["x"], said["y"]
    except (ValueError, KeyError, TypeError):
        return None
    inside = type(x) is int and type(y) is int and 0 <= x < CANVAS[0] and 0 <= y < CANVAS[1]
    return json.dumps({"x": x, "y": y}).encode() + b"\n" if inside else None


class Mirror:
    """`path` is the screen process's socket; it may come and go."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def serve(self, browser: Browser) -> None:
        """Until the browser goes: connect to the screen, pass regions on and taps back, try again when it is gone."""
        taps: asyncio.Queue[bytes] = asyncio.Queue(maxsize=32)
        listening = asyncio.create_task(_listen(browser, taps))
        showing = asyncio.create_task(self._show(browser, taps))
        try:
            await asyncio.wait({listening, showing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, showing):
                task.cancel()
            await asyncio.gather(listening, showing, return_exceptions=True)

    async def _show(self, browser: Browser, taps: asyncio.Queue[bytes]) -> None:
        while True:
            await browser.send_text('{"screen":false}')
            with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                reader, writer = await asyncio.open_unix_connection(str(self._path), limit=LONGEST_HEADER)
                sending = asyncio.create_task(_send(writer, taps))
                try:
                    await self._pass_on(reader, browser)
                finally:
                    sending.cancel()
                    writer.close()
            await asyncio.sleep(RETRY_S)

    async def _pass_on(self, reader: asyncio.StreamReader, browser: Browser) -> None:
        shown = False
        while True:
            line = await reader.readuntil(b"\n")
            picture = await reader.readexactly(region_bytes(line))
            if not shown:
                await browser.send_text('{"screen":true}')
                shown = True
            await browser.send_bytes(line + picture)


async def _listen(browser: Browser, taps: asyncio.Queue[bytes]) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            line = tap_line(await browser.receive_text())
            if line is not None and not taps.full():
                taps.put_nowait(line)


async def _send(writer: asyncio.StreamWriter, taps: asyncio.Queue[bytes]) -> None:
    while not taps.empty():
        taps.get_nowait()  # taps on a picture that was not there
    with suppress(OSError):
        while True:
            writer.write(await taps.get())
            await writer.drain()
