"""From a lock to tickets: confirm, printed, void. Source: station-api sheet; settled questions 3, 4, 6 and 48.

Each deed may be repeated by key. A void that arrives before its lock or confirmation is remembered and wins.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.station.locks import not_in_state
from simulator.station.models import ConfirmBody, ExchangeConfirmBody, PrintedBody, VoidBody
from simulator.station.network import SaleRules
from simulator.station.returns import refuse_returned
from simulator.station.sales import Sale, Sales
from simulator.station.wire import Answer, Refused, Step, bad_request, digest_of

NUMBERS_PER_PLACE = 3  # one and two spares for blanks the unit spoils


def confirm(sale: Sale, body: ConfirmBody | ExchangeConfirmBody, sales: Sales, rules: SaleRules, now_ms: int) -> Answer:
    """Turn held places into sold ones; of an exchange, the old ones come back with it.

    Refuses: no_such_sale, key_reused, expired, voided, price_changed, underpaid, wrong_state; refunded and exchanged when the old
    tickets are gone.
    """
    exchange = isinstance(body, ExchangeConfirmBody)
    if sale.state != "none" and exchange != (sale.exchange is not None):
        raise Refused(409, "wrong_state", "an exchange is confirmed as one, and nothing else is", state=sale.state)
    digest = digest_of(body.model_dump())
    if sale.confirm_digest and sale.state in ("confirmed", "printed"):
        if sale.confirm_digest != digest:
            raise Refused(422, "key_reused", "this key was confirmed with another body")
        return Answer({"state": "confirmed", "tickets": sale.tickets()})
    in_grace = sale.state == "expired" and now_ms < sale.expires_ms + rules.confirm_grace_ms and sales.still_open(sale)
    if sale.state != "held" and not in_grace:
        raise not_in_state(sale)
    _check_paid(sale, body, sales)
    numbers = sales.numbers_for(len(sale.places), NUMBERS_PER_PLACE)
    step: Step = {
        "kind": "confirmed",
        "key": sale.key,
        "at_ms": now_ms,
        "digest": digest,
        "rounding_fen": body.rounding_fen,
        "cash_fen": body.paid.cash_fen,
        "card_fen": body.paid.card_fen,
        "numbers": numbers,
    }
    tickets = [{"place": index, "numbers": three} for index, three in enumerate(numbers)]
    return Answer({"state": "confirmed", "tickets": tickets}, [step])


def _check_paid(sale: Sale, body: ConfirmBody | ExchangeConfirmBody, sales: Sales) -> None:
    """The machine and the station mean the same price, and it was paid. Refuses: price_changed, underpaid, refunded, exchanged."""
    if isinstance(body, ConfirmBody):
        name, due_fen, asked_fen = "total_fen", sale.total_fen, body.total_fen
    else:
        assert sale.replaces is not None
        assert sale.exchange is not None
        name, due_fen, asked_fen = "due_fen", sale.exchange["due_fen"], body.due_fen
        refuse_returned(sales.get(sale.replaces[0]), sale.replaces[1])
    if asked_fen != due_fen:
        raise Refused(409, "price_changed", f"the order costs {due_fen} fen", (), **{name: due_fen})
    if body.paid.cash_fen + body.paid.card_fen < due_fen - abs(body.rounding_fen):
        raise Refused(409, "underpaid", f"the order costs {due_fen} fen", (), **{name: due_fen})


def printed(sale: Sale, body: PrintedBody, now_ms: int) -> Answer:
    """What became of the blanks; unused numbers die. Refuses: no_such_sale, key_reused, wrong_number, voided, wrong_state."""
    digest = digest_of(body.model_dump())
    if sale.printed_digest:
        if sale.printed_digest != digest:
            raise Refused(422, "key_reused", "this sale was printed with another body")
        return Answer({"state": sale.state})
    if sale.state != "confirmed":
        raise not_in_state(sale)
    tickets = [ticket.model_dump() for ticket in body.tickets]
    _check_numbers(sale, tickets)
    step: Step = {"kind": "printed", "key": sale.key, "at_ms": now_ms, "digest": digest, "tickets": tickets}
    return Answer({"state": "printed"}, [step])


def _check_numbers(sale: Sale, tickets: list[dict[str, Any]]) -> None:
    """Each number belongs to its place and is used once; one good ticket a place; nothing good on a voided place."""
    for ticket in tickets:
        if ticket["place"] >= len(sale.places):
            raise bad_request(f"the sale has no place {ticket['place']}")
        if ticket["number"] not in sale.numbers[ticket["place"]]:
            raise Refused(409, "wrong_number", f"{ticket['number']} was not given for place {ticket['place']}")
        if ticket["state"] == "delivered" and ticket["place"] in sale.voided:
            raise Refused(409, "voided", f"place {ticket['place']} was voided")
    used = Counter(ticket["number"] for ticket in tickets)
    delivered = Counter(ticket["place"] for ticket in tickets if ticket["state"] == "delivered")
    if any(count > 1 for count in (used + delivered).values()):
        raise Refused(409, "wrong_number", "a number is used twice, or a place has two good tickets")


def void(sale: Sale, body: VoidBody, now_ms: int) -> Answer:
    """Take places back. Refuses: delivered (a passenger holds the ticket)."""
    everything = list(range(len(sale.places)))
    wanted = everything if body.places is None else sorted(set(body.places))
    if sale.run is not None and not set(wanted) <= set(everything):
        raise bad_request(f"the sale has places 0 to {len(everything) - 1}")
    if sale.state == "voided" or (sale.voided and set(wanted) <= sale.voided):
        return Answer({"state": sale.state})
    held_by_passenger = sorted(set(wanted) & set(sale.not_voidable()))
    if held_by_passenger:
        raise Refused(409, "delivered", "a passenger may hold the ticket", places=held_by_passenger)
    step: Step = {"kind": "voided", "key": sale.key, "at_ms": now_ms, "places": wanted, "reason": body.reason}
    if sale.order and body.places is not None and sale.state in ("confirmed", "printed"):
        return Answer({"state": sale.state}, [{**step, "waits": True}])
    partly = sale.state in ("confirmed", "printed") and len(sale.voided | set(wanted)) < len(everything)
    return Answer({"state": sale.state if partly else "voided"}, [step])


def describe(sale: Sale) -> dict[str, Any]:
    """The answer of `GET /v1/sales/{key}`."""
    told: dict[str, Any] = {"key": sale.key, "state": sale.state}
    if sale.run is not None:
        told |= {"expires_ms": sale.expires_ms, "total_fen": sale.total_fen}
    if sale.numbers:
        told |= {"tickets": sale.tickets(), "voided": sorted(sale.voided)}
    for name, gone in (("refunded", sale.refunded), ("exchanged", sale.exchanged)):
        if gone:
            told[name] = sorted(gone)
    return told
