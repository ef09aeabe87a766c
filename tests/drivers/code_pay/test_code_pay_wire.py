"""Signatures and answers as the adapter makes and reads them: the sheet's bytes, an oracle written apart, and noise."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.code_pay import calls
from drivers.code_pay.calls import Answer, Call, Malformed, Standing, standing
from drivers.code_pay.sealing import BadAnswer, Sealed, Sealer
from tests.simulator.provider.helpers import KEY, MERCHANT, NOW_MS, golden, oracle

SENT = Sealed("/v1/query", {}, b"{}", "0" * 32)
ORDER, AMOUNT_FEN = "T07.7f3a91c2.17.1", 3_800
BODY = {"order": ORDER, "way": "code", "amount_fen": AMOUNT_FEN}
PAID = {**BODY, "state": "paid", "reference": "P1", "paid_at_ms": 5, "payer": "王*"}


def sealer(wall_ms: int = NOW_MS, nonce: str = "") -> Sealer:
    numbers = count(1)
    return Sealer(MERCHANT, KEY, lambda: wall_ms, lambda: nonce or f"{next(numbers):032x}")


def signed(body: bytes, status: int = 200, time: str = "7", nonce: str = SENT.nonce) -> dict[str, str]:
    return {"code-time": time, "code-sign": oracle(KEY, "answer", str(status), time, nonce, body=body)}


def test_the_sheets_exchanges_are_ours() -> None:
    """Request and answer of each example, byte for byte."""
    made = {
        "create": calls.create(ORDER, AMOUNT_FEN, 120_000),
        "query": calls.query(ORDER),
        "close": calls.close("T07.7f3a91c2.18.2"),
        "clock": calls.ask_time(),
    }
    lines = golden()
    for (name, path, time, nonce, body, sign), (_, status, at, _, answer, answer_sign) in zip(
        lines[::2], lines[1::2], strict=True
    ):
        side = sealer(int(time), nonce)
        sealed = side.seal(made[name])
        assert (sealed.path, sealed.content.decode()) == (path, body)
        assert {key: value for key, value in sealed.headers.items() if key != "Content-Type"} == {
            "Code-Merchant": MERCHANT,
            "Code-Time": time,
            "Code-Nonce": nonce,
            "Code-Sign": sign,
        }
        headers = {"code-time": at, "code-sign": answer_sign}
        opened = side.open(sealed, int(status), headers, answer.encode())
        assert (opened.status, opened.body) == (int(status), json.loads(answer))


@given(text=st.text(max_size=30), fen=st.integers(0, 10**12), wall_ms=st.integers(0, 10**14))
def test_a_call_is_signed_as_the_oracle_says(text: str, fen: int, wall_ms: int) -> None:
    sealed = sealer(wall_ms).seal(calls.collect(text, fen, 1, text))
    nonce = sealed.headers["Code-Nonce"]
    good = oracle(KEY, "request", "/v1/collect", MERCHANT, str(wall_ms), nonce, body=sealed.content)
    assert sealed.headers["Code-Sign"] == good
    assert json.loads(sealed.content)["text"] == text


@given(status=st.integers(100, 599), body=st.binary(max_size=40), time=st.text(max_size=5), sign=st.text(max_size=64))
def test_noise_is_no_answer(status: int, body: bytes, time: str, sign: str) -> None:
    with pytest.raises(BadAnswer):
        sealer().open(SENT, status, {"code-time": time, "code-sign": sign}, body)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"{}"),
        (201, signed(b"{}"), b"{}"),
        (200, signed(b"{}"), b"{ }"),
        (200, signed(b"{}", nonce="1" * 32), b"{}"),
        (200, {**signed(b"{}"), "code-time": "8"}, b"{}"),
        (200, signed(b"[]"), b"[]"),
        (200, signed(b"{"), b"{"),
        (200, signed(b"\xff"), b"\xff"),
        (200, signed(b"[" * 9_000), b"[" * 9_000),
        (200, signed(b"{}", time="1" * 20), b"{}"),
    ],
    ids=["unsigned", "status", "body", "another call", "time", "list", "torn", "utf-8", "deep", "long time"],
)
def test_an_answer_that_is_not_signed_rightly_is_none(status: int, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadAnswer):
        sealer().open(SENT, status, headers, body)


def test_the_providers_time_dates_the_next_call() -> None:
    side = sealer()
    body = b'{"error":"clock","detail":"","time_ms":1}'
    assert side.open(SENT, 403, signed(body, 403, time=str(NOW_MS + 777)), body).code == "clock"
    assert side.seal(calls.ask_time()).headers["Code-Time"] == str(NOW_MS + 777)


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(MERCHANT, KEY[1:], lambda: 0, lambda: "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PAID, Standing("paid", reference="P1", payer="王*")),
        (
            {**BODY, "state": "waiting", "text": "labpay:X", "remaining_ms": 9, "seen": True},
            Standing("waiting", text="labpay:X", remaining_ms=9, seen=True),
        ),
        (
            {**BODY, "way": "scan", "state": "waiting", "remaining_ms": 9, "seen": False},
            Standing("waiting", remaining_ms=9),
        ),
        ({**BODY, "state": "expired"}, Standing("expired")),
        ({"order": ORDER, "state": "closed", "way": "", "amount_fen": 0}, Standing("closed")),
        ({**BODY, "state": "declined", "reason": "funds"}, Standing("declined", reason="funds")),
        ({**BODY, "state": "declined", "reason": "moon"}, Standing("declined", reason="other")),
        ({"order": ORDER, "state": "unknown"}, Standing("unknown")),
        ({**PAID, "state": "refunded", "refund": "R1"}, Standing("refunded", reference="P1", payer="王*")),
        ({**PAID, "new": [1]}, Standing("paid", reference="P1", payer="王*")),
    ],
)
def test_an_order_is_read(body: dict[str, Any], said: Standing) -> None:
    assert standing(Answer(200, body), ORDER, AMOUNT_FEN) == said


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**PAID, "state": "paid?"},
        {**PAID, "state": ["paid"]},
        {**PAID, "order": ORDER + "0"},
        {**PAID, "amount_fen": 3_900},
        {**PAID, "amount_fen": "3800"},
        {**PAID, "amount_fen": 3_800.0},
        {**PAID, "way": "", "amount_fen": 0},
        {**PAID, "reference": ""},
        {**PAID, "reference": 7},
        {**PAID, "payer": "王\n"},
        {**BODY, "state": "waiting", "remaining_ms": 9},
        {**BODY, "state": "waiting", "text": "x", "remaining_ms": -1},
        {**BODY, "state": "closed", "amount_fen": 1},
    ],
)
def test_an_order_that_is_not_ours_or_not_whole_is_malformed(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        standing(Answer(200, body), ORDER, AMOUNT_FEN)


@given(
    st.dictionaries(
        st.sampled_from(
            ["order", "state", "way", "amount_fen", "text", "remaining_ms", "reference", "payer", "reason"]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from([*calls.STATES, ORDER, 3_800]),
    )
)
def test_any_order_is_read_or_malformed(body: dict[str, Any]) -> None:
    try:
        said = standing(Answer(200, body), ORDER, AMOUNT_FEN)
    except Malformed:
        return
    assert said.state in calls.STATES
    assert body["order"] == ORDER


@pytest.mark.parametrize(
    ("status", "code", "final"),
    [
        (200, "", True),
        (409, "key_reused", True),
        (400, "bad_request", True),
        (403, "clock", False),
        (409, "replayed", False),
        (429, "busy", False),
        (503, "storage", False),
    ],
)
def test_which_answers_would_be_the_same_tomorrow(status: int, code: str, final: bool) -> None:
    answer = Answer(status, {"error": code})
    assert (answer.code, answer.final) == (code, final)


def test_an_error_without_a_code_is_named_by_its_status() -> None:
    assert Answer(502, {"error": 5}).code == "http_502"
    assert Call("query", ORDER, {}).path == "/v1/query"
