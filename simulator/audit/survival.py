"""What a power cut may take: the line that was being written, nothing that was durable (invariant 7)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from zlib import crc32

from simulator.audit.reading import Step
from simulator.audit.verdict import Violation

KEPT_LINES = 64


class Survival:
    """Remembers the last durable lines, and the torn bytes that the next boots must name."""

    def __init__(self, say: Callable[[int, str], None]) -> None:
        self._say = say
        self._lines: deque[bytes] = deque(maxlen=KEPT_LINES)
        self._torn: deque[int] = deque()  # of each cut that no boot has named yet

    def line(self, raw: bytes) -> None:
        self._lines.append(raw)

    def cut(self, tail: bytes) -> list[bytes]:
        """`tail`: the last bytes that survived, from the beginning of a line; at least one durable line when there is one.

        Answers the whole lines after the last durable one: written, maybe never known to be, and part of the past now.
        """
        *whole, torn = tail.split(b"\n")
        last = self._lines[-1] if self._lines else None
        at = max((index for index, line in enumerate(whole) if line == last), default=-1)
        if last is not None and at < 0:
            self._say(7, f"the last durable line is missing after the power cut: {last[9:40]!r}")
            return []
        known = list(self._lines)
        for back in range(min(at + 1, len(known))):
            if whole[at - back] != known[-1 - back]:
                self._say(7, f"a durable line changed in the power cut: {known[-1 - back][9:40]!r}")
                break
        more = whole[at + 1 :]
        kept: list[bytes] = []
        for line in more:
            if not _follows(kept[-1] if kept else last, line):
                break
            kept.append(line)
        if len(kept) > 1:
            self._say(7, f"{len(kept)} lines survived that were never made durable: the program went on without a sync")
        interrupted = any(_boots(line) for line in kept)
        if not interrupted:  # else the line of that start survived, and answers to the cut before
            self._torn.clear()
        self._torn.append(len(torn) + sum(len(line) + 1 for line in more[len(kept) :]))
        return kept

    def booted(self, step: Step) -> None:
        """`sys.boot` names the bytes it cut off, and these are the torn ones."""
        said = step.fact.get("damaged_bytes", 0)
        torn = self._torn.popleft() if self._torn else said
        if said != torn:
            self._say(7, f"the start cut {said} bytes off, {torn} were torn")


def _follows(before: bytes | None, line: bytes) -> bool:
    """Whether it is the next line of the chain; anything else is what a tear left."""
    try:
        return line[8:9] == b" " and int(line[:8], 16) == crc32(line[9:], int(before[:8], 16) if before else 0)
    except ValueError:
        return False


def _boots(line: bytes) -> bool:
    return b'"fact":{"kind":"sys.boot"' in line


def compare_replay(written: bytes, replayed: bytes) -> list[Violation]:
    """Two texts of one past: each line must hold the same fact and the same intents, whatever its mac and times."""
    first, second = written.splitlines(), replayed.splitlines()
    found = []
    for number, (one, other) in enumerate(zip(first, second, strict=False), start=1):
        if one != other and _core(one) != _core(other):
            found.append(Violation(7, 0, f"line {number} does not replay: {_core(one)} became {_core(other)}", number))
            break
    if not found and len(first) != len(second):
        found.append(Violation(7, 0, f"{len(first)} lines were written, the replay has {len(second)}", len(first)))
    return found


def _core(line: bytes) -> object:
    try:
        head = json.loads(line[9:])
        return head["fact"], head["intents"]
    except (ValueError, KeyError, TypeError):
        return line
