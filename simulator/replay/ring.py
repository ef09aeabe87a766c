"""The black box read back: what `kiosk.blackbox` wrote, up to where each segment is torn. Changes nothing on the disk."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.blackbox import DIRECTORY, FORMAT, SUFFIX, WINDOW


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: fact, asked, show, known, sent, received, again, up, down, call. `name`: of a link or call.

    `value`: the fact's record, the Show's line, face values in fen, bytes, (period, count) of `again`, why a link was lost,
    whether a call went out. `mono_ms`: when; `wall_ms`, `seq` (of the journal) and `turn` of the turn it stands in.
    """

    kind: str
    turn: int
    mono_ms: int
    wall_ms: int
    seq: int
    name: str = ""
    value: Any = None


@dataclass(slots=True)
class Part:
    """What is readable of one boot without a gap. `whole`: it begins with the start of the program.

    `standing`: records of facts that held already when it begins. `torn`: its last segment ends in the middle.
    """

    boot: int
    head: dict[str, Any]
    whole: bool
    standing: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    torn: bool = False


@dataclass(slots=True)
class _Cursor:
    turn: int = 0
    mono_ms: int = 0
    wall_ms: int = 0
    seq: int = 0


def segment_lines(data: bytes) -> tuple[list[str], bool]:
    """The whole lines of one segment, and whether it is torn after them."""
    unpack = zlib.decompressobj(WINDOW)
    text, torn = bytearray(), False
    try:
        for start in range(0, len(data), 4_096):
            text += unpack.decompress(data[start : start + 4_096])
    except zlib.error:
        torn = True
    end = text.rfind(b"\n") + 1
    torn = torn or end < len(text)
    return text[:end].decode(errors="replace").splitlines(), torn


def read(directory: Path) -> list[Part]:
    """All parts of the ring beside the journal of `directory`, oldest first; empty when there is none."""
    parts: list[Part] = []
    cursor, number = _Cursor(), -2
    for path in sorted((directory / DIRECTORY).glob(f"*{SUFFIX}")):
        try:
            lines, torn = segment_lines(path.read_bytes())
            head = json.loads(lines[0][2:]) if lines and lines[0].startswith("h ") else None
        except (OSError, ValueError):
            continue
        if not head or head.get("format") != FORMAT or type(head.get("boot")) is not int:
            continue
        follows = parts and parts[-1].boot == head["boot"] and head["turn"] and number + 1 == int(path.stem)
        if not follows or parts[-1].torn:
            parts.append(Part(head["boot"], head, not head["turn"]))
        cursor = _Cursor(head["turn"], 0, 0, head["seq"])
        number = int(path.stem)
        _add(parts[-1], lines[1:], cursor, new=not parts[-1].events)
        parts[-1].torn = torn
    return parts


def _add(part: Part, lines: list[str], cursor: _Cursor, new: bool) -> None:
    for line in lines:
        kind, _, rest = line.partition(" ")
        try:
            if kind == "o":
                if new:
                    part.standing.append(json.loads(rest))
            else:
                event = _event(kind, rest, cursor)
                if event is not None:
                    part.events.append(event)
        except (ValueError, IndexError):
            part.torn = True
            return


def _event(kind: str, rest: str, at: _Cursor) -> Event | None:
    def made(name: str, value: Any = None, link: str = "", mono_ms: int = 0) -> Event:
        return Event(name, at.turn, mono_ms or at.mono_ms, at.wall_ms, at.seq, link, value)

    match kind:
        case "t":
            at.turn, at.mono_ms, at.wall_ms, at.seq = (int(part) for part in rest.split(" "))
            return None
        case "f":
            return made("fact", json.loads(rest))
        case "a":
            return made("asked")
        case "s":
            return made("show", rest)
        case "k":
            return made("known", tuple(json.loads(rest)))
        case ">" | "<":
            link, when, data = rest.split(" ")
            return made("sent" if kind == ">" else "received", bytes.fromhex(data), link, int(when))
        case "=":
            link, period, count, last = rest.split(" ")
            return made("again", (int(period), int(count)), link, int(last))
        case "u":
            return made("up", None, rest)
        case "d":
            link, _, why = rest.partition(" ")
            return made("down", why, link)
        case "c":
            call, out = rest.split(" ")
            return made("call", out == "1", call)
    raise ValueError(f"no line of a black box: {kind} {rest:.40}")


Chunk = tuple[str, int, bytes]
"""(sent or received, mono ms, bytes)."""


def chunks(events: list[Event], link: str) -> Iterator[Chunk | Event]:
    """What went over one link, repeats written out at their times; `up` and `down` come as events."""
    past: list[Chunk] = []
    for event in events:
        if event.name != link:
            continue
        match event.kind:
            case "up" | "down":
                past.clear()
                yield event
            case "sent" | "received":
                past.append((event.kind, event.mono_ms, event.value))
                yield past[-1]
            case "again":
                for chunk in _again(past, event):
                    past.append(chunk)
                    yield chunk
        del past[:-64]


def _again(past: list[Chunk], event: Event) -> list[Chunk]:
    """A run written out: each round as long as the others, its chunks as far apart as in the round before the run."""
    period, count = event.value
    base = past[-period:]
    if len(base) < period:
        return []
    rounds, last = divmod(count - 1, period)
    span_ms = (event.mono_ms - base[last][1]) / (rounds + 1)
    made = []
    for n in range(count):
        way, at_ms, data = base[n % period]
        made.append((way, round(at_ms + span_ms * (n // period + 1)), data))
    return made
