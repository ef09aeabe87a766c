"""What went into and out of each place of a machine, hour by hour, folded from its records: what a forecast is made of.

A place is `cassette.N`, `hopper.N`, `box` or `roll`; pieces that went in count above 0. What people filled, took out or counted is
no flow: it says nothing about the passengers of tomorrow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from simulator.station.machines.registers import Registers

Record = Mapping[str, Any]
HOUR_MS = 3_600_000
KEPT_HOURS = 15 * 24
KEPT_ORDERS = 16
MOVES = frozenset({"stack!", "keep!", "retract!", "pay!", "print!"})


class Flows:
    """`hours`: place -> hour since 1970 -> pieces; `first_ms`, `last_ms`: what time the records span."""

    def __init__(self) -> None:
        self.hours: dict[str, dict[int, int]] = {}
        self.first_ms = self.last_ms = 0
        self._coins: deque[int] = deque(maxlen=KEPT_ORDERS)

    def copy(self) -> Flows:
        other = Flows()
        other.hours = {place: dict(moved) for place, moved in self.hours.items()}
        other.first_ms, other.last_ms, other._coins = self.first_ms, self.last_ms, self._coins.copy()
        return other

    def hear(self, fact: Record, wall_ms: int, registers: Registers) -> None:
        """One fact, before `registers` hears it: what it will count once is counted once here too."""
        self.first_ms = self.first_ms or wall_ms
        self.last_ms = max(self.last_ms, wall_ms)
        if fact["kind"] not in MOVES:
            if fact["kind"] in Registers.HEARS:
                registers.hear(fact)
            return
        values = registers.values
        before = values["notes_in"], values["notes_out"], values["tickets"] + values["blanks_spoiled"]
        registers.hear(fact)
        after = values["notes_in"], values["notes_out"], values["tickets"] + values["blanks_spoiled"]
        came, left, blanks = (new - old for new, old in zip(after, before, strict=True))
        hour = wall_ms // HOUR_MS
        if came:
            recycled = fact.get("result") == "recycled"
            self._move(f"cassette.{fact['cassette']}" if recycled else "box", hour, came)
        if left:
            for cassette, out, rejected in fact["counts"]:
                self._move(f"cassette.{cassette}", hour, -out - rejected)
        if blanks:
            self._move("roll", hour, -blanks)
        if str(fact.get("result", "")).startswith("coins") and fact["order"] not in self._coins:
            self._coins.append(fact["order"])
            self._move(f"hopper.{fact['hopper']}", hour, -int(fact.get("coins", 0)))

    def _move(self, place: str, hour: int, pieces: int) -> None:
        if pieces:
            moved = self.hours.setdefault(place, {})
            moved[hour] = moved.get(hour, 0) + pieces
            if len(moved) > KEPT_HOURS:
                del moved[min(moved)]
