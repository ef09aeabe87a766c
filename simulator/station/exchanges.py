"""Exchanges: an offer that holds the new places, then the confirmation that sells them and takes the old ones back, in one step.

The new sale has a key of its own and goes on like any other: renewed, released, printed, voided. Source: fares and rules, section
5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.station.dated import NoRule
from simulator.station.locks import held, hold, repeated
from simulator.station.models import ExchangeOfferBody
from simulator.station.returns import tickets_of, told, trip_of
from simulator.station.rules.rebooking import Change, Move, RebookOffer, offer_rebooking
from simulator.station.sales import Sale, Sales
from simulator.station.timetable import Trip
from simulator.station.wire import Answer, Refused, Step, bad_request, digest_of
from simulator.station.world import World

SUMS = ("pay_fen", "back_fen", "fee_fen", "difference_fee_fen")


def offer(body: ExchangeOfferBody, sales: Sales, world: World, seller: str, now_ms: int) -> Answer:
    """Hold a new place for each ticket, and say what the change costs: `due_fen`, below 0 when money comes back.

    Refuses as a lock does, and: no_such_ticket, refunded, exchanged, not_exchangeable with `trace`, no_rule.
    """
    digest = digest_of(body.model_dump(by_alias=True))
    known = sales.get(body.key)
    if body.key in sales.refunds:
        raise Refused(422, "key_reused", "this key is a refund")
    if known.state != "none":
        return repeated(known, digest, now_ms, exchange=known.exchange)
    old, places = tickets_of(body.tickets, sales)
    passengers = [str(old.offered[place]["passenger"]) for place in places]
    step, (trip, travel_date) = hold(body, passengers, digest, sales, world, seller, now_ms)
    departs_ms = trip.depart_ms(travel_date)
    offers = _priced(old, places, body, trip, departs_ms, step, world, now_ms)
    sums = {name: sum(getattr(one, name) for one in offers) for name in SUMS}
    old_trip, old_date = trip_of(old, world.timetable)
    step["replaces"] = [old.key, places]
    step["document"] = body.document
    step["exchange"] = {
        **sums,
        "due_fen": sums["pay_fen"] + sums["fee_fen"] - sums["back_fen"],
        "old_fen": sum(old.offered[place]["price_fen"] for place in places),
        "mark": offers[0].mark,
        "collect_old": offers[0].collect_old,
        "moved_with_ms": old_trip.depart_ms(old_date) - now_ms,
        "trace": [told(one.trace) for one in offers],
    }
    return held(step, exchange=step["exchange"])


def _priced(
    old: Sale,
    places: Sequence[int],
    body: ExchangeOfferBody,
    trip: Trip,
    departs_ms: int,
    step: Step,
    world: World,
    now_ms: int,
) -> list[RebookOffer]:
    """One offer for each ticket, all of them allowed. Refuses: not_exchangeable, no_rule."""
    old_trip, old_date = trip_of(old, world.timetable)
    if trip.train.stops[trip.a].station != old_trip.train.stops[old_trip.a].station:
        raise bad_request("origin: the boarding station stays as it was")
    changes = _changes(old, body, trip, old_trip, old_date.isoformat())
    try:
        offers = [
            offer_rebooking(
                world.rules,
                Move(
                    old_fare_fen=old.offered[place]["price_fen"],
                    new_fare_fen=new["price_fen"],
                    old_departs_ms=old_trip.depart_ms(old_date),
                    new_departs_ms=departs_ms,
                    already=1 if old.exchange else 0,
                    changes=changes,
                ),
                now_ms,
            )
            for place, new in zip(places, step["places"], strict=True)
        ]
    except NoRule as error:
        raise Refused(409, "no_rule", str(error)) from error
    for one in offers:
        if not one.allowed:
            raise Refused(409, "not_exchangeable", one.trace[-1].did, trace=told(one.trace))
    return offers


def _changes(old: Sale, body: ExchangeOfferBody, trip: Trip, old_trip: Trip, old_date: str) -> frozenset[Change]:
    assert old.run is not None
    ends: list[Any] = [each.train.stops[each.b].station for each in (trip, old_trip)]
    changed: dict[Change, bool] = {
        "date": body.date != old_date,
        "train": trip.train.key != old.run.train,
        "class": body.seat_class != old.run.seat_class,
        "destination": ends[0] != ends[1],
    }
    return frozenset(what for what, is_so in changed.items() if is_so)
