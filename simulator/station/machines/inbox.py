"""What is new to a machine: commands beyond the last one it answered, parameter sets above the version it has.

The machine says what it has, so nothing is lost with an answer, a restart of the machine or an older backup of the station.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.station.machines.state import Machines
from simulator.station.wire import Answer, bad_request

LONGEST_WAIT_MS = 30_000


def answer(machines: Machines, machine: str, query: Mapping[str, str], now_ms: int) -> Answer:
    """`{commands, sets}`, each entry `{text, signature}`. Refuses 400 for numbers that are none."""
    after, have = _number(query, "after"), _number(query, "have")
    _number(query, "wait_ms", 6)
    commands = [{"text": each.text, "signature": each.signature} for each in machines.commands.after(machine, after)]
    sets = [{"text": each.text, "signature": each.signature} for each in machines.sets.wanted(have, now_ms)]
    return Answer({"commands": commands, "sets": sets})


def empty(body: Mapping[str, Any] | None) -> bool:
    """Whether an answer has no news."""
    return not (body and (body["commands"] or body["sets"]))


def wait_ms(query: Mapping[str, str]) -> int:
    """How long an answer without news may be held back; 0 for anything that is no number."""
    text = query.get("wait_ms", "")
    return min(int(text), LONGEST_WAIT_MS) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def _number(query: Mapping[str, str], name: str, most_digits: int = 12) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= most_digits):
        raise bad_request(f"{name}: not a number")
    return int(text)
