"""Orders bought elsewhere: found by code or document, collected once, and open again when no ticket was handed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.station.core import Station
from simulator.station.locks import expiries
from simulator.station.orders import check_digit
from simulator.station.store import StoreError
from tests.simulator.station.helpers import ENROLLED, TOMORROW, Machine, body_of, error_of, key, small_world
from tests.simulator.station.memories import Memory

ANNA, BO = "11010119900307281X", "110101199003074477"


def station() -> Machine:
    return Machine(small_world())


def bought(machine: Machine, passengers: int = 2, **changes: Any) -> dict[str, Any]:
    body = {
        "train": "K1",
        "date": TOMORROW,
        "origin": "BXP",
        "destination": "ZZF",
        "class": "hard_seat",
        "passengers": ["adult"] * passengers,
        "wish": "none",
        "documents": [ANNA, BO][:passengers],
        **changes,
    }
    reply, steps = machine.station.order_elsewhere(json.dumps(body).encode(), machine.now_ms)
    machine.steps += steps
    assert reply.status == 201, reply.body
    return body_of(reply)


def find(at: Machine, which: str = "T07", **what: str) -> Any:
    return at.ask("POST", "/v1/orders:find", {"machine": which, **what}, token=f"secret-{which[-1]}")


def collect(at: Machine, order: str, sale: int, which: str = "T07") -> Any:
    body = {"machine": which, "key": key(sale, which)}
    return at.ask("POST", f"/v1/orders/{order}:collect", body, token=f"secret-{which[-1]}")


def confirmed(at: Machine, sale: int) -> list[list[str]]:
    body = body_of(at.confirm(sale))
    return [ticket["numbers"] for ticket in body["tickets"]]


def state(at: Machine, code: str) -> str:
    return str(body_of(find(at, code=code))["orders"][0]["state"])


def test_an_order_is_found_by_its_code_on_paper_as_typed_and_by_each_document() -> None:
    at = station()
    made = bought(at)
    for found in (
        find(at, code=made["paper"]),
        find(at, code=made["code"]),
        find(at, document=ANNA),
        find(at, document=BO),
    ):
        (order,) = body_of(found)["orders"]
        assert (order["order"], order["state"], len(order["places"])) == (made["order"], "open", 2)
    assert at.left("BXP", "ZZF") == 1


def test_what_proves_an_order_stands_in_no_step() -> None:
    at = station()
    made = bought(at)
    find(at, code=made["paper"])
    find(at, document=ANNA)
    collect(at, made["order"], 1)
    text = json.dumps(at.steps)
    assert not any(secret in text for secret in (ANNA, BO, made["code"]))


def test_collected_once_and_the_second_is_told_where_and_when() -> None:
    at = station()
    made = bought(at)
    find(at, code=made["code"])
    held = body_of(collect(at, made["order"], 1))
    assert (held["state"], held["total_fen"], [place["index"] for place in held["places"]]) == ("held", 0, [0, 1])
    numbers = confirmed(at, 1)
    delivered = [
        {"place": index, "number": of[0], "blank": f"b{index}", "state": "delivered"}
        for index, of in enumerate(numbers)
    ]
    assert at.printed(1, delivered).status == 200
    (order,) = body_of(find(at, code=made["code"]))["orders"]
    assert (order["state"], order["collected_at"], order["collected_ms"]) == ("collected", "T07", at.now_ms)
    assert error_of(collect(at, made["order"], 2)) == (409, "collected")


def test_of_two_machines_one_holds_the_order_and_the_other_is_told() -> None:
    at = station()
    made = bought(at)
    find(at, code=made["code"])
    find(at, "T08", code=made["code"])
    assert collect(at, made["order"], 1).status == 201
    assert error_of(collect(at, made["order"], 1, "T08")) == (409, "in_use")
    at.release(1)
    assert collect(at, made["order"], 2, "T08").status == 201


@pytest.mark.parametrize("ends", ["released", "expired", "voided"])
def test_a_hold_without_a_ticket_gives_the_order_back(ends: str) -> None:
    at = station()
    made = bought(at)
    find(at, code=made["code"])
    collect(at, made["order"], 1)
    if ends == "released":
        at.release(1)
    elif ends == "voided":
        confirmed(at, 1)
        at.void(1)
    else:
        at.now_ms += 300_000
    assert state(at, made["code"]) == "open"
    assert at.state(1) == ends


def test_what_was_not_handed_over_can_be_had_again_and_what_may_have_been_cannot() -> None:
    at = station()
    made = bought(at)
    find(at, code=made["code"])
    collect(at, made["order"], 1)
    numbers = confirmed(at, 1)
    at.void(1, [0, 1])
    assert state(at, made["code"]) == "in_use"  # whether a blank came out is still to be told
    ends = ["retracted", "unknown"]
    at.printed(
        1,
        [
            {"place": index, "number": numbers[index][0], "blank": f"b{index}", "state": ends[index]}
            for index in range(2)
        ],
    )
    (order,) = body_of(find(at, code=made["code"]))["orders"]
    assert [place["state"] for place in order["places"]] == ["open", "unknown"]
    rest = body_of(collect(at, made["order"], 2))
    assert [(place["index"], place["place"]) for place in rest["places"]] == [(0, order["places"][0]["place"])]
    assert at.left("BXP", "ZZF") == 1


def test_only_what_was_shown_to_a_machine_can_it_collect_and_not_for_ever() -> None:
    at = station()
    made = bought(at)
    assert error_of(collect(at, made["order"], 1)) == (409, "not_shown")
    find(at, "T08", code=made["code"])
    assert error_of(collect(at, made["order"], 1)) == (409, "not_shown")
    at.now_ms += 300_000
    assert error_of(collect(at, made["order"], 1, "T08")) == (409, "not_shown")


def test_elsewhere_and_too_late_are_told() -> None:
    at = station()
    made = bought(at, 1, at="SJP")
    assert state(at, made["code"]) == "wrong_station"
    assert error_of(collect(at, made["order"], 1)) == (409, "wrong_station")
    late = bought(at, 1)
    at.now_ms += 24 * 3_600_000
    assert state(at, late["code"]) == "departed"
    assert error_of(find(at, document=ANNA)) == (404, "not_found")


def test_guessing_is_stopped_and_a_wrong_digit_is_no_guess() -> None:
    at = station()
    made = bought(at)
    wrong = str((int(made["code"][0]) + 1) % 10) + made["code"][1:]
    assert error_of(find(at, code=wrong)) == (409, "bad_code")
    for body in range(5):
        digits = f"{body:011d}"
        assert error_of(find(at, code=digits + check_digit(digits))) == (404, "not_found")
    assert error_of(find(at, code=made["code"])) == (429, "too_many")
    at.now_ms += 60_000
    assert state(at, made["code"]) == "open"


def test_a_restart_knows_orders_what_was_shown_and_what_is_held() -> None:
    at = station()
    made = bought(at)
    find(at, code=made["code"])
    collect(at, made["order"], 1)
    again = at.replayed()
    assert again.snapshot() == at.station.snapshot() == at.station.copy().snapshot()
    at.station, at.now_ms = again, at.now_ms + 300_000
    assert [step["kind"] for step in expiries(again.copy().sales, at.now_ms)] == ["expired"]
    assert state(at, made["code"]) == "open"


def test_codes_follow_from_the_key_of_a_folder(tmp_path: Path, memory: Memory) -> None:
    with_keys = []
    for folder in (tmp_path / "a", tmp_path / "a", tmp_path / "b"):
        store = memory.open(folder)
        with_keys.append(Station(small_world(), ENROLLED, key=store.key()).sales.orders.secrets.code("E100000001"))
        store.close()
    assert with_keys[0] == with_keys[1] != with_keys[2]
    (tmp_path / "b" / "orders.key").write_bytes(b"short")
    with pytest.raises(StoreError, match=r"orders\.key: 5 bytes"):
        memory.open(tmp_path / "b").key()
