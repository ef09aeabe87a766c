"""The console in a real Chromium: a policy is tried, released by two and followed; a run is called off; a picture is put up; a
token is told once; a day is a report."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from simulator.clock import SharedClock
from simulator.station.timetable import station_date
from tests.simulator.lab.browser import CHROMIUM, MISSING, chromium, opened_page
from tests.simulator.station.console.test_console_browser import STATUS, log_in
from tests.simulator.station.machines.test_office_process import PEOPLE, Office, running

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING)]
TOKEN = "told-by-the-test"
LIMITS = {"box_capacity": 1_000, "cassette_capacity": 500, "cassette_low": 50, "roll_capacity": 1_500, "roll_low": 50}
FULL = {**STATUS, "roll": 40, "cassettes": {"1": 300}, "values": {"1": 1_000}, "limits": LIMITS}


def bought(office: Office, now_ms: int, number: str | None = None, sale_number: int = 1) -> str:
    """The number of a ticket for tomorrow that the machine handed out."""
    ask = lambda path, body: office.ask(path, body, TOKEN)
    date = (station_date(now_ms) + timedelta(days=1)).isoformat()
    trip = {"origin": "BXP", "destination": "SJP", "date": date}
    trains = ask("/v1/availability:query", {**trip, "train": number})["trains"]
    train, cls = next((one["train"], each) for one in trains for each in one["classes"] if each["left"])
    sale = {"key": f"T31.7f3a91c2.{sale_number}", "machine": "T31", "train": train, **trip, "class": cls["class"]}
    total = ask("/v1/locks", {**sale, "passengers": ["adult"], "wish": "none"})["total_fen"]
    paid = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": total, "card_fen": 0}}
    ticket = str(ask(f"/v1/locks/{sale['key']}:confirm", paid)["tickets"][0]["numbers"][0])
    good = {"place": 0, "number": ticket, "blank": "E-0", "state": "delivered"}
    ask(f"/v1/sales/{sale['key']}:printed", {"tickets": [good]})
    return ticket


def offered(office: Office, number: str, name: int) -> dict[str, Any]:
    """What a machine is told that comes back for the ticket now."""
    body = {"key": f"T31.7f3a91c2.{name}", "machine": "T31", "tickets": [number], "document": "110101199003078515"}
    return dict(office.ask("/v1/refund-offers", body, TOKEN))


def drafts_a_policy(page: Page, url: str, begins: str) -> None:
    page.goto(f"{url}/console/#/rules")
    page.locator("#text-zh").fill("台风期间免费退票")
    page.locator("#text-en").fill("No fee while the typhoon lasts")
    page.locator("#begins").fill(begins)
    page.locator("#rule-reason").fill("typhoon")
    page.keyboard.press("Enter")


def changes_the_service(ann: Page, bo: Page, office: Office, now_ms: int, url: str) -> None:
    """A run is called off: read first, released by the other one, its ticket comes back in full, and taken back. Then coaches more,
    chosen from those that the train has."""
    number, day = bought(office, now_ms, "G71", 2), (station_date(now_ms) + timedelta(days=1)).isoformat()

    def drafts(kind: str) -> None:
        ann.goto(f"{url}/console/#/service")
        ann.locator("#change-kind").select_option(kind)
        ann.locator("#change-train").fill("g71")
        ann.locator("#change-date").fill(day)
        ann.locator("#change-reason").fill("a landslide")

    fare_fen = offered(office, number, 105)["tickets"][0]["fare_fen"]
    drafts("cancelled")
    ann.keyboard.press("Enter")
    expect(ann.locator("[data-name=touched-tickets]")).to_have_text("1")
    expect(ann.locator("[data-name=touched-fen]")).to_have_text(f"¥{fare_fen / 100:,.2f}".removesuffix(".00"))
    expect(ann.locator("[data-name=release-change]")).to_be_disabled()
    assert offered(office, number, 106)["fee_fen"] > 0
    bo.goto(f"{url}/console/#/service/1")
    bo.locator("[data-name=release-change]").click()
    expect(ann.locator(".pill.danger").first).to_contain_text("In force")
    freed = offered(office, number, 107)
    assert (freed["fee_fen"], freed["refund_fen"]) == (0, fare_fen)
    ann.locator("[data-name=withdraw-change]").click()
    expect(bo.locator("[data-name=change-1]").locator("xpath=ancestor::tr")).to_contain_text("Taken back")
    assert offered(office, number, 108)["fee_fen"] > 0

    drafts("places")
    ann.locator("#change-class").select_option("second")
    ann.locator("#change-like").select_option("05")
    ann.locator("#change-reason").press("Enter")
    expect(ann.locator("[data-name=more-places]")).to_contain_text("+")
    bo.keyboard.press("7")
    bo.locator("[data-name=change-2]").click()
    bo.locator("[data-name=release-change]").click()
    expect(ann.locator("[data-name=change-2]").locator("xpath=ancestor::tr")).to_contain_text("In force")


def puts_up_a_picture(ann: Page, bo: Page, office: Office, url: str, folder: Path) -> None:
    """A picture is brought and put on the list with a notice; a draft that was begun outlives what another person releases; the
    machine is told of the picture by its hash."""
    Image.new("RGB", (720, 1280), (20, 90, 160)).save(folder / "spring.png")
    ann.goto(f"{url}/console/#/parameters")
    ann.locator("#picture").set_input_files(folder / "spring.png")
    ann.locator("#bring").click()
    figure = ann.locator(".posters figure")
    expect(figure).to_contain_text("720 × 1280")
    expect(figure.locator("canvas")).to_have_attribute("data-drawn", "yes")
    figure.locator("[data-name^=add-]").click()
    ann.locator("[data-name=caption-0]").fill("春运期间请提前到站")
    ann.locator("[data-name=caption-en-0]").fill("Please come early")
    ann.locator("#add-notice").click()
    ann.locator("[data-name=notice-0]").fill("二号口临时关闭")
    ann.locator("[data-name=notice-en-0]").fill("Entrance 2 is closed")
    ann.locator("[data-name=urgency-0]").select_option("important")
    ann.locator("#media-reason").fill("spring")
    ann.locator("#media-reason").press("Enter")
    expect(ann.locator("[data-name^=release-]")).to_be_disabled()
    expect(figure).to_contain_text("In use")
    bo.goto(f"{url}/console/#/parameters")
    bo.locator("#add-notice").click()
    bo.locator("[data-name=notice-0]").fill("还没写完")
    bo.locator("[data-name^=release-]").click()
    expect(bo.locator("tbody tr").first).to_contain_text("Released")
    expect(bo.locator("[data-name=notice-0]")).to_have_value("还没写完")
    (told,) = office.ask("/v1/devices/T31/inbox?after=0&have=0", None, TOKEN, "GET")["sets"]
    body = json.loads(told["text"])["body"]
    assert [each["sha256"] for each in body["pictures"]] == [sha256((folder / "spring.png").read_bytes()).hexdigest()]
    assert [each["urgency"] for each in body["notices"]] == ["important"]


def test_a_policy_is_tried_released_followed_and_withdrawn(tmp_path: Path) -> None:
    clock = SharedClock.starting_now()
    words = ("--port", "0", "--data", str(tmp_path / "data"), "--clock", clock.format(), *PEOPLE)
    with ExitStack() as ended:
        _, ready = ended.enter_context(running("simulator", "station", *words, "--machine", f"T31:{TOKEN}"))
        office, url = Office(ready), ready.split()[1]
        office.ask("/v1/devices/T31/status", FULL, TOKEN, "PUT")
        number = bought(office, clock.wall_ms())
        fee_fen = offered(office, number, 101)["fee_fen"]
        assert fee_fen > 0
        browser = ended.enter_context(chromium())
        ann, bo = (ended.enter_context(opened_page(browser)) for _ in range(2))
        log_in(ann, url, "ann")
        log_in(bo, url, "bo")

        today = station_date(clock.wall_ms()).isoformat()
        drafts_a_policy(ann, url, f"{today}T00:00")
        expect(ann.locator("[data-name=affected]").first).to_have_text("1")
        expect(ann.locator("[data-name=more]").first).to_have_text(f"+¥{fee_fen / 100:,.2f}".removesuffix(".00"))
        expect(ann.locator("[data-name=release-rule]")).to_be_disabled()
        assert offered(office, number, 102)["fee_fen"] == fee_fen
        bo.goto(f"{url}/console/#/rules/1")
        bo.locator("[data-name=release-rule]").click()
        expect(ann.locator("tbody tr").last).to_contain_text("Released")
        followed = offered(office, number, 103)
        assert (followed["fee_fen"], followed["tickets"][0]["policy"]) == (0, "P1")
        ann.locator("[data-name=withdraw-rule]").click()
        expect(bo.locator("tbody tr").last).to_contain_text("Withdrawn")
        assert offered(office, number, 104)["fee_fen"] == fee_fen

        changes_the_service(ann, bo, office, clock.wall_ms(), url)
        puts_up_a_picture(ann, bo, office, url, tmp_path)
        ann.goto(f"{url}/console/#/people")
        ann.locator("#what").select_option("enrol")
        ann.locator("#person").fill("olga")
        ann.locator("#role").select_option("operator")
        ann.locator("#why").fill("new shift")
        ann.keyboard.press("Enter")
        expect(ann.locator("[data-name=agree-1]")).to_be_disabled()
        bo.goto(f"{url}/console/#/people")
        bo.locator("[data-name=agree-1]").click()
        token = bo.locator("#given").text_content() or ""
        bo.locator("#seen").click()
        expect(bo.locator("#given")).to_have_count(0)
        olga = ended.enter_context(opened_page(browser))
        log_in(olga, url, "olga", token)
        expect(olga.locator("#who")).to_contain_text("operator")
        kept = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
        assert b"person_agreed" in kept
        assert token.encode() not in kept

        olga.goto(f"{url}/console/#/outlook")
        first = olga.locator(".place-ahead").first
        expect(first).to_contain_text("Ticket stock")
        expect(first.locator(".pill")).to_contain_text("refill now")
        olga.goto(f"{url}/console/#/day")
        with olga.expect_download() as paper:
            olga.locator("[data-name=report-pdf]").click()
        assert Path(paper.value.path()).read_bytes().startswith(b"%PDF")
        olga.goto(f"{url}/console/report/{today}.html?lang=zh")
        expect(olga.locator("h1")).to_contain_text("营业日报告")
        expect(olga.locator("table[data-side=station] tfoot").first).to_contain_text("合计")
        ann.goto(f"{url}/console/#/people")
        ann.locator("[data-name=choose-olga]").click()
        ann.locator("#what").select_option("lock")
        ann.locator("#why").fill("end of shift")
        ann.locator("#propose").click()
        expect(ann.locator("tbody").first).to_contain_text("Locked")
        olga.goto(f"{url}/console/#/day")
        expect(olga.locator("#name")).to_be_focused()
