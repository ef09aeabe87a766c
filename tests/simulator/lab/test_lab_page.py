"""The lab page: its files are all here, it obeys the house's sizes, and a browser can work the machine with it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.lab.pages import STATIC
from tests.simulator.cabinet.bench import Bench

ROOT = Path(__file__).parents[3]
FILES = sorted(STATIC.iterdir())


def test_every_file_the_page_names_is_in_its_folder() -> None:
    bench = Bench()
    page = bench.call("GET", "/").text
    names = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    scripts = [path for path in FILES if path.suffix == ".js"]
    for script in scripts:
        names += [f"/static/{name}" for name in re.findall(r'from "\./([^"]+)"', script.read_text())]
    assert len(names) >= 8
    for name in names:
        assert bench.call("GET", name).status_code == 200, name


def test_nothing_comes_from_elsewhere() -> None:
    bench = Bench()
    policy = bench.call("GET", "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    for path in FILES:
        foreign = [url for url in re.findall(r"https?://[^\s\"')]+", path.read_text()) if "www.w3.org" not in url]
        assert foreign == [], path.name


def test_text_is_never_smaller_than_14_px_and_the_two_languages_stand_side_by_side() -> None:
    css = (STATIC / "lab.css").read_text()
    sizes = [int(size) for size in re.findall(r"font(?:-size)?:[^;}]*?(\d+)px", css)]
    assert sizes
    assert min(sizes) >= 14
    page = (STATIC / "index.html").read_text()
    for title in re.findall(r"<h2[^>]*>(.*?)</h2>", page):
        assert re.search(r"[\u4e00-\u9fff]", title), title
        assert 'lang="en"' in title, title


def test_colours_are_those_of_the_passenger_screen() -> None:
    css = (STATIC / "lab.css").read_text()
    for token in ("#0B1B33", "#42506A", "#EBF0F7", "#0A3D91", "#0B4BB0", "#0A2450", "#FFC72C", "#0A5C36", "#9B1520"):
        assert token in css


# -- in a browser


def png(width: int, height: int, grey: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes([grey]) * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class FakeScreen:
    """A screen process that shows one grey picture and remembers taps."""

    def __init__(self, path: Path) -> None:
        self.taps: list[dict[str, int]] = []
        self.tapped = threading.Event()
        self._path = path
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_unix_server(self._serve, str(self._path)))
        self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = png(1_080, 1_920, 0x55)
        writer.write(json.dumps({"x": 0, "y": 0, "w": 1_080, "h": 1_920, "n": len(data)}).encode() + b"\n" + data)
        while line := await reader.readline():
            self.taps.append(json.loads(line))
            self.tapped.set()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[FakeScreen]:
    fake = FakeScreen(tmp_path / "mirror")
    yield fake
    fake.close()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "simulator", "cabinet", "--dir", str(tmp_path / "d")]
    command += ["--mirror-socket", str(tmp_path / "mirror")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("ready ").strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.slow
def test_a_browser_sees_the_screen_and_works_the_machine(url: str, screen: FakeScreen) -> None:
    from playwright.sync_api import expect, sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url, wait_until="commit")
        expect(page.locator("#screen-pill")).to_contain_text("Live")
        page.wait_for_function(
            "document.querySelector('#screen').getContext('2d').getImageData(9, 9, 1, 1).data[0] === 0x55"
        )
        box = page.locator("#screen").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
        assert screen.tapped.wait(10)
        assert abs(screen.taps[0]["x"] - 540) <= 3
        assert abs(screen.taps[0]["y"] - 480) <= 3
        screen.tapped.clear()
        page.locator("#screen").focus()
        for key in ("ArrowUp", "ArrowRight", "Shift+ArrowRight"):
            page.keyboard.press(key)
        assert page.locator("#aim").is_visible()
        page.keyboard.press("Enter")
        assert screen.tapped.wait(10)
        assert screen.taps[1] == {"x": 588, "y": 920}
        page.locator("#all-faults summary").press("Enter")
        expect(page.locator("#fault-menu input").first).to_be_visible()
        expect(page.locator("#conserved")).to_contain_text("Conserved")
        page.locator("[data-name=more]").press("Enter")
        expect(page.locator("[data-name=insert2000]")).to_contain_text("× 7")
        page.locator("[data-name=insert10000]").click()
        expect(page.locator("#notice")).to_contain_text("shutter")
        page.locator("[data-name='ticket_unit.jam']").click()
        expect(page.locator("[data-name='ticket_unit.jam']")).to_have_attribute("aria-pressed", "true")
        page.locator("#doors [data-name=outer]").click()
        expect(page.locator("#doors [data-name=outer]")).to_contain_text("open")
        page.locator("#mains").click()
        expect(page.locator("#mains")).to_contain_text("Mains off")
        small = page.evaluate(
            "[...document.querySelectorAll('button, summary, select, label, .acts input')].filter(e => e.offsetParent && "
            "(e.offsetHeight < 36 || e.offsetWidth < 36)).map(e => e.textContent)"
        )
        assert small == []
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide
        assert wrong == []
        browser.close()
