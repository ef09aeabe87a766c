"""Why a place is not offered, and how the places of a run are used. Station API sheet; seat inventory, sections 1 to 4 and 7."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.station.core import Station
from simulator.station.demand import others_bought
from tests.simulator.station.helpers import ENROLLED, TOMORROW, Machine, body_of, error_of, small_world


def why(machine: Machine, place: str, **changes: Any) -> dict[str, Any]:
    body = {"train": "K1", "date": TOMORROW, "origin": "BDP", "destination": "HDP", "class": "hard_seat"}
    return body_of(machine.ask("POST", "/v1/availability:why", {**body, "coach": "01", "place": place, **changes}))


def use(machine: Machine) -> dict[str, Any]:
    return dict(body_of(machine.ask("GET", "/v1/trains/K1/use", date=TOMORROW))["classes"][0])


def test_a_place_says_why_it_is_not_what_the_next_passenger_gets() -> None:
    machine = Machine(small_world(seats=4))
    assert why(machine, "001") == {"rule": "offered"}
    assert why(machine, "002") == {"rule": "not_best", "instead": {"coach": "01", "place": "001"}}
    assert why(machine, "099") == {"rule": "no_such_place"}
    machine.lock(1, origin="SJP", destination="ZZF")
    assert why(machine, "001") == {"rule": "held", "between": [["SJP", "HDP"]]}
    machine.confirm(1)
    assert why(machine, "001") == {"rule": "sold", "between": [["SJP", "HDP"]]}
    assert why(machine, "001", destination="SJP") == {"rule": "offered"}  # fills the gap before it
    machine.void(1)
    assert why(machine, "001") == {"rule": "offered"}


def test_what_others_bought_before_is_taken() -> None:
    machine = Machine(small_world(seats=60))
    machine.station = Station(machine.station.world, ENROLLED, others_bought)
    rules = {why(machine, f"{place:03d}")["rule"] for place in range(1, 61)}
    assert rules <= {"offered", "not_best", "taken"}
    assert "offered" in rules or rules == {"taken"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"train": "K9"}, (404, "no_such_train")),
        ({"class": "palace"}, (400, "bad_request")),
        ({"date": "2027-11-22"}, (409, "sale_closed")),
        ({"coach": 1}, (400, "bad_request")),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(changes: dict[str, Any], code: tuple[int, str]) -> None:
    body = {"train": "K1", "date": TOMORROW, "origin": "BDP", "destination": "HDP", "class": "hard_seat"}
    reply = Machine(small_world()).ask(
        "POST", "/v1/availability:why", {**body, "coach": "01", "place": "001", **changes}
    )
    assert error_of(reply) == code


def test_vacancy_reuse_and_redundancy_are_told_as_they_are_now() -> None:
    machine = Machine(small_world(seats=2))
    assert use(machine) == {
        "class": "hard_seat", "places": 2, "tickets": 0, "free": [2, 2, 2, 2], "vacancy": 1.0, "reuse": None,
        "redundancy_physical": 1.0, "redundancy_combined": 1.0, "poor": False,
        "quotas": [], "standing": None,
    }  # fmt: skip
    machine.lock(1, origin="BXP", destination="BDP")
    machine.lock(2, origin="SJP", destination="HDP")
    told = use(machine)
    assert (told["tickets"], told["free"], told["vacancy"]) == (2, [1, 2, 1, 2], 0.75)
    assert (told["reuse"], told["redundancy_physical"], told["redundancy_combined"]) == (1.0, 0.5, 0.5)
    assert machine.station.snapshot() == machine.replayed().snapshot()


def test_use_of_a_train_or_a_day_that_is_none() -> None:
    machine = Machine(small_world())
    assert error_of(machine.ask("GET", "/v1/trains/K9/use", date=TOMORROW)) == (404, "no_such_train")
    assert error_of(machine.ask("GET", "/v1/trains/K1/use")) == (400, "bad_request")
    assert error_of(machine.ask("GET", "/v1/trains/K1/use", date="tomorrow")) == (400, "bad_request")
