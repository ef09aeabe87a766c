"""An order that somebody makes who does not mind which train: the lab needs one to pick up. The next fitting train is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.station import pickups
from simulator.station.models import Document, OrderBody, Strict, Telecode
from simulator.station.sales import Sales
from simulator.station.timetable import Trip, station_date
from simulator.station.wire import Answer, Refused, bad_request
from simulator.station.world import World

SPARE_MS = 2 * 3_600_000
"""It leaves no sooner: whoever picks it up may take his time."""


class AnyOrderBody(Strict):
    """`documents`: of each passenger, or none; `at`: the only station that hands it out."""

    origin: Telecode
    tickets: Annotated[int, Field(ge=1, le=5)] = 1
    documents: Annotated[list[Document], Field(max_length=5)] = Field(default_factory=list)
    at: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""


def order_any(body: AnyOrderBody, sales: Sales, world: World, now_ms: int) -> Answer:
    """As `pickups.order`, and the answer says of the trip what an order says; `names`: of both its ends, Chinese and English. One
    popular destination after the other, so that orders look different. Refuses: bad_request, sold_out."""
    if body.origin not in world.network.stations:
        raise bad_request(f"no station {body.origin}")
    for trip, seat_class in _trips(body, sales, world, now_ms):
        wanted = {
            "train": trip.train.number,
            "date": station_date(now_ms).isoformat(),
            "origin": body.origin,
            "destination": trip.train.stops[trip.b].station,
            "class": seat_class,
            "passengers": ["adult"] * body.tickets,
            "wish": "none",
            "documents": body.documents,
            "at": body.at,
        }
        try:
            made = pickups.order(
                OrderBody.model_validate(wanted), sales, world.timetable, world.prices, world.network.rules, now_ms
            )
        except Refused as refused:
            if refused.reply.status != 409:
                raise
            continue
        ride = made.steps[0]["ride"]
        ends = (world.network.stations[ride[name]] for name in ("origin", "destination"))
        names = [[one.name, one.english] for one in ends]
        told = {name: ride[name] for name in pickups.RIDE} | {"class": seat_class, "names": names}
        return Answer({**(made.body or {}), **told}, made.steps, status=made.status)
    raise Refused(409, "sold_out", "no train of today has so many places left")


def _trips(body: AnyOrderBody, sales: Sales, world: World, now_ms: int) -> Iterator[tuple[Trip, str]]:
    today = station_date(now_ms)
    hot = [code for code in world.network.hot if code != body.origin]
    first = len(sales.orders.by_number) % max(1, len(hot))
    for destination in (*hot[first:], *hot[:first]):
        for trip in world.timetable.trips(body.origin, destination, today):
            if trip.depart_ms(today) >= now_ms + SPARE_MS:
                yield from ((trip, code) for code in trip.train.layouts)
