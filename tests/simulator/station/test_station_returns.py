"""Refunds and exchanges over the API: offered with reasons, confirmed once. Fares and rules 4 and 5; station API sheet."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulator.balance import sold_twice
from simulator.station.core import Station
from simulator.station.timetable import MINUTE_MS, wall_ms
from simulator.station.wire import Reply
from tests.simulator.station.helpers import (
    SMALL_STOPS,
    TODAY,
    Machine,
    body_of,
    error_of,
    key,
    small_world,
)

DAY_MS = 24 * 60 * MINUTE_MS
DOCUMENT = "110101199003078515"
LATER = "2026-11-29"
DEPARTS = wall_ms(TODAY, DAY_MS // MINUTE_MS + 370)  # tomorrow, 06:10


class Window(Machine):
    """A machine whose passengers come back."""

    def bought(self, sale: int, people: int | list[str] = 1, **changes: Any) -> list[str]:
        """Numbers of tickets that were sold and handed out."""
        assert self.lock(sale, people, **changes).status == 201
        tickets = body_of(self.confirm(sale))["tickets"]
        return self.handed_out(sale, [ticket["numbers"][0] for ticket in tickets])

    def handed_out(self, sale: int, numbers: list[str]) -> list[str]:
        good = [
            {"place": n, "number": number, "blank": f"E-{n}", "state": "delivered"} for n, number in enumerate(numbers)
        ]
        assert self.printed(sale, good).status == 200
        return numbers

    def refund(self, name: int, tickets: list[str], **changes: Any) -> Reply:
        body = {"key": key(name), "machine": "T07", "tickets": tickets, "document": DOCUMENT, **changes}
        return self.ask("POST", "/v1/refund-offers", body)

    def agree(self, name: int, refund_fen: int) -> Reply:
        return self.ask("POST", f"/v1/refund-offers/{key(name)}:confirm", {"refund_fen": refund_fen})

    def exchange(self, name: int, tickets: list[str], **changes: Any) -> Reply:
        body = {
            "key": key(name), "machine": "T07", "tickets": tickets, "document": DOCUMENT, "train": "K1", "date": LATER,
            "origin": "BXP", "destination": "ZZF", "class": "hard_seat", "wish": "none", **changes,
        }  # fmt: skip
        return self.ask("POST", "/v1/exchange-offers", body)

    def settle(self, name: int, due_fen: int, cash_fen: int | None = None) -> Reply:
        paid = {"cash_fen": max(0, due_fen) if cash_fen is None else cash_fen, "card_fen": 0}
        body = {"due_fen": due_fen, "rounding_fen": 0, "paid": paid}
        return self.ask("POST", f"/v1/exchange-offers/{key(name)}:confirm", body)


def at_counter(seats: int = 3) -> Window:
    return Window(small_world(seats))


def test_a_refund_is_offered_with_fee_and_reason_and_confirmed() -> None:
    machine = at_counter()
    tickets = machine.bought(1, ["adult", "child"])
    paid = machine.station.sales.get(key(1)).total_fen
    reply = machine.refund(2, tickets)
    offer = body_of(reply)
    assert (reply.status, offer["state"], offer["back_to"]) == (201, "offered", "cash_at_station")
    assert offer["refund_fen"] + offer["fee_fen"] == paid
    assert [one["number"] for one in offer["tickets"]] == tickets
    adult = offer["tickets"][0]
    assert abs(adult["fee_fen"] - adult["fare_fen"] / 5) <= 25  # a fifth, in steps of half a yuan
    reason = adult["trace"][0]
    assert (reason["rule"], reason["version"], reason["amount_fen"]) == ("R5", 1, adult["fee_fen"])
    assert reason["text"]["zh"]
    assert reason["text"]["en"]
    assert machine.left("BXP", "ZZF") == 1  # asking gives nothing back
    done = machine.agree(2, offer["refund_fen"])
    assert body_of(done) == {"state": "refunded", "refund_fen": offer["refund_fen"], "back_to": "cash_at_station"}
    assert machine.left("BXP", "ZZF") == 3
    assert body_of(machine.ask("GET", f"/v1/sales/{key(1)}"))["refunded"] == [0, 1]


def test_each_deed_of_a_refund_may_be_repeated_and_is_done_once() -> None:
    machine = at_counter()
    tickets = machine.bought(1, 2)
    first = machine.refund(2, tickets[:1])
    assert machine.refund(2, tickets[:1]) == first
    assert error_of(machine.refund(2, tickets)) == (422, "key_reused")
    refund_fen = body_of(first)["refund_fen"]
    assert error_of(machine.agree(2, refund_fen + 50)) == (409, "price_changed")
    done, steps = machine.agree(2, refund_fen), len(machine.steps)
    assert machine.agree(2, refund_fen) == done
    assert body_of(machine.refund(2, tickets[:1]))["state"] == "refunded"
    assert len(machine.steps) == steps
    assert (error_of(machine.refund(3, tickets)), body_of(machine.refund(3, tickets))["places"]) == (
        (409, "refunded"),
        [0],
    )
    assert machine.refund(3, tickets[1:]).status == 201


def test_two_offers_for_one_ticket_and_one_refund() -> None:
    machine = at_counter()
    tickets = machine.bought(1)
    offers = [body_of(machine.refund(name, tickets))["refund_fen"] for name in (2, 3)]
    assert machine.agree(3, offers[1]).status == 200
    assert error_of(machine.agree(2, offers[0])) == (409, "refunded")
    assert error_of(machine.exchange(4, tickets)) == (409, "refunded")


def test_the_fee_rises_as_departure_comes_and_ends_with_it() -> None:
    machine = at_counter()
    tickets = machine.bought(1, date=LATER)
    fees = []
    for days in (0, 2, 6, 7):
        machine.now_ms = DEPARTS - MINUTE_MS + days * DAY_MS
        fees.append(body_of(machine.refund(10 + days, tickets))["fee_fen"])
    full = machine.station.sales.get(key(1)).total_fen
    assert fees == sorted(fees)
    assert fees[0] < fees[2] < fees[3] < full
    last = body_of(machine.refund(17, tickets))
    assert last["remaining_ms"] == MINUTE_MS  # no offer outlives the departure
    machine.now_ms += MINUTE_MS
    assert error_of(machine.agree(17, last["refund_fen"])) == (409, "expired")
    assert error_of(machine.refund(17, tickets)) == (409, "expired")
    refused = machine.refund(18, tickets)
    assert error_of(refused) == (409, "not_refundable")
    assert body_of(refused)["advice"] == "rebook"
    assert body_of(refused)["trace"][0]["rule"]


def test_what_nobody_holds_does_not_come_back() -> None:
    machine = at_counter()
    machine.lock(1)
    number = body_of(machine.confirm(1))["tickets"][0]["numbers"][0]
    assert error_of(machine.refund(2, [number])) == (404, "no_such_ticket")
    machine.printed(1, [{"place": 0, "number": number, "blank": "E-1", "state": "unknown"}])
    assert error_of(machine.refund(2, [number])) == (404, "no_such_ticket")
    assert error_of(machine.refund(2, ["Z999999"])) == (404, "no_such_ticket")
    assert error_of(machine.agree(2, 0)) == (404, "no_such_offer")


def test_tickets_of_one_sale_each_once() -> None:
    machine = at_counter()
    one, other = machine.bought(1), machine.bought(2)
    assert error_of(machine.refund(3, one + other)) == (400, "bad_request")
    assert error_of(machine.refund(3, one + one)) == (400, "bad_request")
    assert error_of(machine.refund(1, one)) == (422, "key_reused")
    machine.refund(3, one)
    assert error_of(machine.lock(3)) == (422, "key_reused")
    assert error_of(machine.exchange(3, other)) == (422, "key_reused")


def test_what_was_rounded_off_is_not_paid_out() -> None:
    machine = at_counter()
    assert machine.lock(1, 2, date=LATER).status == 201
    total = machine.station.sales.get(key(1)).total_fen
    body = {"rounding_fen": -50, "paid": {"cash_fen": total - 50, "card_fen": 0}}
    numbers = [one["numbers"][0] for one in body_of(machine.confirm(1, **body))["tickets"]]
    machine.handed_out(1, numbers)
    machine.now_ms = DEPARTS - 2 * DAY_MS  # nine days before: free
    first, second = (body_of(machine.refund(10 + n, [number])) for n, number in enumerate(numbers))
    assert (first["fee_fen"], first["rounding_fen"], first["refund_fen"]) == (0, -50, total // 2 - 50)
    machine.agree(10, first["refund_fen"])
    assert error_of(machine.agree(11, second["refund_fen"])) == (409, "expired")  # it still had the rounding in it
    again = body_of(machine.refund(12, numbers[1:]))
    assert (again["rounding_fen"], again["refund_fen"]) == (0, total // 2)
    machine.agree(12, again["refund_fen"])
    assert first["refund_fen"] + again["refund_fen"] == total - 50


def test_an_exchange_holds_the_new_place_and_gives_the_old_one_back_when_it_is_paid() -> None:
    machine = at_counter(seats=1)
    tickets = machine.bought(1)
    reply = machine.exchange(2, tickets)
    offer = body_of(reply)
    assert (reply.status, offer["state"], offer["exchange"]["pay_fen"]) == (201, "held", 0)
    assert offer["exchange"]["due_fen"] == offer["exchange"]["fee_fen"]
    assert offer["exchange"]["trace"][0][0]["rule"]
    assert (machine.left("BXP", "ZZF"), machine.state(2)) == (0, "held")
    assert error_of(machine.confirm(2)) == (409, "wrong_state")
    due_fen = offer["exchange"]["due_fen"]
    assert error_of(machine.settle(2, due_fen + 1)) == (409, "price_changed")
    done = machine.settle(2, due_fen)
    assert len(body_of(done)["tickets"][0]["numbers"]) == 3
    assert machine.settle(2, due_fen) == done
    assert machine.left("BXP", "ZZF") == 1
    assert body_of(machine.ask("GET", f"/v1/sales/{key(1)}"))["exchanged"] == [0]
    assert error_of(machine.exchange(3, tickets)) == (409, "exchanged")
    assert error_of(machine.refund(3, tickets)) == (409, "exchanged")
    new = machine.handed_out(2, [done_number(done)])
    assert error_of(machine.exchange(4, new, date="2026-11-30")) == (409, "not_exchangeable")  # once only
    assert machine.refund(5, new).status == 201


def done_number(reply: Reply) -> str:
    return str(body_of(reply)["tickets"][0]["numbers"][0])


def test_a_shorter_trip_gives_the_difference_back_and_a_longer_one_asks_for_it() -> None:
    machine = at_counter(seats=4)
    short, long = machine.bought(1, destination="HDP", date=LATER), machine.bought(2, date=LATER)
    machine.now_ms = DEPARTS
    dearer, cheaper = (body_of(machine.exchange(n, tickets, destination=to, date=LATER)) for n, tickets, to in (
        (3, short, "ZZF"), (4, long, "HDP"),
    ))  # fmt: skip
    assert dearer["exchange"]["due_fen"] == dearer["total_fen"] - dearer["exchange"]["old_fen"] > 0
    assert error_of(machine.settle(3, dearer["exchange"]["due_fen"], cash_fen=0)) == (409, "underpaid")
    assert cheaper["exchange"]["due_fen"] == -cheaper["exchange"]["back_fen"] < 0
    assert machine.settle(4, cheaper["exchange"]["due_fen"]).status == 200


def test_an_exchange_that_is_let_go_leaves_the_old_ticket() -> None:
    machine = at_counter(seats=1)
    tickets = machine.bought(1)
    first = machine.exchange(2, tickets)
    machine.now_ms += 1_000
    again = machine.exchange(2, tickets)
    assert body_of(again) == {**body_of(first), "remaining_ms": body_of(first)["remaining_ms"] - 1_000}
    assert error_of(machine.exchange(2, tickets, wish="window")) == (422, "key_reused")
    machine.release(2)
    other = body_of(machine.exchange(3, tickets))
    machine.now_ms += 600_000
    assert error_of(machine.settle(3, other["exchange"]["due_fen"])) == (409, "expired")
    assert (machine.state(1), machine.refund(4, tickets).status) == ("printed", 201)


def test_a_ticket_refunded_meanwhile_is_not_exchanged() -> None:
    machine = at_counter()
    tickets = machine.bought(1)
    offer, refund = body_of(machine.exchange(2, tickets)), body_of(machine.refund(3, tickets))
    machine.agree(3, refund["refund_fen"])
    assert error_of(machine.settle(2, offer["exchange"]["due_fen"])) == (409, "refunded")
    assert error_of(machine.exchange(5, machine.bought(4), origin="BDP")) == (400, "bad_request")


def test_the_document_is_nowhere_in_full(caplog: pytest.LogCaptureFixture) -> None:
    machine = at_counter()
    tickets = machine.bought(1, 2)
    with caplog.at_level(logging.DEBUG):
        replies = [machine.refund(2, tickets[:1]), machine.exchange(3, tickets[1:]), machine.refund(4, ["A"])]
    written = json.dumps([machine.steps, machine.station.snapshot(), [reply.body for reply in replies]])
    assert DOCUMENT not in written + caplog.text
    assert DOCUMENT[4:12] not in written + caplog.text
    assert {step["document"] for step in machine.steps if "document" in step} == {"110************515"}
    assert error_of(machine.refund(5, tickets, document="no document")) == (400, "bad_request")
    assert machine.refund(6, tickets, document=None).status == 201


def test_only_the_machine_that_asked_confirms_and_any_machine_may_ask() -> None:
    machine = at_counter()
    tickets = machine.bought(1)
    other = {"key": key(1, "T08"), "machine": "T08", "tickets": tickets}
    offer = machine.ask("POST", "/v1/refund-offers", other, token="secret-8")
    path = f"/v1/refund-offers/{key(1, 'T08')}:confirm"
    body = {"refund_fen": body_of(offer)["refund_fen"]}
    assert error_of(machine.ask("POST", path, body)) == (403, "wrong_machine")
    assert machine.ask("POST", path, body, token="secret-8").status == 200
    revoked = {"key": key(1, "T09"), "machine": "T09", "tickets": tickets}
    assert error_of(machine.ask("POST", "/v1/refund-offers", revoked, token="secret-9")) == (403, "no_grant")


class Returns(RuleBasedStateMachine):
    """Sales, refunds and exchanges in any order, and what every segment then carries."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = at_counter(seats=3)
        self.number = 0
        self.tickets: list[list[str]] = []
        self.paid_fen = self.back_fen = 0

    def _next(self) -> int:
        self.number += 1
        return self.number

    @rule(
        a=st.integers(0, 3),
        length=st.integers(1, 4),
        people=st.integers(1, 3),
        day=st.sampled_from([LATER, "2026-11-23"]),
    )
    def buy(self, a: int, length: int, people: int, day: str) -> None:
        sale, stops = self._next(), (SMALL_STOPS[a], SMALL_STOPS[min(4, a + length)])
        if self.machine.lock(sale, people, origin=stops[0], destination=stops[1], date=day).status == 201:
            numbers = [one["numbers"][0] for one in body_of(self.machine.confirm(sale))["tickets"]]
            self.tickets.append(self.machine.handed_out(sale, numbers))
            self.paid_fen += self.machine.station.sales.get(key(sale)).total_fen

    @rule(pick=st.integers(0, 30), some=st.integers(1, 3))
    def give_back(self, pick: int, some: int) -> None:
        if self.tickets:
            name, tickets = self._next(), self.tickets[pick % len(self.tickets)][:some]
            offer = self.machine.refund(name, tickets)
            if offer.status == 201:
                refund_fen = body_of(offer)["refund_fen"]
                assert self.machine.agree(name, refund_fen).status == 200
                self.back_fen += refund_fen
            else:
                assert error_of(offer)[1] in ("refunded", "exchanged", "not_refundable")

    @rule(
        pick=st.integers(0, 30),
        day=st.sampled_from([LATER, "2026-11-23"]),
        destination=st.sampled_from(SMALL_STOPS[2:]),
    )
    def change(self, pick: int, day: str, destination: str) -> None:
        if self.tickets:
            name, tickets = self._next(), self.tickets[pick % len(self.tickets)]
            offer = self.machine.exchange(name, tickets, date=day, destination=destination)
            if offer.status == 201:
                due_fen = body_of(offer)["exchange"]["due_fen"]
                done = self.machine.settle(name, due_fen)
                self.tickets.append(
                    self.machine.handed_out(name, [one["numbers"][0] for one in body_of(done)["tickets"]])
                )
                self.paid_fen += due_fen

    @invariant()
    def nobody_sits_on_another(self) -> None:
        cells: Counter[tuple[str, int, int]] = Counter()
        for sale in self.machine.station.sales.by_key.values():
            assert sale.run is not None
            for index, place in enumerate(sale.places):
                if index not in sale.refunded | sale.exchanged:
                    cells.update((sale.run.run_date, place, segment) for segment in range(sale.a, sale.b))
        assert all(times == 1 for times in cells.values())
        taken = sum(
            12 - sum(int(bits, 16).bit_count() for bits in rows)
            for rows in self.machine.station.snapshot()["free"].values()
        )
        assert taken == len(cells)
        assert list(sold_twice(self.machine.station.snapshot())) == []

    @invariant()
    def nobody_gets_more_than_was_paid(self) -> None:
        assert self.back_fen <= self.paid_fen

    def teardown(self) -> None:
        station: Station = self.machine.replayed()
        assert station.snapshot() == self.machine.station.snapshot()


TestReturns = Returns.TestCase
TestReturns.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
