"""Where the time of a sale went, in real ms (decision 50): *device* (a twin was moving), *poll* (a finished device waited to
be asked), *station* (a call the sale waits for was out), *passenger*, and *ours*: the rest.

Read from the journal as text and from the cabinet's record of motions; both count the same monotonic clock. Where several
hold at once the first of that order counts. A motion counts when the sale can have waited for it: it began while a deed of
that device was open or while the passenger had the move (a note on its way in). A shutter that closes while the controller
works on the next step hides nothing of what is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator.audit.reading import lines_in, segments_in

CLASSES = ("device", "poll", "station", "passenger", "ours")
CALLS = {"lock?": "lock!", "confirm?": "confirm!", "state?": "state!", "capture?": "capture!", "reverse?": "reverse!"}
"""Calls a sale waits for, at the station or where phones and cards pay; the others run beside it. A payment itself is the
passenger's time, and the wait until the machine asks again how it stands is in it."""
DEEDS = frozenset(
    {"stack?", "return?", "lock?", "confirm?", "state?", "print?", "deliver?", "dump?", "pay?", "slip?", "retract?", "keep?",
     "pay.coins?", "reopen?", "return_all?"}
)  # fmt: skip
"""Intents that leave the next move to the machine."""
DEVICES_OF = {
    "stack": ("acceptor",), "return": ("acceptor",), "keep": ("acceptor",), "return_all": ("acceptor",),
    "print": ("ticket_unit", "cabinet"), "deliver": ("ticket_unit", "cabinet"), "dump": ("ticket_unit", "cabinet"),
    "pay": ("dispenser", "hopper", "cabinet", "acceptor"), "pay.coins": ("hopper",),
    "retract": ("ticket_unit", "dispenser", "cabinet", "acceptor"),
    "reopen": ("ticket_unit", "dispenser", "cabinet", "acceptor"), "slip": ("slip_printer",),
}  # fmt: skip
"""Who moves for a deed: trays, flaps and slots are the cabinet board's. A unit that takes notes and pays is the acceptor."""
WAITING = frozenset(
    {"lock!:held", "sale.agreed", "sale.pay_by", "auth!:declined", "stack!:stacked", "stack!:deposited", "stack!:recycled",
     "return!:returned", "return_all!:presented", "deliver!:presented", "pay!:presented", "pay!:short", "slip!:printed",
     "slip!:failed", "reopen!:tickets", "reopen!:change"}
)  # fmt: skip
"""Facts after which, without a deed, everything waits for the passenger."""
ASIDE = frozenset(
    {"renew!:done", "renew!:failed", "release!:done", "printed!:done", "void!:done", "fault", "station:lost", "station:back",
     "screen:lost", "screen:back", "ack", "ack:failed", "door", "note.refused", "timer:last_minute", "sale.slip_again",
     "device.ready", "acceptor.past", "deposit.past", "dispenser.past", "batch!:done"}
)  # fmt: skip
"""Facts that change nothing about who is waited for; a Bill-to-Bill unit starts anew after each bundle that it pulled back."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """The part of a journal line that is needed here."""

    mono_ms: int
    kind: str
    result: str
    fact: Mapping[str, Any]
    intents: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SaleTimes:
    """`ms`: class -> real milliseconds; together they are the sale's length."""

    sale: int
    begun_ms: int
    ms: Mapping[str, int]

    def as_dict(self) -> dict[str, int]:
        return {"sale": self.sale, **self.ms, "total": sum(self.ms.values())}


def read_lines(directory: Path) -> Iterator[Line]:
    """All lines of a journal, oldest first; one that was torn by a power cut is passed over."""
    for path in segments_in(directory):
        for raw in lines_in(path).splitlines():
            try:
                body = json.loads(raw[9:])
                fact = body["fact"]
                yield Line(body["mono_ms"], fact["kind"], fact.get("result", ""), fact, tuple(body["intents"]))
            except (ValueError, KeyError, TypeError):
                continue


def sales_of(lines: Iterable[Line]) -> Iterator[tuple[int, list[Line]]]:
    """(number, its lines) of every sale that began and ended; lines in between belong to it."""
    number, held = 0, list[Line]()
    for line in lines:
        if line.kind == "sale.start":
            number, held = int(line.fact["number"]), []
        if number:
            held.append(line)
            if any(intent["kind"] == "sale.end" for intent in line.intents):
                yield number, held
                number = 0


def call_spans(lines: Sequence[Line]) -> list[Span]:
    """When a call the sale waits for was out."""
    spans, open_ms = list[Span](), dict[str, int]()
    for line in lines:
        if line.kind in open_ms:
            spans.append((open_ms.pop(line.kind), line.mono_ms))
        for intent in line.intents:
            if intent["kind"] in CALLS:
                open_ms[CALLS[intent["kind"]]] = line.mono_ms
    return spans


def passenger_spans(lines: Sequence[Line]) -> list[Span]:
    """When the next move was the passenger's."""
    spans, waiting = list[Span](), False
    for line, following in pairwise(lines):
        name = f"{line.kind}:{line.result}" if line.result else line.kind
        if name not in ASIDE:
            waiting = name in WAITING
        waiting = waiting and not any(intent["kind"] in DEEDS for intent in line.intents)
        if waiting:
            spans.append((line.mono_ms, following.mono_ms))
    return spans


def deed_spans(lines: Sequence[Line]) -> dict[str, list[Span]]:
    """Device -> when a deed of its was open, from the line with the intent to the line with its outcome."""
    spans, open_ms = dict[str, list[Span]](), dict[str, int]()
    for line in lines:
        deed = line.kind.removesuffix("!")
        if line.kind.endswith("!") and deed in open_ms:
            _close(spans, deed, open_ms.pop(deed), line.mono_ms)
        for intent in line.intents:
            if (deed := str(intent["kind"]).removesuffix("?")) in DEVICES_OF:
                open_ms[deed] = line.mono_ms
    for deed, from_ms in open_ms.items():
        _close(spans, deed, from_ms, lines[-1].mono_ms)
    return spans


def _close(spans: dict[str, list[Span]], deed: str, from_ms: int, to_ms: int) -> None:
    for device in DEVICES_OF[deed]:
        spans.setdefault(device, []).append((from_ms, to_ms))


def waited_for(
    motions: Mapping[str, Sequence[Sequence[int | None]]], lines: Sequence[Line]
) -> dict[str, list[Sequence[int | None]]]:
    """The motions of a sale that somebody can have waited for."""
    deeds, passenger = deed_spans(lines), passenger_spans(lines)
    return {
        device: [
            motion
            for motion in each
            if any(a <= (motion[0] or 0) <= b for spans in (deeds.get(device, ()), passenger) for a, b in spans)
        ]
        for device, each in motions.items()
    }


def motion_spans(motions: Mapping[str, Sequence[Sequence[int | None]]], end_ms: int) -> tuple[list[Span], list[Span]]:
    """(moving, waiting to be asked) of all devices, from the cabinet's `[from, to, asked]`; open ends reach to `end_ms`."""
    moving, waiting = list[Span](), list[Span]()
    for device in motions.values():
        for began, ended, asked in device:
            to_ms = end_ms if ended is None else ended
            moving.append((began or 0, to_ms))
            if ended is not None:
                waiting.append((to_ms, end_ms if asked is None else asked))
    return moving, waiting


def share(begun_ms: int, ended_ms: int, spans: Sequence[Sequence[Span]]) -> list[int]:
    """How much of the time each list of spans holds, the first that holds counting; the last entry is the rest."""
    edges = {begun_ms, ended_ms}
    edges |= {edge for each in spans for span in each for edge in span if begun_ms < edge < ended_ms}
    held = [0] * (len(spans) + 1)
    for a, b in pairwise(sorted(edges)):
        at = next((at for at, each in enumerate(spans) if any(x <= a and b <= y for x, y in each)), len(spans))
        held[at] += b - a
    return held


def split(lines: Iterable[Line], motions: Mapping[str, Sequence[Sequence[int | None]]]) -> list[SaleTimes]:
    """The time of every ended sale by class. `motions`: device -> `[from, to, asked]` in real ms."""
    told = []
    for number, held in sales_of(lines):
        begun_ms, ended_ms = held[0].mono_ms, held[-1].mono_ms
        moving, waiting = motion_spans(waited_for(motions, held), ended_ms)
        near = [
            [span for span in each if span[1] > begun_ms and span[0] < ended_ms]
            for each in (moving, waiting, call_spans(held), passenger_spans(held))
        ]
        told.append(SaleTimes(number, begun_ms, dict(zip(CLASSES, share(begun_ms, ended_ms, near), strict=True))))
    return told
