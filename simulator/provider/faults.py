"""Misbehaviour on order: the provider is away, slow, wrong, or its payers are. Each order holds for so many calls, or until ended.

Source: reliability notes, section 5; decision page 041. The first six are played by the line, the others by the provider itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

FAULTS = {
    "refusing": "every call is answered 503, unsigned, and nothing is done",
    "silent": "the call is read and forgotten",
    "slow": "the call is carried out, and its answer comes `ms` later",
    "held": "the call is held up for `ms` on its way in, and carried out then, whoever still waits",
    "answer_lost": "everything is done, and no answer leaves",
    "restarted": "the process forgets all but its ledger before the call is read, and the call is lost",
    "late_payment": "a phone's payment is booked `ms` after it was begun, past the expiry if need be, unless the order is closed",
    "paid_twice": "a phone's payment comes in twice",
    "wrong_amount": "the answer names another amount, under a good signature",
    "wrong_order": "the answer names another order, under a good signature",
    "wrong_signature": "the answer's signature is wrong",
    "unknown_first": "queries say `unknown` of an order that is younger than `ms`",
    "refund_refused": "a refund is refused, for good: nothing moves, people settle it",
    "clock_skew": "the provider's clock is `ms` ahead",
}
DEFAULT_MS = {
    "slow": 5_000,
    "held": 8_000,
    "late_payment": 200_000,
    "unknown_first": 8_000,
    "clock_skew": 3_600_000,
}
MOST_MS = 10_000_000
PATH = re.compile(r"[a-z0-9/]{0,40}")


class FaultError(ValueError):
    """An order that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """One fault. `match` is a part of the path it concerns (empty: all), `times` None: until it is ended."""

    name: str
    ms: int = 0
    match: str = ""
    times: int | None = None

    @classmethod
    def parse(cls, text: str) -> Ordered:
        """`NAME` or `NAME:key=value:..` with the keys ms, match and times. Raises FaultError."""
        name, *settings = text.split(":")
        if name not in FAULTS:
            raise FaultError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        ordered = cls(name, DEFAULT_MS.get(name, 0))
        for setting in settings:
            key, _, value = setting.partition("=")
            number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
            if key == "ms" and 0 <= number <= MOST_MS:
                ordered = replace(ordered, ms=number)
            elif key == "times" and number > 0:
                ordered = replace(ordered, times=number)
            elif key == "match" and PATH.fullmatch(value):
                ordered = replace(ordered, match=value)
            else:
                raise FaultError(f"fault {name}: cannot set {setting}")
        return ordered


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one call is treated: name of a fault -> its ms."""

    on: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __contains__(self, name: str) -> bool:
        return name in self.on

    def ms(self, name: str) -> int:
        """0 when the fault is not on."""
        return self.on.get(name, 0)


GOOD = Behaviour()


class Faults:
    """The switches. `behave` is asked once for each call and counts."""

    def __init__(self) -> None:
        self._on: dict[str, Ordered] = {}

    def copy(self) -> Faults:
        """Switches of their own in the same positions."""
        other = Faults()
        other._on = dict(self._on)
        return other

    def switch_on(self, ordered: Ordered) -> None:
        """One of the same name is replaced."""
        self._on[ordered.name] = ordered

    def switch_off(self, name: str) -> None:
        self._on.pop(name, None)

    def on(self) -> list[Ordered]:
        return list(self._on.values())

    def behave(self, path: str) -> Behaviour:
        """The treatment of a call to `path`."""
        hit = [ordered for ordered in self._on.values() if ordered.match in path]
        for ordered in hit:
            if ordered.times == 1:
                del self._on[ordered.name]
            elif ordered.times is not None:
                self._on[ordered.name] = replace(ordered, times=ordered.times - 1)
        return Behaviour({ordered.name: ordered.ms for ordered in hit}) if hit else GOOD
