"""Signatures, dates and nonces of the provider, against an oracle written apart and the sheet's bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.provider.wire import Body, Refused, Request, signature
from tests.simulator.provider.helpers import KEY, MERCHANT, NOW_MS, Shop, golden, oracle


@pytest.mark.parametrize("cells", golden(), ids=lambda cells: f"{cells[0]} {cells[1]}")
def test_the_sheets_bytes_carry_the_sheets_signature(cells: tuple[str, ...]) -> None:
    _, first, time, nonce, body, sign = cells
    lines = ("request", first, MERCHANT, time, nonce) if first.startswith("/") else ("answer", first, time, nonce)
    assert signature(KEY, lines, body.encode()) == sign
    assert oracle(KEY, *lines, body=body.encode()) == sign


def test_the_sheets_calls_are_taken_and_answered_in_the_sheets_form() -> None:
    shop = Shop()
    for (_, path, time, nonce, body, sign), (_, status, _, _, answer, _) in zip(*[iter(golden())] * 2, strict=True):
        shop.now_ms = int(time)
        headers = {"code-merchant": MERCHANT, "code-time": time, "code-nonce": nonce, "code-sign": sign}
        if path == "/v1/time":
            shop.now_ms += 3_960_000
        if path == "/v1/query":
            assert shop.pay(shop.create("T07.7f3a91c2.17.1")) == "paid"
        request = Request("POST", path, headers, body.encode())
        got_status, got = shop.read(request, shop.send(request))
        expected: dict[str, Any] = json.loads(answer)
        own = {"text": got.get("text"), "paid_at_ms": got.get("paid_at_ms"), "payer": got.get("payer")}
        expected.update({name: value for name, value in own.items() if name in expected})
        assert (got_status, got) == (int(status), expected)
        assert list(got) == list(expected)


@given(key=st.binary(min_size=32, max_size=32), lines=st.lists(st.text("abc019/.", max_size=9)), body=st.binary())
def test_a_signature_is_what_the_oracle_says(key: bytes, lines: list[str], body: bytes) -> None:
    assert signature(key, tuple(lines), body) == oracle(key, *lines, body=body)


@pytest.mark.parametrize("name", ["code-sign", "code-merchant", "code-time", "code-nonce"])
@pytest.mark.parametrize("value", ["", "T08", "0" * 64, "0" * 32, "ü" * 64, "-1"])
def test_a_call_that_is_not_signed_rightly_gets_an_unsigned_refusal_and_moves_nothing(name: str, value: str) -> None:
    shop = Shop()
    request = shop.request("/v1/create", {"order": "a.1", "amount_fen": 1, "lasts_ms": 1_000})
    reply = shop.send(Request("POST", request.path, {**request.headers, name: value}, request.body))
    assert (reply.status, json.loads(reply.body)["error"], dict(reply.headers)) == (401, "unauthorized", {})
    assert shop.state() == "unknown"


@pytest.mark.parametrize(
    "spoil", [lambda body: body[:-1], lambda body: body.replace(b"3800", b"380"), lambda body: b""]
)
def test_a_body_that_was_changed_is_not_the_merchants(spoil: Any) -> None:
    shop = Shop()
    request = shop.request("/v1/create", {"order": "a.1", "amount_fen": 3800, "lasts_ms": 1_000})
    assert shop.send(Request("POST", request.path, request.headers, spoil(request.body))).status == 401
    assert shop.send(Request("POST", "/v1/query", request.headers, request.body)).status == 401


def test_a_call_is_taken_once() -> None:
    shop = Shop()
    request = shop.request("/v1/create", {"order": "a.1", "amount_fen": 3_800, "lasts_ms": 120_000})
    assert shop.send(request).status == 200
    status, told = shop.read(request, shop.send(request))
    assert (status, told["error"]) == (409, "replayed")


def test_a_refused_call_has_used_its_nonce() -> None:
    shop = Shop()
    request = shop.request("/v1/refund", {"order": "a.1", "amount_fen": 3_800})
    assert shop.read(request, shop.send(request))[1]["error"] == "not_paid"
    shop.pay(shop.create())
    assert shop.read(request, shop.send(request))[1]["error"] == "replayed"
    assert shop.booked() == [("a.1", "payment", 3_800)]


def test_a_nonce_is_known_for_as_long_as_its_call_would_be_taken() -> None:
    shop = Shop()
    shop.now_ms = NOW_MS - 120_000
    request = shop.request("/v1/time", {}, time=str(NOW_MS))  # dated as far ahead as may be
    assert shop.send(request).status == 200
    for later_ms in (1, 119_999, 239_999, 240_000):
        shop.now_ms = NOW_MS - 120_000 + later_ms
        assert shop.told("time") == {"time_ms": shop.now_ms}
        assert shop.send(request).status == 409
    shop.now_ms += 1
    assert shop.read(request, shop.send(request))[1]["error"] == "clock"


@pytest.mark.parametrize(("off_ms", "status"), [(120_000, 200), (-120_000, 200), (120_001, 403), (-120_001, 403)])
def test_a_call_must_be_dated_within_two_minutes(off_ms: int, status: int) -> None:
    shop = Shop()
    request = shop.request("/v1/time", {}, time=str(NOW_MS + off_ms))
    got, told = shop.read(request, shop.send(request))
    assert (got, told["time_ms"]) == (status, NOW_MS)


@pytest.mark.parametrize(
    "body",
    [
        {"order": "a.1", "amount_fen": 0, "lasts_ms": 1_000},
        {"order": "a.1", "amount_fen": 10_000_001, "lasts_ms": 1_000},
        {"order": "a.1", "amount_fen": True, "lasts_ms": 1_000},
        {"order": "a.1", "amount_fen": 1.0, "lasts_ms": 1_000},
        {"order": "a.1", "amount_fen": 1, "lasts_ms": 999},
        {"order": "a/1", "amount_fen": 1, "lasts_ms": 1_000},
        {"order": "", "amount_fen": 1, "lasts_ms": 1_000},
        {"order": 1, "amount_fen": 1, "lasts_ms": 1_000},
        {"order": "a.1", "amount_fen": 1, "lasts_ms": 1_000, "more": 1},
        {"amount_fen": 1, "lasts_ms": 1_000},
    ],
)
def test_a_body_is_read_strictly(body: dict[str, Any]) -> None:
    shop = Shop()
    assert shop.refused("create", **body) == "bad_request"
    assert shop.ledger()["orders"] == []


@given(st.binary(max_size=60) | st.sampled_from([b"[]", b"null", b"{", b"[" * 5_000, b'{"order": "a.1"}' * 2]))
def test_any_body_is_answered(content: bytes) -> None:
    shop = Shop()
    time, nonce = str(NOW_MS), "0" * 32
    for path in ("/v1/create", "/v1/collect", "/v1/query", "/v1/close", "/v1/refund", "/v1/nothing", "/phone/pay"):
        sign = oracle(KEY, "request", path, MERCHANT, time, nonce, body=content)
        headers = {"code-merchant": MERCHANT, "code-time": time, "code-nonce": nonce, "code-sign": sign}
        assert shop.send(Request("POST", path, headers, content)).status in (400, 404, 409)
    assert shop.booked() == []


def test_a_long_body_is_refused() -> None:
    with pytest.raises(Refused, match="too_large"):
        Body(b" " * 20_000)
