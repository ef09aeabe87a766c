"""A station in memory and a machine that talks to it, for the tests beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from simulator.station.core import Station
from simulator.station.devices import Enrolled
from simulator.station.layout import CoachRow, layouts_of
from simulator.station.timetable import Stop, Timetable, Train, wall_ms
from simulator.station.wire import Reply, Request, Step
from simulator.station.world import World

TODAY = date(2026, 11, 21)
NOON = wall_ms(TODAY, 12 * 60)
TOMORROW = "2026-11-22"
EPOCH = "7f3a91c2"
ENROLLED = {
    "T07": Enrolled("T07", "secret-7", "BXP"),
    "T08": Enrolled("T08", "secret-8", "BXP"),
    "T09": Enrolled("T09", "secret-9", "BXP", revoked=True),
}
SMALL_STOPS = ("BXP", "BDP", "SJP", "HDP", "ZZF")


@cache
def world() -> World:
    return World.load()


def small_world(seats: int = 3, stops: tuple[str, ...] = SMALL_STOPS) -> World:
    """One hard-seat train K1 with few places; it leaves each stop ten minutes after the hour, from 06:10 on."""
    real = world()
    rows = [CoachRow.model_validate({"coach": 1, "class": "hard_seat", "seats": seats})]
    layouts = layouts_of(rows, real.network.classes, "small")
    last = len(stops) - 1
    calls = [
        Stop(
            station,
            None if index == 0 else 360 + 60 * index,
            None if index == last else 370 + 60 * index,
            100 * index,
        )
        for index, station in enumerate(stops)
    ]
    train = Train("K1", "K", "", "", "fast", tuple(calls), layouts)
    return World(real.network, Timetable([train]), real.prices)


class Machine:
    """Asks as machine T07; keeps the steps, so that a test can replay them."""

    def __init__(
        self,
        of: World | None = None,
        now_ms: int = NOON,
        token: str | None = "secret-7",
        enrolled: Mapping[str, Enrolled] = ENROLLED,
    ) -> None:
        self.enrolled = enrolled
        self.station = Station(of or world(), enrolled)
        self.now_ms = now_ms
        self.token = token
        self.steps: list[Step] = []

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None, **query: str) -> Reply:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(method, path, query, raw, token or self.token)
        reply, steps = self.station.handle(request, self.now_ms)
        self.steps += steps
        return reply

    def lock(self, sale: int, passengers: int | list[str] = 1, **changes: Any) -> Reply:
        return self.ask("POST", "/v1/locks", lock_body(sale, passengers, **changes))

    def confirm(self, sale: int, **changes: Any) -> Reply:
        total = self.station.sales.get(key(sale)).total_fen
        body = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": total, "card_fen": 0}, **changes}
        return self.ask("POST", f"/v1/locks/{key(sale)}:confirm", body)

    def renew(self, sale: int, note: int) -> Reply:
        return self.ask("POST", f"/v1/locks/{key(sale)}:renew", {"note": note})

    def release(self, sale: int) -> Reply:
        return self.ask("POST", f"/v1/locks/{key(sale)}:release", {})

    def printed(self, sale: int, tickets: list[dict[str, Any]]) -> Reply:
        return self.ask("POST", f"/v1/sales/{key(sale)}:printed", {"tickets": tickets})

    def void(self, sale: int, places: list[int] | None = None) -> Reply:
        return self.ask("POST", f"/v1/sales/{key(sale)}:void", {"places": places, "reason": "test"})

    def state(self, sale: int) -> str:
        return str(body_of(self.ask("GET", f"/v1/sales/{key(sale)}"))["state"])

    def left(self, origin: str, destination: str, train: str = "K1", seat_class: str = "hard_seat") -> int:
        asked = {"origin": origin, "destination": destination, "date": TOMORROW, "train": train}
        offers = body_of(self.ask("POST", "/v1/availability:query", asked))["trains"]
        return next(int(one["left"]) for one in offers[0]["classes"] if one["class"] == seat_class)

    def replayed(self) -> Station:
        """A second station that has only seen the steps."""
        other = Station(self.station.world, self.enrolled)
        for step in json.loads(json.dumps(self.steps)):
            other.apply(step)
        return other


def key(sale: int, machine: str = "T07") -> str:
    return f"{machine}.{EPOCH}.{sale}"


def lock_body(sale: int, passengers: int | list[str] = 1, **changes: Any) -> dict[str, Any]:
    people = ["adult"] * passengers if isinstance(passengers, int) else passengers
    return {
        "key": key(sale),
        "machine": "T07",
        "train": "K1",
        "date": TOMORROW,
        "origin": "BXP",
        "destination": "ZZF",
        "class": "hard_seat",
        "passengers": people,
        "wish": "none",
        **changes,
    }


def body_of(reply: Reply) -> dict[str, Any]:
    assert reply.body is not None
    return dict(reply.body)


def error_of(reply: Reply) -> tuple[int, str]:
    return reply.status, str(body_of(reply).get("error"))
