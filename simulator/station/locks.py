"""Holding places: lock, renew, release, expiry. Source: station-api sheet, calls under /v1/locks; settled questions 6 and 7.

All places of an order or none. A lock runs on the station's clock; each note taken adds time, to a limit counted from the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from simulator.station.layout import Layout
from simulator.station.models import ExchangeOfferBody, LockBody, RenewBody, RideBody
from simulator.station.network import SaleRules
from simulator.station.prices import Prices
from simulator.station.runs import RunClass
from simulator.station.sales import Sale, Sales
from simulator.station.seats.orders import STANDING, Ask
from simulator.station.standing import refuse_standing, standing_room, without_seat
from simulator.station.timetable import Timetable, Trip, station_date
from simulator.station.wire import Answer, Refused, Step, bad_request, digest_of
from simulator.station.world import World


def expiries(sales: Sales, now_ms: int) -> list[Step]:
    """One step for each lock whose time is up."""
    return [{"kind": "expired", "key": key, "at_ms": now_ms} for key in sales.due(now_ms)]


def lock(body: LockBody, sales: Sales, world: World, seller: str, now_ms: int) -> Answer:
    """Hold one place per passenger, or with the wish `standing` the right to ride without one.

    Refuses: voided, key_reused, limit, no_such_train, sale_closed, query_only, cancelled, sold_out, seats_left, expired,
    wrong_state.
    """
    rules = world.network.rules
    digest = digest_of(body.model_dump(by_alias=True))
    sale = sales.by_key.get(body.key)
    if body.key in sales.refunds:
        raise Refused(422, "key_reused", "this key is a refund")
    if sale is not None:
        return repeated(sale, digest, now_ms)
    if len(body.passengers) > rules.max_tickets:
        raise Refused(409, "limit", f"at most {rules.max_tickets} tickets an order", max_tickets=rules.max_tickets)
    step, _ = hold(body, body.passengers, digest, sales, world, seller, now_ms)
    return held(step)


def hold(
    body: LockBody | ExchangeOfferBody,
    passengers: Sequence[str],
    digest: str,
    sales: Sales,
    world: World,
    seller: str,
    now_ms: int,
) -> tuple[Step, tuple[Trip, date]]:
    """The step that holds one place per passenger, and the ride with the day it begins.

    Refuses: no_such_train, sale_closed, query_only, cancelled, sold_out with `left` (and `standing`: how many more may
    stand), seats_left.
    """
    rules, prices = world.network.rules, world.prices
    trip, travel_date = trip_on_sale(body, world.timetable, rules, now_ms)
    if reason := prices.terms(trip).query_only:
        raise Refused(409, "query_only", reason)
    if body.seat_class not in trip.train.layouts:
        raise bad_request(f"train {body.train} has no class {body.seat_class}")
    run = RunClass(trip.train.key, trip.run_date(travel_date).isoformat(), body.seat_class)
    sales.runs.refuse_cancelled(run, trip.b)
    stock = run.stock
    ask = Ask(stock, trip.a, trip.b, len(passengers), body.wish, seller)
    stands, sold_on = body.wish == STANDING, station_date(now_ms)
    if stands:
        room = standing_room(trip, run, prices, sales.runs, seller, sold_on)
        refuse_standing(room, sales.runs.left(stock, trip.a, trip.b, seller))
    answer = sales.runs.would_get(ask, now_ms)
    if not answer.places:
        room = None if stands else standing_room(trip, run, prices, sales.runs, seller, sold_on)
        more: dict[str, Any] = {} if room is None else {"standing": room.left}
        raise Refused(409, "sold_out", f"{answer.left} places left", (), left=answer.left, **more)
    made = without_seat if stands else offered
    places = made(trip, sales.runs.of(run).layout, answer.places, body.seat_class, passengers, prices, sold_on)
    step: Step = {
        "kind": "held",
        "key": body.key,
        "at_ms": now_ms,
        "digest": digest,
        "train": run.train,
        "run_date": run.run_date,
        "class": run.seat_class,
        "a": trip.a,
        "b": trip.b,
        "place_ids": list(answer.places),
        "places": places,
        "total_fen": sum(place["price_fen"] for place in places),
        "expires_ms": now_ms + rules.lock_ms,
        "limit_ms": now_ms + rules.lock_max_ms,
    }
    if stands:
        step["standing"] = True
    return step, (trip, travel_date)


def held(step: Step, **more: Any) -> Answer:
    """What is told of places that a step holds from now on."""
    told = {"state": "held", **{name: step[name] for name in ("key", "expires_ms", "limit_ms", "places", "total_fen")}}
    return Answer({**told, "remaining_ms": step["expires_ms"] - step["at_ms"], **more}, [step], status=201)


def repeated(sale: Sale, digest: str, now_ms: int, **more: Any) -> Answer:
    """A lock whose answer was lost: the same places, with the time that is left now."""
    if sale.state == "voided":
        raise Refused(409, "voided", "this key was voided")
    if sale.digest != digest:
        raise Refused(422, "key_reused", "this key holds another order")
    if sale.state != "held":
        raise not_in_state(sale)
    return Answer(
        {
            "key": sale.key,
            "state": "held",
            "expires_ms": sale.expires_ms,
            "remaining_ms": sale.expires_ms - now_ms,
            "limit_ms": sale.limit_ms,
            "places": sale.offered,
            "total_fen": sale.total_fen,
            **more,
        },
        status=201,
    )


def not_in_state(sale: Sale) -> Refused:
    """Why a deed cannot be done to a sale in its present state."""
    if sale.state == "none":
        return Refused(404, "no_such_sale", f"nothing is known of {sale.key}")
    if sale.state in ("expired", "voided"):
        return Refused(409, sale.state, f"the sale is {sale.state}")
    return Refused(409, "wrong_state", f"the sale is {sale.state}", state=sale.state)


def trip_on_sale(body: RideBody, timetable: Timetable, rules: SaleRules, now_ms: int) -> tuple[Trip, date]:
    """The ride that is asked for, and the day it begins. Refuses: no_such_train, sale_closed."""
    travel_date = parse_date(body.date)
    trip = timetable.trip(body.train, body.origin, body.destination, travel_date)
    if trip is None:
        raise Refused(
            404, "no_such_train", f"{body.train} does not run from {body.origin} to {body.destination} on {body.date}"
        )
    if not in_sale_window(travel_date, rules, now_ms):
        raise Refused(409, "sale_closed", f"{travel_date} is not on sale")
    closes_ms = trip.depart_ms(travel_date) - rules.sale_closes_before_ms
    if now_ms >= closes_ms:
        raise Refused(409, "sale_closed", "too close to departure", closes_ms=closes_ms)
    return trip, travel_date


def in_sale_window(travel_date: date, rules: SaleRules, now_ms: int) -> bool:
    """Today and the days after it, `sale_days` in all."""
    return 0 <= travel_date.toordinal() - station_date(now_ms).toordinal() < rules.sale_days


def parse_date(text: str) -> date:
    """A calendar date `YYYY-MM-DD`; refuses 400 what is none, and the other ways of ISO 8601 to write one."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"date: {error}") from error
    if found.isoformat() != text:
        raise bad_request(f"date: {text!r} is not written YYYY-MM-DD")
    return found


def offered(
    trip: Trip,
    layout: Layout,
    chosen: tuple[int, ...],
    seat_class: str,
    passengers: Sequence[str],
    prices: Prices,
    sold_on: date,
) -> list[dict[str, Any]]:
    """Passengers and price per place, in the order of the passengers."""
    offered = []
    for index, (place_id, passenger) in enumerate(zip(chosen, passengers, strict=True)):
        place = layout.places[place_id]
        offered.append(
            {
                "index": index,
                "coach": place.coach,
                "place": place.name,
                "position": place.position,
                "passenger": passenger,
                "price_fen": prices.price_fen(trip, seat_class, place.level, passenger, sold_on),
            }
        )
    return offered


def renew(sale: Sale, body: RenewBody, rules: SaleRules, now_ms: int) -> Answer:
    """Add time for the n-th note, once. Refuses: no_such_sale, expired, voided, wrong_state."""
    if sale.state != "held":
        raise not_in_state(sale)
    expires_ms, steps = sale.expires_ms, []
    if body.note not in sale.notes:
        expires_ms = min(expires_ms + rules.renew_ms, sale.limit_ms)
        steps = [{"kind": "renewed", "key": sale.key, "at_ms": now_ms, "note": body.note, "expires_ms": expires_ms}]
    return Answer({"expires_ms": expires_ms, "remaining_ms": expires_ms - now_ms}, steps)


def release(sale: Sale, now_ms: int) -> Answer:
    """Let go of a lock; harmless when there is none any more. Refuses: wrong_state (it was confirmed)."""
    if sale.state in ("confirmed", "printed"):
        raise not_in_state(sale)
    if sale.state != "held":
        return Answer({"state": sale.state})
    return Answer({"state": "released"}, [{"kind": "released", "key": sale.key, "at_ms": now_ms}])
