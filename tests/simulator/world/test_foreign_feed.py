"""A feed in another currency at the desk in virtual time: the machine's driver hears what is shown and not sold."""

from __future__ import annotations

from pathlib import Path

from kiosk.ports.station import LockRefused, TrainsListed
from kiosk.ports.trips import Order
from simulator.world.station import Desk
from tests.simulator.station.gtfs.feeds import TODAY, code_of, read, with_tables
from tests.simulator.world.test_station import SALE, Machine

FARE = "fare_id,price,currency_type,payment_method,transfers\nx,7.75,USD,1,0\n"


def test_a_fare_in_dollars_reaches_the_machine_and_no_lock_is_given(tmp_path: Path) -> None:
    feed = read(tmp_path, with_tables(fare_attributes=FARE))
    ends = (code_of(feed, "Alpha"), code_of(feed, "Gamma"))
    tomorrow = TODAY.replace(day=TODAY.day + 1).isoformat()
    machine = Machine(Desk("T07", "secret-7", feed.home.telecode, feed.world))
    machine.driver.ask_trains(1, *ends, tomorrow)
    (offer,) = machine.hear(TrainsListed).offers
    assert (offer.train, offer.fare, offer.classes, offer.closes_ms) == ("ICE7", "USD 7.75", (), 0)
    assert offer.query_only == "the fare is USD 7.75; this machine sells in CNY only"
    ride = (offer.depart_ms, offer.arrive_ms, offer.depart, offer.arrive, offer.day_offset, 0, offer.closes_ms)
    machine.driver.lock(SALE, Order("ICE7", offer.kind, tomorrow, *ends, "second", ("adult",), "none", *ride))
    assert machine.hear(LockRefused).reason == "query_only"
