"""Locks, confirmations, printing and voids, with the time as an argument. Station API sheet; settled questions 3, 4, 6, 7."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.station.network import SaleRules
from simulator.station.timetable import wall_ms
from tests.simulator.station.helpers import (
    NOON,
    TODAY,
    TOMORROW,
    Machine,
    body_of,
    error_of,
    key,
    lock_body,
    small_world,
    world,
)

RULES: SaleRules = world().network.rules


def machine_with(seats: int = 3) -> Machine:
    return Machine(small_world(seats))


def test_a_lock_tells_passengers_and_price_per_place() -> None:
    """TVM-001."""
    machine = Machine()
    reply = machine.lock(1, ["adult", "child", "student"], train="K598", destination="WCN", wish="together")
    lock = body_of(reply)
    assert reply.status == 201
    assert [(place["passenger"], place["price_fen"]) for place in lock["places"]] == [
        ("adult", 15_250),
        ("child", 7_650),
        ("student", 7_650),
    ]
    assert lock["total_fen"] == 30_550
    assert lock["remaining_ms"] == 300_000
    assert lock["expires_ms"] == NOON + 300_000
    assert lock["limit_ms"] == NOON + 600_000
    assert (lock["key"], lock["state"]) == (key(1), "held")


def test_all_places_of_an_order_or_none() -> None:
    """INV-08."""
    machine = machine_with(seats=3)
    assert machine.lock(1, 2).status == 201
    refused = machine.lock(2, 2)
    assert error_of(refused) == (409, "sold_out")
    assert body_of(refused)["left"] == 1
    assert machine.left("BXP", "ZZF") == 1
    assert machine.state(2) == "none"
    assert machine.lock(2, 1).status == 201  # told "only one", agreed to one


def test_two_machines_never_hold_the_same_place() -> None:
    """INV-07."""
    machine = machine_with(seats=1)
    other = {**lock_body(1), "key": key(1, "T08"), "machine": "T08"}
    assert machine.lock(1).status == 201
    assert error_of(machine.ask("POST", "/v1/locks", other, token="secret-8")) == (409, "sold_out")
    machine.release(1)
    assert machine.ask("POST", "/v1/locks", other, token="secret-8").status == 201


def test_a_lock_expires_by_the_time_and_its_places_are_free() -> None:
    """INV-09."""
    machine = machine_with()
    machine.lock(1, 3)
    machine.now_ms += 299_999
    assert (machine.state(1), machine.left("BXP", "ZZF")) == ("held", 0)
    machine.now_ms += 1
    assert (machine.state(1), machine.left("BXP", "ZZF")) == ("expired", 3)
    assert error_of(machine.renew(1, 1)) == (409, "expired")
    assert body_of(machine.release(1)) == {"state": "expired"}


def test_renewal_adds_a_minute_per_note_once_and_stops_at_the_limit() -> None:
    machine = machine_with()
    machine.lock(1)
    machine.now_ms += 10_000
    assert body_of(machine.renew(1, 1)) == {"expires_ms": NOON + 360_000, "remaining_ms": 350_000}
    assert body_of(machine.renew(1, 1))["expires_ms"] == NOON + 360_000
    for note in range(2, 9):
        last = body_of(machine.renew(1, note))
    assert last["expires_ms"] == NOON + 600_000
    machine.now_ms = NOON + 599_999
    assert machine.state(1) == "held"
    machine.now_ms = NOON + 600_000
    assert machine.state(1) == "expired"


def test_the_same_key_and_body_gets_the_same_places_and_another_body_is_refused() -> None:
    machine = machine_with()
    first = body_of(machine.lock(1))
    machine.now_ms += 5_000
    again = machine.lock(1)
    assert again.status == 201
    assert body_of(again) == {**first, "remaining_ms": 295_000}
    assert error_of(machine.lock(1, 2)) == (422, "key_reused")
    assert machine.left("BXP", "ZZF") == 2


def test_a_confirmation_may_be_asked_again_and_gives_three_numbers_a_place() -> None:
    machine = machine_with()
    machine.lock(1, 2)
    first = machine.confirm(1)
    assert machine.confirm(1) == first
    tickets = body_of(first)["tickets"]
    numbers = [number for ticket in tickets for number in ticket["numbers"]]
    assert [ticket["place"] for ticket in tickets] == [0, 1]
    assert len(set(numbers)) == 6
    assert error_of(machine.confirm(1, rounding_fen=50)) == (422, "key_reused")
    machine.lock(2)
    later = body_of(machine.confirm(2))["tickets"][0]["numbers"]
    assert not set(later) & set(numbers)
    assert error_of(machine.release(1)) == (409, "wrong_state")


def test_a_confirmation_with_another_price_or_too_little_money_is_refused() -> None:
    machine = Machine()
    machine.lock(1, ["adult", "child"], train="K598", destination="WCN")
    paid = {"cash_fen": 22_900, "card_fen": 0}
    assert error_of(machine.confirm(1, total_fen=22_950)) == (409, "price_changed")
    assert error_of(machine.confirm(1, paid={"cash_fen": 22_800, "card_fen": 0})) == (409, "underpaid")
    assert body_of(machine.confirm(1, paid=paid))["state"] == "confirmed"


def test_the_half_yuan_may_be_waived() -> None:
    machine = Machine()
    machine.lock(1, ["child"], train="K598", destination="WCN")
    reply = machine.confirm(1, rounding_fen=50, paid={"cash_fen": 7_600, "card_fen": 0})
    assert body_of(reply)["state"] == "confirmed"
    assert machine.station.sales.get(key(1)).paid == {"rounding_fen": 50, "cash_fen": 7_600, "card_fen": 0}


def test_confirm_within_the_grace_takes_the_very_same_places_again() -> None:
    machine = machine_with()
    place = body_of(machine.lock(1))["places"][0]["place"]
    machine.now_ms += RULES.lock_ms + RULES.confirm_grace_ms - 1
    assert machine.state(1) == "expired"
    assert body_of(machine.confirm(1))["state"] == "confirmed"
    assert place not in {one["place"] for one in body_of(machine.lock(2, 2))["places"]}


def test_confirm_after_the_grace_or_when_a_place_is_gone_is_expired() -> None:
    """INV-10."""
    machine = machine_with(seats=1)
    machine.lock(1)
    machine.now_ms += RULES.lock_ms + RULES.confirm_grace_ms
    assert error_of(machine.confirm(1)) == (409, "expired")
    machine = machine_with(seats=1)
    machine.lock(1)
    machine.now_ms += RULES.lock_ms
    assert machine.lock(2, origin="SJP").status == 201
    assert error_of(machine.confirm(1)) == (409, "expired")


def test_a_void_before_its_lock_is_remembered() -> None:
    machine = machine_with()
    assert body_of(machine.void(1)) == {"state": "voided"}
    assert error_of(machine.lock(1)) == (409, "voided")
    assert error_of(machine.confirm(1)) == (409, "voided")
    assert machine.left("BXP", "ZZF") == 3


def test_a_void_of_a_held_key_releases_it_and_wins_over_a_late_confirmation() -> None:
    machine = machine_with()
    machine.lock(1, 2)
    assert body_of(machine.void(1)) == {"state": "voided"}
    assert machine.left("BXP", "ZZF") == 3
    assert error_of(machine.confirm(1, total_fen=0)) == (409, "voided")
    assert body_of(machine.void(1)) == {"state": "voided"}


def tickets_of(machine: Machine, sale: int) -> list[list[str]]:
    return [ticket["numbers"] for ticket in body_of(machine.ask("GET", f"/v1/sales/{key(sale)}"))["tickets"]]


def ticket(place: int, number: str, state: str = "delivered") -> dict[str, Any]:
    return {"place": place, "number": number, "blank": f"E017-{number}", "state": state}


def test_a_partial_issue_voids_only_what_was_not_delivered() -> None:
    machine = machine_with()
    machine.lock(1, 3)
    machine.confirm(1)
    numbers = tickets_of(machine, 1)
    report = [ticket(0, numbers[0][0]), ticket(1, numbers[1][0], "void"), ticket(1, numbers[1][1])]
    assert body_of(machine.printed(1, report)) == {"state": "printed"}
    assert machine.printed(1, report).status == 200
    assert error_of(machine.printed(1, report[:1])) == (422, "key_reused")
    assert error_of(machine.void(1)) == (409, "delivered")
    assert body_of(machine.void(1, [2])) == {"state": "printed"}
    assert machine.left("BXP", "ZZF") == 1
    assert machine.void(1, [2]).status == 200
    assert machine.left("BXP", "ZZF") == 1
    assert machine.state(1) == "printed"


@pytest.mark.parametrize("state", ["delivered", "unknown"])
def test_a_ticket_that_a_passenger_may_hold_is_never_sold_again(state: str) -> None:
    machine = machine_with()
    machine.lock(1)
    machine.confirm(1)
    machine.printed(1, [ticket(0, tickets_of(machine, 1)[0][0], state)])
    refused = machine.void(1, [0])
    assert error_of(refused) == (409, "delivered")
    assert body_of(refused)["places"] == [0]


def test_numbers_are_used_at_their_place_and_once() -> None:
    machine = machine_with()
    machine.lock(1, 2)
    machine.confirm(1)
    (first, spare, _), other = tickets_of(machine, 1)
    assert error_of(machine.printed(1, [ticket(0, other[0])])) == (409, "wrong_number")
    assert error_of(machine.printed(1, [ticket(0, first, "void"), ticket(0, first)])) == (409, "wrong_number")
    assert error_of(machine.printed(1, [ticket(0, first), ticket(0, spare)])) == (409, "wrong_number")
    assert error_of(machine.printed(1, [ticket(7, first)])) == (400, "bad_request")
    machine.void(1, [0])
    assert error_of(machine.printed(1, [ticket(0, first)])) == (409, "voided")
    assert machine.printed(1, [ticket(0, first, "void"), ticket(1, other[0])]).status == 200


def test_nothing_good_means_all_voided_and_all_for_sale_again() -> None:
    machine = machine_with()
    machine.lock(1, 3)
    machine.confirm(1)
    machine.printed(1, [ticket(0, tickets_of(machine, 1)[0][0], "void")])
    assert body_of(machine.void(1)) == {"state": "voided"}
    assert machine.left("BXP", "ZZF") == 3


def test_deeds_on_a_key_never_held_are_answered_clearly() -> None:
    machine = machine_with()
    assert error_of(machine.renew(1, 1)) == (404, "no_such_sale")
    assert error_of(machine.confirm(1)) == (404, "no_such_sale")
    assert error_of(machine.printed(1, [])) == (404, "no_such_sale")
    assert body_of(machine.release(1)) == {"state": "none"}
    assert body_of(machine.ask("GET", f"/v1/sales/{key(1)}")) == {"key": key(1), "state": "none"}


def test_sale_closes_before_departure_at_the_boarding_station() -> None:
    machine = machine_with()
    departure = wall_ms(TODAY, 7 * 60 + 10)  # K1 leaves BDP at 07:10
    machine.now_ms = departure - RULES.sale_closes_before_ms
    today = TODAY.isoformat()
    refused = machine.lock(1, origin="BDP", date=today)
    assert error_of(refused) == (409, "sale_closed")
    asked = {"origin": "BDP", "destination": "ZZF", "date": today}
    offer = body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"][0]
    assert offer["closes_ms"] == machine.now_ms
    machine.now_ms -= 1
    assert machine.lock(1, origin="BDP", date=today).status == 201


def test_the_days_of_sale_begin_today() -> None:
    machine = machine_with()
    assert error_of(machine.lock(1, date="2026-11-20")) == (409, "sale_closed")
    assert machine.lock(1, date="2026-12-05").status == 201
    assert error_of(machine.lock(2, date="2026-12-06")) == (409, "sale_closed")
    asked = {"origin": "BXP", "destination": "ZZF", "date": "2026-12-06"}
    assert body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"] == []


def test_an_order_has_a_greatest_size() -> None:
    """TVM-006."""
    machine = Machine()
    most = RULES.max_tickets
    change = {"train": "K598", "destination": "WCN"}
    assert error_of(machine.lock(1, most + 1, **change)) == (409, "limit")
    assert machine.lock(1, most, **change).status == 201


def test_unknown_trains_classes_and_stations() -> None:
    machine = Machine()
    no_class = {**lock_body(1, train="K598", destination="WCN"), "class": "second"}
    assert error_of(machine.lock(1, train="G9999")) == (404, "no_such_train")
    assert error_of(machine.lock(1, train="K598", origin="WCN", destination="BXP")) == (404, "no_such_train")
    assert error_of(machine.ask("POST", "/v1/locks", no_class)) == (400, "bad_request")
    asked = {"origin": "BXP", "destination": "QQQ", "date": TOMORROW}
    assert error_of(machine.ask("POST", "/v1/availability:query", asked)) == (400, "bad_request")
    assert error_of(machine.ask("GET", "/v1/trains/G9999")) == (404, "no_such_train")


def test_an_offer_has_what_the_sheet_says() -> None:
    machine = Machine()
    asked = {"origin": "BXP", "destination": "GZQ", "date": TOMORROW, "train": "K598"}
    offer = body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"][0]
    assert (offer["train"], offer["kind"], offer["date"]) == ("K598", "K", TOMORROW)
    assert (offer["depart"], offer["arrive"], offer["day_offset"], offer["minutes"]) == ("05:14", "11:12", 1, 1_798)
    assert offer["closes_ms"] == offer["depart_ms"] - RULES.sale_closes_before_ms
    assert [one["class"] for one in offer["classes"]] == ["hard_seat", "hard_berth", "soft_berth"]
    assert set(offer["classes"][0]["prices"]) == {"adult", "child", "student", "soldier"}
    asked.pop("train")
    departures = [one["depart_ms"] for one in body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"]]
    assert departures == sorted(departures)


def test_the_stops_of_a_train_have_no_time_at_the_ends() -> None:
    stops = body_of(Machine().ask("GET", "/v1/trains/K598", date=TOMORROW))["stops"]
    assert (stops[0]["arrive"], stops[-1]["depart"]) == (None, None)
    home = next(stop for stop in stops if stop["station"] == "BXP")
    assert home == {"station": "BXP", "arrive": "04:54", "depart": "05:14", "day": 1, "km": 818}


DEEDS = st.one_of(
    st.tuples(st.just("lock"), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers(1, 4)),
    st.tuples(st.sampled_from(["confirm", "release", "renew", "void", "print"]), st.integers(1, 4), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([1_000, 200_000, 310_000, 400_000])),
)


def perform(machine: Machine, deed: tuple[Any, ...]) -> None:
    stops = ("BXP", "BDP", "SJP", "HDP", "ZZF")
    if deed[0] == "wait":
        machine.now_ms += deed[1]
        return
    name, sale, *more = deed
    if name == "lock":
        wanted, a, length = more
        machine.lock(sale, wanted, origin=stops[a], destination=stops[min(4, a + length)])
    elif name == "confirm":
        machine.confirm(sale)
    elif name == "release":
        machine.release(sale)
    elif name == "renew":
        machine.renew(sale, more[0] + 1)
    elif name == "void":
        machine.void(sale, [more[0]] if more[0] else None)
    else:
        numbers = machine.station.sales.get(key(sale)).numbers
        machine.printed(sale, [ticket(place, three[0]) for place, three in enumerate(numbers[: more[0]])])


@settings(max_examples=150, deadline=None)
@given(st.lists(DEEDS, max_size=25))
def test_no_two_sales_share_a_place_and_a_replay_stands_where_the_station_stood(deeds: list[tuple[Any, ...]]) -> None:
    machine = machine_with(seats=3)
    for deed in deeds:
        perform(machine, deed)
        assert machine.replayed().snapshot() == machine.station.snapshot()
        sold: set[tuple[int, int]] = set()
        for sale in machine.station.sales.by_key.values():
            if sale.state not in ("held", "confirmed", "printed"):
                continue
            cells = {
                (place, segment)
                for index, place in enumerate(sale.places)
                if index not in sale.voided
                for segment in range(sale.a, sale.b)
            }
            assert not sold & cells
            sold |= cells
        free = machine.station.snapshot()["free"].get("K1 2026-11-22 hard_seat", ["7"] * 4)
        assert [int(bits, 16) for bits in free] == [
            sum(1 << place for place in range(3) if (place, segment) not in sold) for segment in range(4)
        ]
