"""Passengers at two machines on one line to the station: few places, many wishes, and every answer remembered.

A sale has one command on its way at most. What was not answered (or with 503) is sent again to the next process, and now and then
something that was answered is asked again: it must be told what it was told first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

MACHINES = {"K1": "token-of-k1", "K2": "token-of-k2"}
EPOCH = "4b111ed0"
ON_THEIR_WAY = 48
REPEATS, RECORDS = 0.06, 0.04
STORAGE = 503

Told = tuple[Any, ...]
"""What an answer comes to, apart from times."""


@dataclass(frozen=True, slots=True)
class Ride:
    train: str
    date: str
    stops: tuple[str, ...]
    seat_class: str


@dataclass(slots=True)
class Command:
    """`key`: the sale, or the machine whose records it brings; `does`: what kind of deed."""

    key: str
    does: str
    method: str
    path: str
    body: Any

    def line(self, name: int) -> bytes:
        token = MACHINES[self.key.partition(".")[0]]
        body = json.dumps(self.body, separators=(",", ":")).encode()
        return b"%d %b %b %b %b\n" % (name, self.method.encode(), self.path.encode(), token.encode(), body)


@dataclass(slots=True)
class Buyers:
    """`heard`: (key, deed) -> what was told first; `wrong`: one sentence for each answer that contradicts one before."""

    dice: Random
    rides: Sequence[Ride]
    heard: dict[tuple[str, str], Told] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    answers: int = 0
    repeated: int = 0
    refused: int = 0
    records: dict[str, list[str]] = field(default_factory=lambda: {machine: [] for machine in MACHINES})
    acked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MACHINES, 0))
    _on_way: dict[int, Command] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _held: dict[str, Command] = field(default_factory=dict)
    _sold: dict[str, Command] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _names: int = 0

    def commands(self) -> Iterator[bytes]:
        """What is to be sent so that enough is on its way."""
        while len(self._on_way) < ON_THEIR_WAY:
            command = self._next()
            self._names += 1
            self._busy.add(command.key)
            self._on_way[self._names] = command
            yield command.line(self._names)

    def again(self) -> list[bytes]:
        """All that has no answer, in the order in which it was sent."""
        return [command.line(name) for name, command in self._on_way.items()]

    def hear(self, line: bytes) -> None:
        name, status, content = line.split(b" ", 2)
        command, body = self._on_way[int(name)], json.loads(content)
        if int(status) == STORAGE:
            self.refused += 1
            return
        del self._on_way[int(name)]
        self._busy.discard(command.key)
        self.answers += 1
        if command.does == "records":
            self.acked[command.key] = max(self.acked[command.key], body.get("acked", 0))
            if int(status) != 200:
                self.wrong.append(f"records of {command.key} were answered {status.decode()} {body}")
            return
        told = comes_to(int(status), body)
        if (command.key, command.does) in self.heard:
            self.repeated += 1
            if self.heard[command.key, command.does] != told:
                first = self.heard[command.key, command.does]
                self.wrong.append(f"{command.key}: {command.does} was answered {first}, and then {told}")
            return
        self.heard[command.key, command.does] = told
        self._follow(command, told)

    def _follow(self, command: Command, told: Told) -> None:
        if told[0] == "held":
            self._held[command.key], self._totals[command.key] = command, told[2]
        elif told[0] == "confirmed":
            self._sold[command.key] = command
        elif told[0] not in ("released", "voided", "sold_out"):
            self.wrong.append(f"{command.key}: {command.does} was answered {told}")

    def _next(self) -> Command:
        roll = self.dice.random()
        if roll < REPEATS and (found := self._free({**self._held, **self._sold})):
            return {**self._held, **self._sold}[found]
        machine = self.dice.choice(list(MACHINES))
        if roll < REPEATS + RECORDS and machine not in self._busy:
            return self._told(machine)
        if roll < 0.45 and (found := self._free(self._held)):
            del self._held[found]
            if self.dice.random() < 0.2:
                return Command(found, "release", "POST", f"/v1/locks/{found}:release", {})
            paid = {"cash_fen": self._totals[found], "card_fen": 0}
            body = {"total_fen": self._totals[found], "rounding_fen": 0, "paid": paid}
            return Command(found, "confirm", "POST", f"/v1/locks/{found}:confirm", body)
        if roll < 0.62 and (found := self._free(self._sold)):
            del self._sold[found]
            return Command(found, "void", "POST", f"/v1/sales/{found}:void", {"places": None, "reason": "kill"})
        return self._lock(machine)

    def _free(self, sales: dict[str, Command]) -> str:
        """A sale of these with nothing on its way; empty when there is none."""
        found = [key for key in sales if key not in self._busy]
        return self.dice.choice(found) if found else ""

    def _lock(self, machine: str) -> Command:
        self._count += 1
        ride = self.dice.choice(self.rides)
        a = self.dice.randrange(len(ride.stops) - 1)
        b = self.dice.randrange(a + 1, len(ride.stops))
        key = f"{machine}.{EPOCH}.{self._count}"
        body = {"key": key, "machine": machine, "train": ride.train, "date": ride.date, "wish": "none"}
        ends = {"origin": ride.stops[a], "destination": ride.stops[b], "class": ride.seat_class}
        people = ["adult"] * self.dice.choice((1, 1, 2, 4))
        return Command(key, "lock", "POST", "/v1/locks", {**body, **ends, "passengers": people})

    def _told(self, machine: str) -> Command:
        """The next lines of a machine's journal; sometimes with one that it sent before."""
        lines, first = self.records[machine], self.acked[machine] + 1
        while len(lines) < first + self.dice.randrange(1, 6):
            lines.append(_record(len(lines) + 1, lines[-1] if lines else ""))
        first = max(1, first - self.dice.randrange(2))
        body = {"epoch": EPOCH, "first_seq": first, "lines": lines[first - 1 :]}
        return Command(machine, "records", "POST", f"/v1/devices/{machine}/records", body)


def comes_to(status: int, body: Any) -> Told:
    if status == 201:
        return ("held", [(place["coach"], place["place"]) for place in body["places"]], body["total_fen"])
    if status == 200 and "tickets" in body:
        return ("confirmed", [ticket["numbers"] for ticket in body["tickets"]])
    if status == 200:
        return (body.get("state"),)
    return (body.get("error"), status)


def _record(seq: int, before: str) -> str:
    body = {"seq": seq, "epoch": EPOCH, "boot": 1, "mono_ms": seq, "wall_ms": 1_790_000_000_000 + seq}
    fact = {"kind": "tick", "text": "漯河"}
    text = json.dumps({**body, "fact": fact, "intents": [], "mac": "0" * 32}, separators=(",", ":"), ensure_ascii=False)
    return f"{crc32(text.encode(), int(before[:8], 16) if before else 0):08x} {text}"
