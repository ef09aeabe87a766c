"""The station is away at each step of a sale: the passenger is told, nothing is lost, and both sides agree in the end."""

from __future__ import annotations

import pytest

from tests.system.machine import texts
from tests.system.stand import Stand
from tests.system.visitor import BAODING, Visitor

pytestmark = pytest.mark.slow


def back(stand: Stand) -> None:
    """The station answers again, and the machine finds out by itself."""
    for name in ("down", "refusing", "slow", "answer_lost"):
        stand.station_fault(name, False)
    stand.until(lambda: not stand.shows("oos"), "the station is heard again")
    if stand.shows("trains", "seat", "station"):
        stand.press("home", "home", "attract")
    stand.until(stand.sells, "the machine sells again")


def test_nothing_can_be_looked_up(stand: Stand, visitor: Visitor) -> None:
    visitor.to_station()
    stand.station_fault("down")
    stand.press(f"station:{BAODING}", "trains", "oos")
    stand.until(lambda: stand.shows("oos") and stand.screen.reason == "offline", "out of service: offline")
    assert "No connection to the station" in texts(stand.screen)
    back(stand)


@pytest.mark.parametrize("fault", ["down", "answer_lost", "slow"])
def test_the_lock_is_not_answered(stand: Stand, visitor: Visitor, fault: str) -> None:
    """No money was asked for yet; a lock that the station gave and we never heard of is given back."""
    visitor.to_seat()
    stand.station_fault(fault, match="/v1/locks")
    stand.press("hold", "trains", "oos")
    back(stand)
    end = visitor.settle()
    assert (end["ours_fen"], end["delivered_fen"]) == (0, 0)


@pytest.mark.parametrize("fault", ["down", "answer_lost"])
def test_the_renewal_is_not_answered(stand: Stand, visitor: Visitor, fault: str) -> None:
    """The lock still runs on its old time, so the sale goes on."""
    visitor.to_cash()
    stand.station_fault(fault, match=":renew")
    visitor.insert(1_000)
    visitor.counted(1_000)
    visitor.insert(2_000)
    visitor.take_all(until=("attract", "oos"))
    back(stand)
    assert visitor.settle()["outcome"] == "sold"


@pytest.mark.parametrize(("fault", "match"), [("down", ""), ("down", ":confirm"), ("slow", ":confirm")])
def test_without_a_confirmation_there_is_no_ticket_and_the_money_comes_back(
    stand: Stand, visitor: Visitor, fault: str, match: str
) -> None:
    visitor.to_cash()
    stand.station_fault(fault, match=match)
    visitor.insert(10_000)
    stand.see("printing")
    visitor.take_all(until=("attract", "oos"))
    back(stand)
    end = visitor.settle()
    assert (end["outcome"], end["why"], end["paid_out_fen"]) == ("refunded", "station", 10_000)


@pytest.mark.parametrize("fault", ["answer_lost", "down"])
def test_a_confirmation_that_got_lost_is_found_by_asking(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    stand.station_fault(fault, match=":confirm", times=1)
    visitor.insert(10_000)
    visitor.take_all()
    back(stand)
    assert visitor.settle()["outcome"] == "sold"
    assert visitor.bookings("state?")


def test_a_station_that_goes_after_its_yes_stops_no_ticket(stand: Stand, visitor: Visitor) -> None:
    """What was printed is reported when it is back."""
    visitor.to_cash()
    stand.station_fault("down_after_next", match=":confirm")
    visitor.insert(10_000)
    visitor.take_all(until=("attract", "oos"))
    assert visitor.bookings("sale.end")[-1]["outcome"] == "sold"
    back(stand)
    visitor.settle()


@pytest.mark.parametrize("call", [":void", ":release", ":printed"])
def test_a_report_that_is_not_answered_is_repeated_until_it_is(stand: Stand, visitor: Visitor, call: str) -> None:
    visitor.to_cash()
    stand.station_fault("answer_lost", match=call, times=1)
    if call == ":void":
        stand.fault("ticket_unit", "jam")
        visitor.insert(10_000)
    elif call == ":printed":
        visitor.insert(10_000)
    else:
        stand.press("cancel", "home", "attract", "oos")
    visitor.take_all(until=("attract", "home", "oos"))
    visitor.settle()


def test_a_station_killed_and_started_again_in_mid_sale_knows_it_still(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.end("station")
    visitor.insert(2_000)
    stand.see("printing")
    stand.start_station()
    visitor.take_all(until=("attract", "oos"))
    back(stand)
    assert visitor.settle()["outcome"] in ("sold", "refunded")
