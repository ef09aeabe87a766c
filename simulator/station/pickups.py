"""Picking up what was bought elsewhere: find by code or document, collect once. Source: station-api sheet, orders.

A find shows an order to one machine for a while, and only what was shown to it can it collect; so the deed, which is written
down in many places, needs no code and no document. Collecting is a lock of nothing to pay: confirm, printed and void are a sale's.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.station.devices import Enrolled
from simulator.station.locks import offered, repeated, trip_on_sale
from simulator.station.models import CollectBody, FindBody, OrderBody
from simulator.station.network import SaleRules
from simulator.station.offers import ride_of
from simulator.station.orders import PAPER, Order, Orders, check_digit
from simulator.station.prices import Prices
from simulator.station.runs import RunClass
from simulator.station.sales import Sales
from simulator.station.seats.orders import Ask
from simulator.station.timetable import Timetable, station_date
from simulator.station.wire import Answer, Refused, Step, bad_request, digest_of

SHOWN_MS = 300_000
MISSES, MISSES_MS = 5, 60_000
"""So many codes that are none within this time, and the machine has to wait."""
CODE = re.compile(r"(?:TVM1:)?([0-9]{12})")


def order(body: OrderBody, sales: Sales, timetable: Timetable, prices: Prices, rules: SaleRules, now_ms: int) -> Answer:
    """Sell places elsewhere; they wait to be picked up. Refuses: no_such_train, sale_closed, cancelled, sold_out,
    limit."""
    if len(body.passengers) > rules.max_tickets:
        raise Refused(409, "limit", f"at most {rules.max_tickets} tickets an order", max_tickets=rules.max_tickets)
    if body.documents and len(body.documents) != len(body.passengers):
        raise bad_request("documents: one for each passenger, or none")
    trip, travel_date = trip_on_sale(body, timetable, rules, now_ms)
    if body.seat_class not in trip.train.layouts:
        raise bad_request(f"train {body.train} has no class {body.seat_class}")
    run = RunClass(trip.train.key, trip.run_date(travel_date).isoformat(), body.seat_class)
    sales.runs.refuse_cancelled(run, trip.b)
    ask = Ask(run.stock, trip.a, trip.b, len(body.passengers), body.wish)
    chosen = sales.runs.would_get(ask, now_ms).places
    if not chosen:
        raise Refused(409, "sold_out", "not so many places are left")
    orders = sales.orders
    number = orders.next_number()
    places = offered(
        trip, sales.runs.of(run).layout, chosen, body.seat_class, body.passengers, prices, station_date(now_ms)
    )
    documents = body.documents or [""] * len(chosen)
    step: Step = {
        "kind": "ordered",
        "order": number,
        "at_ms": now_ms,
        "train": run.train,
        "run_date": run.run_date,
        "class": run.seat_class,
        "a": trip.a,
        "b": trip.b,
        "ride": ride_of(trip, travel_date),
        "at": body.at,
        "place_ids": list(chosen),
        "places": places,
        "documents": [orders.secrets.digest(document) if document else "" for document in documents],
    }
    code = orders.secrets.code(number)
    return Answer({"order": number, "code": code, "paper": PAPER + code, "places": places}, [step], status=201)


def find(body: FindBody, caller: Enrolled, sales: Sales, now_ms: int) -> Answer:
    """Orders that a code or a document leads to, each with what can become of it here. Refuses: bad_code, not_found, too_many."""
    machine, orders = caller.machine, sales.orders
    recent = [at for at in orders.misses.get(machine, ()) if now_ms - at < MISSES_MS]
    if len(recent) >= MISSES:
        raise Refused(429, "too_many", "too many codes that are none; wait a minute")
    found = orders.with_document(body.document) if body.document else _with_code(body.code, orders)
    if not found:
        missed: Step = {"kind": "missed", "machine": machine, "at_ms": now_ms}
        raise Refused(404, "not_found", "no order has this code or document", [] if body.document else [missed])
    told = [_told(each, caller, sales, now_ms) for each in found if not body.document or not _gone(each, now_ms)]
    if not told:
        raise Refused(404, "not_found", "no order of days to come has this document")
    shown: Step = {
        "kind": "shown",
        "machine": machine,
        "orders": [each["order"] for each in told],
        "at_ms": now_ms,
        "until_ms": now_ms + SHOWN_MS,
    }
    return Answer({"orders": told}, [shown])


def _with_code(text: str, orders: Orders) -> list[Order]:
    match = CODE.fullmatch(text)
    if match is None or check_digit(match[1][:-1]) != match[1][-1]:
        raise Refused(409, "bad_code", "this is no pick-up code")
    return orders.with_code(match[1])


def _gone(one: Order, now_ms: int) -> bool:
    return now_ms >= int(one.ride["depart_ms"])


def _state(one: Order, caller: Enrolled, sales: Sales, now_ms: int) -> str:
    """What stands in the way, most important first; open: nothing."""
    states = {place.state for place in one.places}
    if states == {"collected"}:
        return "collected"
    if "open" not in states:
        return "in_use" if "held" in states else "unknown"
    if sales.runs.is_cancelled(one.run, one.b):
        return "cancelled"
    if _gone(one, now_ms):
        return "departed"
    return "wrong_station" if one.at not in ("", caller.station) else "open"


def _told(one: Order, caller: Enrolled, sales: Sales, now_ms: int) -> dict[str, Any]:
    collected = max((place for place in one.places if place.state in ("collected", "unknown")), key=_when, default=None)
    return {
        **{name: one.ride[name] for name in RIDE},
        "order": one.number,
        "class": one.run.seat_class,
        "at": one.at,
        "state": _state(one, caller, sales, now_ms),
        "places": [{**place.told, "state": place.state} for place in one.places],
        "collected_ms": collected.at_ms if collected else 0,
        "collected_at": collected.key.split(".")[0] if collected else "",
    }


def _when(place: Any) -> int:
    return int(place.at_ms)


RIDE = (
    "train", "kind", "date", "origin", "destination", "depart_ms", "arrive_ms", "depart", "arrive", "day_offset",
)  # fmt: skip
"""What a ticket needs of a trip."""


def collect(number: str, body: CollectBody, caller: Enrolled, sales: Sales, rules: SaleRules, now_ms: int) -> Answer:
    """Hold all open places of an order for one machine. Refuses: not_shown, collected, in_use, unknown, cancelled, departed,
    wrong_station, voided, key_reused, expired, wrong_state."""
    digest = digest_of({**body.model_dump(), "order": number})
    sale = sales.get(body.key)
    if body.key in sales.refunds:
        raise Refused(422, "key_reused", "this key is a refund")
    if sale.state != "none":
        return repeated(sale, digest, now_ms)
    one = sales.orders.by_number.get(number)
    if one is None or one.shown.get(caller.machine, 0) <= now_ms:
        raise Refused(409, "not_shown", "nobody has proved this order here, or too long ago")
    if (state := _state(one, caller, sales, now_ms)) != "open":
        raise Refused(409, state, f"the order is {state}")
    indices = one.open()
    places = [{**one.places[index].told, "index": at, "price_fen": 0} for at, index in enumerate(indices)]
    step: Step = {
        "kind": "collecting",
        "key": body.key,
        "order": number,
        "indices": indices,
        "at_ms": now_ms,
        "digest": digest,
        "places": places,
        "expires_ms": now_ms + rules.lock_ms,
        "limit_ms": now_ms + rules.lock_max_ms,
    }
    held = {"state": "held", **{name: step[name] for name in ("key", "expires_ms", "limit_ms", "places")}}
    return Answer({**held, "total_fen": 0, "remaining_ms": rules.lock_ms}, [step], status=201)
