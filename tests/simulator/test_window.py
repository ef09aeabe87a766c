"""The ticket window sells a class of a train but for the last places, through the machines' own interface."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from simulator.balance import kept_places
from simulator.station.core import Station
from simulator.station.demand import others_bought
from simulator.station.devices import Enrolled
from simulator.station.wire import Request
from simulator.station.world import World
from simulator.window import Sought, Window, WindowError
from tests.simulator.station.helpers import NOON, TODAY, small_world, world

HOUR_MS = 3_600_000


class AtCore(Window):
    """The window with the station's core instead of a connection."""

    def __init__(self, of: World, busy: bool = False) -> None:
        super().__init__("http://127.0.0.1:1", "window-token")
        enrolled = {"W01": Enrolled("W01", "window-token", "BXP")}
        self.station = Station(of, enrolled, others_bought) if busy else Station(of, enrolled)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        reply, _ = self.station.handle(Request(method, path, {}, raw, "window-token"), NOON)
        if reply.status >= 400:
            raise WindowError(f"{path}: {reply.body}")
        return reply.body


def k1(left: int) -> Sought:
    return Sought("K1", "2026-11-22", "BXP", "ZZF", "hard_seat", 1_000, left)


def test_all_but_one_place_is_sold_and_stays_sold() -> None:
    window = AtCore(small_world(seats=13))
    assert window.sell_all_but(k1(13), 1) == 12
    assert window.left(k1(13)) == 1
    sales = window.station.snapshot()["sales"].values()
    assert sum(len(kept_places(sale)) for sale in sales) == 12
    assert window.sell_all_but(k1(13), 1) == 0


def test_the_scarcest_class_that_can_be_paid_and_caught_is_chosen() -> None:
    window = AtCore(world(), busy=True)
    chosen = window.choose("BXP", TODAY.isoformat(), 40_000, NOON + HOUR_MS)
    assert 2 <= chosen.left <= 60
    assert chosen.price_fen <= 40_000
    assert window.left(chosen) == chosen.left
    hot = world().description["hot"]
    assert chosen.destination in hot
    assert chosen.keys == (f"station:{chosen.destination}", f"train:{chosen.train}", f"class:{chosen.seat_class}")
    assert window.choose("BXP", TODAY.isoformat(), 40_000, NOON + HOUR_MS) == chosen


def test_nothing_scarce_is_said() -> None:
    window = AtCore(world())
    with pytest.raises(WindowError, match="scarce"):
        window.choose("BXP", TODAY.isoformat(), 1, NOON)


def test_a_station_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(WindowError, match="/v1/network"):
        Window("http://127.0.0.1:1", "t").choose("BXP", TODAY.isoformat(), 40_000, NOON)
