"""How sales ended, and whose doing that was, read from the journal's plain text.

A run in which little was sold explains itself: somebody changed his mind, or the machine stopped because a device or the
screen failed (under load a picture that comes too late counts as a lost screen).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from simulator.timesplit import Line

PEOPLE = {"passenger": "changed their mind", "change_order": "changed the order", "timeout": "did nothing for too long"}
"""Why a sale ended -> what people did."""
MACHINE = {
    "mode": "the machine could not go on",
    "screen": "the screen was lost or late",
    "acceptor": "the note acceptor failed",
    "service": "staff opened the machine",
    "power": "the mains failed",
    "restart": "the machine was restarted",
}
"""Why a sale ended -> what the machine met with. Others (a refusal of the station, say) are told as the journal names them."""


def endings(lines: Iterable[Line]) -> dict[str, int]:
    """`outcome` or `outcome: why` -> how many sales ended so; of the journal of one machine."""
    ends = (intent for line in lines for intent in line.intents if intent["kind"] == "sale.end")
    counted = Counter(f"{end['outcome']}: {end['why']}" if end["why"] else str(end["outcome"]) for end in ends)
    return dict(sorted(counted.items()))


def stops(lines: Iterable[Line]) -> dict[str, int]:
    """`device: code` -> how often that fault came up."""
    up = (line.fact for line in lines if line.kind == "fault" and line.fact.get("up"))
    return dict(sorted(Counter(f"{fact['device']}: {fact['code']}" for fact in up).items()))


def in_the_way(ended: Mapping[str, int], stopped: Mapping[str, int]) -> str:
    """One line of both for people, the most frequent first; empty when every sale went through. Faults are named when the machine
    ended a sale: every machine has some before its first roll of tickets is in."""
    whys = Counter[str]()
    for name, count in ended.items():
        if why := name.partition(": ")[2]:
            whys[why] += count
    told = [f"{PEOPLE.get(why) or MACHINE.get(why) or why} {count}" for why, count in _most_first(whys)]
    faults = ", ".join(f"{name} {count}" for name, count in _most_first(stopped))
    return " · ".join([*told, *([f"faults {faults}"] if faults and whys.keys() & MACHINE.keys() else [])])


def _most_first(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))
