"""Scanner and identity reader in the cabinet: the real drivers read what hands hold there, and the station makes the orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from config import ConfigError, parse
from drivers.samv.driver import Samv
from drivers.scanner.driver import Scanner
from kiosk.ports.code_scanner import CodeRead
from kiosk.ports.fact import Fact
from kiosk.ports.id_reader import IdRead
from simulator.cabinet.api import build_app
from simulator.cabinet.reading_desk import CITIZENS, number_of
from simulator.cabinet.settings import CabinetSettings
from simulator.lab.orders import LabOrders
from simulator.report import orders_of, picked_up
from tests.simulator.cabinet.bench import SETTINGS, Bench
from tests.simulator.station.helpers import Machine, body_of, world

HOME = "BXP"


class Line:
    """A station without a process."""

    def __init__(self) -> None:
        self.station = Machine(world())
        self.away = False

    def __bool__(self) -> bool:
        return True

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        if self.away:
            raise OSError("away")
        assert path == "/lab/orders:any"
        reply, steps = self.station.station.order_any(json.dumps(body).encode(), self.station.now_ms)
        self.station.steps += steps
        return reply.status, body_of(reply)


class Reading:
    """The cabinet with papers and cards, and a controller's drivers at scanner and reader."""

    def __init__(self) -> None:
        self.bench = Bench(replace(SETTINGS, documents=("woman", "man", "bank_card")))
        self.line = Line()
        self.bench.app = build_app(self.bench.cabinet, orders=LabOrders(self.line, HOME))
        self.facts: list[Fact] = []
        self.scanner = Scanner("code_scanner", self.facts.append)
        self.reader = Samv("id_reader", self.facts.append)
        for driver in (self.scanner, self.reader):
            driver.link_up(self.bench.clock.now_ms)
        self.wait(6_000)

    def wait(self, ms: int) -> None:
        for _ in range(0, ms, 20):
            self.bench.wait(20)
            now_ms = self.bench.clock.now_ms
            for driver, name in ((self.scanner, "code_scanner"), (self.reader, "id_reader")):
                twin = self.bench.world.twins[name]
                driver.poll(now_ms)
                twin.receive(driver.take_output(), now_ms)
                if said := twin.take_output():
                    driver.receive(said, now_ms)

    def order(self, **wanted: Any) -> Any:
        answer = self.bench.post("/api/order", wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def hold(self, what: str, name: str = "") -> int:
        status: int = self.bench.post("/api/hold", {"what": what, "name": name}).status_code
        return status

    def seen(self) -> Any:
        return self.bench.get("/api/state")["collect"]


def test_a_paper_at_the_window_is_read_while_a_code_is_wanted_and_at_no_other_time() -> None:
    made = Reading()
    paper = made.order(tickets=2)
    assert (paper["origin"], paper["paper"]) == (HOME, f"TVM1:{paper['code']}")
    assert made.hold("paper", paper["order"]) == 200
    made.wait(1_000)
    assert (made.seen()["lit"], made.seen()["window"]) == (False, paper["order"])
    assert not [fact for fact in made.facts if isinstance(fact, CodeRead)]
    made.scanner.scan(7)
    made.wait(2_000)
    assert [fact.order for fact in made.facts if isinstance(fact, CodeRead)] == [7]
    code = made.scanner.take_code(7)
    assert code is not None
    assert code.text == paper["paper"]
    assert made.hold("away") == 200
    assert made.seen()["window"] == ""


def test_an_identity_card_on_the_reader_is_the_one_the_order_was_made_out_to() -> None:
    made = Reading()
    paper = made.order(document="woman")
    assert paper["document"] == "woman"
    made.reader.look(3)
    assert made.hold("document", "woman") == 200
    made.wait(4_000)
    assert [fact.order for fact in made.facts if isinstance(fact, IdRead)] == [3]
    document = made.reader.take_document(3)
    assert document is not None
    assert document.number == number_of("woman")
    assert made.seen()["on_reader"] == "woman"
    found = made.line.station.ask("POST", "/v1/orders:find", {"machine": "T07", "document": document.number})
    assert [order["order"] for order in body_of(found)["orders"]] == [paper["order"]]


def test_what_is_not_there_cannot_be_held_and_nothing_moves() -> None:
    made = Reading()
    assert made.hold("document", "woman") == 200
    assert (made.hold("paper", "E100000009"), made.hold("document", "elder")) == (409, 409)
    assert made.seen()["on_reader"] == "woman"
    assert made.hold("document", "man") == 200
    assert made.seen()["on_reader"] == "man"
    assert Bench().post("/api/hold", {"what": "away"}).json()["error"] == "no_readers"


def test_a_station_that_is_away_makes_no_order_and_a_copy_of_a_paper_is_as_good() -> None:
    made, other = Reading(), Reading()
    paper = made.order()
    assert other.bench.post("/api/paper", paper).json() == paper
    assert other.seen()["papers"][0]["code"] == paper["code"]
    assert other.bench.post("/api/paper", {**paper, "code": "1"}).status_code == 400
    made.line.away = True
    refused = made.bench.post("/api/order", {})
    assert (refused.status_code, refused.json()["error"]) == (409, "no_order")
    assert len(made.seen()["papers"]) == 1


def test_orders_look_different_and_a_station_that_is_none_is_refused() -> None:
    line = Line()
    station, now_ms = line.station.station, line.station.now_ms
    ends = set()
    for _ in range(4):
        reply, _ = station.order_any(b'{"origin": "BXP"}', now_ms)
        ends.add(body_of(reply)["destination"])
    assert len(ends) == 4
    assert station.order_any(b'{"origin": "QQQ"}', now_ms)[0].status == 400
    assert station.order_any(b'{"origin": "BXP", "tickets": 9}', now_ms)[0].status == 400


def test_each_machine_is_asked_for_the_places_it_had() -> None:
    sale = {"order": "E1", "indices": [0, 1], "numbers": [["A1"], ["A2"]]}
    had = {"state": "collected", "number": "A1", "key": "T01.e.1"}
    state = {
        "sales": {"T01.e.1": sale, "T02.e.1": {"order": "", "indices": [], "numbers": []}},
        "orders": {"E1": {"places": [had, {"state": "open", "number": "", "key": ""}]}},
    }
    own, other = orders_of(state, "T01"), orders_of(state, "T02")
    assert own["E1"] == [
        {"state": "collected", "number": "A1", "given": ["A1"]},
        {"state": "open", "number": "", "given": ["A2"]},
    ]
    assert [place["state"] for place in other["E1"]] == ["open"]
    assert (picked_up(own), picked_up(other)) == ({"collected": 1}, {})


def test_documents_are_known_cards_each_once() -> None:
    assert len({number_of(name) for name in CITIZENS}) == len(CITIZENS)
    with pytest.raises(ConfigError, match="documents: each of"):
        parse("documents: [nobody]\n", CabinetSettings, "cabinet.yaml")
    with pytest.raises(ConfigError, match="at most once, not woman, woman"):
        parse("documents: [woman, woman]\n", CabinetSettings, "cabinet.yaml")
