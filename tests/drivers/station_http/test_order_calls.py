"""Orders that were bought elsewhere, as calls: what each answer becomes, and that nobody prints what proves an order."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.station_http import calls
from drivers.station_http.calls import Answer
from drivers.station_http.outcome import understand
from kiosk.ports.station import LockRefused, LockUncertain, OrdersFailed, OrdersFound, PlacesLocked

SALE, CODE = "T07.7f3a91c2.17", "482109375562"
PLACE = {"index": 0, "coach": "05", "place": "12A", "position": "window", "passenger": "adult", "price_fen": 15_250}
ORDER: dict[str, Any] = {
    "order": "E100000001", "state": "open", "train": "K598", "kind": "K", "date": "2026-11-23", "origin": "BXP",
    "destination": "ZZF", "depart_ms": 1, "arrive_ms": 2, "depart": "06:20", "arrive": "13:10", "day_offset": 0,
    "class": "hard_seat", "at": "", "places": [{**PLACE, "state": "open"}], "collected_ms": 0, "collected_at": "",
}  # fmt: skip
LOCK: dict[str, Any] = {
    "key": SALE, "state": "held", "expires_ms": 10, "remaining_ms": 10, "limit_ms": 20, "total_fen": 0,
    "places": [{**PLACE, "price_fen": 0}],
}  # fmt: skip


def heard(call: calls.Call, status: int, body: Any) -> Any:
    return understand(call, Answer(status, body), 0, 0).fact


def test_orders_are_found_whole_or_not_at_all() -> None:
    call = calls.find_orders("T07", 7, CODE, "")
    found = heard(call, 200, {"orders": [ORDER]})
    assert isinstance(found, OrdersFound)
    assert (found.request, found.orders[0].number, found.orders[0].open[0].price_fen) == (7, "E100000001", 15_250)
    no_places, no_state = {**ORDER, "places": []}, {**ORDER, "state": 1}
    undated = [{**ORDER, "date": "soon"}, {**ORDER, "depart": ""}, {**ORDER, "collected_ms": 10**18}]
    bodies: list[Any] = [{"orders": []}, {"orders": [no_places]}, {"orders": [no_state]}, {}, None]
    bodies += [{"orders": [each]} for each in undated]
    for spoiled in bodies:
        assert isinstance(heard(call, 200, spoiled), OrdersFailed)
    assert heard(call, 404, {"error": "not_found"}) == OrdersFailed(7, "not_found")
    assert call.silence("timeout") == OrdersFailed(7, "timeout")


def test_what_proves_an_order_is_sent_and_printed_nowhere() -> None:
    by_code, by_card = calls.find_orders("T07", 7, CODE, ""), calls.find_orders("T07", 7, "", "11010119900307281X")
    assert CODE.encode() in (by_code.content() or b"")
    assert not any(secret in f"{by_code} {by_card}" for secret in (CODE, "11010119900307281X"))


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (201, LOCK, PlacesLocked),
        (409, {"error": "in_use"}, LockRefused),
        (503, {"error": "unavailable"}, LockUncertain),
        (201, {**LOCK, "total_fen": 100}, LockUncertain),
        (201, {**LOCK, "places": []}, LockUncertain),
        (201, {**LOCK, "places": [{**PLACE, "price_fen": 0}] * 3}, LockUncertain),
        (201, {**LOCK, "key": "T07.7f3a91c2.18"}, LockUncertain),
    ],
)
def test_collecting_holds_what_is_left_and_costs_nothing(status: int, body: Any, wanted: type) -> None:
    call = calls.collect("T07", SALE, "E100000001", 2)
    assert call.path == "/v1/orders/E100000001:collect"
    assert isinstance(heard(call, status, body), wanted)
