"""Fares of a feed: which rule applies, what is only shown, what the tariff makes up and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.station.core import Station
from simulator.station.devices import Enrolled
from simulator.station.gtfs.feed import Feed
from simulator.station.timetable import wall_ms
from simulator.station.wire import Reply
from tests.simulator.station.gtfs.feeds import SMALL, TODAY, code_of, read, with_tables
from tests.simulator.station.helpers import ENROLLED, Machine, body_of, error_of, lock_body

STOPS = """stop_id,stop_name,stop_lat,stop_lon,zone_id
a,Alpha,50.0,8.0,1
b,Beta,50.5,8.0,2
c,Gamma,51.0,8.0,3
"""
HEAD = "fare_id,price,currency_type,payment_method,transfers\n"
RULES = "fare_id,route_id,origin_id,destination_id,contains_id\n"


def fen(feed: Feed, origin: str, destination: str, passenger: str = "adult") -> int | str:
    """The price, or why it is not sold."""
    (trip,) = feed.world.timetable.trips(code_of(feed, origin), code_of(feed, destination))
    terms = feed.world.prices.terms(trip)
    return terms.query_only or feed.world.prices.price_fen(trip, "second", "", passenger, TODAY)


def with_fares(tmp_path: Path, attributes: str, rules: str | None = None) -> Feed:
    return read(
        tmp_path,
        with_tables(
            stops=STOPS, fare_attributes=HEAD + attributes, fare_rules=None if rules is None else RULES + rules
        ),
    )


def test_a_fare_without_rules_holds_everywhere_and_for_everybody(tmp_path: Path) -> None:
    feed = with_fares(tmp_path, "x,4.50,CNY,1,0\n")
    assert fen(feed, "Alpha", "Gamma") == fen(feed, "Beta", "Gamma") == 450
    assert [kind.code for kind in feed.world.network.passengers] == ["adult"]
    (train,) = feed.world.timetable.trains.values()
    assert list(train.layouts) == ["second"]


def test_zones_of_the_ends_decide_and_the_cheapest_fare_wins(tmp_path: Path) -> None:
    attributes = "far,9,CNY,1,0\nnear,5,CNY,1,0\nfrom3,2,CNY,1,0\nto3,7.005,CNY,1,0\n"
    feed = with_fares(tmp_path, attributes, "far,,1,3,\nnear,,1,2,\nnear,,2,3,\nfrom3,,3,,\nto3,,,3,\n")
    assert fen(feed, "Alpha", "Gamma") == 701  # rounded to the fen
    assert fen(feed, "Alpha", "Beta") == 500
    assert fen(feed, "Beta", "Gamma") == 500


def test_a_rule_may_ask_for_the_route_and_for_the_zones_on_the_way(tmp_path: Path) -> None:
    attributes = "line,3,CNY,1,0\nother,1,CNY,1,0\nall,2,CNY,1,0\ntwo,1,CNY,1,0\n"
    rules = "line,r,,,\nall,,,,1\nall,,,,2\nall,,,,3\ntwo,,,,1\ntwo,,,,3\n"
    feed = read(
        tmp_path,
        with_tables(
            stops=STOPS,
            routes=SMALL["routes.txt"] + "r2,A,,ICE 8,2\n",
            fare_attributes=HEAD + attributes,
            fare_rules=RULES + rules + "other,r2,,,\n",
        ),
    )
    assert fen(feed, "Alpha", "Gamma") == 200
    assert fen(feed, "Alpha", "Beta") == 300


def test_a_fare_of_another_agency_does_not_apply(tmp_path: Path) -> None:
    head = "fare_id,price,currency_type,agency_id\n"
    feed = read(tmp_path, with_tables(stops=STOPS, fare_attributes=head + "ours,6,CNY,A\ntheirs,1,CNY,B\n"))
    assert fen(feed, "Alpha", "Gamma") == 600


def test_no_fares_make_the_tariff_over_the_great_circle_marked_estimated(tmp_path: Path) -> None:
    feed = read(tmp_path, SMALL)
    assert fen(feed, "Alpha", "Gamma") == 3_400  # 111 km
    assert fen(feed, "Alpha", "Gamma", "child") == 1_700
    (trip,) = feed.world.timetable.trips(code_of(feed, "Alpha"), code_of(feed, "Gamma"))
    terms = feed.world.prices.terms(trip)
    assert (terms.estimated, terms.badge) == (True, ("票价估算", "Fare estimated"))


def test_beside_fares_in_yuan_a_ride_without_one_is_estimated(tmp_path: Path) -> None:
    feed = with_fares(tmp_path, "x,4,CNY,1,0\n", "x,,1,2,\n")
    (trip,) = feed.world.timetable.trips(code_of(feed, "Beta"), code_of(feed, "Gamma"))
    assert feed.world.prices.terms(trip).estimated
    assert fen(feed, "Alpha", "Beta") == 400


def machine(feed: Feed) -> Machine:
    desk = Machine(feed.world, wall_ms(TODAY, 6 * 60))
    enrolled = {name: Enrolled(one.machine, one.token, feed.home.telecode) for name, one in ENROLLED.items()}
    desk.station = Station(feed.world, enrolled)
    return desk


def offers(desk: Machine, feed: Feed, day: str) -> Reply:
    asked = {"origin": code_of(feed, "Alpha"), "destination": code_of(feed, "Gamma"), "date": day}
    return desk.ask("POST", "/v1/availability:query", asked)


def test_another_currency_is_shown_and_not_sold(tmp_path: Path) -> None:
    feed = with_fares(tmp_path, "x,7.75,USD,1,0\n")
    desk = machine(feed)
    (offer,) = body_of(offers(desk, feed, "2026-11-21"))["trains"]
    assert offer["query_only"] == "the fare is USD 7.75; this machine sells in CNY only"
    assert (offer["fare"], offer["badge"]) == ("USD 7.75", "")
    assert (offer["classes"], offer["closes_ms"]) == ([], 0)
    order = {"train": "ICE7", "date": "2026-11-21", "class": "second"}
    ends = {"origin": code_of(feed, "Alpha"), "destination": code_of(feed, "Gamma")}
    assert error_of(desk.ask("POST", "/v1/locks", lock_body(1, 1, **order, **ends))) == (409, "query_only")
    assert desk.steps == []


def test_a_ride_without_a_fare_in_a_feed_of_another_currency_is_not_sold_at_a_guess(tmp_path: Path) -> None:
    feed = with_fares(tmp_path, "x,7.75,USD,1,0\n", "x,,1,2,\n")
    assert fen(feed, "Beta", "Gamma") == "the timetable has no fare for this ride"


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22"])
def test_a_ticket_of_a_feed_is_sold_from_lock_to_print(tmp_path: Path, day: str) -> None:
    feed = read(tmp_path, SMALL)
    desk = machine(feed)
    (offer,) = body_of(offers(desk, feed, day))["trains"]
    assert (offer["train"], offer["kind"], offer["depart"], offer["estimated"]) == ("ICE7", "other", "08:00", ["price"])
    assert [one["class"] for one in offer["classes"]] == ["second", "first"]
    ends = {"origin": offer["origin"], "destination": offer["destination"]}
    held = desk.lock(1, ["adult", "child"], train="ICE7", date=day, **{"class": "second"}, **ends)
    assert (held.status, body_of(held)["total_fen"]) == (201, 5_100)
    sold = body_of(desk.confirm(1))
    tickets = [
        {"place": one["place"], "number": one["numbers"][0], "blank": f"E-{one['place']}", "state": "delivered"}
        for one in sold["tickets"]
    ]
    assert body_of(desk.printed(1, tickets))["state"] == "printed"
    (after,) = body_of(offers(desk, feed, day))["trains"]
    assert after["classes"][0]["left"] == offer["classes"][0]["left"] - 2
    again = Station(feed.world, desk.station.devices.enrolled)
    for step in desk.steps:
        again.apply(step)
    assert again.snapshot() == desk.station.snapshot()


def test_stops_of_a_train_are_those_of_its_day_and_say_what_is_estimated(tmp_path: Path) -> None:
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,0,1,0,1,0,1,20190301,20190331\nodd,0,1,0,1,0,1,0,20190301,20190331\n"
    )
    trips = "route_id,service_id,trip_id\nr,daily,t1\nr,odd,t2\n"
    rows = SMALL["stop_times.txt"] + "t2,08:00:00,08:00:00,a,1\nt2,,,b,2\nt2,09:30:00,09:30:00,d,3\n"
    desk = machine(read(tmp_path, with_tables(calendar=calendar, trips=trips, stop_times=rows)))
    told = {day: body_of(desk.ask("GET", "/v1/trains/ICE7", date=f"2026-11-{day}"))["stops"] for day in (21, 22, 23)}
    assert [len(stops) for stops in told.values()] == [3, 3, 3]
    assert [stops[-1]["arrive"] for stops in told.values()] == ["09:00", "09:30", "09:00"]
    assert [stops[1].get("estimated") for stops in told.values()] == [None, True, None]
    assert body_of(desk.ask("GET", "/v1/trains/ICE7"))["stops"] == told[21]
    assert error_of(desk.ask("GET", "/v1/trains/ICE7", date="2027-11-21")) == (404, "no_such_train")
