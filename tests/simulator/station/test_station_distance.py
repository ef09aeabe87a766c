"""Days on which passengers sit apart, from the network's file to what a machine is offered. Fares and rules, 4.1; row REF-10."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from simulator.station.allotted import ByFile, QuotasFile, StandingFile
from simulator.station.distance import ApartRow, load_spacing
from simulator.station.layout import CoachRow, layouts_of
from simulator.station.network import NetworkError
from simulator.station.timetable import Timetable, Train
from simulator.station.world import World
from tests.simulator.station.helpers import TOMORROW, Machine, body_of, error_of, small_world

NEXT = "2026-11-23"


def apart(first: str = TOMORROW, last: str = TOMORROW, seats: int = 10) -> World:
    """K1 with one coach, its rows 1 to 4, 5 to 9 and 10, where half as many more may stand; people sit apart on these days."""
    small = small_world()
    rows = [CoachRow.model_validate({"coach": 1, "class": "hard_seat", "seats": seats})]
    old = small.timetable.trains["K1"]
    timetable = Timetable([Train("K1", "K", "", "", "fast", old.stops, layouts_of(rows, small.network.classes, "x"))])
    row = ApartRow.model_validate(
        {"class": "hard_seat", "first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    )
    files = StandingFile(percent_of_seats={"hard_seat": 50}), QuotasFile()
    return World(small.network, timetable, small.prices, ByFile(*files, small.network, timetable, [row]))


def test_every_second_place_is_sold_on_such_a_day_and_all_on_the_next() -> None:
    machine = Machine(apart())
    assert machine.left("BXP", "ZZF") == 6
    names = [place["place"] for sale in (1, 2) for place in body_of(machine.lock(sale, 3))["places"]]
    assert names == ["001", "003", "005", "007", "009", "010"]
    assert error_of(machine.lock(3)) == (409, "sold_out")
    asked = {"origin": "BXP", "destination": "ZZF", "date": NEXT, "train": "K1"}
    told = body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"][0]["classes"][0]
    assert told["left"] == 10


def test_nobody_stands_beside_an_empty_place() -> None:
    machine = Machine(apart(seats=2))
    assert machine.lock(1).status == 201
    assert error_of(machine.lock(2, wish="standing")) == (409, "sold_out")


def test_the_rule_is_told_and_what_was_sold_before_it_stays_sold() -> None:
    free = Machine(apart("2026-12-30", "2026-12-31"))
    assert body_of(free.lock(1, 2))["places"][1]["place"] == "002"
    ordered = Machine(apart())
    for step in free.steps:
        ordered.station.apply(step)
    assert ordered.state(1) == "held"
    assert ordered.left("BXP", "ZZF") == 5
    ride = {"train": "K1", "date": TOMORROW, "origin": "BXP", "destination": "ZZF", "class": "hard_seat", "coach": "01"}
    assert body_of(ordered.ask("POST", "/v1/availability:why", {**ride, "place": "004"}))["rule"] == "distance"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("{class: sofa, first: '2020-02-06', last: '2020-02-07'}", "no train has a class sofa"),
        ("{trains: [X9], class: hard_seat, first: '2020-02-06', last: '2020-02-07'}", "no train X9"),
        ("{class: hard_seat, first: '2020-02-07', last: '2020-02-06'}", "is before"),
        ("{class: hard_seat, first: soon, last: '2020-02-06'}", "first"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(row: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "spacing.yaml").write_text(f"apart:\n  - {row}\n")
    with pytest.raises(NetworkError, match=wrong):
        load_spacing(tmp_path, small_world().timetable)
