"""What became of a blank: judged from the unit's own memory (`!V`, `!Y`), never from silence.

Sources: ticket-printer sheet 2.3 and 4; sheet "Ticket unit TTPM"; reliability notes 3, row 6. `!V` names the last good ticket
and no text is sent twice, so it is either what it was before or the key of this blank; anything else was read wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.ttpm.events import Made, Outcome, Refused, Spoiled, Unknown

_REASON = {"8": "stripe", "9": "stripe", "2": "jam", "4": "jam", "5": "jam", "6": "jam", "7": "jam"}


@dataclass(frozen=True, slots=True)
class Memory:
    """The unit's lasting memory: `!V`, and the two counts of `!Y`."""

    last_key: str
    tickets: int
    voided: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What the unit said while the blank was under way. `naks`: their characters; `found`: NAK G, a ticket voided at a start;
    `stuck`: one lies in its path now that it rests, and none did before."""

    printed: bool = False
    naks: str = ""
    found: bool = False
    stuck: bool = False


def judge(key: str, before: Memory, after: Memory, heard: Heard) -> Outcome | None:
    """None: the answers contradict each other; ask again, and if they stay so nobody knows."""
    tickets, voided = after.tickets - before.tickets, after.voided - before.voided
    if tickets not in (0, 1) or not 0 <= voided <= 3:
        return None
    if after.last_key == key:
        if tickets == 1:
            return Made(key)
        if heard.found and voided:
            return Spoiled(key, voided, "other")  # good, then left in the path by a restart and erased there
        return None
    if after.last_key != before.last_key or tickets or (heard.printed and not (heard.naks or heard.stuck)):
        return None
    return _none_made(key, voided, heard)


def _none_made(key: str, voided: int, heard: Heard) -> Outcome:
    """No ticket exists under this key."""
    for nak in heard.naks:
        if nak in "456789":
            return Spoiled(key, max(1, voided), _REASON.get(nak, "other"))  # the blank left the roll, counted or not
    if heard.stuck:
        return Spoiled(key, max(1, voided), "jam")  # its NAK was lost
    if voided or "2" in heard.naks:
        return Spoiled(key, voided, "jam" if "2" in heard.naks else "other")
    if "1" in heard.naks or "P" in heard.naks:
        return Refused(key, "paper")
    return Refused(key, "other" if "X" in heard.naks else "link")


def undecided(key: str, heard: Heard, *, answered: bool) -> Unknown:
    """The answers stayed contradictory, or never came (`answered` False)."""
    for nak, reason in (("7", "jam"), ("4", "cutter"), ("5", "cutter"), ("6", "cutter"), ("X", "failure")):
        if nak in heard.naks:
            return Unknown(key, reason)
    return Unknown(key, "disagrees" if answered else "silent")
