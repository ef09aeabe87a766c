"""The lab page on a whole demo, in real Chromium: a sale bought by mouse, the plug pulled, and the page says what became of it.

The test sees what a person sees: the page. It touches the mirrored screen where its keys are drawn, waits until the picture
has changed, and asks the cabinet only to judge.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from tests.simulator.lab.browser import CHROMIUM, MISSING, ROOT, chromium, opened_page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING)]

RATE = 3
SLOW_MS = 60_000
# where the keys are drawn on the canvas of 1,080 x 1,920
FIRST_CITY, FIRST_TRAIN, NEXT, PAY = (186, 1488), (540, 640), (680, 1830), (800, 1830)
STILL = (
    "n => { const s = document.querySelector('#screen').dataset; return s.still === 'true' && Number(s.pictures) > n; }"
)


@pytest.fixture
def lab() -> Iterator[str]:
    """The address of the lab page of a demo whose technician is done."""
    with tempfile.TemporaryDirectory(prefix="tvm-") as directory:
        command = [sys.executable, "-m", "simulator", "demo", "--no-window", "--dir", str(Path(directory) / "d")]
        command += ["--rate", str(RATE), "--at", "09:00"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                told = next((line for line in process.stdout if line.startswith("ready:")), "")
                assert told, "the demo did not get ready"
                yield told.split()[-1]
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(lab: str, browser: Browser) -> Iterator[Page]:
    with opened_page(browser) as made:
        made.goto(lab, wait_until="commit")
        expect(made.locator("#screen-pill")).to_contain_text("Live", timeout=SLOW_MS)
        expect(made.locator("#fault-menu input")).not_to_have_count(0)
        yield made


def state(lab: str) -> Any:
    with urllib.request.urlopen(f"{lab}/api/state", timeout=10) as answer:
        return json.load(answer)


def touch(page: Page, at: tuple[int, int]) -> None:
    """Touch the screen and wait until it shows something else; a touch on a picture that was just changing is repeated."""
    canvas = page.locator("#screen")
    for _ in range(4):
        page.wait_for_function(STILL, arg=0)
        box = canvas.bounding_box()
        assert box is not None
        pictures = int(canvas.get_attribute("data-pictures") or 0)
        page.mouse.click(box["x"] + at[0] / 1080 * box["width"], box["y"] + at[1] / 1920 * box["height"])
        try:
            page.wait_for_function(STILL, arg=pictures, timeout=6_000)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"the screen does not answer a touch at {at}")


def to_payment(page: Page) -> None:
    """From the first picture to the open note slot: whoever steps near is greeted with the first choice, unasked."""
    page.wait_for_function(STILL, arg=0)
    pictures = int(page.locator("#screen").get_attribute("data-pictures") or 0)
    page.locator("#near").click()
    page.wait_for_function(STILL, arg=pictures)
    for at in (FIRST_CITY, FIRST_TRAIN, NEXT, PAY):
        touch(page, at)
    expect(page.locator("#now")).to_contain_text("The slot is open", timeout=SLOW_MS)


def pay_in_hundreds(page: Page) -> None:
    """One note after the other, until the machine begins to print: then it is more than paid, and change follows."""
    ready = page.locator("#acceptor-pill", has_text="Ready")
    paid = page.locator("#outlets [data-name=tickets]:enabled")
    for _ in range(8):
        expect(ready.or_(paid).first).to_be_visible(timeout=SLOW_MS)
        if paid.count():
            return
        page.locator("[data-name=insert10000]").click()
        expect(ready).to_be_hidden()
    raise AssertionError("eight hundreds did not pay")


def take(page: Page, outlet: str) -> None:
    key = page.locator(f"#outlets [data-name={outlet}]")
    expect(key).to_be_enabled(timeout=SLOW_MS)
    key.click()
    expect(key).to_be_disabled(timeout=SLOW_MS)


def take_or_lose(page: Page, became: Locator) -> None:
    """The change is taken when it is offered again, until the page says what became of it."""
    key = page.locator("#outlets [data-name=change]:enabled")
    for _ in range(20):
        expect(became.or_(key).first).to_be_visible(timeout=SLOW_MS)
        if became.count():
            return
        with suppress(TimeoutError):  # the shutter closed under the hand
            key.click(timeout=1_000)
    raise AssertionError("nobody said what became of the change")


def test_a_note_in_escrow_comes_back_after_a_power_cut_and_the_page_says_so(lab: str, page: Page) -> None:
    to_payment(page)
    page.locator("#all-faults summary").click()
    page.locator("#fault-menu input[data-fault=silence_before][data-device=acceptor]").check()
    page.locator("[data-name=insert10000]").click()
    expect(page.locator("#now")).to_contain_text("¥100 is held in escrow: it is still the passenger's")
    page.locator("#mains").click()
    expect(page.locator("#cut")).to_contain_text("Power failed")
    expect(page.locator("#cut")).to_contain_text("when power is back it is given back in the slot")
    expect(page.locator("#screen-pill")).to_contain_text("Off")
    page.locator("#active-faults [data-name='off.acceptor.silence_before']").click()
    page.locator("#mains").click()
    expect(page.locator("#cut")).to_contain_text("was given back in the slot", timeout=SLOW_MS)
    take(page, "mouth")
    expect(page.locator("#cut")).to_contain_text("the passenger has it")
    expect(page.locator("#screen-pill")).to_contain_text("Live", timeout=SLOW_MS)
    told = state(lab)
    assert told["total"]["conserved"]
    assert told["story"]["account"]["lies"] == {"hand": 10_000}


def test_a_sale_is_bought_by_mouse_and_change_survives_a_power_cut(lab: str, page: Page) -> None:
    to_payment(page)
    pay_in_hundreds(page)
    take(page, "tickets")
    expect(page.locator("#outlets [data-name=change]")).to_be_enabled(timeout=SLOW_MS)
    lying = state(lab)["places"]["change.tray"]["value_fen"]
    page.locator("#mains").click()
    expect(page.locator("#cut")).to_contain_text(f"¥{lying // 100} (in the presenter when power failed)")
    expect(page.locator("#cut")).to_contain_text("meant for the passenger")
    page.locator("#mains").click()
    became = page.locator("#cut", has_text="the passenger has it").or_(page.locator("#cut", has_text="was retracted"))
    take_or_lose(page, became)
    expect(page.locator("#conserved")).to_contain_text("Conserved")
    told = state(lab)
    assert told["total"]["conserved"]
    assert told["story"]["account"]["tickets"] == 1
    assert told["story"]["account"]["change_fen"] + told["story"]["account"]["retracted_fen"] == lying
    assert page.locator("#faces .face:not(.slip)").count() == 1
    page.locator("#faces .sheet").first.click()
    expect(page.locator("#paper-large")).to_be_visible()
    assert "tap:" in page.url
    assert "insert:10000" in page.url
