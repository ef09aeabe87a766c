"""The page of a replay: its parts are here, it answers what it should, and a browser sees the screen of a step."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import FastAPI

from simulator.replay.main import judge, told
from simulator.replay.page import STATIC, build_app
from simulator.replay.source import open_incident
from simulator.replay.words import WORDS, words
from tests.simulator.replay.recording import good_day

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return good_day(tmp_path_factory.mktemp("page") / "journal")


class Client:
    """Asks the page's application directly, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.get(path)

        return anyio.run(ask)


@pytest.fixture(scope="module")
def client(recorded: Path) -> Iterator[Client]:
    found = open_incident(recorded)
    verdict = judge(found)
    app = build_app(found, verdict, list(told(found, verdict)))
    yield Client(app)
    app.state.painter.close()


def test_every_file_the_page_names_is_served(client: Client) -> None:
    names = re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/").text)
    names += re.findall(r'from "(/[^"]+)"', (STATIC / "replay.js").read_text())
    assert len(names) >= 5
    for name in names:
        assert client.get(name).status_code == 200, name


def test_nothing_comes_from_elsewhere_and_text_is_large_enough(client: Client) -> None:
    assert client.get("/").headers["content-security-policy"].startswith("default-src 'self'")
    for path in STATIC.iterdir():
        foreign = [url for url in re.findall(r"https?://[^\s\"')]+", path.read_text()) if "www.w3.org" not in url]
        assert foreign == [], path.name
    sizes = [int(size) for size in re.findall(r"font(?:-size)?:[^;}]*?(\d+)px", (STATIC / "replay.css").read_text())]
    assert sizes
    assert min(sizes) >= 14


def test_steps_stand_in_people_s_words_with_touches_between(client: Client) -> None:
    said = client.get("/api/incident").json()
    assert said["same"] is True
    assert said["told"][-1] == "the same came out"
    texts = [moment["texts"] for moment in said["moments"]]
    assert ["Touch: hold"] in texts
    assert ["A note of ¥100 is in escrow", "take the ¥100"] in texts
    seqs = [moment["seq"] for moment in said["moments"] if moment["seq"]]
    assert seqs == sorted(seqs)
    assert any("claim" in text for moment in texts for text in moment)
    sold = [moment for moment in said["moments"] if moment["sale"] == 1]
    assert sold[0]["texts"][0].startswith("Sale 1 begins")


def test_every_word_takes_the_fields_of_its_kind() -> None:
    assert words({"kind": "stack!", "result": "stacked", "note": 1, "value_fen": 10_000}) == "¥100 in the box"
    assert words({"kind": "nothing.known", "place": "x"}) == "nothing.known place=x"
    assert words({"kind": "stack!", "result": "stacked"}) == "stack! stacked"
    assert all(callable(say) for say in WORDS.values())


def test_a_screen_is_painted_by_the_real_stage(client: Client) -> None:
    moments = client.get("/api/incident").json()["moments"]
    paying = next(moment for moment in moments if moment["texts"][0] == "The passenger agrees to pay")
    answer = client.get(f"/screen/{paying['screen']}.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[16:24] == (1_080).to_bytes(4, "big") + (1_920).to_bytes(4, "big")
    assert client.get("/screen/99999.png").status_code == 404
    assert client.get("/api/bytes/0/nobody").status_code == 404


@pytest.fixture
def url(recorded: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "simulator", "replay", str(recorded), "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield next(line.split()[1] for line in process.stdout if line.startswith("ready "))
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="the page is not looked at: apt-get install chromium")
def test_a_browser_walks_through_the_steps(url: str) -> None:
    from playwright.sync_api import expect, sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        page = browser.new_page(viewport={"width": 1680, "height": 1000})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url, wait_until="commit")
        expect(page.locator("#verdict")).to_contain_text("The same came out")
        page.locator("#query").fill("sale 2")
        expect(page.locator("#list li.here")).to_contain_text("Sale 2 begins")
        expect(page.locator("#screen")).to_have_js_property("naturalWidth", 1_080)
        before = page.locator("#screen").get_attribute("src")
        page.locator("#list").focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert page.locator("#screen").get_attribute("src") != before
        page.keyboard.press("ArrowLeft")
        page.locator("#next").click()
        page.keyboard.press("Home")
        expect(page.locator("#position")).to_contain_text("1 of")
        page.locator("#play").click()
        expect(page.locator("#position")).to_contain_text("3 of")
        page.locator("#play").click()
        small = page.evaluate(
            "[...document.querySelectorAll('button, #query')].filter(e => e.offsetParent && "
            "(e.offsetHeight < 36 || e.offsetWidth < 36)).map(e => e.textContent)"
        )
        assert small == []
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide
        assert wrong == []
        browser.close()
