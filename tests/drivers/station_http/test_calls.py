"""What each answer of the station, or none, becomes: the station-api sheet line by line, and any noise besides."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.station_http import calls, codec
from drivers.station_http.calls import Answer, Call
from drivers.station_http.outcome import understand
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    ConfirmRefused,
    ConfirmUncertain,
    LockRefused,
    LockReleased,
    LockRenewed,
    LockUncertain,
    NetworkKnown,
    PlacesLocked,
    PrintedReported,
    RecordsFailed,
    RecordsTaken,
    RenewFailed,
    SaleConfirmed,
    SaleStateKnown,
    SaleStateUnknown,
    SessionGranted,
    SessionRefused,
    TrainsFailed,
    TrainsListed,
    TrainStops,
    VoidReported,
)
from kiosk.ports.trips import Limits, LockedPlace, Order, TicketNumbers
from kiosk.screen.formats import Clock
from tests.outbox import SEGMENT, outbox

SALE = "T07.7f3a91c2.17"
ORDER = Order(
    train="K598", kind="K", date="2026-11-23", origin="BXP", destination="ZZF", seat_class="hard_seat",
    passengers=("adult", "child"), wish="window", depart_ms=1, arrive_ms=2, depart="06:20", arrive="13:10", day_offset=0,
    price_fen=9300, closes_ms=1,
)  # fmt: skip
PLACE = {"index": 0, "coach": "05", "place": "12A", "position": "window", "passenger": "adult", "price_fen": 9300}
LOCK: dict[str, Any] = {
    "key": SALE,
    "state": "held",
    "expires_ms": 1795329300000,
    "remaining_ms": 300_000,
    "limit_ms": 1795329600000,
    "places": [PLACE, {**PLACE, "index": 1, "place": "12B", "passenger": "child", "price_fen": 4650}],
    "total_fen": 13950,
}
TICKETS = [{"place": 0, "numbers": ["E1", "E2", "E3"]}, {"place": 1, "numbers": ["E4", "E5", "E6"]}]
NUMBERS = (TicketNumbers(0, ("E1", "E2", "E3")), TicketNumbers(1, ("E4", "E5", "E6")))


def heard(call: Call, status: int, body: Any = None) -> Fact | None:
    return understand(call, Answer(status, body), 0, 0).fact


# -- the sale

lock = calls.lock("T07", SALE, ORDER)
confirm = calls.confirm(SALE, 13950, 0, 14000)


def test_a_lock_asks_for_what_the_sheet_says() -> None:
    assert (lock.method, lock.path) == ("POST", "/v1/locks")
    assert lock.body == {
        "key": SALE,
        "machine": "T07",
        "train": "K598",
        "date": "2026-11-23",
        "origin": "BXP",
        "destination": "ZZF",
        "class": "hard_seat",
        "passengers": ["adult", "child"],
        "wish": "window",
    }


def test_a_lock_is_held_with_its_places() -> None:
    assert heard(lock, 201, LOCK) == PlacesLocked(
        SALE,
        (
            LockedPlace(0, "05", "12A", "window", "adult", 9300),
            LockedPlace(1, "05", "12B", "window", "child", 4650),
        ),
        13950,
        300_000,
        600_000,
    )


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (409, {"error": "sold_out", "left": 1, "detail": ""}, LockRefused(SALE, "sold_out", 1)),
        (409, {"error": "sale_closed"}, LockRefused(SALE, "sale_closed", 0)),
        (409, {"error": "limit"}, LockRefused(SALE, "limit", 0)),
        (409, {"error": "voided", "left": "many"}, LockRefused(SALE, "voided", 0)),
        (400, {"error": "bad_request"}, LockRefused(SALE, "bad_request", 0)),
        (401, None, LockRefused(SALE, "http_401", 0)),
        (500, None, LockUncertain(SALE, "http_500")),
        (503, {"error": "starting"}, LockUncertain(SALE, "starting")),
        (302, None, LockUncertain(SALE, "http_302")),
    ],
)
def test_a_lock_that_is_not_held(status: int, body: Any, fact: Fact) -> None:
    assert heard(lock, status, body) == fact


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"state": "expired"},
        {"total_fen": 13951},
        {"total_fen": "13950"},
        {"places": [PLACE]},
        {"places": [PLACE, PLACE]},
        {"places": [PLACE, {**PLACE, "index": 1, "price_fen": True}]},
        {"places": [{**PLACE, "price_fen": 13951}, {**PLACE, "index": 1, "price_fen": -1}]},
        {"places": None},
        {"remaining_ms": -1},
        {"remaining_ms": 1.5},
        {"limit_ms": None},
        {"limit_ms": 600_000},
        {"expires_ms": None},
    ],
)
def test_a_lock_that_breaks_the_sheet_is_uncertain(change: dict[str, Any]) -> None:
    assert isinstance(heard(lock, 201, {**LOCK, **change}), LockUncertain)


def test_confirm_sends_what_was_paid() -> None:
    assert confirm.path == f"/v1/locks/{SALE}:confirm"
    assert confirm.body == {"total_fen": 13950, "rounding_fen": 0, "paid": {"cash_fen": 14000, "card_fen": 0}}


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (200, {"state": "confirmed", "tickets": TICKETS}, SaleConfirmed(SALE, NUMBERS)),
        (409, {"error": "expired"}, ConfirmRefused(SALE, "expired")),
        (409, {"error": "price_changed"}, ConfirmRefused(SALE, "price_changed")),
        (409, {"error": "voided"}, ConfirmRefused(SALE, "voided")),
        (422, {"error": "key_reused"}, ConfirmUncertain(SALE, "key_reused")),
        (401, {"error": "bad_token"}, ConfirmUncertain(SALE, "bad_token")),
        (200, {"state": "confirmed", "tickets": []}, ConfirmUncertain(SALE, "not a confirmation")),
        (200, {"state": "held", "tickets": TICKETS}, ConfirmUncertain(SALE, "not a confirmation")),
        (200, None, ConfirmUncertain(SALE, "an object with state expected")),
    ],
)
def test_confirm(status: int, body: Any, fact: Fact) -> None:
    assert heard(confirm, status, body) == fact


@pytest.mark.parametrize(
    "tickets",
    [
        [{"place": 0, "numbers": []}],
        [{"place": 0, "numbers": ["E1", "E1"]}],
        [{"place": 0, "numbers": ["E1"]}, {"place": 1, "numbers": ["E1"]}],
        [{"place": 0, "numbers": ["E1"]}, {"place": 0, "numbers": ["E2"]}],
        [{"place": 0, "numbers": [""]}],
        [{"place": 0, "numbers": [1]}],
        [{"place": "0", "numbers": ["E1"]}],
    ],
)
def test_ticket_numbers_are_each_used_once(tickets: Any) -> None:
    assert isinstance(heard(confirm, 200, {"state": "confirmed", "tickets": tickets}), ConfirmUncertain)


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (200, {"expires_ms": 1, "remaining_ms": 360_000}, LockRenewed(SALE, 360_000)),
        (409, {"error": "expired"}, RenewFailed(SALE, "expired")),
        (500, None, RenewFailed(SALE, "http_500")),
        (200, {}, RenewFailed(SALE, "remaining_ms: int expected, NoneType came")),
    ],
)
def test_renew(status: int, body: Any, fact: Fact) -> None:
    call = calls.renew(SALE, 3)
    assert (call.path, call.body) == (f"/v1/locks/{SALE}:renew", {"note": 3})
    assert heard(call, status, body) == fact


@pytest.mark.parametrize(
    ("status", "certain"),
    [(200, True), (409, True), (404, True), (422, True), (401, False), (429, False), (500, False)],
)
def test_deeds_kept_by_key_are_settled_by_any_lasting_answer(status: int, certain: bool) -> None:
    tickets = [(0, "E1", "E017-1", "delivered"), (1, "E4", "E017-2", "void")]
    assert heard(calls.release(SALE), status, {}) == LockReleased(SALE, certain)
    assert heard(calls.void(SALE, None, "confirm_lost"), status, {}) == VoidReported(SALE, certain)
    assert heard(calls.printed(SALE, tickets), status, {}) == PrintedReported(SALE, certain)


def test_bodies_of_void_and_printed() -> None:
    assert calls.void(SALE, (1,), "spoiled").body == {"places": [1], "reason": "spoiled"}
    assert calls.void(SALE, None, "lost").body == {"places": None, "reason": "lost"}
    assert calls.printed(SALE, [(0, "E1", "E017-1", "delivered")]).body == {
        "tickets": [{"place": 0, "number": "E1", "blank": "E017-1", "state": "delivered"}]
    }


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (200, {"key": SALE, "state": "none"}, SaleStateKnown(SALE, "none", ())),
        (200, {"key": SALE, "state": "held", "expires_ms": 1}, SaleStateKnown(SALE, "held", ())),
        (200, {"key": SALE, "state": "confirmed", "tickets": TICKETS}, SaleStateKnown(SALE, "confirmed", NUMBERS)),
        (200, {"key": SALE, "state": "confirmed"}, SaleStateUnknown(SALE, "confirmed without tickets")),
        (200, {"key": "x", "state": "held"}, SaleStateUnknown(SALE, f"state held of {SALE}")),
        (200, {"key": SALE, "state": "sold"}, SaleStateUnknown(SALE, f"state sold of {SALE}")),
        (500, {}, SaleStateUnknown(SALE, "http_500")),
    ],
)
def test_state_by_key(status: int, body: Any, fact: Fact) -> None:
    call = calls.ask_state(SALE)
    assert (call.method, call.path, call.question) == ("GET", f"/v1/sales/{SALE}", True)
    assert heard(call, status, body) == fact


# -- journey, session, records

OFFER = {
    "train": "G79", "kind": "G", "date": "2026-11-23", "origin": "BXP", "destination": "ZZF", "depart_ms": 5, "arrive_ms": 9,
    "depart": "07:00", "arrive": "09:30", "day_offset": 0, "minutes": 150, "km": 693, "badge": "复兴号",
    "badge_english": "Fuxing", "closes_ms": 4,
    "classes": [{"class": "second", "price_fen": 30900, "left": 17, "prices": {"adult": 30900, "child": 15450}}],
}  # fmt: skip


LATEST = codec.LATEST_MS
NO_DAY = "date, depart, arrive: no day, or no time of day"
UNDATED = (
    {"date": "2026-13-45"}, {"date": "20261123"}, {"date": ""}, {"depart": ""}, {"depart": "7:00"}, {"arrive": "later"},
)  # fmt: skip


def test_offers() -> None:
    call = calls.ask_trains(4, "BXP", "ZZF", "2026-11-23", "")
    assert call.body == {"origin": "BXP", "destination": "ZZF", "date": "2026-11-23"}
    fact = heard(call, 200, {"at_ms": 1, "trains": [OFFER]})
    assert isinstance(fact, TrainsListed)
    assert (fact.request, fact.at_ms, fact.offers[0].badge_english) == (4, 1, "Fuxing")
    assert fact.offers[0].classes[0].prices == (("adult", 30900), ("child", 15450))


def test_a_train_that_is_shown_and_not_sold() -> None:
    told = {**OFFER, "classes": [], "closes_ms": 0, "query_only": "the fare is USD 7.75", "fare": "USD 7.75"}
    unknown = {**told, "query_only": "no fare"}
    del unknown["fare"]
    fact = heard(
        calls.ask_trains(4, "BXP", "ZZF", "2026-11-23", ""), 200, {"at_ms": 1, "trains": [told, unknown, OFFER]}
    )
    assert isinstance(fact, TrainsListed)
    seen = [(offer.query_only, offer.fare) for offer in fact.offers]
    assert seen == [("the fare is USD 7.75", "USD 7.75"), ("no fare", ""), ("", "")]
    off = {**OFFER, "classes": [], "closes_ms": 0, "cancelled": True}
    fact = heard(calls.ask_trains(4, "BXP", "ZZF", "2026-11-23", ""), 200, {"at_ms": 1, "trains": [off, OFFER]})
    assert isinstance(fact, TrainsListed)
    assert [offer.cancelled for offer in fact.offers] == [True, False]


STANDS = {"left": 20, "price_fen": 24700, "prices": {"adult": 24700, "child": 12350}, "coaches": [], "sections": []}


def test_standing_tickets_are_what_a_class_without_seats_costs() -> None:
    """As long as there are seats nobody hears of them."""
    rows = [{**OFFER["classes"][0], "left": left, "standing": STANDS} for left in (0, 3)]
    call = calls.ask_trains(4, "BXP", "ZZF", "2026-11-23", "")
    fact = heard(call, 200, {"at_ms": 1, "trains": [{**OFFER, "classes": rows}]})
    assert isinstance(fact, TrainsListed)
    stands, sits = fact.offers[0].classes
    assert (stands.stands, stands.room, stands.price_fen) == (True, 20, 24700)
    assert stands.prices == (("adult", 24700), ("child", 12350))
    assert (sits.stands, sits.room, sits.price_fen) == (False, 3, 30900)


def test_a_place_without_a_name_is_a_standing_ticket_and_nothing_else() -> None:
    stands = {**PLACE, "place": "", "position": "standing"}
    body = {**LOCK, "places": [stands, {**stands, "index": 1, "price_fen": 4650}]}
    fact = heard(lock, 201, body)
    assert isinstance(fact, PlacesLocked)
    assert [(place.coach, place.place) for place in fact.places] == [("05", ""), ("05", "")]
    for wrong in ({**PLACE, "place": ""}, {**PLACE, "position": "standing"}):
        assert isinstance(heard(lock, 201, {**LOCK, "places": [wrong, LOCK["places"][1]]}), LockUncertain)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"error": "bad_request"}, "bad_request"),
        (500, None, "http_500"),
        (200, {"at_ms": 1, "trains": [{**OFFER, "query_only": True}]}, "query_only: str expected, bool came"),
        (200, {"at_ms": 1, "trains": [{**OFFER, "cancelled": "no"}]}, "cancelled: bool expected, str came"),
        (200, {"at_ms": 1, "trains": [{**OFFER, "fare": 775}]}, "fare: str expected, int came"),
        (200, {"at_ms": 1}, "trains: list expected, NoneType came"),
        (200, {"at_ms": 1, "trains": [{**OFFER, "km": "693"}]}, "km: int expected, str came"),
        (
            200,
            {"at_ms": 1, "trains": [{**OFFER, "classes": [{"class": "second"}]}]},
            "prices: dict expected, NoneType came",
        ),
        (200, {"at_ms": 1, "trains": ["G1"]}, "an object with classes expected"),
        (200, {"at_ms": LATEST + 1, "trains": []}, "at_ms: 100000000000001 is no time of ours"),
        (
            200,
            {"at_ms": 1, "trains": [{**OFFER, "closes_ms": -(10**17)}]},
            "closes_ms: -100000000000000000 is negative",
        ),
        (
            200,
            {"at_ms": 1, "trains": [{**OFFER, "depart_ms": 10**18}]},
            "depart_ms: 1000000000000000000 is no time of ours",
        ),
        *((200, {"at_ms": 1, "trains": [{**OFFER, **wrong}]}, NO_DAY) for wrong in UNDATED),
    ],
)
def test_offers_that_do_not_come(status: int, body: Any, reason: str) -> None:
    assert heard(calls.ask_trains(4, "BXP", "ZZF", "2026-11-23", "G79"), status, body) == TrainsFailed(4, reason)


def test_stops_of_a_train() -> None:
    call = calls.ask_stops(5, "K598", "2026-11-23")
    assert call.path == "/v1/trains/K598?date=2026-11-23"
    row = {"station": "BXP", "arrive": None, "depart": "06:20", "day": 0, "km": 0}
    fact = heard(call, 200, {"number": "K598", "kind": "K", "stops": [row]})
    assert isinstance(fact, TrainStops)
    assert (fact.stops[0].arrive, fact.stops[0].depart) == ("", "06:20")
    assert heard(call, 404, {"error": "no_such_train"}) == TrainStops(5, "K598", ())
    assert heard(call, 500) == TrainsFailed(5, "http_500")


NETWORK = {
    "version": "3",
    "stations": [
        {"telecode": "BXP", "name": "北京西", "pinyin": "beijingxi", "initials": "bjx", "english": "Beijing West",
         "city": "北京", "province": "北京"}
    ],
    "hot": ["BXP"],
    "classes": [{"code": "second", "name": "二等座", "english": "Second class"}],
    "passengers": [{"code": "child", "name": "儿童", "english": "Child", "rule": "6-14", "rule_english": "6 to 14"}],
    "trains": ["G1"],
}  # fmt: skip


def test_network_and_what_is_known_already() -> None:
    fact = heard(calls.ask_network("", None), 200, NETWORK)
    assert isinstance(fact, NetworkKnown)
    assert (fact.network.stations[0].telecode, fact.network.classes[0].rule) == ("BXP", "")
    again = calls.ask_network('"3"', fact)
    assert again.etag == '"3"'
    assert heard(again, 304) is fact
    assert heard(again, 500) is None


LIMITS = {"max_tickets": 5, "sale_days": 15, "sale_closes_before_ms": 300_000, "lock_ms": 300_000, "lock_max_ms": 600_000,
          "renew_ms": 60_000}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (
            200,
            {"grant": True, "time_ms": 7, "poll_ms": 1, "station": "BXP", "limits": LIMITS},
            SessionGranted("BXP", 7, Limits(5, 15, 300_000, 300_000, 600_000, 60_000)),
        ),
        (401, {"error": "bad_token"}, SessionRefused("bad_token")),
        (403, {"error": "no_grant"}, SessionRefused("no_grant")),
        (200, {"grant": False}, SessionRefused("no_grant")),
        (200, {"grant": True, "time_ms": 7, "station": "BXP", "limits": {**LIMITS, "lock_ms": -1}}, None),
        (200, {"grant": True, "time_ms": 7, "station": "BXP", "limits": {**LIMITS, "sale_days": 10**12}}, None),
        (200, {"grant": True, "time_ms": 10**18, "station": "BXP", "limits": LIMITS}, None),
        (500, None, None),
    ],
)
def test_session(status: int, body: Any, fact: Fact | None) -> None:
    call = calls.open_session("T07", "7f3a91c2", "0.1", 4, 99)
    assert call.path == "/v1/devices/T07/sessions"
    assert call.body == {"epoch": "7f3a91c2", "software": "0.1", "boot": 4, "clock_ms": 99}
    assert heard(call, status, body) == fact


@pytest.mark.parametrize(
    ("status", "body", "fact"),
    [
        (200, {"acked": 12}, RecordsTaken("e", 12, 0, False)),
        (409, {"error": "gap", "expected": 5}, RecordsTaken("e", 0, 5, False)),
        (409, {"error": "fork"}, RecordsTaken("e", 0, 0, True)),
        (409, {"error": "gap"}, RecordsFailed("e", 9, "expected: int expected, NoneType came")),
        (500, None, RecordsFailed("e", 9, "http_500")),
    ],
)
def test_records(status: int, body: Any, fact: Fact) -> None:
    call = calls.send_records("T07", "e", 9, outbox(["a", "b"]))
    assert call.body == {
        "epoch": "e",
        "first_seq": 9,
        "lines": ["a", "b"],
        "segment": {"name": SEGMENT, "first_seq": 1},
    }
    assert heard(call, status, body) == fact


def test_keys_and_names_are_quoted_in_paths() -> None:
    assert calls.ask_state("a/b c").path == "/v1/sales/a%2Fb%20c"
    assert calls.put_status("a/b", 1, {"mode": "normal"}).path == "/v1/devices/a%2Fb/status"
    assert calls.put_status("x", 1, {"mode": "normal"}).body == {"state_seq": 1, "mode": "normal"}


def test_the_time_tells_the_skew() -> None:
    outcome = understand(calls.ask_time(), Answer(200, {"time_ms": 5_000}), 1_000, 1_200)
    assert (outcome.skew_ms, outcome.fact, outcome.settled) == (3_900, None, True)
    assert understand(calls.ask_time(), Answer(200, {"time_ms": "5"}), 0, 0).skew_ms is None


@pytest.mark.parametrize("time_ms", [-1, LATEST + 1, 10**18])
def test_a_clock_that_no_calendar_can_name_is_not_believed_in_any_answer(time_ms: int) -> None:
    """Microseconds for milliseconds: the hours of the machine follow the station's time, and that would end the program."""
    assert understand(calls.ask_time(), Answer(200, {"time_ms": time_ms}), 0, 0).settled is False
    status = calls.put_status("T07", 1, {})
    assert understand(status, Answer(200, {"time_ms": time_ms}), 0, 0).skew_ms is None
    assert understand(status, Answer(200, {"time_ms": 7}), 0, 0).skew_ms == 7
    assert Clock("Asia/Shanghai").stamp(LATEST).startswith("5138-")


# -- anything at all

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "state", "tickets", "places", "left", "total_fen", "trains", "acked", "key"]),
            inner,
        )
    ),
    max_leaves=12,
)
EVERY = [
    lock, confirm, calls.renew(SALE, 1), calls.release(SALE), calls.ask_state(SALE), calls.void(SALE, None, ""),
    calls.printed(SALE, []), calls.ask_trains(1, "A", "B", "d", ""), calls.ask_stops(1, "K", "d"), calls.ask_time(),
    calls.ask_network("", None), calls.open_session("m", "e", "s", 1, 1), calls.send_records("m", "e", 1, outbox([])),
    calls.put_status("m", 1, {}),
]  # fmt: skip


@given(call=st.sampled_from(EVERY), status=st.integers(100, 599), body=ANY)
def test_no_answer_whatever_raises_or_sells(call: Call, status: int, body: Any) -> None:
    fact = understand(call, Answer(status, body), 0, 0).fact
    assert not isinstance(fact, SaleConfirmed | PlacesLocked)


@given(st.data())
def test_a_confirmation_with_one_damaged_part_never_passes(data: st.DataObject) -> None:
    body: dict[str, Any] = {"state": "confirmed", "tickets": copy.deepcopy(TICKETS)}
    part = data.draw(st.sampled_from(["state", "tickets", "place", "numbers"]))
    damaged = data.draw(ANY.filter(lambda value: value not in ("confirmed", TICKETS) and type(value) is not int))
    target = body if part in body else body["tickets"][data.draw(st.integers(0, 1))]
    target[part] = damaged
    fact = heard(confirm, 200, body)
    assert isinstance(fact, ConfirmUncertain) or (part == "numbers" and fact_numbers_are_text(fact))


def fact_numbers_are_text(fact: Fact | None) -> bool:
    return isinstance(fact, SaleConfirmed) and all(type(n) is str and n for t in fact.tickets for n in t.numbers)


def test_a_list_of_texts_holds_texts_only() -> None:
    assert codec.texts({"hot": ["A", "B"]}, "hot") == ("A", "B")
    with pytest.raises(codec.Malformed, match="hot: a list of text expected"):
        codec.texts({"hot": ["A", 1]}, "hot")
