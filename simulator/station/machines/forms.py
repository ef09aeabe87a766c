"""What a heard record must look like before anything is folded from it: a machine with a defect may say anything.

A wrong form that only showed later would fail a question of the office, or the close of a day, long after the record was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 10**15
LATEST_MS = 10**14
TEXTS = frozenset({"outcome", "reason", "set", "code", "tag", "day", "key", "name", "argument", "why", "reference"})
WHOLE = frozenset({"seq", "version"})


def check_time(wall_ms: Any) -> int:
    """Raises ValueError for what is no point in time of wall clocks."""
    if type(wall_ms) is not int or not 0 <= wall_ms <= LATEST_MS:
        raise ValueError(f"wall_ms: {wall_ms!r}")
    return wall_ms


def check(part: Mapping[str, Any]) -> None:
    """A fact or an intent of a kind that is folded. Raises ValueError when a name has a value of another type, or any number is
    not whole or beyond 10 ** 15."""
    for name, value in part.items():
        whole = name in WHOLE or name.endswith("_fen")
        if (whole and type(value) is not int) or (name in TEXTS and type(value) is not str):
            raise ValueError(f"{name}: {value!r}")
        _numbers(value)


def _numbers(value: Any) -> None:
    if isinstance(value, float) or (isinstance(value, int) and not -MOST <= value <= MOST):
        raise ValueError(f"{value!r}: no whole number that can be meant")
    if isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            _numbers(each)
