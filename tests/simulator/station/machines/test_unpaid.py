"""Payments that came to nothing after tickets were given: told by the machine, closed once by the office, itemised in the day.

Decision page 058.
"""

from __future__ import annotations

from typing import Any

from tests.simulator.station.helpers import EPOCH, body_of, error_of, key, small_world
from tests.simulator.station.machines.desk import Desk
from tests.simulator.station.machines.test_days import DAY, closed, ended, fact, registers, sell

NAME = f"T07.{EPOCH}.2.7"


def lost(sale: int = 1, amount_fen: int = 5_000, payment: int = 7) -> dict[str, Any]:
    return {"kind": "unpaid.add", "sale": sale, "payment": payment, "amount_fen": amount_fen, "reference": "R-88"}


def told(desk: Desk) -> list[dict[str, Any]]:
    return list(body_of(desk.office("unpaid"))["unpaid"])


def settle(desk: Desk, amount_fen: int, name: str = NAME) -> Any:
    return desk.office("unpaid:settle", {"unpaid": name, "amount_fen": amount_fen, "reason": "paid at window 3"})


def sold_and_lost() -> tuple[Desk, int]:
    """A sale by card of which the tickets went out and the money never came, told with the end of the sale."""
    desk = Desk(small_world())
    price = sell(desk, 1, card=True)
    ticket = desk.station.sales.get(key(1)).numbers[0][0]
    out = [{"place": 0, "number": ticket, "blank": "E1", "state": "delivered"}]
    assert desk.ask("POST", f"/v1/sales/{key(1)}:printed", {"tickets": out}).status == 200
    began, (timer, end) = ended(1, price, 0)
    desk.tell(began, (timer, [*end, lost(1, price)]))
    return desk, price


def test_it_says_which_sale_which_tickets_and_how_much() -> None:
    desk, price = sold_and_lost()
    (one,) = told(desk)
    ticket = desk.station.sales.get(key(1)).numbers[0][0]
    assert one == {
        "unpaid": NAME, "machine": "T07", "day": DAY, "key": key(1), "reference": "R-88", "amount_fen": price,
        "tickets": [ticket], "settled": None,
    }  # fmt: skip


def test_the_day_has_it_as_a_case_until_somebody_closed_it_and_for_the_rest_afterwards() -> None:
    desk, price = sold_and_lost()
    desk.tell(registers(sales_sold=1, unpaid=1, unpaid_fen=price))

    def cases() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = body_of(desk.office(f"days/{DAY}"))["items"]
        return [item for item in items if item["item"].startswith("unpaid")]

    both = {"machine": "T07", "key": key(1), "reference": "R-88", "amount_fen": price}
    assert cases() == [{"item": "unpaid_open", **both}]
    assert settle(desk, price - 100).status == 200
    assert cases() == [{"item": "unpaid", **both, "got_fen": price - 100}]
    figures = closed(desk)["machines"]["T07"]
    assert (figures["unpaid"], figures["unpaid_fen"]) == (1, price)
    assert desk.replayed().snapshot()["machines"] == desk.station.snapshot()["machines"]


def test_what_was_got_in_full_is_no_case_any_more() -> None:
    desk, price = sold_and_lost()
    assert settle(desk, price).status == 200
    items = body_of(desk.office(f"days/{DAY}"))["items"]
    assert not [item for item in items if item["item"].startswith("unpaid")]


def test_it_is_closed_once_for_no_more_than_it_was_and_only_when_it_is_known() -> None:
    desk, price = sold_and_lost()
    assert error_of(settle(desk, price + 1)) == (422, "out_of_range")
    assert error_of(settle(desk, 0, f"T07.{EPOCH}.2.8")) == (404, "no_such_unpaid")
    assert error_of(settle(desk, 0, "T07.1")) == (400, "bad_request")
    assert settle(desk, 0).status == 200
    assert error_of(settle(desk, 0)) == (409, "settled")
    (one,) = told(desk)
    assert (one["settled"]["amount_fen"], one["settled"]["by"], one["settled"]["reason"]) == (
        0,
        "ann",
        "paid at window 3",
    )


def test_told_after_the_next_sale_began_it_still_names_its_own() -> None:
    desk = Desk(small_world())
    desk.tell(*ended(1, 5_000, 0), fact("sale.start", number=2, key=key(2), language="zh", order={}))
    desk.tell(({"kind": "capture!", "result": "refused", "payment": 7}, [lost(1)]))
    assert [(one["key"], one["amount_fen"]) for one in told(desk)] == [(key(1), 5_000)]


def test_a_record_of_it_that_makes_no_sense_is_damaged_and_folded_into_nothing() -> None:
    desk = Desk(small_world())
    desk.tell(({"kind": "capture!", "result": "refused", "payment": 7}, [{**lost(), "reference": 5}]))
    assert told(desk) == []
    assert desk.station.machines.told["T07", EPOCH].damaged == [1]
