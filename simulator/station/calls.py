"""The calls of the machines' side: each reads its body, says whose deed it may be, and hands it to the module that knows it.

Source: station-api sheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from simulator.station import exchanges, locks, models, offers, pickups, places, refunds, tickets
from simulator.station.devices import Enrolled, must_be_granted
from simulator.station.machines import inbox as inboxes
from simulator.station.timetable import station_date
from simulator.station.wire import Answer, Refused, Request, bad_request

if TYPE_CHECKING:
    from simulator.station.core import Station

Keyed = TypeVar("Keyed", models.LockBody, models.RefundOfferBody, models.ExchangeOfferBody)


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way: who asks, the names in its path, the request, the time."""

    caller: Enrolled
    names: Mapping[str, str]
    request: Request
    now_ms: int


def log_on(station: Station, call: Call) -> Answer:
    _own_device(call)
    body = models.parse_body(models.SessionBody, call.request.body)
    return station.devices.log_on(call.caller, body, station.world.network.rules, call.now_ms)


def tell_status(station: Station, call: Call) -> Answer:
    _own_device(call)
    return station.devices.tell_status(
        call.caller, models.parse_body(models.StatusBody, call.request.body), call.now_ms
    )


def take_records(station: Station, call: Call) -> Answer:
    _own_device(call)
    return station.records.append(
        call.caller.machine, models.parse_body(models.RecordsBody, call.request.body), call.now_ms
    )


def watermark(station: Station, call: Call) -> Answer:
    _own_device(call)
    epoch = call.request.query.get("epoch", "")
    if not re.fullmatch(r"[A-Za-z0-9]{1,32}", epoch):
        raise bad_request("epoch: missing or not an epoch")
    return Answer({"acked": station.records.acked(call.caller.machine, epoch)})


def inbox(station: Station, call: Call) -> Answer:
    _own_device(call)
    must_be_granted(call.caller)
    return inboxes.answer(station.machines, call.caller.machine, call.request.query, call.now_ms)


def tell_time(station: Station, call: Call) -> Answer:
    return Answer({"time_ms": call.now_ms})


def describe_network(station: Station, call: Call) -> Answer:
    description = station.world.description
    etag = f'"{description["version"]}"'
    if call.request.etag == etag:
        return Answer(None, status=304, headers={"ETag": etag})
    return Answer(description, headers={"ETag": etag})


def availability(station: Station, call: Call) -> Answer:
    body = models.parse_body(models.AvailabilityBody, call.request.body)
    world = station.world
    seller = _seller(station, call)
    return offers.availability(body, world, station.sales.runs, seller, call.now_ms)


def train(station: Station, call: Call) -> Answer:
    return offers.stops_of(
        station.world.timetable, call.names["number"], call.request.query.get("date"), station_date(call.now_ms)
    )


def lock(station: Station, call: Call) -> Answer:
    body, world = _own(call, models.LockBody), station.world
    return locks.lock(body, station.sales, world, _seller(station, call), call.now_ms)


def find_order(station: Station, call: Call) -> Answer:
    must_be_granted(call.caller)
    body = models.parse_body(models.FindBody, call.request.body)
    if body.machine != call.caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
    if bool(body.code) == bool(body.document):
        raise bad_request("one of code and document")
    return pickups.find(body, call.caller, station.sales, call.now_ms)


def collect(station: Station, call: Call) -> Answer:
    must_be_granted(call.caller)
    body = models.parse_body(models.CollectBody, call.request.body)
    _own_key(call.caller, body.key)
    if body.machine != call.caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
    rules = station.world.network.rules
    return pickups.collect(call.names["order"], body, call.caller, station.sales, rules, call.now_ms)


def renew(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    body = models.parse_body(models.RenewBody, call.request.body)
    return locks.renew(sale, body, station.world.network.rules, call.now_ms)


def release(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    models.parse_body(models.ReleaseBody, call.request.body)
    return locks.release(sale, call.now_ms)


def confirm(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    body = models.parse_body(models.ConfirmBody, call.request.body)
    return tickets.confirm(sale, body, station.sales, station.world.network.rules, call.now_ms)


def printed(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    return tickets.printed(sale, models.parse_body(models.PrintedBody, call.request.body), call.now_ms)


def void(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    return tickets.void(sale, models.parse_body(models.VoidBody, call.request.body), call.now_ms)


def sale(station: Station, call: Call) -> Answer:
    return Answer(tickets.describe(station.sales.get(_key(call))))


def why(station: Station, call: Call) -> Answer:
    body = models.parse_body(models.WhyBody, call.request.body)
    runs, world = station.sales.runs, station.world
    return places.why(body, runs, world.timetable, world.network.rules, _seller(station, call), call.now_ms)


def use(station: Station, call: Call) -> Answer:
    return places.use(call.names["number"], call.request.query.get("date"), station.sales.runs, station.world.timetable)


def offer_refund(station: Station, call: Call) -> Answer:
    body = _own(call, models.RefundOfferBody)
    first = station.sales.delivered.get(body.tickets[0])
    sold_at = station.devices.station_of(first[0].split(".")[0]) if first else ""
    rules = station.policies.book(station.world.rules)
    return refunds.offer(body, station.sales, station.world, rules, call.caller.station, sold_at, call.now_ms)


def confirm_refund(station: Station, call: Call) -> Answer:
    key = _key(call)
    return refunds.confirm(
        key, models.parse_body(models.RefundConfirmBody, call.request.body), station.sales, call.now_ms
    )


def offer_exchange(station: Station, call: Call) -> Answer:
    body = _own(call, models.ExchangeOfferBody)
    return exchanges.offer(body, station.sales, station.world, _seller(station, call), call.now_ms)


def confirm_exchange(station: Station, call: Call) -> Answer:
    sale = station.sales.get(_key(call))
    body = models.parse_body(models.ExchangeConfirmBody, call.request.body)
    return tickets.confirm(sale, body, station.sales, station.world.network.rules, call.now_ms)


def _seller(station: Station, call: Call) -> str:
    """Who sells, to the seat engine: whoever stands where this machine stands."""
    return station.sales.runs.seller_at(call.caller.station)


def _own(call: Call, model: type[Keyed]) -> Keyed:
    """A body with a key of the machine that asks, which may sell. Refuses: no_grant, wrong_machine."""
    must_be_granted(call.caller)
    body = models.parse_body(model, call.request.body)
    _own_key(call.caller, body.key)
    if body.machine != call.caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
    return body


def _own_device(call: Call) -> None:
    if call.names["id"] != call.caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")


def _key(call: Call) -> str:
    key = call.names["key"]
    if not re.fullmatch(models.KEY_PATTERN, key):
        raise bad_request("key: expected machine.epoch.sale")
    _own_key(call.caller, key)
    return key


def _own_key(caller: Enrolled, key: str) -> None:
    if key.split(".")[0] != caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {caller.machine}")
