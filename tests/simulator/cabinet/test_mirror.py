"""The screen's pixels pass through to a browser and taps back; what is not one is dropped; a lost screen is looked for again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from starlette.websockets import WebSocketDisconnect

from simulator.cabinet import mirror as m


class Browser:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pictures: list[bytes] = []
        self.said: asyncio.Queue[str | None] = asyncio.Queue()
        self.heard = asyncio.Event()

    async def send_text(self, data: str) -> None:
        self.texts.append(data)
        self.heard.set()

    async def send_bytes(self, data: bytes) -> None:
        self.pictures.append(data)
        self.heard.set()

    async def receive_text(self) -> str:
        text = await self.said.get()
        if text is None:
            raise WebSocketDisconnect
        return text

    async def until(self, pictures: int, texts: int = 0) -> None:
        while len(self.pictures) < pictures or len(self.texts) < texts:
            self.heard.clear()
            await self.heard.wait()


def region(n: int, data: bytes) -> bytes:
    return json.dumps({"x": 0, "y": n, "w": 10, "h": 10, "n": len(data)}).encode() + b"\n" + data


def test_regions_go_out_whole_and_taps_come_back(tmp_path: Path) -> None:
    path = tmp_path / "mirror"
    taps: list[bytes] = []

    async def talk() -> None:
        tapped = asyncio.Event()

        async def screen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            whole = region(1, b"PNG\n" * 50_000) + region(2, b"small")
            for cut in range(0, len(whole), 30_001):
                writer.write(whole[cut : cut + 30_001])
                await writer.drain()
            taps.append(await reader.readline())
            tapped.set()

        browser = Browser()
        async with asyncio.timeout(10):
            server = await asyncio.start_unix_server(screen, str(path))
            serving = asyncio.create_task(m.Mirror(path).serve(browser))
            await browser.until(2)
            browser.said.put_nowait("nonsense")
            browser.said.put_nowait('{"x": 5, "y": 1919}')
            await tapped.wait()
            browser.said.put_nowait(None)
            await serving
            server.close()
        assert browser.pictures == [region(1, b"PNG\n" * 50_000), region(2, b"small")]
        assert browser.texts == ['{"screen":false}', '{"screen":true}']

    asyncio.run(talk())
    assert taps == [b'{"x": 5, "y": 1919}\n']


def test_a_screen_that_is_gone_is_said_and_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m, "RETRY_S", 0.01)
    path = tmp_path / "mirror"

    async def talk() -> None:
        async def screen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(region(1, b"one") + b"this is no header\n")
            await writer.drain()

        browser = Browser()
        async with asyncio.timeout(10):
            serving = asyncio.create_task(m.Mirror(path).serve(browser))
            await browser.until(0, texts=3)
            server = await asyncio.start_unix_server(screen, str(path))
            await browser.until(2)
            browser.said.put_nowait(None)
            await serving
            server.close()
        assert browser.texts[:3] == ['{"screen":false}'] * 3
        assert browser.texts.count('{"screen":true}') >= 2

    asyncio.run(talk())


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b'{"x":0,"y":0,"w":1,"h":1,"n":-1}', b'{"x":0,"y":0,"w":1,"h":1,"n":1e9}', b"\xff\xfe"]
)
def test_what_is_no_header_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        m.region_bytes(line)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"x":1}', '{"x":1080,"y":0}', '{"x":-1,"y":0}', '{"x":true,"y":0}', "{", "null"]
)
def test_what_is_no_tap_is_dropped(text: str) -> None:
    assert m.tap_line(text) is None
