"""The station's books against the machines': what differs is said, place by place and machine by machine."""

from __future__ import annotations

from typing import Any

from simulator.balance import books, differences, kept_places, settled, sold_twice

RUN = {"train": "K1", "run_date": "2026-11-22", "seat_class": "hard_seat"}


def sale(key: str, places: list[int], state: str = "printed", a: int = 0, b: int = 2, **more: Any) -> dict[str, Any]:
    offered = [{"price_fen": 1_000} for _ in places]
    return {
        "key": key, "state": state, "run": RUN, "a": a, "b": b, "places": places, "offered": offered, "voided": [],
        "refunded": [], "exchanged": [], **more
    }  # fmt: skip


def state(*sales: dict[str, Any]) -> dict[str, Any]:
    return {"sales": {each["key"]: each for each in sales}, "records": []}


def told(tickets: int, fares_fen: int) -> dict[str, Any]:
    return {"tickets": {"taken": tickets, "retracted": 0}, "fen": {"fares": fares_fen}}


def test_what_is_sold_is_confirmed_and_not_voided() -> None:
    assert kept_places(sale("T01.e.1", [4, 5])) == [0, 1]
    assert kept_places(sale("T01.e.1", [4, 5], voided=[0])) == [1]
    assert kept_places(sale("T01.e.1", [4, 5], state="expired")) == []


def test_books_are_kept_per_machine() -> None:
    held = state(
        sale("T01.e.1", [1, 2]), sale("T01.e.2", [3], voided=[0]), sale("T02.e.1", [4]), sale("W01.w.1", [5, 6, 7])
    )
    assert books(held, "T01") == {"sales": 1, "tickets": 2, "fares_fen": 2_000}
    assert books(held, "T02") == {"sales": 1, "tickets": 1, "fares_fen": 1_000}


def test_books_that_agree_differ_in_nothing() -> None:
    held = state(sale("T01.e.1", [1, 2]), sale("T02.e.1", [3]))
    assert differences(held, {"T01": told(2, 2_000), "T02": told(1, 1_000)}) == []


def test_a_difference_names_machine_and_amounts() -> None:
    found = differences(state(sale("T01.e.1", [1])), {"T01": told(2, 900)})
    assert found == [
        "T01: tickets: the station has 1, the journal 2",
        "T01: fares in fen: the station has 1000, the journal 900",
    ]


def test_a_line_that_the_station_put_aside_is_a_difference_of_its_machine_and_so_is_a_missing_seal() -> None:
    held = state(sale("T01.e.1", [1])) | {
        "records": [
            {"machine": "T01", "seal": "0f", "quarantine": [{"seq": 7, "reason": "the MAC is wrong"}]},
            {"machine": "T02", "seal": "", "quarantine": []},
        ]
    }
    assert differences(held, {"T01": told(1, 1_000)}) == ["T01: line 7 of its records: the MAC is wrong"]
    assert differences(held, {"T02": told(0, 0)}) == ["T02: the MACs of its records are not checked"]


def test_a_place_sold_by_both_machines_is_found_where_the_ways_overlap() -> None:
    apart = state(sale("T01.e.1", [1], a=0, b=2), sale("T02.e.1", [1], a=2, b=4))
    assert list(sold_twice(apart)) == []
    twice = state(sale("T01.e.1", [1], a=0, b=3), sale("T02.e.1", [1], state="confirmed", a=2, b=4))
    assert list(sold_twice(twice)) == [("place 1 of hard_seat of K1 on 2026-11-22, segment 2", 2)]
    assert differences(twice, {})[0].endswith("segment 2 is sold 2 times")


def test_it_is_settled_when_nothing_of_these_machines_is_open() -> None:
    held = state(sale("T01.e.1", [1], state="confirmed"), sale("W01.w.1", [2], state="confirmed"))
    assert not settled(held, ["T01", "T02"])
    assert settled(held, ["T02"])
