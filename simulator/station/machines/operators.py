"""The set `operators`: who may log in at the open cabinet of the machines. Source: station-api sheet, "Operators"; SYS-09, AND-11.

A draft is a list of changes to the set that was released last. A PIN becomes an argon2 hash in the moment it comes in; no step,
answer or page has it. A set without a supervisor who stays is none: nobody could undo it at the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from argon2 import PasswordHasher

from simulator.station.wire import Refused

NAME = "operators"
ROLES = ("maintainer", "cash", "supervisor")
MOST = 24
LONGEST = {"name": 12, "english": 24}
SHOWN = ("name", "english", "role", "until_ms")
Body = Mapping[str, Mapping[str, Any]]
_hasher = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)
"""The one strength that machines take; some 25 ms for each PIN, in which the station does nothing else."""


def hash_pin(pin: str) -> str:
    return _hasher.hash(pin)


def changed(
    before: Body, changes: Sequence[Mapping[str, Any]], remove: Sequence[str], hashed: Callable[[str], str] = hash_pin
) -> dict[str, dict[str, Any]]:
    """The body that `changes` (number, name, english, role, until_ms, pin; an empty pin stays as it was) make of the one before.
    Refuses 422 out_of_range for a newcomer without a PIN, somebody who is not there, and a set that is none."""
    body = {number: dict(one) for number, one in before.items()}
    numbers = [each["number"] for each in changes] + list(remove)
    if len(numbers) != len(set(numbers)):
        raise Refused(422, "out_of_range", "operators: one change for each number")
    for number in remove:
        if body.pop(number, None) is None:
            raise Refused(422, "out_of_range", f"{number}: nobody has that number")
    for each in changes:
        if not each["pin"] and each["number"] not in body:
            raise Refused(422, "out_of_range", f"{each['number']}: a newcomer needs a PIN")
        kept = body.get(each["number"], {}).get("pin_hash", "")
        body[each["number"]] = {name: each[name] for name in SHOWN} | {"pin_hash": kept}
    if defect := defect_of(body):
        raise Refused(422, "out_of_range", defect)
    for each in changes:  # last, for it costs time
        if each["pin"]:
            body[each["number"]]["pin_hash"] = hashed(each["pin"])
    return body


def defect_of(body: Body) -> str:
    """What machines would refuse, the hash aside; empty when nothing."""
    if len(body) > MOST:
        return f"operators: more than {MOST}"
    for number, one in body.items():
        for name, most in LONGEST.items():
            text = one[name]
            if not 0 < len(text) <= most or not text.isprintable() or text != text.strip():
                return f"{number}: {name} is not 1 to {most} letters"
    if not any(one["role"] == "supervisor" and not one["until_ms"] for one in body.values()):
        return "operators: no supervisor whose log-in has no end"
    return ""


def shown(body: Body) -> list[dict[str, Any]]:
    """By number, without what proves a PIN."""
    return [{"number": number, **{name: body[number][name] for name in SHOWN}} for number in sorted(body)]


def differences(before: Body, after: Body) -> list[dict[str, str]]:
    """Who is `added`, `removed`, `changed`, or has another `pin` alone."""
    found = []
    for number in sorted({*before, *after}):
        old, new = before.get(number), after.get(number)
        if old == new:
            continue
        what = "added" if old is None else "removed" if new is None else "changed"
        if old and new and all(old[name] == new[name] for name in SHOWN):
            what = "pin"
        found.append({"number": number, "what": what})
    return found
