"""Misbehaviour on order: the bank is down, slow, silent or wrong. Each order holds for so many messages, or until it is ended.

Source: reliability notes, section 5 (card rows); ISO 8583 sheet, section 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

FAULTS = {
    "down": "the line is closed as soon as a message comes; nothing is done",
    "silent": "the message is read and forgotten",
    "late_request": "the message is held up for `ms` on its way in; others overtake it",
    "slow": "the answer comes `ms` later than it could",
    "late_approval": "the answer comes when the terminal has given up, `ms` later",
    "answer_lost": "everything is done, and no answer leaves",
    "cut": "everything is done, half of the answer leaves, the line is closed",
    "split": "the answer comes in single bytes",
    "doubled": "the answer comes twice in one piece",
    "wrong_mac": "the answer's MAC is wrong",
    "wrong_amount": "the answer names another amount, under a good MAC",
    "wrong_trace": "the answer names another trace, under a good MAC",
    "wrong_terminal": "the answer names another terminal, under a good MAC",
    "wrong_arpc": "the issuer's cryptogram in the answer is wrong",
    "script": "the answer carries an issuer script with a command that the card refuses",
    "key_change": "the terminal's keys are no longer known: MAC error, sign in again",
    "decline": "every payment is declined with `code`",
    "batch_full": "every payment is declined until the batch is settled",
}

ANY_MTI = re.compile(r"[0-9]{0,4}")
CODE = re.compile(r"[0-9A-Z]{2}")
SLOW_MS, LATE_MS, HELD_MS = 5_000, 65_000, 2_000
DEFAULT_MS = {"slow": SLOW_MS, "late_approval": LATE_MS, "late_request": HELD_MS}
MOST_MS = 600_000


class FaultError(ValueError):
    """An order that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Order:
    """One fault. `match` is how the message type begins (empty: all), `times` None: until it is ended."""

    name: str
    ms: int = 0
    code: str = "05"
    match: str = ""
    times: int | None = None

    @classmethod
    def parse(cls, text: str) -> Order:
        """`NAME` or `NAME:key=value:..` with the keys ms, code, match and times. Raises FaultError."""
        name, *settings = text.split(":")
        if name not in FAULTS:
            raise FaultError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        order = cls(name, DEFAULT_MS.get(name, 0))
        for setting in settings:
            key, _, value = setting.partition("=")
            order = order._with(key, value)
        return order

    def _with(self, key: str, value: str) -> Order:
        if key == "ms" and value.isdecimal() and int(value) <= MOST_MS:
            return replace(self, ms=int(value))
        if key == "times" and value.isdecimal() and int(value) > 0:
            return replace(self, times=int(value))
        if key == "code" and CODE.fullmatch(value) and value != "00":
            return replace(self, code=value)
        if key == "match" and ANY_MTI.fullmatch(value):
            return replace(self, match=value)
        raise FaultError(f"fault {self.name}: cannot set {key}={value}")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one message is treated: the faults that hold for it, and the settings of those that have any."""

    on: frozenset[str] = frozenset()
    hold_ms: int = 0
    delay_ms: int = 0
    code: str = "05"

    def __contains__(self, name: str) -> bool:
        return name in self.on


GOOD = Behaviour()


class Faults:
    """The switches. `behave` is asked once for each message and counts."""

    def __init__(self) -> None:
        self._on: dict[str, Order] = {}

    def switch_on(self, order: Order) -> None:
        """An order of the same name is replaced."""
        self._on[order.name] = order

    def switch_off(self, name: str) -> None:
        self._on.pop(name, None)

    def on(self) -> list[Order]:
        return list(self._on.values())

    def behave(self, mti: str) -> Behaviour:
        """The treatment of a message of this type (4 digits)."""
        hit = {name: order for name, order in self._on.items() if mti.startswith(order.match)}
        for name, order in hit.items():
            if order.times == 1:
                del self._on[name]
            elif order.times is not None:
                self._on[name] = replace(order, times=order.times - 1)
        return Behaviour(
            frozenset(hit),
            hold_ms=hit["late_request"].ms if "late_request" in hit else 0,
            delay_ms=max((hit[name].ms for name in ("slow", "late_approval") if name in hit), default=0),
            code=hit["decline"].code if "decline" in hit else "05",
        )
