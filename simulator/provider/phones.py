"""What a payer's phone may ask: look at a code, pay it, answer for a code of its own. Source: code-provider sheet, section 4."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.provider.faults import Behaviour
from simulator.provider.ledger import Ledger, Order
from simulator.provider.orders import pay, state_of
from simulator.provider.payers import LAB_PAYERS
from simulator.provider.wire import TEXT, Body, Refused

NAME = re.compile(r"[a-z]{1,16}")
REFUSALS = {"paid": "already_paid", "refunded": "already_paid", "closed": "closed", "expired": "expired"}


class Phones:
    """Deeds by path; all raise Refused. What is refused to a payer is kept as an attempt: the caller commits it all the same."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.deeds: Mapping[str, Callable[[Body, int, Behaviour], dict[str, Any]]] = {
            "/phone/look": self._look,
            "/phone/pay": self._pay,
            "/phone/answer": self._answer,
        }

    def _look(self, body: Body, now_ms: int, behaviour: Behaviour) -> dict[str, Any]:
        _payer(body)
        order = self._shown(body)
        body.end()
        if order.state == "open" and not order.seen:
            self._ledger.put(replace(order, seen=True))
        return {"merchant": order.merchant, "amount_fen": order.amount_fen, "state": state_of(order, now_ms)}

    def _pay(self, body: Body, now_ms: int, behaviour: Behaviour) -> dict[str, Any]:
        payer, amount_fen = _payer(body), body.amount_fen()
        order = self._shown(body)
        body.end()
        answer = self._paid(order, payer, amount_fen, now_ms, behaviour)
        if "paid_twice" in behaviour:
            again = self._ledger.order(order.merchant, order.name) or order
            self._refusal(again, payer, amount_fen, now_ms)
        return answer

    def _paid(self, order: Order, payer: str, amount_fen: int, now_ms: int, behaviour: Behaviour) -> dict[str, Any]:
        if code := self._refusal(order, payer, amount_fen, now_ms):
            raise Refused(409, code, f"{order.name} is not paid by {payer}")
        if late_ms := behaviour.ms("late_payment"):
            self._ledger.put(replace(order, seen=True, due_ms=now_ms + late_ms, due_payer=payer))
            return {"state": "in_progress", "reference": ""}
        return {"state": "paid", "reference": pay(self._ledger, order, payer, now_ms).reference}

    def _refusal(self, order: Order, payer: str, amount_fen: int, now_ms: int) -> str:
        """Why a payer may not pay it, kept as an attempt; empty: it may."""
        code = REFUSALS.get(state_of(order, now_ms), "in_progress" if order.due_ms else "")
        if not code and LAB_PAYERS[payer].blocked:
            code = "blocked"
        if not code and amount_fen != order.amount_fen:
            code = "amount"
        if not code and self._ledger.balance_fen(payer) < amount_fen:
            code = "funds"
        if code:
            self._ledger.tried(order.merchant, order.name, payer, amount_fen, code, now_ms)
        return code

    def _answer(self, body: Body, now_ms: int, behaviour: Behaviour) -> dict[str, Any]:
        """The owner of a scanned code says yes or no on the phone."""
        payer, yes = _payer(body), body.yes("yes")
        order = self._ledger.by_text(body.text("text", TEXT))
        body.end()
        asked = order is not None and order.way == "scan" and order.payer == payer and not order.due_ms
        if order is None or not asked or state_of(order, now_ms) != "waiting":
            raise Refused(409, "nothing_to_answer", f"nothing waits for {payer}")
        if not yes:
            self._ledger.put(replace(order, state="declined", reason="declined"))
            return {"state": "declined", "reference": ""}
        return self._paid(order, payer, order.amount_fen, now_ms, behaviour)

    def _shown(self, body: Body) -> Order:
        """The order behind a code that a machine shows."""
        order = self._ledger.by_text(body.text("text", TEXT))
        if order is None or order.way != "code":
            raise Refused(409, "no_such_code", "no machine shows this")
        return order


def _payer(body: Body) -> str:
    name = body.text("payer", NAME)
    if name not in LAB_PAYERS:
        raise Refused(404, "no_such_payer", name)
    return name
