"""Two machines at one station, asking for the same few places in any order: never more sold than there are, on any segment."""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulator.balance import kept_places, sold_twice
from tests.simulator.station.helpers import SMALL_STOPS, Machine, body_of, error_of, key, lock_body, small_world

MACHINES = {"T07": "secret-7", "T08": "secret-8"}
HOLDS = ("held", "confirmed", "printed")
SEATS = 3
SEGMENTS = len(SMALL_STOPS) - 1


class Hall(Machine):
    """The station's core with two machines that ask in turn."""

    def of(self, machine: str, method: str, path: str, body: Any = None) -> Any:
        return self.ask(method, path, body, token=MACHINES[machine])

    def hold(self, machine: str, sale: int, people: int = 1, **changes: Any) -> Any:
        body = {**lock_body(sale, people), "key": key(sale, machine), "machine": machine, **changes}
        return self.of(machine, "POST", "/v1/locks", body)

    def pay(self, machine: str, sale: int) -> Any:
        total = self.station.sales.get(key(sale, machine)).total_fen
        body = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": total, "card_fen": 0}}
        return self.of(machine, "POST", f"/v1/locks/{key(sale, machine)}:confirm", body)


def test_the_last_place_is_sold_once_and_the_other_is_told_what_is_left() -> None:
    hall = Hall(small_world(seats=1))
    assert hall.hold("T07", 1).status == 201
    refused = hall.hold("T08", 1)
    assert error_of(refused) == (409, "sold_out")
    assert body_of(refused)["left"] == 0
    assert hall.pay("T07", 1).status == 200
    assert error_of(hall.hold("T08", 1)) == (409, "sold_out")


def test_who_wants_two_of_the_last_three_after_two_are_gone_is_told_of_one() -> None:
    hall = Hall(small_world(seats=3))
    assert hall.hold("T07", 1, 2).status == 201
    refused = hall.hold("T08", 1, 2)
    assert (error_of(refused), body_of(refused)["left"]) == ((409, "sold_out"), 1)
    assert hall.hold("T08", 1, 1).status == 201  # the same key may ask for less


def test_a_place_that_is_let_go_is_the_other_ones_at_once() -> None:
    hall = Hall(small_world(seats=1))
    hall.hold("T07", 1)
    assert hall.hold("T08", 1).status == 409
    hall.now_ms += 300_000
    assert hall.hold("T08", 1).status == 201
    assert error_of(hall.pay("T07", 1)) == (409, "expired")  # within the grace, but the place is another one's now


def test_the_same_stretch_is_refused_and_the_next_one_is_not() -> None:
    hall = Hall(small_world(seats=1))
    assert hall.hold("T07", 1, origin="BXP", destination="SJP").status == 201
    assert hall.hold("T08", 1, origin="BDP", destination="HDP").status == 409
    assert hall.hold("T08", 1, origin="SJP", destination="ZZF").status == 201


@pytest.mark.parametrize("order", list(permutations(("T07", "T08", "phone"))))
def test_whichever_way_it_is_asked_for_the_last_place_is_sold_once(order: tuple[str, ...]) -> None:
    """AND-01: two machines and somebody who buys by phone."""
    hall = Hall(small_world(seats=1))
    bought = {name: value for name, value in lock_body(1).items() if name not in ("key", "machine")}

    def ask(channel: str) -> Any:
        if channel == "phone":
            return hall.station.order_elsewhere(json.dumps(bought).encode(), hall.now_ms)[0]
        return hall.hold(channel, 1)

    replies = [ask(channel) for channel in order]
    assert replies[0].status == 201
    assert [error_of(reply) for reply in replies[1:]] == [(409, "sold_out")] * 2


class Race(RuleBasedStateMachine):
    """Orders, payments, cancels, voids and time, from both machines in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall(small_world(seats=SEATS))
        self.sales: list[tuple[str, int]] = []

    def _one(self, pick: int) -> tuple[str, int] | None:
        return self.sales[pick % len(self.sales)] if self.sales else None

    @rule(
        machine=st.sampled_from(sorted(MACHINES)), a=st.integers(0, SEGMENTS - 1), length=st.integers(1, SEGMENTS),
        people=st.integers(1, SEATS + 1), wish=st.sampled_from(["none", "together", "window", "aisle"]),
    )  # fmt: skip
    def order(self, machine: str, a: int, length: int, people: int, wish: str) -> None:
        b = min(SEGMENTS, a + length)
        free = SEATS - len(self._taken(a, b))
        number = len(self.sales) + 1
        where = {"origin": SMALL_STOPS[a], "destination": SMALL_STOPS[b], "wish": wish}
        reply = self.hall.hold(machine, number, people, **where)
        assert (reply.status == 201) == (people <= free)
        if reply.status == 201:
            self.sales.append((machine, number))
        else:
            assert (error_of(reply), body_of(reply)["left"]) == ((409, "sold_out"), free)

    @rule(pick=st.integers(0, 50))
    def pay(self, pick: int) -> None:
        if (sale := self._one(pick)) is not None:
            assert self.hall.pay(*sale).status in (200, 409)

    @rule(pick=st.integers(0, 50))
    def let_go(self, pick: int) -> None:
        if (sale := self._one(pick)) is not None:
            reply = self.hall.of(sale[0], "POST", f"/v1/locks/{key(sale[1], sale[0])}:release", {})
            assert reply.status in (200, 409)

    @rule(pick=st.integers(0, 50), places=st.one_of(st.none(), st.just([0])))
    def void(self, pick: int, places: list[int] | None) -> None:
        if (sale := self._one(pick)) is not None:
            body = {"places": places, "reason": "test"}
            assert self.hall.of(sale[0], "POST", f"/v1/sales/{key(sale[1], sale[0])}:void", body).status == 200

    @rule(ms=st.sampled_from([1_000, 60_000, 299_000, 301_000]))
    def wait(self, ms: int) -> None:
        self.hall.now_ms += ms
        self.hall.ask("GET", "/v1/time")  # time-outs are looked for when somebody asks

    def _taken(self, a: int, b: int) -> set[int]:
        """Places that somebody holds on a segment of [a, b), from the sales alone."""
        return {place for place, segment in self._cells() if a <= segment < b}

    def _cells(self) -> Counter[tuple[int, int]]:
        cells: Counter[tuple[int, int]] = Counter()
        for sale in self.hall.station.sales.by_key.values():
            if sale.state in HOLDS:
                kept = [place for index, place in enumerate(sale.places) if index not in sale.voided]
                cells.update((place, segment) for place in kept for segment in range(sale.a, sale.b))
        return cells

    @invariant()
    def never_more_than_there_are(self) -> None:
        cells = self._cells()
        assert all(times == 1 for times in cells.values())
        assert all(sum(segment == each for _, segment in cells) <= SEATS for each in range(SEGMENTS))
        state = self.hall.station.snapshot()
        assert list(sold_twice(state)) == []
        sold = sum(len(kept_places(sale)) * (sale["b"] - sale["a"]) for sale in state["sales"].values())
        assert sold <= SEATS * SEGMENTS

    @invariant()
    def sales_and_seats_say_the_same(self) -> None:
        agree = {"held": "held", "expired": "expired", "confirmed": "sold", "printed": "sold"}
        orders = self.hall.station.sales.runs.orders
        for sale in self.hall.station.sales.by_key.values():
            if sale.state in agree:
                order = orders[sale.key]
                assert (order.state, order.places, order.expires_ms) == (
                    agree[sale.state],
                    sale.places,
                    sale.expires_ms,
                )
                assert (order.refunded or frozenset()) == sale.voided

    @invariant()
    def a_restart_stands_where_the_station_stands(self) -> None:
        assert self.hall.replayed().snapshot() == self.hall.station.snapshot()

    @invariant()
    def free_is_what_nobody_holds(self) -> None:
        for a in range(SEGMENTS):
            left = self.hall.left(SMALL_STOPS[a], SMALL_STOPS[a + 1])
            assert left == SEATS - len(self._taken(a, a + 1))


TestRace = Race.TestCase
TestRace.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
