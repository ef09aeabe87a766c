"""A released parameter set as the machine reads it: what may stand in it, and what it makes of the configured policies.

Source: station-api sheet, "Parameter sets". Whatever does not fit refuses the whole set, with a reason; the set before stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from kiosk import media_set, operator_set
from kiosk.identity import Operator
from kiosk.parameters import MachinePolicy, SalePolicy

NAME = "operating"
NAMES = (NAME, operator_set.NAME, media_set.NAME)
RANGES: Mapping[str, tuple[int, int]] = {
    "collect_patience_ms": (30_000, 300_000),
    "review_patience_ms": (60_000, 600_000),
    "claim_patience_ms": (20_000, 300_000),
    "take_ms": (20_000, 40_000),
    "last_minute_ms": (30_000, 120_000),
    "resume_ms": (0, 300_000),
    "resume_answer_ms": (20_000, 120_000),
    "blanks_per_ticket": (1, 3),
    "pay_tries": (1, 5),
    "box_near_full": (10, 5_000),
    "cassette_low": (0, 1_000),
    "roll_low": (0, 1_000),
    "service_login_ms": (10_000, 120_000),
    "service_idle_ms": (60_000, 1_800_000),
    "skew_stop_ms": (5_000, 60_000),
    "opens_min": (0, 1_439),
    "closes_min": (0, 1_439),
}
"""Lowest and highest value. Shutters and trays of the devices close after 45 s: nobody is given longer to take something."""
_OF_SALE = frozenset(part.name for part in fields(SalePolicy))


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """`effective_ms`, `expires_ms` in wall ms; 0: never expires. `body` of `operating`, sorted by name; `people` of `operators`,
    `media` of `media`."""

    version: int
    effective_ms: int
    expires_ms: int
    body: tuple[tuple[str, int], ...]
    name: str = NAME
    people: tuple[Operator, ...] = ()
    media: media_set.MediaList = media_set.NOTHING

    def holds(self, wall_ms: int) -> bool:
        return self.effective_ms <= wall_ms and not 0 < self.expires_ms <= wall_ms


def read_set(text: str) -> ParameterSet:
    """Raises ValueError with the reason for anything that is no set of ours. The signature is checked elsewhere."""
    try:
        raw: Any = json.loads(text)
    except RecursionError as error:
        raise ValueError("not a parameter set") from error
    if type(raw) is not dict or raw.keys() != {"kind", "set", "version", "effective_ms", "expires_ms", "body"}:
        raise ValueError("not a parameter set")
    if raw["kind"] != "parameters" or raw["set"] not in NAMES or type(raw["body"]) is not dict or not raw["body"]:
        raise ValueError("a set of another kind")
    version, effective_ms, expires_ms = raw["version"], raw["effective_ms"], raw["expires_ms"]
    if any(type(number) is not int or not 0 <= number <= 10**15 for number in (version, effective_ms, expires_ms)):
        raise ValueError("version or times are no numbers")
    if raw["set"] == operator_set.NAME:
        if expires_ms:  # those who were taken out since would be back
            raise ValueError("operators: a set of them has no end")
        people = operator_set.read_operators(raw["body"])
        return ParameterSet(version, effective_ms, 0, (), operator_set.NAME, people)
    if raw["set"] == media_set.NAME:
        shown = media_set.read_media(raw["body"])
        return ParameterSet(version, effective_ms, expires_ms, (), media_set.NAME, (), shown)
    return ParameterSet(version, effective_ms, expires_ms, _operating(raw["body"]))


def _operating(body: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    for name, value in body.items():
        _check(name, value)
    if ("opens_min" in body) != ("closes_min" in body) or (
        "opens_min" in body and body["opens_min"] == body["closes_min"]
    ):
        raise ValueError("opens_min, closes_min: both, and not the same minute")
    return tuple(sorted(body.items()))


def _check(name: str, value: object) -> None:
    if name not in RANGES:
        raise ValueError(f"{name[:40]}: unknown")
    low, high = RANGES[name]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name}: not within {low}..{high}")


def defect(found: ParameterSet, machine: MachinePolicy) -> str:
    """Why this set does not fit this machine; empty when it does."""
    values = dict(found.body)
    for name, most in (("box_near_full", machine.box_capacity), ("roll_low", machine.roll_capacity),
                       ("cassette_low", machine.cassette_capacity)):  # fmt: skip
        if values.get(name, 0) > most:
            return f"{name}: more than {most} fit"
    return ""


def of_sale(policy: SalePolicy, body: tuple[tuple[str, int], ...]) -> SalePolicy:
    """The policy a sale is opened with; the very same one where the set says nothing about sales."""
    changed: dict[str, Any] = {name: value for name, value in body if name in _OF_SALE}
    return replace(policy, **changed) if changed else policy


def of_machine(policy: MachinePolicy, body: tuple[tuple[str, int], ...]) -> MachinePolicy:
    """Thresholds and hours of the machine as a whole."""
    changed: dict[str, Any] = {name: value for name, value in body if name not in _OF_SALE}
    return replace(policy, **changed) if changed else policy
