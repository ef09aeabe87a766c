"""The console in a real Chromium: a fault arrives, two persons release a set, a machine takes it when idle, a day is closed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.clock import SharedClock
from simulator.fuzz.station_api.stage import NOON_MS, lines
from simulator.station.timetable import station_date
from tests.simulator.lab.browser import CHROMIUM, MISSING, chromium, opened_page
from tests.simulator.station.machines.test_office_process import (
    NOTHING_FITTED,
    PATIENCE_S,
    PEOPLE,
    ROOT,
    Office,
    running,
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING)]
STATUS: dict[str, Any] = {"state_seq": 1, "mode": "normal", "reasons": [], "faults": [], "roll": 800, "box": 12}
HALF: dict[str, Any] = {
    "services": {"cash": "no_change", "card": "ok", "pickup": "typed_only", "slips": "ok"},
    "versions": {"acceptor": "BV20 2.3"},
    "settlement": {"ordered": "sale", "count": 2, "amount_fen": 7_600, "last": None},
    "wear": {
        "devices": {"acceptor": {"cycles": 900, "failures": 3}},
        "notes": {"tried": 1_000, "first": 950, "later": 40},
    },
}
JAMMED = {**STATUS, "state_seq": 3, "mode": "fault", "reasons": ["fault"], "faults": ["ticket_unit:TICKET_JAM"]}


def log_in(page: Page, url: str, name: str, token: str = "") -> None:
    page.goto(f"{url}/console/")
    page.locator("#name").fill(name)
    page.locator("#token").fill(token or f"token-of-{name}")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_contain_text(name)


def provisioned(office: Office, url: str, folder: Path) -> Path:
    """A machine that the office enrols; the configuration of its controller."""
    told = office.office("machines", {"machine": "T30", "station": "BXP"})
    words = ("--machine", "T30", "--token", told["token"], "--station-key", told["station_key"], "--seal", told["seal"])
    command = [sys.executable, "-m", "kiosk", "provision", str(folder / "journal"), *words]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE_S, capture_output=True)
    config = folder / "machine.yaml"
    config.write_text(NOTHING_FITTED.format(url=url))
    return config


def put_status(office: Office, status: dict[str, Any]) -> None:
    office.ask("/v1/devices/T31/status", status, "told-by-the-test", "PUT")


def test_the_office_at_work(tmp_path: Path) -> None:
    clock = ("--clock", SharedClock.starting_now().format())
    words = ("--port", "0", "--data", str(tmp_path / "data"), *clock, *PEOPLE, "--machine", "T31:told-by-the-test")
    with ExitStack() as ended:
        _, ready = ended.enter_context(running("simulator", "station", *words))
        office, url = Office(ready), ready.split()[1]
        put_status(office, STATUS)
        ended.enter_context(running("kiosk", "run", "--config", str(provisioned(office, url, tmp_path))))
        browser = ended.enter_context(chromium())
        ann, bo = (ended.enter_context(opened_page(browser)) for _ in range(2))
        log_in(ann, url, "ann")
        log_in(bo, url, "bo")

        card = ann.locator(".machine[data-name=T31]")
        expect(card.locator(".pill")).to_contain_text("In service")
        put_status(office, {**STATUS, "state_seq": 2, "help_ms": NOON_MS})
        expect(card.locator(".alarm").first).to_contain_text("Help called 12:00")
        expect(card.locator(".alarm").first).to_contain_text("旅客求助 12:00")
        put_status(office, JAMMED)
        expect(card.locator(".alarm").first).to_contain_text("Ticket unit: ticket jam")
        expect(card.locator(".pill")).to_contain_text("Fault")

        put_status(office, {**STATUS, **HALF, "state_seq": 4})
        ann.goto(f"{url}/console/#/machine/T31")
        for part, mark, words in (
            ("cash", "■", "No change"),
            ("card", "✓", "Works"),
            ("pickup", "▲", "Codes are typed only"),
            ("scan", "–", "Not fitted"),
        ):
            expect(ann.locator(f".front [data-name={part}]")).to_have_text(mark)
            expect(ann.locator(f".works li[data-name={part}]")).to_contain_text(words)
        expect(ann.locator("section", has=ann.locator(".works"))).to_contain_text("BV20 2.3")
        expect(ann.locator("section", has=ann.locator(".works"))).to_contain_text("read in the end 99.0 %")
        settlement = ann.locator("section", has=ann.get_by_role("heading", name="Settlement with the bank"))
        expect(settlement).to_contain_text("Not settled yet2 · ¥76")
        expect(settlement).to_contain_text("Waits for the end of the sale")
        expect(settlement).to_contain_text("No batch settled yet")
        told = {"epoch": "7f3a91c2", "first_seq": 1, "lines": ["not of a journal"]}
        office.ask("/v1/devices/T31/records", told, "told-by-the-test")
        records = ann.locator("section", has=ann.locator(".code", has_text="7f3a91c2"))
        expect(records).to_contain_text("not checked: the machine has no seal")
        expect(records).to_contain_text("不是日志行 not a journal line", use_inner_text=True)

        ann.keyboard.press("5")
        ann.locator("input[name=service_idle_ms]").fill("120000")
        ann.locator("#draft-reason").fill("a test")
        ann.locator("#draft").click()
        expect(ann.locator("[data-name=release-1]")).to_be_disabled()
        bo.keyboard.press("5")
        bo.locator("[data-name=release-1]").click()
        for page in (ann, bo):
            expect(page.locator("tbody tr").first).to_contain_text("T30")
            expect(page.locator("tbody tr").first).to_contain_text("In force")

        for box, typed in (("number", "2001"), ("name", "赵敏"), ("english", "Zhao Min"), ("pin", "864209")):
            ann.locator(f"#op-{box}").fill(typed)
        ann.locator("#op-role").select_option("supervisor")
        ann.keyboard.press("Tab")
        ann.locator("#op-pin").press("Enter")
        expect(ann.locator("#op-pin")).to_have_value("")
        ann.locator("#op-reason").fill("a new shift")
        ann.keyboard.press("Enter")
        expect(ann.locator("[data-name=release-2]")).to_be_disabled()
        bo.locator("[data-name=release-2]").click()
        for page in (ann, bo):
            expect(page.locator("tbody tr").first).to_contain_text("2001 新增 added")
            expect(page.locator("tbody tr").first).to_contain_text("In force")
            assert "argon2" not in page.content()
        assert "864209" not in ann.content()

        ann.goto(f"{url}/console/#/machine/T30")
        expect(ann.locator("main")).to_contain_text("each MAC checked")
        expect(ann.locator("tr", has_text="Network")).to_contain_text("as at the station")
        ann.locator("#command").select_option("end_day")
        ann.locator("#reason").fill("evening")
        ann.keyboard.press("Enter")
        expect(ann.locator("tbody tr").first).to_contain_text("Done")
        ann.keyboard.press("Escape")
        ann.goto(f"{url}/console/#/day")
        ann.locator("#close").click()
        expect(ann.locator(".facts")).to_contain_text("Closed")
        expect(ann.locator("#close")).to_be_disabled()

        bo.goto(f"{url}/console/#/trail")
        expect(bo.locator("tbody tr").first).to_contain_text("Closed a day")
        bo.locator("#langs [data-name=en]").click()
        expect(bo.locator("tbody tr").first).not_to_contain_text("日结", use_inner_text=True)
        bo.locator("#out").click()
        expect(bo.locator("#name")).to_be_focused()


def sold_and_returned(office: Office, day: str) -> str:
    """Two tickets are sold; one comes back, the other is exchanged. Answers the key of the sale."""

    def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict(office.ask(f"/v1/{path}", body, "told-by-the-test"))

    key, refund, moved = (f"T31.7f3a91c2.{number}" for number in (1, 2, 3))
    ride = {"machine": "T31", "train": "K598", "date": day, "origin": "BXP", "destination": "WCN", "class": "hard_seat"}
    total = ask("locks", {"key": key, "passengers": ["adult", "adult"], "wish": "none", **ride})["total_fen"]
    paid = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": 0, "card_fen": total}}
    numbers = [ticket["numbers"][0] for ticket in ask(f"locks/{key}:confirm", paid)["tickets"]]
    good = [{"place": n, "number": number, "blank": "E", "state": "delivered"} for n, number in enumerate(numbers)]
    ask(f"sales/{key}:printed", {"tickets": good})
    back = ask("refund-offers", {"key": refund, "machine": "T31", "tickets": numbers[:1], "document": None})
    ask(f"refund-offers/{refund}:confirm", {"refund_fen": back["refund_fen"]})
    other = {**ride, "key": moved, "tickets": numbers[1:], "document": None, "wish": "window"}
    due = ask("exchange-offers", other)["exchange"]["due_fen"]
    settled = {"due_fen": due, "rounding_fen": 0, "paid": {"cash_fen": 0, "card_fen": max(0, due)}}
    ask(f"exchange-offers/{moved}:confirm", settled)
    return key


def test_what_came_back_stands_with_its_sale_and_in_the_day(tmp_path: Path) -> None:
    clock = SharedClock.starting_now()
    words = ("--port", "0", "--data", str(tmp_path / "data"), "--clock", clock.format(), *PEOPLE)
    with ExitStack() as ended:
        _, ready = ended.enter_context(running("simulator", "station", *words, "--machine", "T31:told-by-the-test"))
        office, url = Office(ready), ready.split()[1]
        today = station_date(clock.wall_ms())
        key = sold_and_returned(office, (today + timedelta(days=5)).isoformat())
        page = ended.enter_context(opened_page(ended.enter_context(chromium())))
        log_in(page, url, "ann")
        page.goto(f"{url}/console/#/sales/{key}")
        for deed in ("Refund", "Exchange"):
            expect(page.locator("tbody tr", has_text=deed)).to_contain_text("Card or phone")
        expect(page.locator("tbody tr", has_text="2 (-2)")).to_have_count(1)
        page.goto(f"{url}/console/#/day/{today.isoformat()}")
        expect(page.locator("tbody")).to_contain_text(["Refund the machine has not told"])
        expect(page.locator("tr", has_text="Paid back to card or phone")).to_contain_text("¥")
        close_what_nobody_paid(page, office, url, key)
        ask_why_not_this_place(page, url, (today + timedelta(days=4)).isoformat())


def close_what_nobody_paid(page: Page, office: Office, url: str, key: str) -> None:
    """The machine tells that the sale's payment came to nothing; the window gets it and says so, without a mouse."""
    started = {"kind": "sale.start", "number": 1, "key": key, "language": "zh", "order": {}}
    lost = {"kind": "unpaid.add", "sale": 1, "payment": 4, "amount_fen": 15_250, "reference": "AUTH-4"}
    told = {"epoch": "7f3a91c2", "first_seq": 1, "lines": lines((started, []), ({"kind": "timer"}, [lost]))}
    office.ask("/v1/devices/T31/records", told, "told-by-the-test")
    page.goto(f"{url}/console/#/money")
    row = page.locator("tr", has_text="AUTH-4")
    expect(row).to_contain_text("¥152.50")
    row.locator("input").first.focus()
    for text in ("150", "paid at the window"):
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Done")
    expect(row).to_contain_text("paid at the window")
    expect(row.locator("input")).to_have_count(0)


def ask_why_not_this_place(page: Page, url: str, day: str) -> None:
    """By arrow keys and Enter; every word in both languages. `day`: K598 left Baotou on it, the day before it calls here."""
    page.goto(f"{url}/console/#/seats")
    page.locator("#train").fill("K598")
    page.keyboard.press("Enter")
    page.locator("#run-date").fill(day)
    page.locator("#class").select_option("hard_seat")
    sold = page.locator(".place", has=page.locator(".seg.s")).first
    expect(sold).to_be_visible()
    first = page.locator(".place").first
    first.focus()
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".place").nth(1)).to_be_focused()
    assert page.locator(".place[tabindex='0']").count() == 1
    sold.press("Enter")
    expect(sold).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#why")).to_contain_text("Sold")
    expect(page.locator("#why")).to_contain_text("已售")
