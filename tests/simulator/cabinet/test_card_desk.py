"""Cards in the cabinet: pushed in, taken, captured and handed out; a PIN pad that tells nobody a digit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from config import ConfigError, parse
from simulator.cabinet.settings import CabinetSettings
from simulator.devices.chip_card.wallet import MARKS
from simulator.devices.epp.keyboard import Mode
from tests.simulator.cabinet.bench import SETTINGS, Bench

WITH_CARDS = replace(SETTINGS, cards=("good", "poor"))


@pytest.fixture
def bench() -> Bench:
    return Bench(WITH_CARDS)


def seen(bench: Bench) -> Any:
    return bench.get("/api/state")["cards"]


def insert(bench: Bench, name: str = "good") -> int:
    status: int = bench.post("/api/card", {"do": "insert", "name": name}).status_code
    bench.wait(400)
    return status


def test_a_card_goes_in_and_is_nowhere_else(bench: Bench) -> None:
    assert seen(bench)["gate"]
    assert insert(bench) == 200
    told = seen(bench)
    assert (told["inside"], told["out"], told["gate"]) == ("good", False, False)
    assert {card["name"]: card["lies"] for card in told["cards"]} == {"good": "card.reader", "poor": "hand"}
    assert insert(bench) == 409
    assert insert(bench, "poor") == 409
    refused = bench.post("/api/card", {"do": "take"})
    assert (refused.status_code, refused.json()["error"]) == (409, "no_card_out")
    assert bench.get("/api/state")["total"]["conserved"]


def test_a_card_can_be_pulled_back_while_its_first_half_goes_in(bench: Bench) -> None:
    bench.post("/api/card", {"do": "insert", "name": "good"})
    assert bench.post("/api/card", {"do": "take"}).json() == {"card": "good", "do": "take"}
    assert seen(bench)["inside"] == ""


def test_a_captured_card_is_handed_out_by_a_technician(bench: Bench) -> None:
    insert(bench)
    desk = bench.world.cards
    assert desk is not None
    bench.world.matter.move(desk.cards[0], "card.bin")
    assert seen(bench)["captured"] == 1
    assert bench.post("/api/service", {"act": "hand_out_cards"}).json()["error"] == "door_closed"
    bench.open_up()
    done = bench.post("/api/service", {"act": "hand_out_cards"}).json()
    assert (done["before"], done["after"]) == (1, 0)
    assert [card["lies"] for card in seen(bench)["cards"]] == ["hand", "hand"]


def test_keys_do_nothing_while_nobody_asks_and_no_answer_and_no_event_names_a_digit(bench: Bench) -> None:
    refused = bench.post("/api/key", {"key": "7"})
    assert (refused.status_code, refused.json()["error"]) == (409, "key_ignored")
    desk = bench.world.cards
    assert desk is not None
    desk.pad._keyboard.open_pin(6, bench.clock.now_ms)
    before = bench.cabinet.timeline.last
    answers = [bench.post("/api/key", {"key": key}).json() for key in "7319"]
    assert [answer["stars"] for answer in answers] == [1, 2, 3, 4]
    assert seen(bench)["pad"] | {"keyed": 0} == {"mode": "pin", "stars": 4, "sealed": True, "keyed": 0}
    assert bench.cabinet.timeline.last == before
    bench.post("/api/key", {"key": "clear"})
    assert seen(bench)["pad"]["stars"] == 0
    assert [event.get("key") for event in bench.cabinet.timeline.since(before)] == ["clear"]
    assert desk.pad.mode is Mode.PIN


def test_no_look_holds_a_number_or_a_track(bench: Bench) -> None:
    insert(bench)
    told = json.dumps([bench.get(path) for path in ("/api/state", "/api/ledger", "/api/faults", "/api/busy")])
    assert [mark for mark in MARKS if mark in told] == []


def test_a_pad_that_was_opened_has_no_keys_until_it_was_in_the_key_room(bench: Bench) -> None:
    keyed = seen(bench)["pad"]["keyed"]
    bench.post("/api/fault", {"device": "pin_pad", "name": "opened", "on": True})
    assert seen(bench)["pad"] == {"mode": "closed", "stars": 0, "sealed": False, "keyed": 0}
    bench.open_up()
    assert bench.post("/api/service", {"act": "clear_jam", "device": "pin_pad"}).status_code == 200
    assert seen(bench)["pad"] == {"mode": "closed", "stars": 0, "sealed": True, "keyed": keyed}


def test_a_power_cut_leaves_the_card_where_it_is(bench: Bench) -> None:
    insert(bench)
    bench.post("/api/mains", {"on": False})
    assert (seen(bench)["inside"], seen(bench)["gate"], seen(bench)["pad"]["mode"]) == ("good", False, "off")
    caught = bench.get("/api/state")["story"]["outage"]["caught"]
    assert [(one["kind"], one["was"]) for one in caught if one["was"] == "card.reader"] == [("card", "card.reader")]


def test_a_machine_without_cards_has_none_of_it() -> None:
    bench = Bench()
    assert "cards" not in bench.get("/api/state")
    assert bench.get("/api/state")["fitted"]["cards"] is False
    for path, body in (("/api/card", {"do": "take"}), ("/api/key", {"key": "1"})):
        assert bench.post(path, body).json()["error"] == "no_cards"
    bench.open_up()
    assert bench.post("/api/service", {"act": "hand_out_cards"}).json()["error"] == "no_such_device"


@pytest.mark.parametrize("body", [{"do": "eat"}, {"do": "insert", "name": "x" * 40}, {"do": "take", "more": 1}])
def test_what_is_no_deed_with_a_card_is_refused(bench: Bench, body: dict[str, Any]) -> None:
    assert bench.post("/api/card", body).status_code == 400


@pytest.mark.parametrize("key", ["10", "f1", "", 5])
def test_what_is_no_key_is_refused(bench: Bench, key: Any) -> None:
    assert bench.post("/api/key", {"key": key}).status_code == 400


@pytest.mark.parametrize("cards", ["[nobody]", "[good, good]"])
def test_a_drawer_with_what_is_no_card_or_a_copy_is_refused(cards: str) -> None:
    with pytest.raises(ConfigError, match="at most once"):
        parse(f"cards: {cards}\n", CabinetSettings, "cabinet.yaml")
