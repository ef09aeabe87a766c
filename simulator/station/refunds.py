"""Refunds: an offer with its fee and the reasons for it, then the confirmation; once only. Source: fares and rules, section 4.

An offer holds for a while, at most until departure, and takes nothing; the confirmation puts the places on sale again. Each may be
repeated by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.station.dated import NoRule
from simulator.station.models import RefundConfirmBody, RefundOfferBody
from simulator.station.returns import refuse_returned, ticket_of, tickets_of, told, trip_of
from simulator.station.rules.book import RuleBook
from simulator.station.rules.refunds import Place, RefundOffer, offer_refund
from simulator.station.sales import Refund, Sale, Sales
from simulator.station.wire import Answer, Refused, Step, digest_of
from simulator.station.world import World

TOLD = ("key", "expires_ms", "refund_fen", "fee_fen", "rounding_fen", "back_to", "tickets")


def offer(
    body: RefundOfferBody, sales: Sales, world: World, rules: RuleBook, here: str, sold_at: str, now_ms: int
) -> Answer:
    """What comes back by `rules` for tickets that are handed in at station `here` and were sold at `sold_at`.

    Refuses: key_reused, expired, no_such_ticket, refunded, exchanged, not_refundable with `trace` and `advice`, no_rule.
    """
    digest = digest_of(body.model_dump())
    known = sales.refunds.get(body.key)
    if known is not None:
        return _repeated(known, digest, now_ms)
    if sales.get(body.key).state != "none":
        raise Refused(422, "key_reused", "this key is a sale")
    sale, places = tickets_of(body.tickets, sales)
    trip, travel_date = trip_of(sale, world.timetable)
    boards = trip.train.stops[trip.a].station
    where: Place = "sale" if here == sold_at else "boarding" if here == boards else "other"
    offers = _priced(sale, places, world, sales, rules, where, now_ms)
    tickets = [
        _ticket(sale, place, number, one) for place, number, one in zip(places, body.tickets, offers, strict=True)
    ]
    departs_ms = trip.depart_ms(travel_date)
    until_ms = now_ms + world.network.rules.lock_ms
    refund_fen = sum(one.refund_fen for one in offers)
    step: Step = {
        "kind": "refund_offered",
        "key": body.key,
        "at_ms": now_ms,
        "digest": digest,
        "document": body.document,
        "sale": sale.key,
        "places": places,
        "expires_ms": min(until_ms, departs_ms) if departs_ms > now_ms else until_ms,
        "refund_fen": max(0, refund_fen - sale.slack_fen),
        "rounding_fen": -min(sale.slack_fen, refund_fen),
        "fee_fen": sum(one.fee_fen for one in offers),
        "back_to": offers[0].back_to,
        "tickets": tickets,
    }
    return _offered(step, now_ms)


def _priced(
    sale: Sale, places: Sequence[int], world: World, sales: Sales, rules: RuleBook, where: Place, now_ms: int
) -> list[RefundOffer]:
    try:
        offers = [
            offer_refund(rules, ticket_of(sale, place, world, sales.runs, now_ms), now_ms, where) for place in places
        ]
    except NoRule as error:
        raise Refused(409, "no_rule", str(error)) from error
    for one in offers:
        if not one.allowed:
            why = one.trace[-1]
            raise Refused(409, "not_refundable", why.did, trace=told(one.trace), advice=one.advice)
    return offers


def _ticket(sale: Sale, place: int, number: str, one: RefundOffer) -> dict[str, Any]:
    """What the answer says of one ticket; `refund_fen` before the rounding of the sale."""
    offered = sale.offered[place]
    return {
        "number": number,
        "coach": offered["coach"],
        "place": offered["place"],
        "fare_fen": offered["price_fen"],
        "fee_fen": one.fee_fen,
        "refund_fen": one.refund_fen,
        "policy": one.policy,
        "trace": told(one.trace),
    }


def _repeated(known: Refund, digest: str, now_ms: int) -> Answer:
    if known.step["digest"] != digest:
        raise Refused(422, "key_reused", "this key is another refund")
    if not known.done and now_ms >= known.step["expires_ms"]:
        raise Refused(409, "expired", "the offer is over: ask for another one with a new key")
    answer = _offered(known.step, now_ms)
    state = "refunded" if known.done else "offered"
    return Answer({**(answer.body or {}), "state": state}, status=answer.status)


def _offered(step: Step, now_ms: int) -> Answer:
    body = {"state": "offered", **{name: step[name] for name in TOLD}}
    return Answer({**body, "remaining_ms": max(0, step["expires_ms"] - now_ms)}, [step], status=201)


def confirm(key: str, body: RefundConfirmBody, sales: Sales, now_ms: int) -> Answer:
    """The tickets are in and the passenger agrees: their places are on sale again, the money is the machine's to give.

    Refuses: no_such_offer, price_changed, expired, refunded, exchanged.
    """
    known = sales.refunds.get(key)
    if known is None:
        raise Refused(404, "no_such_offer", f"nothing was offered as {key}")
    step, sale = known.step, sales.get(known.step["sale"])
    if body.refund_fen != step["refund_fen"]:
        raise Refused(409, "price_changed", f"{step['refund_fen']} fen come back", refund_fen=step["refund_fen"])
    done = {"state": "refunded", "refund_fen": step["refund_fen"], "back_to": step["back_to"]}
    if known.done:
        return Answer(done)
    if now_ms >= step["expires_ms"]:
        raise Refused(409, "expired", "the offer is over: ask for another one with a new key")
    refuse_returned(sale, step["places"])
    if step["fee_fen"] and sale.run is not None and sales.runs.is_cancelled(sale.run, sale.b):
        raise Refused(409, "expired", "the train was cancelled since: ask again with a new key, and all comes back")
    if sale.slack_fen < -step["rounding_fen"]:  # another ticket of the sale came back meanwhile, with the rounding
        raise Refused(409, "expired", "the offer does not hold any more: ask for another one with a new key")
    return Answer(done, [{"kind": "refunded", "key": key, "at_ms": now_ms}])
