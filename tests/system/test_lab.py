"""The lab page on a whole demo, in real Chromium: a sale bought by mouse, the plug pulled, and the page says what became of it.

The test touches the mirrored screen where its keys are drawn, as a person does. It watches the screen socket too: so it knows
which screen a touch is meant for, and that it was heard. It asks the cabinet only to judge.
"""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from kiosk.screen.values import keys_of
from simulator.passenger.eyes import Eyes
from simulator.rig import FREE_SCREENS
from tests.simulator.lab.browser import CHROMIUM, MISSING, ROOT, chromium, opened_page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING)]

RATE = 2  # people on a slow computer have more of their patience
SLOW_MS = 60_000
AGAIN_S = 2.5  # longer than a key stays held at the screen for an answer (kiosk.ui.session.HELD_MS)
MOST_FEN = 100_000
# where the keys are drawn on the canvas of 1,080 x 1,920, the screen they stand on, how their targets begin
WAY = (
    ((186, 1488), "home", "station:"),
    ((540, 640), "trains", "train:"),  # of the first card; the next ones stand under it
    ((680, 1830), "seat", "hold"),
    ((800, 1830), "review", "pay"),
)
START = ((540, 713), "attract", "")
CHOICE, WAY_PITCH = (540, 937), 230
CARD_PITCH = 228
STILL = "() => document.querySelector('#screen').dataset.still === 'true'"


class Watcher:
    """What the screen is told to show, read along by a thread of its own while the browser is waited for."""

    def __init__(self, path: Path) -> None:
        self._eyes = Eyes(path)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.is_set():
            self._eyes.poll(monotonic_ns() // 1_000_000)
            ready = select.select([self._eyes], [], [], 0.05)[0] if self._eyes.connected else self._over.wait(0.05)
            if ready:
                self._eyes.on_readable(monotonic_ns() // 1_000_000)

    def offers(self, kind: str, target: str) -> int:
        """The number of the picture while such a key can be touched on this screen; 0 while none can."""
        rev, screen = self._eyes.rev, self._eyes.screen
        if screen is None or screen.kind != kind or not any(key.target.startswith(target) for key in keys_of(screen)):
            return 0
        return rev

    def first_open(self) -> int:
        """Which card of the list is the first that can be bought; 0 on other screens."""
        cards = getattr(self._eyes.screen, "cards", ())
        return next((at for at, card in enumerate(cards) if card.key.enabled), 0)

    @property
    def kind(self) -> str:
        return self._eyes.screen.kind if self._eyes.screen is not None else ""

    def ways(self) -> list[str]:
        """Targets of the ways to pay, from above; none on other screens."""
        return [way.key.target for way in getattr(self._eyes.screen, "ways", ())]

    def shows_code(self) -> bool:
        return bool(getattr(self._eyes.screen, "code", ()))

    def close(self) -> None:
        self._over.set()
        self._thread.join(10)
        self._eyes.close()


@dataclass(frozen=True)
class Lab:
    url: str
    watcher: Watcher


@pytest.fixture(scope="class")
def lab() -> Iterator[Lab]:
    """The lab page of a demo whose technician is done; in a class one passenger leaves it to the next."""
    with tempfile.TemporaryDirectory(prefix="tvm-") as directory:
        command = [sys.executable, "-m", "simulator", "demo", "--no-window", "--dir", str(Path(directory) / "d")]
        command += ["--rate", str(RATE), "--at", "09:00"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                told = next((line for line in process.stdout if line.startswith("ready:")), "")
                assert told, "the demo did not get ready"
                watcher = Watcher(Path(directory) / "d" / "screen.sock")
                try:
                    yield Lab(told.split()[-1], watcher)
                finally:
                    watcher.close()
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(lab: Lab, browser: Browser) -> Iterator[Page]:
    with opened_page(browser) as made:
        made.goto(lab.url, wait_until="commit")
        expect(made.locator("#screen-pill")).to_contain_text("Live", timeout=SLOW_MS)
        expect(made.locator("#fault-menu input")).not_to_have_count(0)
        yield made


def state(lab: Lab) -> Any:
    with urllib.request.urlopen(f"{lab.url}/api/state", timeout=10) as answer:
        return json.load(answer)


def wait_for(page: Page, seen: Callable[[], bool], what: str) -> None:
    """Until a fact is there; the page goes on meanwhile."""
    end = monotonic() + SLOW_MS / 1000
    while not seen():
        assert monotonic() < end, f"not seen: {what}"
        page.wait_for_timeout(50)


def touch(page: Page, lab: Lab, at: tuple[int, int], kind: str, target: str) -> None:
    """Touch a key of one screen until that screen is gone, or the key can be touched no more.

    A touch on a picture that has just been replaced is dropped, and perhaps nothing newer is shown until somebody is asked
    whether they are still there. So it is repeated like a person's: when a newer picture of the same screen offers the same
    key, or the same one stands there still after a while. What the next screen would take carries another picture's number.
    """
    watcher = lab.watcher
    touched, again_s = 0, 0.0
    wait_for(page, lambda: watcher.offers(kind, target) > 0, f"{target} on {kind}")
    end = monotonic() + SLOW_MS / 1000
    while rev := watcher.offers(kind, target):
        assert monotonic() < end, f"the touch was not heard: {target} on {kind}"
        if rev > touched or monotonic() >= again_s:
            page.wait_for_function(STILL)
            page.locator("#screen").scroll_into_view_if_needed()
            box = page.locator("#screen").bounding_box()
            assert box is not None
            touched, again_s = watcher.offers(kind, target), monotonic() + AGAIN_S
            if touched:
                down = at[1] + CARD_PITCH * watcher.first_open()
                page.mouse.click(box["x"] + at[0] / 1080 * box["width"], box["y"] + down / 1920 * box["height"])
        page.wait_for_timeout(50)


def to_choice(page: Page, lab: Lab) -> None:
    """From the first picture to the choice of a way to pay: whoever steps near is greeted with the first choice, unasked; who
    stands there already touches the glass."""
    near = page.locator("#near")
    if near.get_attribute("aria-pressed") == "true":
        wait_for(page, lambda: lab.watcher.kind in FREE_SCREENS, "the machine is free")
        if lab.watcher.kind == "attract":
            touch(page, lab, *START)
    else:
        near.click()
    for at, kind, target in WAY:
        touch(page, lab, at, kind, target)


def choose(page: Page, lab: Lab, target: str) -> None:
    """One of the ways to pay, wherever it stands."""
    wait_for(page, lambda: target in lab.watcher.ways(), f"{target} among the ways to pay")
    at = lab.watcher.ways().index(target)
    touch(page, lab, (CHOICE[0], CHOICE[1] + WAY_PITCH * at), "pay.choice", target)


def to_payment(page: Page, lab: Lab) -> None:
    """From the first picture to the open note slot."""
    to_choice(page, lab)
    choose(page, lab, "pay_cash")
    expect(page.locator("#now")).to_contain_text("The slot is open", timeout=SLOW_MS)


def inserted_fen(lab: Lab) -> int:
    account = state(lab)["story"]["account"]
    return account["inserted_fen"] if account else 0


def takes_notes(lab: Lab) -> bool:
    told = state(lab)
    return bool(told["slot_open"] and told["acceptor"] == "IDLING")


def pay_in_hundreds(page: Page, lab: Lab) -> None:
    """One note after the other, until the machine begins to print: then it is more than paid, and change follows."""
    paid = page.locator("#outlets [data-name=tickets]:enabled")

    def next_or_paid() -> bool:
        return takes_notes(lab) or bool(paid.count())

    wait_for(page, next_or_paid, "the slot is ready for a note")
    while not paid.count():
        before = inserted_fen(lab)
        assert before < MOST_FEN, "so much does not pay"
        page.locator("[data-name=insert10000]").click()  # the slot may close under the hand: then it is offered again
        wait_for(page, lambda before=before: inserted_fen(lab) > before or not takes_notes(lab), "a note goes in")  # type: ignore[misc]
        wait_for(page, next_or_paid, "the slot is ready for the next note")


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


def test_a_note_in_escrow_comes_back_after_a_power_cut_and_the_page_says_so(lab: Lab, page: Page) -> None:
    to_payment(page, lab)
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


class TestSalesBoughtByMouse:
    """One after the other at the same machine."""

    def test_by_phone_alone_and_every_fen_is_where_the_page_says(self, lab: Lab, page: Page) -> None:
        to_choice(page, lab)
        page.locator("[data-name='phone.scan']").click()
        expect(page.locator("#notice")).to_contain_text("There is no code on the screen")
        choose(page, lab, "pay_code")
        wait_for(page, lab.watcher.shows_code, "a code to scan")
        page.wait_for_function(STILL)
        page.locator("[data-name='phone.scan']").click()
        phone = page.locator("#phone-face")
        expect(phone).to_contain_text("Ticket machine T01")
        asked_fen = state(lab)["phone"]["amount_fen"]
        expect(phone).to_contain_text(f"¥{asked_fen / 100:.2f}")
        page.locator("[data-name='phone.twice']").click()
        expect(phone).to_contain_text("Second try refused: It is paid already")
        take(page, "tickets")
        page.locator("[data-name='phone.done']").click()
        expect(page.locator("#phone-face #balance")).to_have_text(f"¥{(200_000 - asked_fen) / 100:,.2f}")
        expect(page.locator("#where-body [data-row=kept_fen] td").last).to_have_text(f"{asked_fen / 100:g}")
        expect(page.locator("#conserved")).to_contain_text("Conserved")
        told = state(lab)
        assert (told["phone"]["balance_fen"], told["phone"]["kept_fen"]) == (200_000 - asked_fen, asked_fen)
        assert told["total"]["conserved"]
        assert told["phone"]["conserved"]
        assert "phone:twice" in page.url
        page.locator("#power [data-name='provider.silent']").click()
        expect(page.locator("#power [data-name='provider.silent']")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#active-faults")).to_contain_text("Phone payment: silent")
        page.locator("#power [data-name='provider.silent']").click()
        expect(page.locator("#active-faults")).to_contain_text("No fault is on")

    def test_by_card_alone_with_a_pin_that_nobody_sees(self, lab: Lab, page: Page) -> None:
        opened_fen = state(lab)["bank"]["balances"]["good"]
        to_choice(page, lab)
        choose(page, lab, "pay_card")
        expect(page.locator("#now")).to_contain_text("insert a card", timeout=SLOW_MS)
        page.locator("[data-name='card.good']").drag_to(page.locator("#card-slot"))
        pad = page.locator("#pad")
        expect(pad).to_have_attribute("data-mode", "pin", timeout=SLOW_MS)
        pad.locator("[data-key='9']").click()
        pad.locator("[data-key='clear']").click()
        for key in "123":
            pad.locator(f"[data-key='{key}']").click()
        pad.focus()
        page.keyboard.type("456")
        expect(page.locator("#pad-face")).to_have_text("＊" * 6)
        page.keyboard.press("Enter")
        card = page.locator("#outlets [data-name=card]")
        expect(card).to_be_enabled(timeout=SLOW_MS)
        card.click()
        take(page, "tickets")
        wait_for(page, lambda: state(lab)["bank"]["kept_fen"] > 0, "the bank's booking")
        told = state(lab)
        paid_fen = told["bank"]["kept_fen"]
        assert told["bank"]["balances"]["good"] == opened_fen - paid_fen
        agreed = {one["name"]: one["agreed_fen"] for one in told["cards"]["cards"]}
        assert agreed["good"] == [paid_fen]
        assert told["bank"]["conserved"]
        expect(page.locator("#where-body [data-row=bank_kept_fen] td").last).to_have_text(f"{paid_fen / 100:g}")
        expect(page.locator("#conserved")).to_contain_text("Conserved")
        expect(page.locator("[data-name='card.good']")).to_be_enabled()
        assert "card:insert.good" in page.url
        assert "pin:right" in page.url
        assert "123456" not in page.url
        assert "123456" not in page.locator("#events").inner_text()

    def test_with_notes_and_change_survives_a_power_cut(self, lab: Lab, page: Page) -> None:
        to_payment(page, lab)
        printed = page.locator("#faces .face:not(.slip)").count()
        pay_in_hundreds(page, lab)
        take(page, "tickets")
        expect(page.locator("#outlets [data-name=change]")).to_be_enabled(timeout=SLOW_MS)
        lying = state(lab)["places"]["change.tray"]["value_fen"]
        page.locator("#mains").click()
        expect(page.locator("#cut")).to_contain_text(f"¥{lying // 100} (in the presenter when power failed)")
        expect(page.locator("#cut")).to_contain_text("meant for the passenger")
        page.locator("#mains").click()
        became = page.locator("#cut", has_text="the passenger has it").or_(
            page.locator("#cut", has_text="was retracted")
        )
        take_or_lose(page, became)
        expect(page.locator("#conserved")).to_contain_text("Conserved")
        told = state(lab)
        assert told["total"]["conserved"]
        assert told["story"]["account"]["tickets"] == 1
        assert told["story"]["account"]["change_fen"] + told["story"]["account"]["retracted_fen"] == lying
        assert page.locator("#faces .face:not(.slip)").count() == printed + 1
        page.locator("#faces .sheet").first.click()
        expect(page.locator("#paper-large")).to_be_visible()
        assert "tap:" in page.url
        assert "insert:10000" in page.url
