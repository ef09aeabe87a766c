"""A standing ticket, from a real station that has no seats left to the paper in the hand: its buyer reads it at each step.

Page 060; rows CAP-01, CAP-06. Everybody else's seats are bought by phone first, so that this train has none left.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from simulator.station.layout import Layout
from simulator.station.world import World
from tests.system.machine import TELECODE, texts
from tests.system.stand import Stand
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow

TRAIN, DATONG, SEAT_CLASS = "Z55", "DTV", "hard_seat"
MOST = 5  # tickets an order


def layout() -> Layout:
    return World.load().timetable.trains[TRAIN].layouts[SEAT_CLASS]


def buy_every_seat(stand: Stand) -> None:
    """All of a class of today's train, as far as Datong."""
    seats = len(layout().places)
    today = datetime.fromtimestamp(stand.clock.wall_ms() / 1000, timezone(timedelta(hours=8))).date().isoformat()
    ride = {"train": TRAIN, "date": today, "origin": TELECODE, "destination": DATONG, "class": SEAT_CLASS}
    for first in range(0, seats, MOST):
        passengers = ["adult"] * min(MOST, seats - first)
        stand.order_elsewhere(**ride, passengers=passengers, wish="none", documents=[], at="")


def to_class(stand: Stand, visitor: Visitor) -> Any:
    """The train's card on the list, then its hard seats, which nobody chooses for the passenger."""
    cards = visitor.to_trains(DATONG, ("D", "DT")).cards
    card = next(card for card in cards if TRAIN in texts(card))
    assert "Standing" in texts(card)
    stand.press(card.key.target, "seat")
    cell = next(cell for cell in stand.screen.classes if "Standing" in texts(cell))
    if not cell.key.selected:
        stand.touch(cell.key.target, lambda: visitor.chosen(cell.key.target), "the class is chosen")
    return stand.screen


def test_who_has_no_seat_reads_it_before_he_pays_and_on_his_ticket(stand: Stand, visitor: Visitor) -> None:
    buy_every_seat(stand)
    assert "No seats are left in this class: standing tickets" in texts(to_class(stand, visitor))
    review = stand.press("hold", "review")
    assert "Standing ticket: you have no seat on this train" in texts(review)
    assert "No seat" in texts(review)
    paying = texts(visitor.agree())
    assert "Tickets held for" in paying
    assert "Seats held" not in paying
    visitor.pay_up()
    visitor.take_all()
    assert visitor.settle()["outcome"] == "sold"
    assert len(visitor.tickets()) == visitor.tickets_before + 1
    number = visitor.sales()[-1]
    key = next(s.fact["key"] for s in stand.steps() if s.fact["kind"] == "sale.start" and s.fact["number"] == number)
    sale = stand.station_sale(key)
    (sold,) = sale["offered"]
    assert (sale["standing"], sold["place"], sold["position"]) == (True, "", "standing")
    assert sold["coach"] in {place.coach for place in layout().places}
