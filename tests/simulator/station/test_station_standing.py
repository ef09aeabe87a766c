"""Standing tickets and quotas through the calls of a machine. Seat inventory, sections 1, 2 and 6; rows CAP-01, CAP-06, QUO-12."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.station.allotted import ByFile, QuotasFile, StandingFile, load_allotted, room_beside
from simulator.station.core import Station
from simulator.station.layout import CoachRow, layouts_of
from simulator.station.network import NetworkError
from simulator.station.timetable import Timetable, Train
from simulator.station.world import World
from tests.simulator.station.helpers import (
    ENROLLED,
    SMALL_STOPS,
    TOMORROW,
    Machine,
    body_of,
    error_of,
    small_world,
    world,
)

SEGMENTS = len(SMALL_STOPS) - 1
USUAL = {"percent_of_seats": {"hard_seat": 50}}


def busy(standing: Any = None, quotas: Any = None, coaches: tuple[int, ...] = (4, 6)) -> World:
    """K1 with coaches of so many seats, and what the two files would say."""
    small = small_world()
    rows = [
        CoachRow.model_validate({"coach": number, "class": "hard_seat", "seats": seats})
        for number, seats in enumerate(coaches, 5)
    ]
    old = small.timetable.trains["K1"]
    layouts = layouts_of(rows, small.network.classes, "busy")
    timetable = Timetable([Train("K1", "K", "", "", "fast", old.stops, layouts)])
    files = StandingFile.model_validate(standing or USUAL), QuotasFile.model_validate(quotas or {})
    return World(small.network, timetable, small.prices, ByFile(*files, small.network, timetable))


def offer(machine: Machine, origin: str = "BXP", destination: str = "ZZF") -> dict[str, Any]:
    asked = {"origin": origin, "destination": destination, "date": TOMORROW}
    told = body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"][0]["classes"][0]
    return dict(told)


def sold_out(machine: Machine, first: int = 900, seats: int = 10) -> None:
    """Somebody bought every seat, all the way."""
    for at in range(0, seats, 5):
        assert machine.lock(first + at, 5).status == 201
        assert machine.confirm(first + at).status == 200


def test_standing_tickets_are_offered_when_the_seats_are_gone_with_coaches_and_sections() -> None:
    machine = Machine(busy())
    assert "standing" not in offer(machine)
    sold_out(machine)
    told = offer(machine, "BDP", "HDP")
    assert (told["left"], told["standing"]["left"], told["standing"]["price_fen"]) == (0, 5, told["price_fen"])
    assert told["standing"]["prices"] == told["prices"]
    assert told["standing"]["rule"] == "standing-fare-1"
    assert told["standing"]["coaches"] == [{"coach": "05", "left": 2}, {"coach": "06", "left": 3}]
    assert told["standing"]["sections"] == [
        {"from": "BDP", "to": "SJP", "capacity": 5, "on_board": 0},
        {"from": "SJP", "to": "HDP", "capacity": 5, "on_board": 0},
    ]


def test_a_standing_ticket_names_a_coach_and_no_place_and_is_a_sale_like_any_other() -> None:
    machine = Machine(busy())
    sold_out(machine)
    reply = machine.lock(1, ["adult", "child"], wish="standing")
    places = body_of(reply)["places"]
    assert [(one["coach"], one["place"], one["position"]) for one in places] == [
        ("05", "", "standing"),
        ("06", "", "standing"),
    ]
    assert places[1]["price_fen"] < places[0]["price_fen"]
    assert body_of(machine.lock(1, ["adult", "child"], wish="standing"))["places"] == places  # its answer was lost
    assert machine.confirm(1).status == 200
    assert offer(machine)["standing"]["left"] == 3
    assert machine.void(1, [0]).status == 200
    assert offer(machine)["standing"]["left"] == 4
    assert machine.station.snapshot() == machine.replayed().snapshot()


def test_nobody_is_made_to_stand_while_there_are_seats_nor_where_nobody_may() -> None:
    machine = Machine(busy())
    reply = machine.lock(1, 1, wish="standing")
    assert (error_of(reply), body_of(reply)["left"]) == ((409, "seats_left"), 10)
    none = Machine(busy({"percent_of_seats": {}}))
    sold_out(none)
    assert error_of(none.lock(1, 1, wish="standing")) == (409, "sold_out")
    assert "standing" not in offer(none)


def test_who_asks_for_a_seat_that_is_gone_hears_that_standing_tickets_are_left() -> None:
    machine = Machine(busy())
    sold_out(machine)
    reply = machine.lock(1, 1)
    assert (error_of(reply), body_of(reply)["left"], body_of(reply)["standing"]) == ((409, "sold_out"), 0, 5)


def test_a_section_with_another_share_holds_for_every_trip_across_it() -> None:
    row = {"trains": ["K1"], "class": "hard_seat", "from": "BDP", "to": "SJP", "percent_of_seats": 10}
    machine = Machine(busy({**USUAL, "sections": [row]}, coaches=(10, 10)))
    sold_out(machine, seats=20)
    assert offer(machine, "SJP", "ZZF")["standing"]["left"] == 10
    assert offer(machine)["standing"]["left"] == 2
    assert machine.lock(1, 2, wish="standing").status == 201
    assert error_of(machine.lock(2, 1, wish="standing", origin="BDP", destination="SJP")) == (409, "sold_out")
    assert machine.lock(3, 4, wish="standing", origin="SJP").status == 201


@settings(max_examples=25, deadline=None)
@example(
    deeds=[("lock", 0, 1, 2), ("lock", 0, 1, 2), ("lock", 0, 1, 1), ("lock", 0, 1, 1)]
)  # the small coach fills first
@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["lock", "lock", "confirm", "release", "void", "wait"]),
            st.integers(0, SEGMENTS - 1),
            st.integers(1, SEGMENTS),
            st.integers(1, 3),
        ),
        max_size=16,
    )
)
def test_no_segment_and_no_coach_ever_has_more_than_it_may(deeds: list[tuple[str, int, int, int]]) -> None:
    """CAP-01: whoever stands is counted from the answers alone, and never more than the capacity that is told."""
    row = {"trains": ["K1"], "class": "hard_seat", "from": "SJP", "to": "HDP", "percent_of_seats": 25}
    machine = Machine(busy({**USUAL, "sections": [row]}, coaches=(4, 6)))
    sold_out(machine)
    room, of_coach = [5, 5, 2, 5], {"05": 2, "06": 3}
    stands: dict[int, tuple[int, int, list[str]]] = {}
    for number, (deed, a, b, people) in enumerate(deeds, 1):
        if deed == "lock" and a < b:
            reply = machine.lock(number, people, wish="standing", origin=SMALL_STOPS[a], destination=SMALL_STOPS[b])
            if reply.status == 201:
                stands[number] = a, b, [place["coach"] for place in body_of(reply)["places"]]
        elif deed == "wait":
            machine.now_ms += 200_000
        elif deed != "lock":
            sale = (sorted(stands) or [99])[people % max(1, len(stands))]
            {"confirm": machine.confirm, "release": machine.release, "void": machine.void}[deed](sale)
        machine.ask("GET", "/v1/time")  # time may have ended a lock
        stands = {sale: one for sale, one in stands.items() if machine.state(sale) in ("held", "confirmed")}
        for segment in range(a, max(b, a + 1)):
            on = Counter(coach for a, b, coaches in stands.values() if a <= segment < b for coach in coaches)
            assert sum(on.values()) <= room[segment]
            assert all(count <= of_coach[coach] for coach, count in on.items())
            left = offer(machine, SMALL_STOPS[segment], SMALL_STOPS[segment + 1]).get("standing", {"left": 0})["left"]
            assert left == min(
                room[segment] - sum(on.values()), sum(most - on[coach] for coach, most in of_coach.items())
            )
    assert machine.station.snapshot() == machine.replayed().snapshot()


def test_a_coach_never_takes_more_than_it_holds_whatever_the_share() -> None:
    """CAP-03: seven people for a row of five and sixteen at the ends."""
    assert room_beside(118, 20) == 23
    assert room_beside(118, 100) == 7 * 24 + 16 - 118


def test_tickets_of_an_older_file_stay_sold_and_take_no_seat_under_a_newer_one() -> None:
    machine = Machine(busy())
    sold_out(machine)
    machine.lock(1, 2, wish="standing")
    machine.confirm(1)
    machine.void(900)
    later = Station(busy({"percent_of_seats": {}}), ENROLLED)
    for step in machine.steps:
        later.apply(step)
    machine.station = later
    assert offer(machine)["left"] == 5
    use = body_of(machine.ask("GET", "/v1/trains/K1/use", date=TOMORROW))["classes"][0]["standing"]
    assert (use["capacity"], use["on_board"]) == ([0] * SEGMENTS, [2] * SEGMENTS)
    assert machine.void(1).status == 200
    assert offer(machine)["left"] == 5


QUOTA = {"trains": ["K1"], "class": "hard_seat", "coaches": [5]}


@pytest.mark.parametrize(
    ("terms", "left", "rule"),
    [
        ({"use": "reserve"}, 6, "use"),
        ({"use": "withdrawn"}, 6, "withdrawn"),
        ({"use": "public", "sold_at": ["ZZF"]}, 6, "window"),
        ({"use": "public", "sold_at": ["BXP"]}, 10, "offered"),
        ({"use": "public", "boarding": ["BDP"]}, 6, "station"),
        ({"use": "public", "limit": "SJP"}, 6, "limit"),
        ({"use": "public", "min_to": "HDP"}, 10, "offered"),
    ],
)
def test_a_quota_is_sold_by_whom_and_as_far_as_its_terms_say(terms: dict[str, Any], left: int, rule: str) -> None:
    machine = Machine(busy(quotas={"quotas": [{**QUOTA, **terms}]}))
    assert offer(machine)["left"] == left
    asked = {"train": "K1", "date": TOMORROW, "origin": "BXP", "destination": "ZZF", "class": "hard_seat"}
    why = body_of(machine.ask("POST", "/v1/availability:why", {**asked, "coach": "05", "place": "001"}))
    assert why["rule"] == rule
    sold_out(machine, seats=5)
    reply = machine.lock(1, 5)
    assert (reply.status, body_of(reply).get("left")) == ((201, None) if left == 10 else (409, 1))
    assert machine.station.snapshot() == machine.replayed().snapshot()


def test_what_is_kept_for_others_is_told_and_comes_back_under_its_terms() -> None:
    machine = Machine(busy(quotas={"quotas": [{**QUOTA, "use": "public", "sold_at": ["BXP"]}]}))
    use = body_of(machine.ask("GET", "/v1/trains/K1/use", date=TOMORROW))["classes"][0]
    assert use["quotas"] == [{"use": "public", "sold_at": ["BXP"], "free": [4] * SEGMENTS}]
    assert use["standing"]["capacity"] == [5] * SEGMENTS
    assert machine.lock(1, 4).status == 201  # all of them in one quota, which goes first
    assert {place["coach"] for place in machine.station.sales.by_key["T07.7f3a91c2.1"].offered} == {"05"}
    machine.release(1)
    use = body_of(machine.ask("GET", "/v1/trains/K1/use", date=TOMORROW))["classes"][0]
    assert use["quotas"][0]["free"] == [4] * SEGMENTS


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("standing.yaml", {"percent_of_seats": {"hard_berth": 10}}, "no class of seats"),
        ("standing.yaml", {"percent_of_seats": {"hard_seat": 101}}, "less than or equal to 100"),
        ("quotas.yaml", {"quotas": [{**QUOTA, "trains": ["K598"], "use": "nobody"}]}, "use"),
        ("quotas.yaml", {"quotas": [{**QUOTA, "use": "staff"}]}, "no train K1 "),
        (
            "quotas.yaml",
            {"quotas": [{**QUOTA, "trains": ["K598"], "coaches": [40], "use": "staff"}]},
            "no such coaches",
        ),
        ("quotas.yaml", {"quotas": [{**QUOTA, "trains": ["K598"], "use": "staff", "limit": "AOH"}]}, "does not call"),
        (
            "quotas.yaml",
            {"quotas": [{**QUOTA, "trains": ["K598"], "use": use} for use in ("staff", "group")]},
            "in two quotas",
        ),
        ("quotas.yaml", {"quota": []}, "did you mean quotas"),
    ],
)
def test_a_file_that_cannot_be_meant_refuses_the_start(name: str, text: Any, what: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(json.dumps(text), "utf-8")  # which is YAML, and has no aliases
    with pytest.raises(NetworkError, match=what):
        load_allotted(tmp_path, world().network, world().timetable)
