"""What a merchant may ask of its orders. Each deed is one transaction, given by the caller. Source: code-provider sheet, 2 and 3.

An open order is waiting until its time is over, then expired; only paid, closed, declined and refunded are ever written down.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.provider.faults import Behaviour
from simulator.provider.ledger import PAYMENT, REFUND, Ledger, Order
from simulator.provider.payers import LAB_PAYERS, payer_of
from simulator.provider.wire import LASTS_MS, TEXT, Body, Refused

Told = dict[str, Any]
TOKEN_LETTERS = 16


class Orders:
    """Deeds by path. `secret` makes the texts of codes unguessable; all deeds raise Refused."""

    def __init__(self, ledger: Ledger, secret: bytes) -> None:
        self._ledger, self._secret = ledger, secret
        self.deeds: Mapping[str, Callable[[str, Body, int, Behaviour], Told]] = {
            "/v1/create": self._create,
            "/v1/collect": self._collect,
            "/v1/query": self._query,
            "/v1/close": self._close,
            "/v1/refund": self._refund,
            "/v1/time": self._time,
        }

    def _create(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        name, amount_fen, lasts_ms = body.order(), body.amount_fen(), body.number("lasts_ms", *LASTS_MS)
        body.end()
        found = self._ledger.order(merchant, name)
        if found is None:
            text = self._token(merchant, name)
            found = Order(merchant, name, "code", amount_fen, text, now_ms, now_ms + lasts_ms)
            self._ledger.put(found)
        elif found.way and (found.way, found.amount_fen) != ("code", amount_fen):
            raise Refused(409, "key_reused", f"{name} is another order")
        return told(found, now_ms)

    def _collect(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        name, amount_fen, lasts_ms = body.order(), body.amount_fen(), body.number("lasts_ms", *LASTS_MS)
        text = body.text("text", TEXT)
        body.end()
        found = self._ledger.order(merchant, name)
        if found is None:
            found = self._collected(
                Order(merchant, name, "scan", amount_fen, text, now_ms, now_ms + lasts_ms), now_ms, behaviour
            )
        elif found.way and (found.way, found.amount_fen, found.text) != ("scan", amount_fen, text):
            raise Refused(409, "key_reused", f"{name} is another order")
        return told(found, now_ms)

    def _collected(self, order: Order, now_ms: int, behaviour: Behaviour) -> Order:
        """What becomes of a scanned code; kept."""
        payer = payer_of(order.text)
        if payer is None or payer.blocked or self._ledger.by_text(order.text) is not None:
            order = replace(order, state="declined", reason="declined")
        elif why := payer.made(order.text, now_ms):
            order = replace(order, state="declined", reason=why)
        elif self._ledger.balance_fen(payer.name) < order.amount_fen:
            order = replace(order, state="declined", reason="funds")
        elif payer.needs_answer(order.amount_fen):
            order = replace(order, payer=payer.name, seen=True)
        elif behaviour.ms("late_payment"):
            order = replace(order, due_ms=now_ms + behaviour.ms("late_payment"), due_payer=payer.name)
        else:
            return pay(self._ledger, order, payer.name, now_ms)
        self._ledger.put(order)
        return order

    def _query(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        name = body.order()
        body.end()
        found = self._ledger.order(merchant, name)
        if found is None or now_ms < found.created_ms + behaviour.ms("unknown_first"):
            return {"order": name, "state": "unknown"}
        return told(found, now_ms)

    def _close(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        name = body.order()
        body.end()
        found = self._ledger.order(merchant, name) or Order(merchant, name, "", 0, "", now_ms, now_ms)
        if found.state == "open":  # a payment under way is dropped: it was not booked, and now never will be
            found = replace(found, state="closed", closed_ms=now_ms, due_ms=0, due_payer="")
            self._ledger.put(found)
        return told(found, now_ms)

    def _refund(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        name, amount_fen = body.order(), body.amount_fen()
        body.end()
        found = self._ledger.order(merchant, name)
        if found is None or found.state not in ("paid", "refunded"):
            raise Refused(409, "not_paid", f"{name} is not paid")
        if found.amount_fen != amount_fen:
            raise Refused(409, "wrong_amount", f"{name} was paid with {found.amount_fen} fen")
        if found.state == "paid":
            if found.refund_refused or "refund_refused" in behaviour:
                # for ever: a call that was held up on its way must not move it after all
                self._ledger.put(replace(found, refund_refused=True))
                raise Refused(409, "refund_refused", "refused on order")
            number = self._ledger.book(found, REFUND, found.payer, now_ms)
            found = replace(found, state="refunded", refund=number, refunded_ms=now_ms)
            self._ledger.put(found)
        return told(found, now_ms)

    def _time(self, merchant: str, body: Body, now_ms: int, behaviour: Behaviour) -> Told:
        body.end()
        return {"time_ms": now_ms}

    def _token(self, merchant: str, name: str) -> str:
        made = hmac.new(self._secret, f"{merchant} {name}".encode(), hashlib.sha256).digest()
        return "labpay:" + base64.b32encode(made).decode()[:TOKEN_LETTERS]


def pay(ledger: Ledger, order: Order, payer: str, at_ms: int) -> Order:
    """Book an open order, whoever pays it; kept. Raises sqlite3.IntegrityError when it was ever paid."""
    number = ledger.book(order, PAYMENT, payer, at_ms)
    paid = replace(order, state="paid", payer=payer, reference=number, paid_ms=at_ms, due_ms=0, due_payer="")
    ledger.put(paid)
    return paid


def book_due(ledger: Ledger, now_ms: int) -> None:
    """Payments that were begun and whose time has come."""
    for order in ledger.due(now_ms):
        if ledger.balance_fen(order.due_payer) >= order.amount_fen:
            pay(ledger, order, order.due_payer, order.due_ms)
        else:
            ledger.tried(order.merchant, order.name, order.due_payer, order.amount_fen, "funds", order.due_ms)
            ledger.put(replace(order, due_ms=0, due_payer=""))


def state_of(order: Order, now_ms: int) -> str:
    if order.state == "open":
        return "waiting" if now_ms < order.expires_ms else "expired"
    return order.state


def told(order: Order, now_ms: int) -> Told:
    """The order as the sheet tells it (section 3)."""
    state = state_of(order, now_ms)
    body: Told = {"order": order.name, "state": state, "way": order.way, "amount_fen": order.amount_fen}
    if state == "waiting":
        if order.way == "code":
            body["text"] = order.text
        body |= {"remaining_ms": order.expires_ms - now_ms, "seen": order.seen}
    if state in ("paid", "refunded"):
        shown = LAB_PAYERS[order.payer].shown
        body |= {"reference": order.reference, "paid_at_ms": order.paid_ms, "payer": shown}
    if state == "refunded":
        body |= {"refund": order.refund, "refunded_at_ms": order.refunded_ms}
    if state == "declined":
        body["reason"] = order.reason
    return body
