"""The lab page in real Chromium, on a cabinet without a controller: pixels, touches, keys, faults, languages, links."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from kiosk.screen import qr
from tests.simulator.lab.browser import CHROMIUM, MISSING, cabinet, chromium, opened_page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING)]


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
    with cabinet(tmp_path / "d", "--mirror-socket", str(tmp_path / "mirror")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened_page(browser) as made:
        yield made


def opened(page: Page, url: str) -> None:
    page.goto(url, wait_until="commit")
    expect(page.locator("#link")).to_contain_text("Connected")
    expect(page.locator("#fault-menu input")).not_to_have_count(0)


def state(url: str) -> Any:
    with urllib.request.urlopen(f"{url}/api/state", timeout=10) as answer:
        return json.load(answer)


def test_the_screen_is_seen_and_touched_by_mouse_and_by_keys(url: str, screen: FakeScreen, page: Page) -> None:
    opened(page, url)
    expect(page.locator("#screen-pill")).to_contain_text("Live")
    page.wait_for_function(
        "document.querySelector('#screen').getContext('2d').getImageData(9, 9, 1, 1).data[0] === 0x55"
    )
    box = page.locator("#screen").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    assert screen.tapped.wait(10)
    assert abs(screen.taps[0]["x"] - 540) <= 4
    assert abs(screen.taps[0]["y"] - 480) <= 4
    screen.tapped.clear()
    page.keyboard.press("g")
    for key in ("ArrowUp", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("#aim").is_visible()
    page.keyboard.press("Enter")
    assert screen.tapped.wait(10)
    assert screen.taps[1] == {"x": 588, "y": 920}


def test_faults_go_on_and_off_are_marked_and_listed(url: str, page: Page) -> None:
    opened(page, url)
    key = page.locator("#faults [data-name='ticket_unit.jam']")
    key.click()
    expect(key).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#active-faults")).to_contain_text("On now, 1")
    expect(page.locator("#events li").first).to_contain_text("Fault on: jam")
    assert state(url)["faults"]["ticket_unit"]["jam"]
    page.locator("#all-faults summary").click()
    page.locator("#fault-menu input[data-fault='noise_once'][data-device=acceptor]").check()
    expect(page.locator("#active-faults")).to_contain_text("On now, 2")
    page.locator("#active-faults [data-name='off.ticket_unit.jam']").click()
    page.locator("#fault-menu input[data-fault='noise_once'][data-device=acceptor]").click()  # shown as off when it is
    expect(key).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#active-faults")).to_contain_text("No fault is on")
    assert not any(any(names.values()) for names in state(url)["faults"].values())


LATE = """async () => {
  const { watch, post } = await import('/static/api.js');
  const before = watch();
  const told = [before()];
  const deed = post('/api/near', { near: true });
  const during = watch();
  told.push(before(), during());
  await deed;
  return [...told, before(), during(), watch()()];
}"""


def held_back(page: Page, held: list[Route], count: int) -> None:
    while len(held) < count:
        page.evaluate("() => new Promise(requestAnimationFrame)")


def test_a_click_is_not_undone_by_a_state_that_was_asked_for_before_it(url: str, page: Page) -> None:
    opened(page, url)
    page.locator("#all-faults summary").click()
    box = page.locator("#fault-menu input[data-fault='noise_once'][data-device=acceptor]")
    held: list[Route] = []
    page.route("**/api/state", lambda route: held.append(route))
    held_back(page, held, 1)  # what it tells is older than the click
    old = json.dumps(state(url))
    with page.expect_response("**/api/fault"):
        box.click()
    assert state(url)["faults"]["acceptor"]["noise_once"]
    held[0].fulfill(body=old, content_type="application/json")
    held_back(page, held, 2)  # the next look begins when the old one was drawn, or thrown away
    assert box.is_checked()
    page.unroute("**/api/state")  # lets go what is held
    expect(page.locator("#active-faults")).to_contain_text("On now, 1")
    assert page.evaluate(f"({LATE})()") == [False, True, True, True, True, False]


@pytest.mark.parametrize(
    ("settings", "stacks", "tray"),
    [
        ("acceptor: bill_to_bill", ["钱箱 Box", "暂存 Held", "¥1", "¥10"], False),
        ("dispenser: lcdm2000\ncassettes: [{value_fen: 100}, {value_fen: 1000}]", ["钱箱 Box", "¥1", "¥10"], True),
    ],
)
def test_the_cut_away_shows_what_is_fitted(
    settings: str, stacks: list[str], tray: bool, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "cabinet.yaml"
    file.write_text(settings)
    with cabinet(tmp_path / "f", "--config", str(file)) as address, opened_page(browser) as page:
        opened(page, address)
        shows(page, stacks, tray, settings)


def shows(page: Page, stacks: list[str], tray: bool, settings: str) -> None:
    """What is fitted, and nothing else."""
    heads = page.locator("#cutaway .stack .head").all_text_contents()
    assert [head.strip() for head in heads] == stacks
    for part in (
        "#tray-gate",
        "#reject-bin",
        "#outlets [data-name=change]",
        "#where-body [data-row='change.tray']",
    ):
        assert page.locator(part).count() == int(tray), part
    assert page.locator("#acts select[aria-label^=找零箱] option").count() == len(stacks) - (1 if tray else 2)
    assert page.locator("#battery").count() == int("ups" in settings)
    for part in ("#hopper1", "#cup", "#outlets [data-name=coins]", "#where-body [data-row='change.cup']"):
        assert page.locator(part).count() == int("hoppers" in settings), part
    assert page.locator("#code-window, #id-pad").count() == 2 * ("documents" in settings)


ORDER = {
    "order": "E100000001", "code": "123456789012", "paper": "TVM1:123456789012", "train": "G1", "date": "2026-11-23",
    "origin": "BXP", "destination": "SHH", "depart": "11:30", "route": "北京西 → 上海", "route_english": "Beijing West → Shanghai",
    "tickets": 2, "document": "woman",
}  # fmt: skip


def test_coins_papers_and_cards_are_handled_by_mouse_and_by_keys(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "cabinet.yaml"
    settings = "ups: true\nhoppers: [{value_fen: 50}, {value_fen: 100}]\nvault_coins: {50: 90, 100: 90}\n"
    settings += "documents: [woman, bank_card]\n"
    file.write_text(settings)
    with cabinet(tmp_path / "c", "--config", str(file)) as address, opened_page(browser) as page:
        asked = urllib.request.Request(
            f"{address}/api/paper", json.dumps(ORDER).encode(), {"content-type": "application/json"}
        )
        urllib.request.urlopen(asked, timeout=10).close()
        opened(page, address)
        shows(page, ["钱箱 Box", "¥1", "¥5", "¥10", "¥50"], True, settings)
        page.locator("[data-door=outer]").click()
        page.locator("#technician summary").click()
        page.locator("#acts").get_by_text("装硬币").click()  # a hundred, and ninety are there
        expect(page.locator("#notice")).to_contain_text("the vault holds 90 coins")
        page.locator("#acts input[aria-label^=枚数]").fill("15")
        page.locator("#acts").get_by_text("装硬币").click()
        expect(page.locator("#hopper1 .count")).to_have_text("15")
        expect(page.locator("#hopper1")).to_have_class("hopper low")
        expect(page.locator("#outlets [data-name=coins]")).to_be_disabled()
        expect(page.locator("#conserved")).to_contain_text("Conserved")
        page.locator(f"[data-name='paper.{ORDER['order']}']").click()
        expect(page.locator("#at-window .square")).to_be_visible()
        page.locator("[data-name='document.woman']").drag_to(page.locator("#id-pad"))
        expect(page.locator("#on-reader .idcard")).to_be_visible()
        told = state(address)["collect"]
        assert (told["window"], told["on_reader"]) == (ORDER["order"], "woman")
        page.locator("#code-window").click()
        expect(page.locator("#on-reader .idcard")).to_have_count(0)
        page.keyboard.press("a")
        expect(page.locator("#at-window .square")).to_be_visible()
        page.locator("#make-order").click()
        expect(page.locator("#notice")).to_contain_text("told of no station")
        assert "paper.E100000001" in page.url
        assert ORDER["code"] not in page.url
        for size in ((1_600, 1_000), (800, 900)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide), size
        small = "[...document.querySelectorAll('button, select')].filter(e => e.checkVisibility() && "
        small += (
            "(e.getBoundingClientRect().height < 35.5 || e.getBoundingClientRect().width < 35.5)).map(e => e.outerHTML)"
        )
        assert page.evaluate(small) == []


def test_doors_power_and_wallet_are_worked_and_what_is_refused_is_said(url: str, page: Page) -> None:
    opened(page, url)
    expect(page.locator("#conserved")).to_contain_text("Conserved")
    page.locator("[data-name=more]").click()
    expect(page.locator("[data-name=insert2000]")).to_contain_text("× 7")
    page.locator("[data-name=insert10000]").click()
    expect(page.locator("#notice")).to_contain_text("shutter")
    page.locator("[data-door=outer]").click()
    expect(page.locator("[data-door=outer]")).to_contain_text("open")
    expect(page.locator("#now")).to_contain_text("A door is open")
    page.locator("#mains").click()
    expect(page.locator("#mains")).to_contain_text("Mains off")
    expect(page.locator("#cut")).to_contain_text("Nothing was under way")
    page.locator("#mains").click()
    expect(page.locator("#cut")).to_contain_text("Power came back")
    expect(page.locator("#rate")).to_contain_text("fixed while it runs")
    assert page.locator("[data-name='station.down']").count() == 0


def test_the_language_key_leaves_one_language_and_the_address_remembers_it(url: str, page: Page) -> None:
    opened(page, url)
    chinese, english = page.locator("#fault-title [lang=zh]").first, page.locator("#fault-title [lang=en]").first
    expect(chinese).to_be_visible()
    expect(english).to_be_visible()
    page.locator("[data-language=en]").click()
    expect(chinese).to_be_hidden()
    expect(english).to_be_visible()
    left = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.closest('.langs') === null && "
        "[...e.childNodes].some(n => n.nodeType === 3 && /[\\u4e00-\\u9fff]/.test(n.data))).map(e => e.outerHTML)"
    )
    assert left == []
    assert "lang=en" in page.url
    page.reload(wait_until="commit")
    expect(english).to_be_visible()
    expect(chinese).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("l")  # both again
    expect(chinese).to_be_visible()
    page.keyboard.press("l")
    expect(chinese).to_be_visible()
    expect(english).to_be_hidden()


def test_a_seed_in_the_address_brings_the_same_trouble_each_time(url: str, page: Page) -> None:
    opened(page, url)
    plans = page.evaluate(
        "import('/static/trouble.js').then(m => [m.plan(7, 50), m.plan(7, 50), m.plan(8, 50)].map(p => p.join()))"
    )
    assert plans[0] == plans[1] != plans[2]
    page.locator("#seed").fill("41")
    page.locator("#trouble-key").click()
    assert "seed=41" in page.url
    page.reload(wait_until="commit")
    expect(page.locator("#trouble-key")).to_have_attribute("aria-pressed", "true")
    page.locator("#trouble-key").click()
    assert "seed" not in page.url


def test_everything_is_reached_by_the_tab_key_with_its_focus_seen(url: str, page: Page) -> None:
    opened(page, url)
    page.locator("#all-faults summary").focus()
    page.keyboard.press("Enter")
    page.locator("h1").click()  # from here on
    wanted = page.evaluate(
        "[...document.querySelectorAll('button, summary, select, input, canvas')]"
        ".filter(e => e.checkVisibility() && !e.disabled).length"
    )
    met: set[str] = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "(() => { const e = document.activeElement; const style = getComputedStyle(e); "
            "if (!e.walked) { window.walked = (window.walked ?? 0) + 1; e.walked = window.walked; } "
            "return [e.tagName, e.walked, style.outlineStyle, parseFloat(style.outlineWidth)]; })()"
        )
        if told[0] == "BODY":
            break
        assert told[2] != "none", told
        assert told[3] >= 2, told
        met.add(f"{told[0]} {told[1]}")
    assert len(met) >= wanted


def test_shortcuts_do_what_the_list_says(url: str, page: Page) -> None:
    opened(page, url)
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    expect(page.locator("#keys-list")).to_contain_text("pull the plug")
    page.keyboard.press("p")  # behind an open list keys do nothing
    assert state(url)["mains"]
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#near")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("p")
    expect(page.locator("#mains")).to_have_attribute("aria-checked", "false")
    page.keyboard.press("p")
    expect(page.locator("#mains")).to_have_attribute("aria-checked", "true")


def test_no_target_is_too_small_and_nothing_runs_out_of_the_window(url: str, page: Page) -> None:
    for size in ((1_600, 1_000), (1_280, 900), (800, 900)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        opened(page, url)
        small = page.evaluate(
            "[...document.querySelectorAll('button, summary, select, label')].filter(e => e.checkVisibility() && "
            "(e.getBoundingClientRect().height < 35.5 || e.getBoundingClientRect().width < 35.5)).map(e => e.outerHTML)"
        )
        assert small == [], size
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), size


def test_a_link_does_everything_again_on_a_fresh_machine_and_can_be_stopped(
    url: str, page: Page, browser: Browser, tmp_path: Path
) -> None:
    opened(page, url)
    page.locator("[data-door=outer]").click()
    page.locator("#faults [data-name='acceptor.box_full']").click()
    page.locator("[data-name=more]").click()
    page.locator("#mains").click()
    expect(page.locator("#mains")).to_contain_text("Mains off")
    link = page.url.partition("#")[2]
    assert "door:outer.1" in link
    page.reload(wait_until="commit")
    expect(page.locator("#link")).to_contain_text("Connected")
    expect(page.locator("#replay")).to_be_hidden()  # one's own script is not done twice
    with cabinet(tmp_path / "e") as second, opened_page(browser) as other:
        other.goto(f"{second}/#{link}", wait_until="commit")
        expect(other.locator("#replay")).to_contain_text("Done again: 9 deeds", timeout=30_000)
        told = state(second)
        assert (told["doors"]["outer"], told["faults"]["acceptor"]["box_full"], told["mains"]) == (True, True, False)
        assert told["hand"]["2000"] == 7
        other.goto("about:blank")
        other.goto(f"{second}/#do=0.0near:1,2.0bogus:1", wait_until="commit")
        expect(other.locator("#replay")).to_contain_text("has been used already")
        assert not state(second)["near"]
        other.goto("about:blank")
        other.goto(f"{second}/#do=0.0near:1,50.0mains:1", wait_until="commit")
        other.locator("#anyway").click()
        expect(other.locator("#replay")).to_contain_text("1 of 2")
        other.keyboard.press("Escape")
        expect(other.locator("#replay")).to_contain_text("Stopped")
        assert not state(second)["mains"]


MOVES = """async () => {
  const { move } = await import('/static/moves.js');
  const real = window.fetch;
  window.fetch = () => new Promise(() => {});  // no look of the page itself comes between
  const state = await (await real('/api/state')).json();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  state.places['acceptor.path'] = { things: 1, notes: { 10000: 1 }, value_fen: 10000, tickets: 0, slips: 0 };
  state.speeds.note_in_ms = 4000;
  const { mono_ms } = state.clock;
  const event = { kind: 'move', thing: 'note', serial: 'N1', value_fen: 10000, from: 'hand', to: 'acceptor.path', mono_ms };
  move([event], state, true);
  const found = [];
  while (found.length < 8) {
    await new Promise(requestAnimationFrame);
    const at = document.querySelector('#things .thing')?.getAttribute('transform');
    if (at) found.push(Number(at.slice(10).split(' ')[0]));
  }
  return found;
}"""


def test_a_note_is_seen_going_its_way(url: str, page: Page) -> None:
    opened(page, url)
    seen = page.evaluate(f"({MOVES})()")
    assert seen == sorted(seen)
    assert seen[0] < 60
    assert len(set(seen)) > 2


def test_who_wants_no_motion_sees_the_note_where_it_is(url: str, browser: Browser) -> None:
    with opened_page(browser, reduced_motion=True) as page:
        opened(page, url)
        assert set(page.evaluate(f"({MOVES})()")) == {170}


CAMERA = """async ([rows, unit, left, top]) => {
  const { look } = await import('/static/eye.js');
  const canvas = new OffscreenCanvas(1080, 1920);
  const paint = canvas.getContext('2d');
  paint.fillStyle = '#EBF0F7';
  paint.fillRect(0, 0, 1080, 1920);
  paint.fillStyle = '#0B1B33';
  paint.fillRect(0, 0, 1080, 150);
  const nothing = look(paint.getImageData(0, 0, 1080, 1920));
  const square = (x, y) => paint.fillRect(left + x * unit, top + y * unit, unit, unit);
  rows.forEach((row, y) => [...row].forEach((one, x) => { if (one === '1') square(x, y); }));
  return [nothing, look(paint.getImageData(0, 0, 1080, 1920))];
}"""


def test_the_phones_camera_takes_every_code_down_as_it_is_drawn(url: str, page: Page) -> None:
    opened(page, url)
    for content, unit, left, top in (("labpay:J2YQ4M5T7XK3W6RB", 17, 301, 702), ("labpay:" + "Q" * 60, 9, 50, 333)):
        rows = list(qr.rows(content))
        assert page.evaluate(f"({CAMERA})", [rows, unit, left, top]) == [None, rows]
    assert page.locator("#phone").is_hidden()  # no provider, no phone
