"""The journal as text: lines, chain, sequence, epoch, boots, mac (invariant 6), and what must stand in no text (13).

A line is 8 hex digits of a CRC-32 chained over all bodies, a blank, one JSON object, LF; chain and seq run on over
segments (decision 11). A last line without its end is what a power cut leaves, and no violation.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from simulator.audit.digest import Digest
from simulator.audit.leaks import Leaks
from simulator.audit.seal import Seal
from simulator.audit.verdict import Violation

KEYS = ("seq", "epoch", "boot", "mono_ms", "wall_ms", "fact", "intents", "mac")
TYPES = (("seq", int), ("epoch", str), ("boot", int), ("wall_ms", int), ("fact", dict), ("intents", list))
SUFFIX = ".journal"
GZIP = b"\x1f\x8b"
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
    digest: str = ""


def read_directory(directory: Path, secret: bytes | None = None) -> Reading:
    """All segments in the order of their names. Raises OSError when they cannot be read."""
    return read_segments(((path.name, lines_in(path)) for path in segments_in(directory)), secret)


def segments_in(directory: Path) -> list[Path]:
    """In the order of writing."""
    return sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)


def lines_in(path: Path) -> bytes:
    """A segment as it was written; older ones lie there packed. Raises OSError when it cannot be read."""
    data = path.read_bytes()
    if not data.startswith(GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path.name}: packed, and damaged: {error}") from error


def read_segments(segments: Iterable[tuple[str, bytes]], secret: bytes | None = None) -> Reading:
    """(name, content) in order of writing. After a break the stated chain value is believed, so each break is told once."""
    reading, reader = Reading(), LineReader(secret)
    held = list(segments)
    for index, (name, data) in enumerate(held):
        reader.segment(name)
        *lines, rest = data.split(b"\n")
        for number, line in enumerate(lines, start=1):
            step = reader.line(line, f"{name}:{number}")
            if step is not None:
                reading.steps.append(step)
        if rest and index == len(held) - 1:
            reading.torn_bytes = len(rest)
        elif rest:
            reader.say(6, f"{name}: the last line has no end, and later segments exist")
    reading.violations, reading.digest = reader.violations, reader.digest.hex()
    return reading


class LineReader:
    """Reads line after line. With the machine's `secret` each mac is checked too; `segment` must then be told."""

    def __init__(self, secret: bytes | None = None, leaks: Leaks | None = None) -> None:
        self.violations: list[Violation] = []
        self.digest = Digest()
        self.seq = self.chain = self.boot = 0
        self.epoch = ""
        self._seal = Seal(secret) if secret is not None else None
        self._leaks = leaks or Leaks()
        self._segment = ""

    def say(self, invariant: int, text: str) -> None:
        self.violations.append(Violation(invariant, 0, text, self.seq))

    def segment(self, name: str) -> None:
        """The lines to come stand in this segment; told again for the same one changes nothing."""
        if name != self._segment:
            self._segment = name
            if self._seal is not None:
                self._seal.segment(name)

    def line(self, raw: bytes, where: str) -> Step | None:
        """`raw` without its LF. None for what is no record."""
        self.digest.line(raw)
        try:
            stated = int(raw[:8], 16)
        except ValueError:
            self.say(6, f"{where}: no chain value")
            return None
        body, before = raw[9:], self.chain
        if raw[8:9] != b" " or stated != crc32(body, before):
            self.say(6, f"{where}: the chain is broken")
        self.chain = stated
        if self._seal is not None and not self._seal.fits(before, body):
            self.say(6, f"{where}: the mac is not this machine's")
        begin, end = body.find(b'"fact":'), body.rfind(b',"mac":')
        if leak := self._leaks.find(body[begin:end] if 0 <= begin < end else body):
            self.say(13, f"{where}: {leak}")
        try:
            step = _step(json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self.say(6, f"{where}: not a record: {error}")
            return None
        if step.fact["kind"] == "sys.state" and step.fact.get("after") != f"{before:08x}":
            self.say(6, f"{where}: a state line that stands after another chain value than it says")
        self._order(step, where)
        return step

    def _order(self, step: Step, where: str) -> None:
        if step.seq != self.seq + 1:
            self.say(6, f"{where}: seq {step.seq} after {self.seq}")
        if step.epoch != self.epoch and self.epoch:
            self.say(6, f"{where}: epoch {step.epoch} after {self.epoch}")
        if step.boot != self.boot and (step.boot < self.boot or step.fact["kind"] != "sys.boot"):
            self.say(6, f"{where}: boot {step.boot} after {self.boot}, in a record of {step.fact['kind']}")
        self.seq, self.epoch, self.boot = step.seq, step.epoch, step.boot


def _step(head: Any) -> Step:
    """Raises ValueError, KeyError or TypeError for anything that is not exactly a record."""
    if not isinstance(head, dict) or tuple(head) != KEYS:
        raise ValueError(f"keys are {', '.join(head) if isinstance(head, dict) else type(head).__name__}")
    for key, kind in TYPES:
        if type(head[key]) is not kind:
            raise ValueError(f"{key} is a {type(head[key]).__name__}")
    fact, intents = head["fact"], head["intents"]
    for record in (fact, *intents):
        if not isinstance(record, dict) or next(iter(record), "") != "kind" or type(record["kind"]) is not str:
            raise ValueError("a record without its kind first")
    if fact["kind"].endswith("?") or any(intent["kind"].endswith("!") for intent in intents):
        raise ValueError("an intent stands as fact, or a fact among the intents")
    return Step(head["seq"], head["epoch"], head["boot"], head["wall_ms"], fact, tuple(intents))
