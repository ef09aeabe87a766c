"""Changes of the service: drafted, read before they are released, released by another, and what they do. SYS-15, SYS-16, AND-10."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulator.balance import sold_twice
from simulator.station.core import Station
from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.seats.quotas import Quota, Reuse, Terms, Use
from simulator.station.seats.stock import Cut, Stock, StockError
from simulator.station.wire import Reply
from simulator.station.world import World
from tests.simulator.station.helpers import (
    ENROLLED,
    SMALL_STOPS,
    TODAY,
    TOMORROW,
    body_of,
    error_of,
    key,
    small_world,
    world,
)
from tests.simulator.station.machines.desk import PEOPLE
from tests.simulator.station.test_station_orders import bought, collect, state
from tests.simulator.station.test_station_returns import DEPARTS, LATER, Window

CANCEL: dict[str, Any] = {
    "kind": "cancelled", "train": "K1", "date": TOMORROW, "class": "", "like": "", "count": 0, "last": "", "reason": "a landslide",
}  # fmt: skip
TURN = {**CANCEL, "kind": "turned", "last": "SJP"}
FILL = {**CANCEL, "kind": "places", "class": "hard_seat", "like": "01", "count": 1, "reason": "the holidays"}


class Office(Window):
    """A machine whose passengers come back, and two persons who change the service."""

    def __init__(self, of: World | None = None) -> None:
        super().__init__(of or small_world(seats=3))
        self.station = self.fresh()

    def fresh(self) -> Station:
        return Station(self.station.world, ENROLLED, people=PEOPLE)

    def replayed(self) -> Station:
        other = self.fresh()
        for step in json.loads(json.dumps(self.steps)):
            other.apply(step)
        return other

    def office(self, path: str, body: Any = None, by: str = "ann") -> Reply:
        return self.ask("GET" if body is None else "POST", f"/v1/office/{path}", body, f"token-of-{by}")

    def draft(self, **changes: Any) -> int:
        return int(body_of(self.office("changes", {**CANCEL, **changes}))["number"])

    def released(self, **changes: Any) -> int:
        number = self.draft(**changes)
        assert self.office(f"changes/{number}:release", {}, "bo").status == 200
        return number

    def withdraw(self, number: int) -> Reply:
        return self.office(f"changes/{number}:withdraw", {"reason": "over"})

    def touched(self, number: int) -> dict[str, Any]:
        return dict(body_of(self.office(f"changes/{number}"))["touched"])

    def offer(self) -> dict[str, Any]:
        asked = {"origin": "BXP", "destination": "ZZF", "date": TOMORROW, "train": "K1"}
        return dict(body_of(self.ask("POST", "/v1/availability:query", asked))["trains"][0])

    def why(self, place: str, coach: str = "01") -> str:
        ride = {"train": "K1", "date": TOMORROW, "origin": "BXP", "destination": "ZZF", "class": "hard_seat"}
        return str(body_of(self.ask("POST", "/v1/availability:why", {**ride, "coach": coach, "place": place}))["rule"])


@pytest.fixture
def office() -> Office:
    return Office()


# -- a run that does not run


def test_a_draft_changes_nothing_and_tells_whom_it_touches(office: Office) -> None:
    office.bought(1, destination="SJP")
    office.bought(2, origin="SJP")
    order = bought(office, 1)["order"]
    office.lock(3)
    office.bought(4, date=LATER)
    number = office.draft()
    before = office.station.snapshot()
    told = office.touched(number)
    sold = [office.station.sales.get(key(sale)).total_fen for sale in (1, 2)]
    assert [(one["key"], one["fen"]) for one in told["sales"]] == list(zip([key(1), key(2)], sold, strict=True))
    assert (told["tickets"], told["tickets_fen"]) == (2, sum(sold))
    assert [(one["order"], one["tickets"]) for one in told["orders"]] == [(order, 1)]
    assert (told["ordered"], told["ordered_fen"]) == (1, told["orders"][0]["fen"])
    assert [one["key"] for one in told["buying"]] == [key(3)]
    assert (told["machines"], told["left_off"]) == (["T07"], 0)
    assert office.station.snapshot() == before
    assert office.offer()["classes"]


def test_a_cancelled_run_is_offered_to_nobody_at_once_and_says_so(office: Office) -> None:
    assert office.offer()["classes"][0]["left"] == 3
    office.released()
    offer = office.offer()
    assert (offer["cancelled"], offer["classes"], offer["closes_ms"]) == (True, [], 0)
    assert error_of(office.lock(1)) == (409, "cancelled")
    assert error_of(office.lock(1, wish="standing")) == (409, "cancelled")
    assert office.why("001") == "cancelled"
    with pytest.raises(AssertionError, match="cancelled"):
        bought(office)
    assert office.lock(2, date=LATER).status == 201  # the train runs on every other day


def test_who_has_paid_nothing_yet_gets_his_money_back_by_the_way_of_a_place_that_is_gone(office: Office) -> None:
    office.lock(1)
    office.renew(1, 1)
    office.released()
    assert office.state(1) == "expired"
    assert error_of(office.confirm(1)) == (409, "expired")
    assert error_of(office.renew(1, 2)) == (409, "expired")
    assert office.station.sales.get(key(1)).numbers == []
    office.now_ms += 10_000
    assert error_of(office.confirm(1)) == (409, "expired")


def test_a_hold_that_was_over_a_moment_before_is_not_confirmed_in_its_grace(office: Office) -> None:
    office.lock(1)
    office.now_ms = office.station.sales.get(key(1)).expires_ms
    assert office.state(1) == "expired"
    office.released()
    assert error_of(office.confirm(1)) == (409, "expired")


def test_all_comes_back_to_the_fen_and_as_the_list_said(office: Office) -> None:
    whole = office.bought(1, ["adult", "child"])
    assert office.lock(2).status == 201
    paid = office.station.sales.get(key(2)).total_fen - 50
    body = {"rounding_fen": -50, "paid": {"cash_fen": paid, "card_fen": 0}}
    number = body_of(office.confirm(2, **body))["tickets"][0]["numbers"][0]
    rounded = office.handed_out(2, [number])
    told = office.touched(office.draft())
    early = body_of(office.refund(101, whole))
    assert early["fee_fen"] > 0
    office.released()
    assert error_of(office.agree(101, early["refund_fen"])) == (409, "expired")  # what was offered before is too little
    back = 0
    office.now_ms = DEPARTS + 3_600_000  # also when it would have left
    for name, tickets in ((102, whole), (103, rounded)):
        offer = body_of(office.refund(name, tickets))
        assert (offer["fee_fen"], offer["tickets"][0]["trace"][0]["rule"]) == (0, "CF1")
        assert office.agree(name, offer["refund_fen"]).status == 200
        back += offer["refund_fen"]
    assert back == told["tickets_fen"] == office.station.sales.get(key(1)).total_fen + paid
    assert office.touched(1)["tickets"] == 0


def test_a_ticket_changed_after_departure_comes_back_too(office: Office) -> None:
    """What bars a refund by the ordinary rules does not bar one that is the carrier's fault."""
    office.now_ms = DEPARTS - 60_000
    old = office.bought(1, origin="BDP", date=TOMORROW)
    office.now_ms = DEPARTS + 3_600_000 + 60_000
    offer = body_of(office.exchange(2, old, origin="BDP", date=LATER))
    done = office.settle(2, offer["exchange"]["due_fen"])
    new = office.handed_out(2, [body_of(done)["tickets"][0]["numbers"][0]])
    assert error_of(office.refund(3, new)) == (409, "not_refundable")
    office.released(date=LATER)
    assert body_of(office.refund(3, new))["fee_fen"] == 0


def test_an_order_that_waits_is_told_of_and_not_printed(office: Office) -> None:
    made = bought(office, 1)
    order, code = made["order"], made["code"]
    assert state(office, code) == "open"
    assert collect(office, order, 1).status == 201
    office.released()
    assert office.state(1) == "expired"
    assert state(office, code) == "cancelled"
    assert error_of(collect(office, order, 2)) == (409, "cancelled")
    assert office.touched(1)["ordered"] == 1
    assert office.withdraw(1).status == 200
    assert collect(office, order, 3).status == 201


def test_taken_back_it_runs_and_ordinary_fees_hold_again(office: Office) -> None:
    tickets = office.bought(1)
    number = office.released()
    assert body_of(office.refund(101, tickets))["fee_fen"] == 0
    assert office.withdraw(number).status == 200
    assert office.offer()["classes"][0]["left"] == 2
    assert body_of(office.refund(102, tickets))["fee_fen"] > 0
    assert office.why("001") == "sold"
    assert office.lock(2).status == 201


# -- a run that ends on the way


def test_a_run_that_is_turned_is_sold_as_far_as_it_goes(office: Office) -> None:
    office.lock(1)
    office.lock(2, destination="SJP")
    made = bought(office, 1)
    office.released(**TURN)
    assert (office.state(1), office.state(2)) == ("expired", "held")
    assert office.offer()["cancelled"]
    assert error_of(office.lock(3)) == (409, "cancelled")
    assert error_of(office.lock(3, origin="SJP", destination="HDP")) == (409, "cancelled")
    assert office.why("001") == "cancelled"
    assert (office.left("BXP", "SJP"), office.confirm(2).status) == (1, 200)
    assert office.lock(4, origin="BDP", destination="SJP").status == 201
    assert state(office, made["code"]) == "cancelled"


def test_who_has_not_left_gets_all_and_who_rode_a_part_the_rest(office: Office) -> None:
    """RULE-F10; the list says the same at each moment."""
    early, beyond = office.bought(1), office.bought(2, origin="SJP", destination="HDP")
    short = office.bought(3, destination="BDP")
    fares = [office.station.sales.get(key(sale)).total_fen for sale in (1, 2)]
    number = office.released(**TURN)
    assert office.touched(number)["tickets_fen"] == sum(fares)
    assert [body_of(office.refund(name, each))["refund_fen"] for name, each in ((11, early), (12, beyond))] == fares
    assert body_of(office.refund(13, short))["fee_fen"] > 0  # it is carried to where it goes
    office.now_ms = DEPARTS
    assert error_of(office.agree(13, 0)) == (409, "price_changed")
    ridden = body_of(Office().lock(1, destination="SJP"))["total_fen"]
    assert 0 < ridden < fares[0]
    assert office.touched(number)["tickets_fen"] == fares[0] - ridden + fares[1]
    offer = body_of(office.refund(14, early))
    assert (offer["refund_fen"], offer["fee_fen"]) == (fares[0] - ridden, 0)
    assert offer["tickets"][0]["trace"][0]["did"].startswith("200 km ridden")
    assert office.agree(14, offer["refund_fen"]).status == 200
    assert body_of(office.refund(15, beyond))["refund_fen"] == fares[1]


def test_of_two_changes_the_one_that_ends_it_first_holds(office: Office) -> None:
    far, near, off = office.released(**{**TURN, "last": "HDP"}), office.released(**TURN), office.released()
    assert error_of(office.office("changes", {**TURN, "last": "HDP"})) == (409, "cancelled")
    reach = []
    for number in (off, near, far):
        reach.append(
            [office.lock(number * 10 + at, destination=end).status for at, end in enumerate(("SJP", "HDP", "ZZF"))]
        )
        for at in range(3):
            office.release(number * 10 + at)
        assert office.withdraw(number).status == 200
    assert reach == [[409, 409, 409], [201, 409, 409], [201, 201, 409]]
    assert office.lock(1).status == 201


def test_a_run_under_way_is_turned_until_it_comes_there(office: Office) -> None:
    late, soon = office.draft(**TURN), office.draft(**{**TURN, "last": "HDP"})
    office.now_ms = DEPARTS + 110 * 60_000  # 08:00: it comes to Shijiazhuang
    assert error_of(office.office(f"changes/{late}:release", {}, "bo")) == (409, "departed")
    assert office.office(f"changes/{soon}:release", {}, "bo").status == 200
    assert error_of(office.office("changes", CANCEL)) == (409, "departed")


# -- more places


def test_coaches_more_are_for_sale_at_once_and_those_who_sit_keep_their_places(office: Office) -> None:
    sold = body_of(office.lock(1, 3))["places"]
    assert office.offer()["classes"][0]["left"] == 0
    assert office.touched(office.draft(**FILL))["room"] == [{"class": "hard_seat", "places": 3, "more": 3}]
    office.released(**FILL)
    assert office.offer()["classes"][0]["left"] == 3
    fresh = body_of(office.lock(2, 3))["places"]
    assert [(one["coach"], one["place"]) for one in fresh] == [("02", "001"), ("02", "002"), ("02", "003")]
    assert [one["position"] for one in fresh] == [one["position"] for one in sold]
    assert error_of(office.lock(3)) == (409, "sold_out")
    assert office.why("002", "02") == "held"
    assert body_of(office.office("changes"))["changes"][0]["coaches"] == ["02"]


def test_coaches_follow_those_of_all_classes_and_of_changes_before() -> None:
    office = Office(world())
    office.released(**{**FILL, "train": "K598", "like": _coach("K598"), "count": 2})
    office.released(**{**FILL, "train": "K598", "like": _coach("K598"), "count": 1})
    last = max(int(p.coach) for each in world().timetable.trains["K598"].layouts.values() for p in each.places)
    told = body_of(office.office("changes"))["changes"]
    assert [one["coaches"] for one in told] == [[f"{last + 3:02d}"], [f"{last + 1:02d}", f"{last + 2:02d}"]]


def _coach(train: str) -> str:
    return world().timetable.trains[train].layouts["hard_seat"].places[0].coach


def test_berths_standing_and_use_know_the_new_coach() -> None:
    office = Office(world())
    hard, berth = _coach("K598"), world().timetable.trains["K598"].layouts["hard_berth"].places[0].coach
    before = body_of(office.ask("GET", "/v1/trains/K598/use", date=TOMORROW))["classes"]
    office.released(**{**FILL, "train": "K598", "like": hard})
    office.released(**{**FILL, "train": "K598", "class": "hard_berth", "like": berth})
    after = body_of(office.ask("GET", "/v1/trains/K598/use", date=TOMORROW))["classes"]
    more = {b["class"]: a["places"] - b["places"] for b, a in zip(before, after, strict=True)}
    layouts = world().timetable.trains["K598"].layouts
    counted = {
        name: sum(place.coach == each for place in layouts[name].places)
        for name, each in (("hard_seat", hard), ("hard_berth", berth))
    }
    assert {name: count for name, count in more.items() if count} == counted
    standing = {one["class"]: one["standing"] for one in after}["hard_seat"]
    was = {one["class"]: one["standing"] for one in before}["hard_seat"]
    assert standing["capacity"] == was["capacity"]  # nobody stands in a coach that came later
    assert (len(standing["coaches"]), standing["coaches"][-1]["capacity"]) == (len(was["coaches"]) + 1, 0)


def test_a_coach_in_which_somebody_sits_is_not_taken_off(office: Office) -> None:
    number = office.released(**FILL)
    office.lock(1, 3)
    office.lock(2)
    assert (error_of(office.withdraw(number)), body_of(office.withdraw(number))["places"]) == ((409, "in_use"), 1)
    office.release(2)
    assert office.withdraw(number).status == 200
    assert office.offer()["classes"][0]["left"] == 0
    assert office.why("001", "02") == "distance"


def test_an_expired_hold_in_a_coach_taken_off_is_gone(office: Office) -> None:
    number = office.released(**FILL)
    office.lock(1, 3)
    office.lock(2)
    office.now_ms = office.station.sales.get(key(2)).expires_ms
    assert office.state(2) == "expired"
    assert office.withdraw(number).status == 200
    assert error_of(office.confirm(2)) == (409, "expired")


@given(
    steps=st.lists(st.tuples(st.integers(-1, 7), st.integers(0, 3), st.integers(1, 4)), max_size=25),
    reuse=st.sampled_from(list(Reuse)),
)
def test_a_run_that_grows_between_sales_never_sells_a_place_twice(
    steps: list[tuple[int, int, int]], reuse: Reuse
) -> None:
    """Against a plain table, with a quota: -1 is a coach more, any other number a place that is taken, or given back
    by who has it."""
    layout = _small_layout()
    stock = Stock(layout, 4, [Quota(Terms(use=Use.PUBLIC, reuse=reuse), 0b01, 0, 4)])
    sold: dict[tuple[int, int, int], Cut] = {}
    for place, a, length in steps:
        b = min(4, a + length)
        if place < 0:
            layout = layout.with_coach("01", f"{2 + len(layout.places) // 2:02d}")
            stock.grow(layout, layout.full)
        elif (place, a, b) in sold:
            stock.give_back(sold.pop((place, a, b)))
        elif place < stock.size and stock.is_open(place, a, b):
            (sold[place, a, b],) = stock.take([place], a, b)
        cells = [(at, segment) for at, begin, end in sold for segment in range(begin, end)]
        assert len(cells) == len(set(cells))
        assert (stock.tickets, stock.size) == (len(sold), len(layout.places))
        taken = {
            (at, segment) for segment, row in enumerate(stock.taken()) for at in range(stock.size) if row >> at & 1
        }
        assert taken == set(cells)


def test_only_more_is_no_other_train() -> None:
    stock = Stock(_small_layout(), 4)
    with pytest.raises(StockError, match="was changed"):
        stock.grow(Layout(_small_layout().places[1:], ()), 0)


def _small_layout() -> Layout:
    rows = [CoachRow.model_validate({"coach": 1, "class": "hard_seat", "seats": 2})]
    return layouts_of(rows, world().network.classes, "test")["hard_seat"]


def test_a_copy_stands_by_itself(office: Office) -> None:
    before = office.station.copy()
    office.released()
    office.released(**{**FILL, "date": LATER})
    assert (before.changes.by_number, before.sales.runs.last_stop, before.sales.runs.stocks) == ({}, {}, {})


# -- what is refused


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"train": "K2"}, (404, "no_such_train")), ({"date": "2026-02-30"}, (400, "bad_request")),
        ({"date": TODAY.isoformat()}, (409, "departed")), ({"date": "0001-01-01"}, (422, "out_of_range")),
        ({"date": "9999-12-31"}, (422, "out_of_range")), ({"count": 1}, (422, "out_of_range")),
        ({"class": "hard_seat"}, (422, "out_of_range")), ({**FILL, "count": 0}, (422, "out_of_range")),
        ({**FILL, "count": 5}, (400, "bad_request")), ({**FILL, "like": "07"}, (422, "out_of_range")),
        ({**FILL, "class": "second"}, (422, "out_of_range")), ({"kind": "later"}, (400, "bad_request")),
        ({"last": "SJP"}, (422, "out_of_range")), ({**TURN, "last": ""}, (422, "out_of_range")),
        ({**TURN, "last": "BXP"}, (422, "out_of_range")), ({**TURN, "last": "ZZF"}, (422, "out_of_range")),
        ({**TURN, "last": "WHN"}, (422, "out_of_range")), ({**TURN, "like": "01"}, (422, "out_of_range")),
        ({**FILL, "last": "SJP"}, (422, "out_of_range")), ({**TURN, "last": "sjp"}, (400, "bad_request")),
        ({"reason": ""}, (400, "bad_request")), ({"colour": 1}, (400, "bad_request")),
    ],
)  # fmt: skip
def test_what_makes_no_change_is_refused(office: Office, changes: dict[str, Any], error: tuple[int, str]) -> None:
    assert error_of(office.office("changes", {**CANCEL, **changes})) == error
    assert office.steps == []


def test_two_persons_and_each_deed_once(office: Office) -> None:
    number = office.draft()
    assert error_of(office.office(f"changes/{number}:release", {})) == (403, "same_person")
    assert office.offer()["classes"]
    assert office.office(f"changes/{number}:release", {}, "bo").status == 200
    steps = len(office.steps)
    assert error_of(office.office(f"changes/{number}:release", {}, "bo")) == (409, "released")
    assert len(office.steps) == steps
    assert error_of(office.office("changes", CANCEL)) == (409, "cancelled")
    assert error_of(office.office("changes", FILL)) == (409, "cancelled")
    assert office.withdraw(number).status == 200
    assert error_of(office.withdraw(number)) == (409, "withdrawn")
    assert error_of(office.office(f"changes/{number}:release", {}, "bo")) == (409, "withdrawn")
    assert error_of(office.office("changes/9:release", {}, "bo")) == (404, "no_such_change")
    assert error_of(office.office("changes/9")) == (404, "no_such_change")


def test_what_was_drafted_in_time_is_not_released_too_late(office: Office) -> None:
    first, second = office.draft(), office.draft(**FILL)
    third = office.released(**{**FILL, "reason": "more"})
    fourth = office.draft()
    assert office.office(f"changes/{first}:release", {}, "bo").status == 200
    for number in (second, fourth):
        assert error_of(office.office(f"changes/{number}:release", {}, "bo")) == (409, "cancelled")
    office.now_ms = DEPARTS
    for number in (second, fourth):
        assert error_of(office.office(f"changes/{number}:release", {}, "bo")) == (409, "departed")
    for number in (first, third):
        assert error_of(office.withdraw(number)) == (409, "departed")
    assert office.withdraw(second).status == 200  # a draft may always be dropped


def test_the_trail_has_who_did_what(office: Office) -> None:
    number = office.released()
    told = [(one["kind"], one["by"], one["what"].get("number")) for one in office.station.machines.trail.last(10)]
    assert told == [("change_released", "bo", number), ("change_drafted", "ann", number)]


# -- all of it in any order


class Served(RuleBasedStateMachine):
    """Sales, refunds and changes in any order: no place twice, nothing sold of a run that does not run,
    the same after a restart."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(small_world(seats=2))
        self.sale = 0
        self.tickets: list[list[str]] = []

    @property
    def last(self) -> int:
        return self.office.station.sales.runs.last_stop.get(("K1", TOMORROW), 4)

    @rule(a=st.integers(0, 3), length=st.integers(1, 4), people=st.integers(1, 3), paid=st.booleans())
    def buy(self, a: int, length: int, people: int, paid: bool) -> None:
        self.sale += 1
        stops = (SMALL_STOPS[a], SMALL_STOPS[min(4, a + length)])
        off = min(4, a + length) > self.last
        reply = self.office.lock(self.sale, people, origin=stops[0], destination=stops[1])
        assert (reply.status == 409) if off else (reply.status in (201, 409))
        if reply.status == 201 and paid:
            numbers = [one["numbers"][0] for one in body_of(self.office.confirm(self.sale))["tickets"]]
            self.tickets.append(self.office.handed_out(self.sale, numbers))

    @rule(sale=st.integers(1, 12))
    def pay(self, sale: int) -> None:
        reply = self.office.confirm(sale)
        if self.office.station.sales.get(key(sale)).b > self.last:
            assert reply.status != 200 or self.office.station.sales.get(key(sale)).sold_ms < self.office.now_ms

    @rule()
    def wait(self) -> None:
        self.office.now_ms += 1_000

    @rule(pick=st.integers(0, 9))
    def give_back(self, pick: int) -> None:
        if self.tickets:
            self.sale += 1
            offer = self.office.refund(self.sale + 100, self.tickets[pick % len(self.tickets)])
            if offer.status == 201:
                assert self.office.agree(self.sale + 100, body_of(offer)["refund_fen"]).status == 200

    @rule(change=st.sampled_from([CANCEL, TURN, {**TURN, "last": "HDP"}, FILL, FILL]))
    def change_it(self, change: dict[str, Any]) -> None:
        self.office.now_ms += 1
        drafted = self.office.office("changes", change)
        if drafted.status == 201:
            number = body_of(drafted)["number"]
            assert self.office.office(f"changes/{number}:release", {}, "bo").status == 200
        else:
            assert error_of(drafted) == (409, "cancelled")

    @rule(number=st.integers(1, 6))
    def take_back(self, number: int) -> None:
        reply = self.office.withdraw(number)
        assert reply.status == 200 or error_of(reply)[1] in ("no_such_change", "withdrawn", "in_use")

    @invariant()
    def nobody_sits_on_another(self) -> None:
        cells: Counter[tuple[int, int]] = Counter()
        for sale in self.office.station.sales.by_key.values():
            if sale.state in ("held", "confirmed", "printed"):
                for index, place in enumerate(sale.places):
                    if index not in sale.refunded:
                        cells.update((place, segment) for segment in range(sale.a, sale.b))
        assert all(times == 1 for times in cells.values())
        assert list(sold_twice(self.office.station.snapshot())) == []

    @invariant()
    def nobody_holds_a_place_of_a_run_that_does_not_run(self) -> None:
        held = [sale for sale in self.office.station.sales.by_key.values() if sale.state == "held"]
        assert all(sale.b <= self.last for sale in held)

    def teardown(self) -> None:
        station: Station = self.office.replayed()
        assert station.snapshot() == self.office.station.snapshot()
        assert station.sales.runs.last_stop == self.office.station.sales.runs.last_stop
        assert station.copy().snapshot() == station.snapshot()


TestServed = Served.TestCase
TestServed.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
