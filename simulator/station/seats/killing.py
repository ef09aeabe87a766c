"""kill -9 under load: a process sells seats, is killed in the middle, starts again; then a second reader judges its journal.

The client keeps many commands on their way, remembers every answer that it received whole, and after each kill sends again what was
not answered. Now and then it repeats an old command: it must be told what it was told first. A kill does not lose what the kernel
holds; what a power cut leaves of the journal is the matter of the journal's own tests.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from simulator.station.seats.checker import Checker

ROOT = Path(__file__).resolve().parents[3]
STOCKS, PLACES, SEGMENTS = 8, 100, 12
ON_THEIR_WAY = 64
FEWEST, MOST = 200, 900
"""Answers between one kill and the next."""
REPEATS = 0.03
LONGEST_MOMENT_S = 0.004

Key = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """`wrong` is empty when nothing was oversold, lost or answered in two ways."""

    kills: int = 0
    answers: int = 0
    confirmed: int = 0
    repeated: int = 0
    records: int = 0
    wrong: list[str] = field(default_factory=list)


class Client:
    """Passengers without number, on one line."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.heard: dict[Key, list[object]] = {}
        self.sent: dict[Key, str] = {}
        self.outcome = Outcome()
        self._on_way: dict[Key, str] = {}
        self._again: set[Key] = set()
        self._held: list[str] = []
        self._sold: list[tuple[str, int]] = []
        self._count = 0

    def commands(self) -> list[str]:
        """What is to be sent so that enough is on its way."""
        made = []
        while len(self._on_way) < ON_THEIR_WAY:
            key, line = self._repeat() if self.heard and self._dice.random() < REPEATS else self._next()
            if key not in self._on_way:
                self._on_way[key] = line
                made.append(line)
        return made

    def unanswered(self) -> list[str]:
        """In the order in which they were sent, for the process that comes next."""
        return list(self._on_way.values())

    def moment_s(self) -> float:
        """How long the process may work on what it was sent last: it is killed while it reads, decides, writes or syncs."""
        return self._dice.random() * LONGEST_MOMENT_S

    def hear(self, line: str) -> None:
        order, command, result, places, expires_ms, *more = json.loads(line)
        key, answer = (order, command), [result, places, expires_ms, *more]
        self._on_way.pop(key, None)
        self.outcome.answers += 1
        if key in self.heard:
            self.outcome.repeated += 1
            if self.heard[key] != answer:
                self.outcome.wrong.append(f"{order}: {command} was answered {self.heard[key]}, and then {answer}")
            return
        self.heard[key] = answer
        if result == "held":
            self._held.append(order)
        elif result == "sold":
            self.outcome.confirmed += 1
            places_held = self.heard.get((order, "hold"), [None, []])[1]
            self._sold.append((order, len(places_held) if isinstance(places_held, list) else 0))

    def _repeat(self) -> tuple[Key, str]:
        key = self._dice.choice(list(self.heard)[-200:])
        return key, self.sent[key]

    def _next(self) -> tuple[Key, str]:
        roll = self._dice.random()
        if roll < 0.35 and self._held:
            order = self._held.pop(self._dice.randrange(len(self._held)))
            words: list[object] = ["confirm", order, "confirm"]
        elif roll < 0.42 and self._held:
            words = ["release", self._held.pop(), "release"]
        elif roll < 0.58 and self._sold:
            order, places = self._sold.pop(self._dice.randrange(len(self._sold)))
            words = ["refund", order, "refund", [self._dice.randrange(places)]] if places else self._hold([])
        elif roll < 0.64 and self._sold:
            order, _ = self._sold[self._dice.randrange(len(self._sold))]
            words = self._hold([order, [0]])
        else:
            words = self._hold([])
        key, line = (str(words[1]), str(words[2])), json.dumps(words)
        self.sent[key] = line
        return key, line

    def _hold(self, old: list[object]) -> list[object]:
        self._count += 1
        a = self._dice.randrange(SEGMENTS)
        b = self._dice.randrange(a + 1, SEGMENTS + 1)
        stock, wish = f"T{self._dice.randrange(STOCKS)}", self._dice.choice(("none", "none", "together", "window"))
        kind = "exchange" if old else "hold"
        return [kind, f"o{self._count}", "hold", stock, a, b, self._dice.choice((1, 1, 1, 2, 4)), wish, "any", *old]


def kill_often(folder: Path, kills: int, dice: Random, say: Callable[[str], None]) -> Outcome:
    """Kill so many times, end in order, and judge. Raises OSError when the process cannot be started."""
    client = Client(dice)
    for kill in range(kills):
        _one_life(folder, client, dice.randrange(FEWEST, MOST), last=False)
        client.outcome.kills += 1
        if kill % 10 == 9:
            say(f"{kill + 1} kills of {kills}, {client.outcome.answers} answers, {len(client.outcome.wrong)} wrong")
    _one_life(folder, client, FEWEST, last=True)
    checker = Checker()
    checker.read((folder / "seats.journal").read_bytes())
    checker.compare((*key, str(answer[0]), tuple(_places(answer))) for key, answer in client.heard.items())
    client.outcome.records = checker.records
    client.outcome.wrong += checker.wrong
    return client.outcome


def _places(answer: list[object]) -> list[int]:
    return answer[1] if isinstance(answer[1], list) else []


def _one_life(folder: Path, client: Client, answers: int, last: bool) -> None:
    """Start it, trade until so many answers came, and kill it with commands on their way; the last one ends by itself."""
    sizes = ("--stocks", str(STOCKS), "--places", str(PLACES), "--segments", str(SEGMENTS), "--snapshot-after", "500")
    words = (sys.executable, "-m", "simulator", "seats", "serve", str(folder), *sizes)
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        send, hear = process.stdin.fileno(), process.stdout.fileno()
        held = b""
        lines = client.unanswered()
        until = client.outcome.answers + answers
        try:
            while client.outcome.answers < until:
                lines += client.commands()
                _send(send, lines)
                lines = []
                received = os.read(hear, 65_536)
                if not received:
                    client.outcome.wrong.append("the process ended by itself")
                    return
                held = _hear(client, held + received)
            _send(send, client.commands())
            if last:
                process.stdin.close()
            else:
                select.select([hear], [], [], client.moment_s())
                process.kill()
            while received := os.read(hear, 65_536):
                held = _hear(client, held + received)
        finally:
            process.kill()


def _send(descriptor: int, lines: list[str]) -> None:
    """Few enough at a time to fit a pipe."""
    data = "".join(f"{line}\n" for line in lines).encode()
    while data:
        data = data[os.write(descriptor, data) :]


def _hear(client: Client, received: bytes) -> bytes:
    """What came whole is an answer; the rest is kept."""
    *whole, rest = received.split(b"\n")
    for line in whole:
        client.hear(line.decode())
    return rest
