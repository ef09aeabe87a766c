"""A card terminal in the cabinet: the real driver on its line, a passenger's hands at its slot and keys, its bank's books."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from config import ConfigError, parse
from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentApproved, PaymentCaptured, PaymentDeclined
from simulator.acquirer.books import conserved, sums
from simulator.cabinet.settings import CabinetSettings
from simulator.report import CardBooks
from tests.simulator.cabinet.bench import SETTINGS, Bench

AMOUNT_FEN = 3_800
PIN = "123456"


class Paying:
    """The cabinet, and a controller's driver at its terminal."""

    def __init__(self) -> None:
        self.bench = Bench(replace(SETTINGS, terminal=("good", "poor")))
        self.facts: list[Fact] = []
        self.driver = Zvt("payment", self.facts.append, Account(0, 156, spare_ms=1_500), serial=True)
        self.driver.link_up(self.bench.clock.now_ms)
        self.displayed: list[list[str]] = []
        self.wait(20_000)

    def wait(self, ms: int) -> None:
        twin = self.bench.world.twins["terminal"]
        for _ in range(0, ms, 50):
            self.bench.wait(50)
            now_ms = self.bench.clock.now_ms
            self.driver.poll(now_ms)
            twin.receive(self.driver.take_output(), now_ms)
            self.driver.receive(twin.take_output(), now_ms)

    def seen(self) -> Any:
        told = self.bench.get("/api/state")["cards"]
        self.displayed.append(told["display"])
        return told

    def begin(self, payment: int = 101) -> None:
        self.driver.begin(payment, "T01.e.1", AMOUNT_FEN, "card", "zh", self.bench.clock.now_ms + 60_000)
        self.wait(500)

    def insert(self, name: str) -> int:
        status: int = self.bench.post("/api/card", {"do": "insert", "name": name}).status_code
        self.wait(1_000)
        return status

    def type(self, keys: str) -> None:
        for key in (*keys, "enter"):
            assert self.bench.post("/api/key", {"key": key}).status_code == 200
        self.wait(3_000)


def test_a_card_pays_at_the_terminal_and_its_display_says_each_step() -> None:
    made = Paying()
    assert made.driver.ways == {"card"}
    assert made.seen()["display"] == ["欢迎", "Welcome"]
    assert made.insert("good") == 409
    made.begin()
    assert made.seen()["gate"]
    assert made.insert("good") == 200
    assert (made.seen()["inside"], made.seen()["pad"]["mode"]) == ("good", "pin")
    made.type(PIN)
    assert made.seen()["out"]
    assert made.bench.post("/api/card", {"do": "take"}).json() == {"card": "good", "do": "take"}
    made.wait(4_000)
    approved = next(fact for fact in made.facts if isinstance(fact, PaymentApproved))
    made.driver.capture(101, "T01.e.1", AMOUNT_FEN, "card", approved.reference)
    made.wait(8_000)
    assert PaymentCaptured(101) in made.facts
    assert [lines[1] for lines in made.displayed] == [
        "Welcome",
        "Insert card",
        "Enter PIN",
        "Enter PIN",
        "Take card",
    ]
    cards = {card["name"]: card for card in made.seen()["cards"]}
    assert (cards["good"]["agreed_fen"], cards["good"]["lies"], cards["poor"]["agreed_fen"]) == (
        [AMOUNT_FEN],
        "hand",
        [],
    )
    books = made.bench.get("/api/terminal")
    assert sums(books, books["terminal"])["paid_fen"] == AMOUNT_FEN
    assert conserved(books)
    trace = int(approved.reference.rpartition(".")[2])
    assert CardBooks(books, books["terminal"], {trace: 101}).payments() == {101: ("captured", AMOUNT_FEN, 1)}
    assert CardBooks(books, books["terminal"], {}).payments() == {-trace: ("captured", AMOUNT_FEN, 1)}
    assert made.bench.get("/api/state")["total"]["conserved"]


def test_a_card_without_money_is_declined_and_no_event_names_a_digit() -> None:
    made = Paying()
    made.begin()
    made.insert("poor")
    told = next(card for card in made.seen()["cards"] if card["name"] == "poor")
    before = made.bench.cabinet.timeline.last
    made.type(told["pin"])
    assert PaymentDeclined(101, "funds") in made.facts
    keys = [event["key"] for event in made.bench.cabinet.timeline.since(before) if "key" in event]
    assert keys == ["enter"]
    assert told["pin"] not in json.dumps(list(made.bench.cabinet.timeline.since(before)), default=str)
    made.bench.post("/api/card", {"do": "take"})
    assert all(card["agreed_fen"] == [] for card in made.seen()["cards"])


def test_a_machine_without_a_terminal_has_no_such_books() -> None:
    assert Bench().get("/api/terminal") is None


def test_reader_and_terminal_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match="cards is set, too"):
        parse("cards: [good]\nterminal: [poor]\n", CabinetSettings, "cabinet.yaml")
    with pytest.raises(ConfigError, match="terminal: each of"):
        parse("terminal: [nobody]\n", CabinetSettings, "cabinet.yaml")
