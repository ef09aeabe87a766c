"""The set `operators` as the machine reads it: who may log in at the open cabinet, in place of those it was provisioned with.

Source: station-api sheet, "Operators". Whatever does not fit refuses the whole set, with a reason; the set before stays.
"""

from __future__ import annotations

import re
from typing import Any

from kiosk.identity import ROLES, Operator

NAME = "operators"
MOST = 24
LATEST_MS = 10**14
PARTS = {"name": str, "english": str, "role": str, "until_ms": int, "pin_hash": str}
LONGEST = {"name": 12, "english": 24}
NUMBER = re.compile("[0-9]{4,8}")
PIN_HASH = re.compile(r"\$argon2id\$v=19\$m=7168,t=5,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")
"""Of one strength only: a check that asked for more memory or time than a log-in has would stop the machine."""


def read_operators(body: dict[str, Any]) -> tuple[Operator, ...]:
    """By number. Raises ValueError with the reason: a part is missing or out of range, more than `MOST`, or nobody could ever
    change it again: one supervisor at least has a log-in without an end."""
    if len(body) > MOST:
        raise ValueError(f"operators: more than {MOST}")
    people = tuple(_operator(number, body[number]) for number in sorted(body))
    if not any(each.role == "supervisor" and not each.until_ms for each in people):
        raise ValueError("operators: no supervisor whose log-in has no end")
    return people


def _operator(number: str, raw: Any) -> Operator:
    if not NUMBER.fullmatch(number):
        raise ValueError("operators: a number is 4 to 8 digits")
    if type(raw) is not dict or {name: type(value) for name, value in raw.items()} != PARTS:
        raise ValueError(f"{number}: not name, english, role, until_ms and pin_hash")
    for name, most in LONGEST.items():
        if not 0 < len(raw[name]) <= most or not raw[name].isprintable() or raw[name] != raw[name].strip():
            raise ValueError(f"{number}: {name} is not 1 to {most} letters")
    if raw["role"] not in ROLES:
        raise ValueError(f"{number}: role is none of {', '.join(ROLES)}")
    if not 0 <= raw["until_ms"] <= LATEST_MS:
        raise ValueError(f"{number}: until_ms is no time")
    if not PIN_HASH.fullmatch(raw["pin_hash"]):
        raise ValueError(f"{number}: pin_hash is not what a log-in can check")
    return Operator(number, raw["name"], raw["english"], raw["role"], raw["pin_hash"], raw["until_ms"])
