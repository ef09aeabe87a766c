"""Refunds and exchanges in the close of a day and in the console's view of sales: money out by its way, every fen explained."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.station.console.sold import one_sale, sales
from simulator.station.machines.returned import returns
from simulator.station.wire import Reply
from tests.simulator.station.helpers import NOON, body_of, key, lock_body, small_world
from tests.simulator.station.machines.desk import Desk
from tests.simulator.station.machines.test_days import DAY, ended, registers

SOON, LATER = "2026-11-28", "2026-12-02"
NEARER = {"date": LATER, "destination": "HDP"}


class Till(Desk):
    """Sells, takes back and exchanges."""

    def sold(self, sale: int, people: int = 1, by: str = "cash_fen", **ride: str) -> list[str]:
        total = body_of(self.ask("POST", "/v1/locks", lock_body(sale, people, **ride)))["total_fen"]
        paid = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": 0, "card_fen": 0} | {by: total}}
        return self.handed_out(sale, self.ask("POST", f"/v1/locks/{key(sale)}:confirm", paid))

    def handed_out(self, sale: int, confirmed: Reply) -> list[str]:
        numbers = [ticket["numbers"][0] for ticket in body_of(confirmed)["tickets"]]
        good = [
            {"place": place, "number": number, "blank": "E", "state": "delivered"}
            for place, number in enumerate(numbers)
        ]
        assert self.ask("POST", f"/v1/sales/{key(sale)}:printed", {"tickets": good}).status == 200
        return numbers

    def back(self, deed: int, numbers: list[str]) -> dict[str, Any]:
        body = {"key": key(deed), "machine": "T07", "tickets": numbers, "document": None}
        offer = body_of(self.ask("POST", "/v1/refund-offers", body))
        agreed = {"refund_fen": offer["refund_fen"]}
        assert self.ask("POST", f"/v1/refund-offers/{key(deed)}:confirm", agreed).status == 200
        return offer

    def exchanged(self, deed: int, numbers: list[str], **changes: Any) -> dict[str, Any]:
        body = {name: value for name, value in lock_body(deed).items() if name != "passengers"}
        offered = self.ask(
            "POST", "/v1/exchange-offers", {**body, "tickets": numbers, "document": None, "date": LATER, **changes}
        )
        told: dict[str, Any] = body_of(offered)["exchange"]
        paid = {"cash_fen": max(0, told["due_fen"]), "card_fen": 0}
        agreed = {"due_fen": told["due_fen"], "rounding_fen": 0, "paid": paid}
        self.handed_out(deed, self.ask("POST", f"/v1/exchange-offers/{key(deed)}:confirm", agreed))
        return told

    def day(self, day: str = DAY) -> dict[str, Any]:
        return body_of(self.office(f"days/{day}"))


@pytest.fixture
def till() -> Till:
    return Till(small_world(9))


def test_what_went_out_stands_by_its_way_and_every_fen_is_explained(till: Till) -> None:
    cash, card, third, fourth = (
        till.sold(1, 2),
        till.sold(2, 1, "card_fen"),
        till.sold(3, destination="HDP", date=SOON),
        till.sold(4, date=SOON),
    )
    first, second = till.back(11, cash), till.back(12, card)
    dearer, cheaper = till.exchanged(13, third), till.exchanged(14, fourth, **NEARER)
    assert dearer["due_fen"] > 0 > cheaper["due_fen"]
    sums = till.day()["station"]["T07"]
    assert (sums["refunds"], sums["exchanges"], sums["tickets_back"]) == (2, 2, 5)
    assert sums["out_card_fen"] == second["refund_fen"]
    assert sums["out_cash_fen"] == first["refund_fen"] - cheaper["due_fen"]
    paid_in = sum(sale.total_fen for number in range(1, 5) if (sale := till.station.sales.get(key(number))))
    paid_in += dearer["due_fen"]
    out = sums["out_cash_fen"] + sums["out_card_fen"]
    assert paid_in - out == sums["sold_fen"] - sums["tickets_back_fen"] + sums["return_fees_fen"]
    for one in returns(till.station.sales):
        if one.kind == "refund":
            assert one.old_fen == one.fee_fen + one.out_fen - one.rounding_fen
    assert till.replayed().snapshot() == till.station.snapshot()
    assert list(returns(till.replayed().sales)) == list(returns(till.station.sales))


def test_a_refund_belongs_to_its_own_day_and_to_who_paid_it(till: Till) -> None:
    numbers = till.sold(1)
    till.now_ms = NOON + 13 * 3_600_000
    offer = till.back(2, numbers)
    assert "refunds" not in till.day()["station"]["T07"]
    assert till.day("2026-11-22")["station"]["T07"]["out_cash_fen"] == offer["refund_fen"]
    assert "sold_fen" not in till.day("2026-11-22")["station"]["T07"]


def test_each_difference_of_a_refund_is_an_item(till: Till) -> None:
    numbers, card = till.sold(1, 2), till.sold(2, 1, "card_fen")
    offer, other = till.back(3, numbers), till.back(4, card)
    price = till.station.sales.get(key(1)).total_fen
    items = till.day()["items"]
    unreported = [item for item in items if item["item"] == "refund_unreported"]
    assert unreported == [
        {"item": "refund_unreported", "key": key(3), "sale": key(1), "station_fen": offer["refund_fen"]},
        {"item": "refund_unreported", "key": key(4), "sale": key(2), "station_fen": other["refund_fen"]},
    ]
    till.tell(*ended(1, price, price), *ended(3, 0, 0, offer["refund_fen"] - 50), *ended(4, 0, 0, 0))
    items = till.day()["items"]
    both = {"station_fen": offer["refund_fen"], "machine_fen": offer["refund_fen"] - 50}
    assert [item for item in items if item["item"].startswith("refund")] == [
        {"item": "refund", "key": key(3), "sale": key(1), **both}
    ]


def test_a_day_with_a_refund_that_both_tell_is_in_order(till: Till) -> None:
    offer = till.back(2, till.sold(1))
    price = till.station.sales.get(key(1)).total_fen
    till.tell(*ended(1, price, price), *ended(2, 0, 0, offer["refund_fen"]), registers(sales_sold=2))
    assert till.day()["items"] == []


def test_money_back_of_an_exchange_is_compared(till: Till) -> None:
    told = till.exchanged(2, till.sold(1, date=SOON), **NEARER)
    old, new = (till.station.sales.get(key(number)).total_fen for number in (1, 2))
    till.tell(*ended(1, old, old), *ended(2, new, 0, -told["due_fen"] + 100), registers(sales_sold=2))
    both = {"station_fen": -told["due_fen"], "machine_fen": -told["due_fen"] + 100}
    assert till.day()["items"] == [{"item": "exchange", "key": key(2), "sale": key(1), **both}]


def test_cash_stays_cash_over_an_exchange_that_cost_nothing_in_cash(till: Till) -> None:
    told = till.exchanged(2, till.sold(1, date=SOON), **NEARER)
    assert told["due_fen"] < 0
    assert till.station.sales.get(key(2)).paid["cash_fen"] == 0
    numbers = [number for number, (sale, _) in till.station.sales.delivered.items() if sale == key(2)]
    assert till.back(3, numbers)["back_to"] == "cash_at_station"


def test_the_console_tells_what_came_back_of_a_sale(till: Till) -> None:
    numbers = till.sold(1, 2)
    offer = till.back(2, numbers[:1])
    till.exchanged(3, numbers[1:])
    one = one_sale(till.station, lambda *_: [], key(1))
    assert [(each["kind"], each["way"]) for each in one["returns"]] == [("refund", "cash"), ("exchange", "cash")]
    assert one["returns"][0]["out_fen"] == offer["refund_fen"]
    assert [(place["refunded"], place["exchanged"]) for place in one["places"]] == [(True, False), (False, True)]
    assert one_sale(till.station, lambda *_: [], key(3))["replaces"] == key(1)
    assert {sale["key"]: sale["back"] for sale in sales(till.station)} == {key(1): 2, key(3): 0}
