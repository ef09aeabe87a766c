"""Every call of the provider of codes: what is sent, and what each answer says of the order. Pure.

Source: code-provider sheet, sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATES = ("waiting", "expired", "paid", "closed", "declined", "refunded", "unknown")
FINAL = ("closed", "declined", "refunded")
"""Not paid, and it stays so."""
REASONS = ("funds", "expired", "pin", "declined", "unsupported")
PASSING = (408, 425, 429)
"""Answers that may be others later."""


class Malformed(ValueError):
    """An answer that is not what the sheet says, or of another order or amount."""


@dataclass(frozen=True, slots=True)
class Call:
    """`order` empty: of none."""

    name: str
    order: str
    body: Mapping[str, Any]

    @property
    def path(self) -> str:
        return f"/v1/{self.name}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer whose signature was good."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The provider's error code, or one made from the status; empty when there is none."""
        if self.status == 200:
            return ""
        code = self.body.get("error")
        return code if type(code) is str and code else f"http_{self.status}"

    @property
    def final(self) -> bool:
        """Whether the same call would be answered alike tomorrow."""
        return self.status == 200 or (
            400 <= self.status < 500 and self.status not in PASSING and self.code not in ("clock", "replayed")
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands (sheet, section 3)."""

    state: str
    text: str = ""
    remaining_ms: int = 0
    seen: bool = False
    reference: str = ""
    payer: str = ""
    reason: str = ""


def create(order: str, amount_fen: int, lasts_ms: int) -> Call:
    return Call("create", order, {"order": order, "amount_fen": amount_fen, "lasts_ms": lasts_ms})


def collect(order: str, amount_fen: int, lasts_ms: int, text: str) -> Call:
    return Call("collect", order, {"order": order, "amount_fen": amount_fen, "lasts_ms": lasts_ms, "text": text})


def query(order: str) -> Call:
    return Call("query", order, {"order": order})


def close(order: str) -> Call:
    return Call("close", order, {"order": order})


def refund(order: str, amount_fen: int) -> Call:
    return Call("refund", order, {"order": order, "amount_fen": amount_fen})


def ask_time() -> Call:
    return Call("time", "", {})


def standing(answer: Answer, order: str, amount_fen: int) -> Standing:
    """What a good answer says of our order. Raises Malformed, also when order or amount are not ours."""
    body = answer.body
    if answer.status != 200:
        raise Malformed(answer.code)
    state = body.get("state")
    if state not in STATES or body.get("order") != order:
        raise Malformed(f"{state} of {body.get('order')}")
    if state == "unknown":
        return Standing(state)
    came = body.get("way") != ""  # closed before it came: it never had an amount
    if (came or state != "closed") and (type(body.get("amount_fen")) is not int or body["amount_fen"] != amount_fen):
        raise Malformed(f"amount_fen {body.get('amount_fen')}")
    paid, waiting = state in ("paid", "refunded"), state == "waiting"
    return Standing(
        state,
        text=_text(body, "text") if waiting and body.get("way") == "code" else "",
        remaining_ms=_duration(body) if waiting else 0,
        seen=waiting and body.get("seen") is True,
        reference=_text(body, "reference") if paid else "",
        payer=_text(body, "payer", needed=False) if paid else "",
        reason=_reason(body) if state == "declined" else "",
    )


def _text(body: Mapping[str, Any], name: str, needed: bool = True) -> str:
    value = body.get(name)
    if type(value) is not str or (needed and not value) or len(value) > 256 or not value.isprintable():
        raise Malformed(f"{name}: a text expected")
    return value


def _duration(body: Mapping[str, Any]) -> int:
    value = body.get("remaining_ms")
    if type(value) is not int or value < 0:
        raise Malformed("remaining_ms: a duration expected")
    return value


def _reason(body: Mapping[str, Any]) -> str:
    reason = body.get("reason")
    return reason if reason in REASONS else "other"
