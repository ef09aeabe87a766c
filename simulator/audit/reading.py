"""The journal as text: lines, chain, sequence, epoch, boots (invariant 6, first half).

A line is 8 hex digits of a CRC-32 chained over all bodies, a blank, one JSON object, LF; chain and seq run on over
segments (decision 11). A last line without its end is what a power cut leaves, and no violation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from simulator.audit.verdict import Violation

KEYS = ("seq", "epoch", "boot", "mono_ms", "wall_ms", "fact", "intents", "mac")
SUFFIX = ".journal"
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One line that could be read."""

    seq: int
    epoch: str
    boot: int
    wall_ms: int
    fact: Record
    intents: tuple[Record, ...]


@dataclass(slots=True)
class Reading:
    steps: list[Step] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    torn_bytes: int = 0


def read_directory(directory: Path) -> Reading:
    """All segments in the order of their names. Raises OSError when they cannot be read."""
    paths = sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)
    return read_segments((path.name, path.read_bytes()) for path in paths)


def read_segments(segments: Iterable[tuple[str, bytes]]) -> Reading:
    """(name, content) in order of writing. After a break the stated chain value is believed, so each break is told once."""
    reading, reader = Reading(), _Reader()
    held = list(segments)
    for index, (name, data) in enumerate(held):
        *lines, rest = data.split(b"\n")
        for number, line in enumerate(lines, start=1):
            step = reader.line(line, f"{name}:{number}")
            if step is not None:
                reading.steps.append(step)
        if rest and index == len(held) - 1:
            reading.torn_bytes = len(rest)
        elif rest:
            reader.say(f"{name}: the last line has no end, and later segments exist")
    reading.violations = reader.violations
    return reading


class _Reader:
    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._chain = 0
        self._seq = 0
        self._epoch = ""
        self._boot = 0

    def say(self, text: str) -> None:
        self.violations.append(Violation(6, 0, text, self._seq))

    def line(self, raw: bytes, where: str) -> Step | None:
        try:
            stated = int(raw[:8], 16)
        except ValueError:
            self.say(f"{where}: no chain value")
            return None
        body = raw[9:]
        if raw[8:9] != b" " or stated != crc32(body, self._chain):
            self.say(f"{where}: the chain is broken")
        self._chain = stated
        try:
            step = _step(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            self.say(f"{where}: not a record: {error}")
            return None
        self._order(step, where)
        return step

    def _order(self, step: Step, where: str) -> None:
        if step.seq != self._seq + 1:
            self.say(f"{where}: seq {step.seq} after {self._seq}")
        if self._epoch and step.epoch != self._epoch:
            self.say(f"{where}: epoch {step.epoch} after {self._epoch}")
        if step.boot < self._boot:
            self.say(f"{where}: boot {step.boot} after {self._boot}")
        self._seq, self._epoch, self._boot = step.seq, step.epoch, step.boot


def _step(head: Any) -> Step:
    """Raises ValueError, KeyError or TypeError for anything that is not exactly a record."""
    if not isinstance(head, dict) or tuple(head) != KEYS:
        raise ValueError(f"keys are {', '.join(head) if isinstance(head, dict) else type(head).__name__}")
    for key, kind in (("seq", int), ("epoch", str), ("boot", int), ("wall_ms", int), ("fact", dict), ("intents", list)):
        if type(head[key]) is not kind:
            raise ValueError(f"{key} is a {type(head[key]).__name__}")
    records = [head["fact"], *head["intents"]]
    for record in records:
        if not isinstance(record, dict) or next(iter(record), "") != "kind" or type(record["kind"]) is not str:
            raise ValueError("a record without its kind first")
    if head["fact"]["kind"].endswith("?") or any(intent["kind"].endswith("!") for intent in head["intents"]):
        raise ValueError("an intent stands as fact, or a fact among the intents")
    return Step(head["seq"], head["epoch"], head["boot"], head["wall_ms"], head["fact"], tuple(head["intents"]))
