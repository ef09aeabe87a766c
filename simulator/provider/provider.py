"""The provider without its line: one call in, one answer out, and in between one transaction of the ledger.

An answer exists only when everything it says is on disk. Source: code-provider sheet.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from simulator.provider.faults import GOOD, Behaviour
from simulator.provider.ledger import Ledger
from simulator.provider.orders import Orders, book_due
from simulator.provider.phones import Phones
from simulator.provider.wire import (
    MERCHANT,
    NONCE,
    TIME,
    WINDOW_MS,
    Body,
    Refused,
    Reply,
    Request,
    content_of,
    signature,
)

UNKNOWN = Refused(401, "unauthorized", "merchant or signature")


class Provider:
    """`keys`: merchant -> the 32 bytes both know. Not thread-safe; remembers nothing but what its ledger holds."""

    def __init__(self, ledger: Ledger, keys: Mapping[str, bytes]) -> None:
        self.ledger = ledger
        self._keys = keys
        secret = hashlib.sha256(b"codes of the lab" + b"".join(keys[name] for name in sorted(keys))).digest()
        self._orders, self._phones = Orders(ledger, secret), Phones(ledger)

    def handle(self, request: Request, now_ms: int, behaviour: Behaviour = GOOD) -> Reply:
        """`now_ms` is the wall clock. sqlite3.Error means that nothing may be answered any more."""
        now_ms += behaviour.ms("clock_skew")
        try:
            with self.ledger.message():
                book_due(self.ledger, now_ms)
            if request.path == "/ledger" and request.method == "GET":
                return Reply(200, content_of(self.ledger.snapshot()))
            if request.method != "POST":
                raise Refused(404, "no_such_call", f"{request.method} {request.path}")
            if deed := self._phones.deeds.get(request.path):
                return Reply(200, content_of(self._committed(lambda: deed(Body(request.body), now_ms, behaviour))))
            return self._merchants(request, now_ms, behaviour)
        except Refused as refused:
            return Reply(refused.status, content_of(refused.body))

    def _merchants(self, request: Request, now_ms: int, behaviour: Behaviour) -> Reply:
        """A merchant's call; its answer is signed. Raises Refused when there is nobody to sign for."""
        merchant = request.headers.get("code-merchant", "")
        time, nonce = request.headers.get("code-time", ""), request.headers.get("code-nonce", "")
        key = self._keys.get(merchant) if MERCHANT.fullmatch(merchant) else None
        if key is None or not (TIME.fullmatch(time) and NONCE.fullmatch(nonce)):
            raise UNKNOWN
        good = signature(key, ("request", request.path, merchant, time, nonce), request.body)
        if not hmac.compare_digest(good.encode(), request.headers.get("code-sign", "").encode()):
            raise UNKNOWN
        status = 200
        try:
            told = self._committed(lambda: self._deed(request, merchant, int(time), nonce, now_ms, behaviour))
        except Refused as refused:
            status, told = refused.status, refused.body
        return _signed(key, status, _spoiled(told, behaviour), now_ms, nonce, "wrong_signature" in behaviour)

    def _deed(
        self, request: Request, merchant: str, time_ms: int, nonce: str, now_ms: int, behaviour: Behaviour
    ) -> dict[str, Any]:
        if abs(time_ms - now_ms) > WINDOW_MS:
            raise Refused(403, "clock", f"the call is dated {now_ms - time_ms} ms before now", time_ms=now_ms)
        if not self.ledger.use_nonce(merchant, nonce, time_ms, now_ms - 2 * WINDOW_MS):
            raise Refused(409, "replayed", nonce)
        deed = self._orders.deeds.get(request.path)
        if deed is None:
            raise Refused(404, "no_such_call", request.path)
        return deed(merchant, Body(request.body), now_ms, behaviour)

    def _committed(self, deed: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `deed` answers, or its refusal, once all it wrote is stored: a refused call has used its nonce, too."""
        refusal: Refused | None = None
        with self.ledger.message():
            try:
                told = deed()
            except Refused as refused:
                refusal = refused
        if refusal is not None:
            raise refusal
        return told


def _spoiled(told: dict[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    if "wrong_amount" in behaviour and "amount_fen" in told:
        told = {**told, "amount_fen": told["amount_fen"] + 100}
    if "wrong_order" in behaviour and "order" in told:
        told = {**told, "order": told["order"] + "0"}
    return told


def _signed(key: bytes, status: int, told: Mapping[str, Any], now_ms: int, nonce: str, wrong: bool) -> Reply:
    body = content_of(told)
    sign = signature(key, ("answer", str(status), str(now_ms), nonce), body)
    return Reply(status, body, {"Code-Time": str(now_ms), "Code-Sign": sign if not wrong else sign[::-1]})
