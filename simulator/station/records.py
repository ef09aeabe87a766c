"""Journal lines of the machines as the station keeps them: a gap-free prefix of each epoch, byte for byte.

Source: station-api sheet, calls under records; reliability notes 8; settled questions 11, 26 and 42. A line that cannot be digested
(form, seq, epoch or chain) is kept as it came, marked, and acknowledged: one bad line never blocks the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from simulator.station.models import RecordsBody
from simulator.station.wire import Answer, Refused, Step

MOST_BYTES = 256 * 1024
_DECODER = json.JSONDecoder()
LINE = re.compile(r"([0-9a-f]{8}) (\{.*\})", re.DOTALL)
FIRST_KEYS = ("seq", "epoch", "boot", "mono_ms", "wall_ms", "fact", "intents", "mac")


@dataclass
class Stream:
    """One epoch of one machine: a digest per line, the chain value after the last one, seqs in quarantine with the reason."""

    digests: list[bytes] = field(default_factory=list)
    chain: int | None = None
    quarantine: dict[int, str] = field(default_factory=dict)
    forks: set[int] = field(default_factory=set)

    @property
    def acked(self) -> int:
        return len(self.digests)

    def copy(self) -> Stream:
        return Stream(list(self.digests), self.chain, dict(self.quarantine), set(self.forks))


Hears = Callable[[str, str, Mapping[str, Any]], None]


class Records:
    """All streams, folded from `records` and `fork` steps. `hears` is told machine, epoch and record of each good line."""

    def __init__(self, hears: Hears = lambda machine, epoch, record: None) -> None:
        self.streams: dict[tuple[str, str], Stream] = {}
        self._hears = hears

    def copy(self, hears: Hears) -> Records:
        """The same streams; what comes from now on is told to `hears`."""
        other = Records(hears)
        other.streams = {name: stream.copy() for name, stream in self.streams.items()}
        return other

    def acked(self, machine: str, epoch: str) -> int:
        """The highest seq below which nothing is missing; 0 when nothing came yet."""
        stream = self.streams.get((machine, epoch))
        return stream.acked if stream else 0

    def append(self, machine: str, body: RecordsBody, now_ms: int) -> Answer:
        """Take a batch. Refuses 413 too_large, 409 gap with `expected`, 409 fork with `seq` (and keeps the alarm)."""
        if (
            sum(len(line) if line.isascii() else len(line.encode()) for line in body.lines) + len(body.lines)
            > MOST_BYTES
        ):
            raise Refused(413, "too_large", f"more than {MOST_BYTES} bytes of records")
        stream = self.streams.get((machine, body.epoch), Stream())
        if body.first_seq > stream.acked + 1:
            raise Refused(409, "gap", f"expected seq {stream.acked + 1}", expected=stream.acked + 1)
        known = stream.acked + 1 - body.first_seq
        self._refuse_fork(stream, machine, body, now_ms)
        fresh = body.lines[known:]
        if not fresh:
            return Answer({"acked": stream.acked})
        step: Step = {
            "kind": "records",
            "at_ms": now_ms,
            "machine": machine,
            "epoch": body.epoch,
            "first_seq": stream.acked + 1,
            "lines": fresh,
        }
        return Answer({"acked": stream.acked + len(fresh)}, [step])

    @staticmethod
    def _refuse_fork(stream: Stream, machine: str, body: RecordsBody, now_ms: int) -> None:
        known = body.lines[: stream.acked + 1 - body.first_seq]
        for seq, line in enumerate(known, body.first_seq):
            if stream.digests[seq - 1] != _digest(line):
                alarm: Step = {"kind": "fork", "at_ms": now_ms, "machine": machine, "epoch": body.epoch, "seq": seq}
                steps = [] if seq in stream.forks else [alarm]
                raise Refused(409, "fork", f"seq {seq} is known with other bytes", steps, seq=seq)

    def apply(self, step: Step) -> None:
        stream = self.streams.setdefault((step["machine"], step["epoch"]), Stream())
        if step["kind"] == "fork":
            stream.forks.add(step["seq"])
            return
        for line in step["lines"]:
            seq = stream.acked + 1
            match = LINE.fullmatch(line)
            record = _digested(match, line, seq, step["epoch"], stream.chain)
            if isinstance(record, str):
                stream.quarantine[seq] = record
            else:
                self._hears(step["machine"], step["epoch"], record)
            stream.digests.append(_digest(line))
            stream.chain = int(match[1], 16) if match else None  # none is carried: the next line is not blamed

    def snapshot(self) -> list[dict[str, Any]]:
        return [
            {
                "machine": machine,
                "epoch": epoch,
                "acked": stream.acked,
                "head": None if stream.chain is None else f"{stream.chain:08x}",
                "quarantine": [{"seq": seq, "reason": reason} for seq, reason in stream.quarantine.items()],
                "forks": sorted(stream.forks),
            }
            for (machine, epoch), stream in sorted(self.streams.items())
        ]


def why_indigestible(line: str, seq: int, epoch: str, chain: int | None) -> str:
    """What is wrong with a journal line, empty when nothing is. `chain` is the CRC chain before it, None when unknown."""
    found = _digested(LINE.fullmatch(line), line, seq, epoch, chain)
    return found if isinstance(found, str) else ""


def _digested(match: re.Match[str] | None, line: str, seq: int, epoch: str, chain: int | None) -> dict[str, Any] | str:
    """The record of a line, or what is wrong with it."""
    if match is None or "\n" in line or "\r" in line:
        return "not a journal line"
    try:
        record: dict[str, Any] = _DECODER.decode(match[2])
    except (ValueError, RecursionError):
        return "not JSON"
    if tuple(record) != FIRST_KEYS:
        return "keys missing or out of order"
    if record["seq"] != seq or record["epoch"] != epoch:
        return "another seq or epoch"
    if chain is not None and crc32(match[2].encode(), chain) != int(match[1], 16):
        return "the chain is broken"
    return record


def _digest(line: str) -> bytes:
    return hashlib.sha256(line.encode()).digest()[:16]
