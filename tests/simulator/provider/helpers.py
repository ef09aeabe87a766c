"""A provider in memory and a merchant that signs by `hashlib` and `hmac` alone, for the tests beside this file."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from simulator.provider.faults import GOOD, Behaviour, Ordered
from simulator.provider.ledger import Ledger
from simulator.provider.payers import LAB_PAYERS
from simulator.provider.provider import Provider
from simulator.provider.wire import Reply, Request

NOW_MS = 1_795_349_292_000
KEY = bytes(range(32))
MERCHANT = "T07"
PAYERS = {payer.name: payer.opened_fen for payer in LAB_PAYERS.values()}
GOLDEN = Path(__file__).parents[2] / "golden" / "code_provider.txt"


def golden() -> list[tuple[str, ...]]:
    """Cells of the sheet's lines: name, path or status, time, nonce, body, signature."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" | ")) for line in lines if not line.startswith("#")]


def oracle(key: bytes, *lines: str, body: bytes) -> str:
    """A signature as the sheet's section 1 says it, written apart from both sides: RFC 2104 by hand."""
    signed = b"tvm-code-1\n" + b"".join(line.encode() + b"\n" for line in lines) + body
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + signed).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()
    assert outer == hmac.digest(key, signed, "sha256").hex()
    return outer


def behaving(*orders: str) -> Behaviour:
    """A call under these faults."""
    parsed = [Ordered.parse(text) for text in orders]
    return Behaviour({each.name: each.ms for each in parsed})


def in_memory(path: Path | str = ":memory:") -> Provider:
    return Provider(Ledger(path, PAYERS), {MERCHANT: KEY})


class Shop:
    """A merchant at a provider; every answer's signature is checked."""

    def __init__(self, provider: Provider | None = None) -> None:
        self.provider = provider or in_memory()
        self.now_ms = NOW_MS
        self.behaviour = GOOD
        self._nonces = count(1)

    def request(self, path: str, body: Mapping[str, Any], **changed: str) -> Request:
        content = json.dumps(body).encode()
        time, nonce = changed.get("time", str(self.now_ms)), changed.get("nonce", f"{next(self._nonces):032x}")
        headers = {
            "code-merchant": MERCHANT,
            "code-time": time,
            "code-nonce": nonce,
            "code-sign": changed.get("sign", oracle(KEY, "request", path, MERCHANT, time, nonce, body=content)),
        }
        return Request("POST", path, headers, content)

    def send(self, request: Request) -> Reply:
        return self.provider.handle(request, self.now_ms, self.behaviour)

    def read(self, request: Request, reply: Reply) -> tuple[int, dict[str, Any]]:
        nonce, time = request.headers["code-nonce"], reply.headers["Code-Time"]
        assert reply.headers["Code-Sign"] == oracle(KEY, "answer", str(reply.status), time, nonce, body=reply.body)
        return reply.status, json.loads(reply.body)

    def ask(self, deed: str, **body: Any) -> tuple[int, dict[str, Any]]:
        request = self.request(f"/v1/{deed}", body)
        return self.read(request, self.send(request))

    def told(self, deed: str, **body: Any) -> dict[str, Any]:
        """The body of an answer that must be good."""
        status, told = self.ask(deed, **body)
        assert status == 200, told
        return told

    def refused(self, deed: str, **body: Any) -> str:
        """The error of an answer that must be one."""
        status, told = self.ask(deed, **body)
        assert status != 200, told
        return str(told["error"])

    def create(self, order: str = "a.1", amount_fen: int = 3_800, lasts_ms: int = 120_000) -> str:
        """The text of the code."""
        return str(self.told("create", order=order, amount_fen=amount_fen, lasts_ms=lasts_ms)["text"])

    def collect(self, text: str, order: str = "a.1", amount_fen: int = 3_800) -> dict[str, Any]:
        return self.told("collect", order=order, amount_fen=amount_fen, lasts_ms=60_000, text=text)

    def state(self, order: str = "a.1") -> str:
        return str(self.told("query", order=order)["state"])

    def phone(self, deed: str, **body: Any) -> tuple[int, dict[str, Any]]:
        reply = self.send(Request("POST", f"/phone/{deed}", {}, json.dumps(body).encode()))
        return reply.status, json.loads(reply.body)

    def pay(self, text: str, payer: str = "good", amount_fen: int = 3_800) -> str:
        """State, or why not."""
        _, told = self.phone("pay", payer=payer, text=text, amount_fen=amount_fen)
        return str(told.get("error") or told["state"])

    def ledger(self) -> dict[str, Any]:
        reply = self.send(Request("GET", "/ledger"))
        snapshot: dict[str, Any] = json.loads(reply.body)
        assert snapshot["wrong"] == []
        return snapshot

    def booked(self) -> list[tuple[str, str, int]]:
        """Order, kind and fen of every booking."""
        return [(row["name"], row["kind"], row["amount_fen"]) for row in self.ledger()["bookings"]]
